#include <QTest>

#include <algorithm>
#include <numeric>

#include "core/base/rng.h"
#include "core/linalg/factor_scores.h"

using namespace tastebench;

namespace {

/// Rows of random numbers, padded with zeros to a width of 16 or a multiple.
struct Table {
    std::uint32_t width = 0;
    std::vector<float> values;
    Table(std::uint32_t n, std::uint32_t factors, std::uint32_t stream)
        : width((factors + 15) / 16 * 16), values(std::size_t{n} * width) {
        Rng rng(1, stream);
        for (std::uint32_t i = 0; i < n; ++i)
            for (std::uint32_t f = 0; f < factors; ++f)
                row(i)[f] = static_cast<float>(rng.normal());
    }
    float* row(std::uint32_t i) { return values.data() + std::size_t{i} * width; }
    const float* row(std::uint32_t i) const { return values.data() + std::size_t{i} * width; }
};

/// Random factors and biases, with more items than a panel and a ragged end.
struct Factors {
    std::uint32_t n_users, n_items;
    Table users, items;
    std::vector<float> bias;
    std::vector<std::uint8_t> known;
    std::vector<std::vector<ItemIx>> taken;

    Factors(std::uint32_t users_wanted, std::uint32_t items_wanted, std::uint32_t factors)
        : n_users(users_wanted), n_items(items_wanted), users(n_users, factors, 1), items(n_items, factors, 2),
          bias(n_items), known(n_items, 1), taken(n_users) {
        Rng rng(7);
        for (auto& one : bias)
            one = static_cast<float>(rng.normal());
        for (std::uint32_t i = 3; i < n_items; i += 11)
            known[i] = 0;
        for (auto& mine : taken)
            for (std::uint32_t i = 0; i < n_items; ++i)
                if (rng.below(5) == 0)
                    mine.push_back(i);
    }
    FactorItems view() const { return {items.values.data(), bias.data(), n_items, items.width}; }
    FactorUser user(std::uint32_t u) const { return {users.row(u), base(u), taken[u]}; }
    static float base(std::uint32_t u) { return 0.25F * static_cast<float>(u); }

    /// Everything sorted, from the scores of one user at a time.
    std::vector<Scored> sorted(std::uint32_t u, std::size_t k) const {
        std::vector<double> scores(n_items);
        factor_scores(view(), users.row(u), base(u), scores);
        std::vector<Scored> all;
        for (std::uint32_t i = 0; i < n_items; ++i)
            if (known[i] != 0 && !std::binary_search(taken[u].begin(), taken[u].end(), i))
                all.push_back({i, scores[i]});
        std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
        all.resize(std::min(k, all.size()));
        return all;
    }
    std::vector<std::vector<Scored>> lists(std::size_t block, std::uint32_t k) const {
        std::vector<std::vector<Scored>> out(n_users);
        for (std::size_t first = 0; first < out.size(); first += block) {
            std::vector<FactorUser> asked;
            for (std::size_t u = first; u < std::min(out.size(), first + block); ++u)
                asked.push_back(user(static_cast<std::uint32_t>(u)));
            factor_top_k(view(), known, asked, k, std::span(out).subspan(first, asked.size()));
        }
        return out;
    }
};

} // namespace

class TestFactorLists : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void scores_are_the_inner_products() {
        for (const std::uint32_t factors : {1U, 10U, 64U, 130U}) {
            const Factors made(3, 77, factors);
            std::vector<double> scores(77);
            for (std::uint32_t u = 0; u < 3; ++u) {
                factor_scores(made.view(), made.users.row(u), Factors::base(u), scores);
                for (std::uint32_t i = 0; i < 77; ++i) {
                    double exact = double{Factors::base(u)} + double{made.bias[i]};
                    double size = 1;
                    for (std::uint32_t f = 0; f < made.users.width; ++f) {
                        const double product = double{made.users.row(u)[f]} * double{made.items.row(i)[f]};
                        exact += product;
                        size += std::abs(product);
                    }
                    QVERIFY(std::abs(scores[i] - exact) < 1e-6 * size);
                    QCOMPARE(double{factor_score(made.view(), i, made.users.row(u), Factors::base(u))}, scores[i]);
                }
            }
        }
    }

    void lists_are_the_sorted_scores_whatever_the_block() {
        for (const std::uint32_t items : {1U, 16U, 61U, 300U})
            for (const std::uint32_t k : {1U, 10U, 400U}) {
                const Factors made(23, items, 20);
                for (const std::size_t block : {1, 5, 6, 23}) {
                    const auto lists = made.lists(block, k);
                    for (std::uint32_t u = 0; u < 23; ++u)
                        QCOMPARE(lists[u], made.sorted(u, k));
                }
            }
    }

    void equal_scores_are_listed_by_item() {
        Factors made(2, 200, 4);
        for (std::uint32_t i = 0; i < 200; ++i) {
            std::fill_n(made.items.row(i), made.items.width, 0.0F);
            made.bias[i] = i % 2 == 0 ? 1.0F : 0.0F;
        }
        made.taken.assign(2, {0, 4});
        const auto lists = made.lists(2, 6);
        std::vector<ItemIx> order;
        for (const auto& one : lists[0])
            order.push_back(one.item);
        // 14 is not in training: 3 + 11.
        QCOMPARE(order, (std::vector<ItemIx>{2, 6, 8, 10, 12, 16}));
    }

    void nothing_asked_or_nothing_known_gives_empty_lists() {
        Factors made(7, 50, 8);
        QVERIFY(made.lists(7, 0)[3].empty());
        std::fill(made.known.begin(), made.known.end(), std::uint8_t{0});
        QVERIFY(made.lists(7, 5)[3].empty());
    }

    void scores_that_are_no_numbers_are_told() {
        const auto sound = [](const Factors& made) {
            std::vector<FactorUser> asked;
            for (std::uint32_t u = 0; u < 8; ++u)
                asked.push_back(made.user(u));
            std::vector<std::vector<Scored>> out(8);
            return factor_top_k(made.view(), made.known, asked, 5, out);
        };
        const Factors made(8, 100, 8);
        QVERIFY(sound(made));
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            auto item = made;
            item.bias[98] = bad;
            QVERIFY(!sound(item));
            auto user = made;
            user.users.row(7)[3] = bad;
            QVERIFY(!sound(user));
            auto unknown = made;
            unknown.bias[3] = bad;
            QVERIFY(unknown.known[3] == 0 && sound(unknown));
        }
    }

    void scores_that_are_no_numbers_are_never_listed() {
        Factors made(1, 40, 8);
        made.taken[0].clear();
        made.items.row(5)[0] = std::numeric_limits<float>::quiet_NaN();
        made.bias[6] = std::numeric_limits<float>::infinity();
        const auto lists = made.lists(1, 40);
        QCOMPARE(lists[0].size(), std::size_t{40 - 4 - 2}); // four are not in training
        QVERIFY(std::none_of(lists[0].begin(), lists[0].end(),
                             [](const auto& one) { return one.item == 5 || one.item == 6; }));
    }
};

QTEST_APPLESS_MAIN(TestFactorLists)
#include "tst_factor_lists.moc"
