// What NCF learns from: the order of an epoch, its negatives.
#include <algorithm>
#include <set>

#include <QTest>

#include "core/base/rng.h"
#include "core/models/ncf/samples.h"

using namespace tastebench;

namespace {

/// Three people: items 0 2 4 6 8 ... of 40; all but 5 and 17; everything.
NcfSamples three_people(std::uint32_t negatives) {
    static std::vector<std::uint64_t> starts;
    static std::vector<ItemIx> items;
    starts = {0};
    items.clear();
    for (ItemIx i = 0; i < 40; i += 2)
        items.push_back(i);
    starts.push_back(items.size());
    for (ItemIx i = 0; i < 40; ++i)
        if (i != 5 && i != 17)
            items.push_back(i);
    starts.push_back(items.size());
    for (ItemIx i = 0; i < 40; ++i)
        items.push_back(i);
    starts.push_back(items.size());
    return {starts, items, std::vector<std::uint8_t>(40, 1), negatives};
}

} // namespace

class TestNcfSamples : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_order_is_a_permutation_data() {
        QTest::addColumn<int>("n");
        for (const int n : {1, 2, 3, 5, 16, 17, 100, 65'537, 99'999})
            QTest::addRow("%d", n) << n;
    }
    void the_order_is_a_permutation() {
        QFETCH(int, n);
        const auto size = static_cast<std::size_t>(n);
        const LotOrder order(size, 7, 1, 2);
        std::vector<bool> had(size, false);
        for (std::size_t i = 0; i < size; ++i) {
            const auto place = order[i];
            QVERIFY(place < size && !had[place]);
            had[place] = true;
        }
    }

    /// Over 20,000 orders of 12, every pair of (place, number), and of neighbours, comes up alike: chi-squared with 121
    /// degrees of freedom, and with 131, within five standard deviations of the mean.
    void all_orders_are_alike() {
        constexpr int n = 12;
        constexpr int orders = 20'000;
        std::vector<double> at(n * n, 0), next(n * n, 0);
        for (std::uint32_t e = 0; e < orders; ++e) {
            const LotOrder order(n, 3, 9, e);
            for (std::uint64_t i = 0; i < n; ++i) {
                at[i * n + order[i]] += 1;
                if (i + 1 < n)
                    next[order[i] * n + order[i + 1]] += 1;
            }
        }
        double chi = 0;
        for (const double count : at)
            chi += (count - orders / 12.0) * (count - orders / 12.0) / (orders / 12.0);
        QVERIFY2(std::abs(chi - 121) < 5 * std::sqrt(2 * 121.0), qPrintable(QString::number(chi)));
        chi = 0;
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b)
                if (a != b)
                    chi += (next[a * n + b] - orders / 12.0) * (next[a * n + b] - orders / 12.0) / (orders / 12.0);
        QVERIFY2(std::abs(chi - 131) < 5 * std::sqrt(2 * 131.0), qPrintable(QString::number(chi)));
    }

    void an_epoch_has_every_pair_once_with_its_negatives() {
        auto samples = three_people(4);
        QCOMPARE(samples.size(), std::uint64_t{58 * 5}); // the third has everything
        samples.begin_epoch(1, 1);
        std::vector<UserIx> users(58 * 5);
        std::vector<ItemIx> items(58 * 5);
        std::vector<float> labels(58 * 5);
        samples.fill(0, users, items, labels);
        std::set<std::pair<UserIx, ItemIx>> own;
        for (std::size_t s = 0; s < users.size(); ++s) {
            const bool has = users[s] == 0 ? items[s] % 2 == 0 : items[s] != 5 && items[s] != 17;
            QCOMPARE(labels[s], has ? 1.0F : 0.0F);
            QVERIFY(users[s] < 2 && items[s] < 40);
            if (has)
                QVERIFY(own.emplace(users[s], items[s]).second);
        }
        QCOMPARE(own.size(), std::size_t{58});
        // The same by pieces, and another epoch is another.
        std::vector<UserIx> piece_users(70);
        std::vector<ItemIx> piece_items(70);
        std::vector<float> piece_labels(70);
        samples.fill(100, piece_users, piece_items, piece_labels);
        QVERIFY(std::equal(piece_items.begin(), piece_items.end(), items.begin() + 100));
        samples.begin_epoch(1, 2);
        std::vector<ItemIx> other(58 * 5);
        samples.fill(0, users, other, labels);
        QVERIFY(other != items);
    }

    /// Items that nobody has and people with nothing lie between the others; the samples are as if they were not there.
    void people_and_items_without_anything_do_not_count() {
        std::vector<std::uint64_t> starts{0}, sparse_starts{0};
        std::vector<ItemIx> items, sparse_items;
        Rng rng(5);
        for (UserIx user = 0; user < 50; ++user) {
            for (ItemIx i = 0; i < 30; ++i)
                if (rng.below(1 + user % 5) == 0) {
                    items.push_back(i);
                    sparse_items.push_back(2 * i + 1);
                }
            for (int nothing = 0; nothing < 3; ++nothing)
                sparse_starts.push_back(nothing < 2 ? sparse_starts.back() : sparse_items.size());
            starts.push_back(items.size());
        }
        std::vector<std::uint8_t> known(61, 0);
        for (ItemIx i = 0; i < 30; ++i)
            known[2 * i + 1] = 1;
        NcfSamples plain(starts, items, std::vector<std::uint8_t>(30, 1), 3);
        NcfSamples sparse(sparse_starts, sparse_items, known, 3);
        QCOMPARE(plain.size(), sparse.size());
        const auto n = static_cast<std::size_t>(plain.size());
        std::vector<UserIx> users(n), sparse_users(n);
        std::vector<ItemIx> drawn(n), sparse_drawn(n);
        std::vector<float> labels(n), sparse_labels(n);
        plain.begin_epoch(3, 1);
        sparse.begin_epoch(3, 1);
        plain.fill(0, users, drawn, labels);
        sparse.fill(0, sparse_users, sparse_drawn, sparse_labels);
        QVERIFY(labels == sparse_labels);
        for (std::size_t s = 0; s < n; ++s) {
            QCOMPARE(sparse_users[s], 3 * users[s] + 2);
            QCOMPARE(sparse_drawn[s], 2 * drawn[s] + 1);
            const auto mine = std::span(items).subspan(starts[users[s]], starts[users[s] + 1] - starts[users[s]]);
            QCOMPARE(std::binary_search(mine.begin(), mine.end(), drawn[s]), labels[s] > 0);
        }
    }

    void negatives_are_drawn_with_equal_chances() {
        auto samples = three_people(50);
        std::vector<double> first(40, 0), second(40, 0);
        double draws[2] = {0, 0};
        for (std::uint32_t epoch = 1; epoch <= 20; ++epoch) {
            samples.begin_epoch(11, epoch);
            std::vector<UserIx> users(samples.size());
            std::vector<ItemIx> items(samples.size());
            std::vector<float> labels(samples.size());
            samples.fill(0, users, items, labels);
            for (std::size_t s = 0; s < users.size(); ++s)
                if (labels[s] == 0) {
                    (users[s] == 0 ? first : second)[items[s]] += 1;
                    draws[users[s]] += 1;
                }
        }
        QCOMPARE(second[5] + second[17], draws[1]);
        QVERIFY(std::abs(second[5] - draws[1] / 2) < 4 * std::sqrt(draws[1] / 4));
        double chi = 0; // 19 degrees of freedom
        for (ItemIx i = 1; i < 40; i += 2)
            chi += (first[i] - draws[0] / 20) * (first[i] - draws[0] / 20) / (draws[0] / 20);
        QVERIFY2(chi < 50, qPrintable(QString::number(chi)));
    }
};

QTEST_APPLESS_MAIN(TestNcfSamples)
#include "tst_ncf_samples.moc"
