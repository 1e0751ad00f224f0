// Lists from scores screened in single precision have the items, the order and the digits of the plain scores.
#include <QTest>

#include "core/linalg/top_k.h"
#include "core/make_data.h"
#include "core/models/fit_model.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// The k best of the plain scores, as top_k() is defined.
std::vector<Scored> plain_list(const Recommender& model, UserIx user, const TopKOptions& options) {
    std::vector<double> scores(model.n_items());
    model.score(user, scores);
    const auto seen = model.seen(user);
    TopK best(options.k);
    for (ItemIx item = 0; item < scores.size(); ++item)
        if (model.item_in_training(item) &&
            !(options.remove_seen && std::binary_search(seen.begin(), seen.end(), item)))
            best.offer(item, scores[item]);
    return best.take();
}

/// People of very uneven histories, from none but one item to nearly all; ages from seconds to years.
DatasetPtr uneven(std::uint32_t users, std::uint32_t items, float least) {
    std::vector<Row> rows;
    Rng rng(5);
    for (std::uint32_t u = 0; u < users; ++u) {
        const auto n = 1 + static_cast<std::uint32_t>(static_cast<double>(items) * std::pow(rng.uniform(), 4));
        for (std::uint32_t i = 0; i < n; ++i) {
            const auto item = static_cast<std::uint32_t>(static_cast<double>(items) * std::pow(rng.uniform(), 2));
            rows.push_back({std::to_string(u), std::to_string(item), least + static_cast<float>(rng.below(5)),
                            static_cast<std::int64_t>(rng.below(400'000'000))});
        }
    }
    return *make_data(rows);
}

} // namespace

class TestSarLists : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void lists_are_those_of_the_plain_scores_data() {
        QTest::addColumn<Texts>("settings");
        QTest::addColumn<float>("least");
        for (const auto& choice : (*find_model("sar"))->schema.find("similarity")->choices) {
            const auto name = choice.value.c_str();
            QTest::newRow(name) << Texts{{"similarity", choice.value}} << 1.0F;
            QTest::addRow("%s, popularity fills", name)
                << Texts{{"similarity", choice.value}, {"fallback", "popularity"}} << 1.0F;
            QTest::addRow("%s, near ones only", name)
                << Texts{{"similarity", choice.value}, {"neighbours", "5"}, {"fallback", "popularity"}} << 1.0F;
        }
        // Weights down to 2^-1000 and beyond: single precision has no such numbers.
        QTest::newRow("old events count next to nothing") << Texts{{"half_life_days", "1"}} << 1.0F;
        QTest::newRow("all events are alike") << Texts{{"use_values", "false"}} << 1.0F;
        QTest::newRow("some ratings are negative") << Texts{} << -2.0F;
        QTest::newRow("some ratings are zero") << Texts{{"fallback", "popularity"}} << 0.0F;
        QTest::newRow("rare pairs do not count") << Texts{{"threshold", "4"}} << 1.0F;
    }
    void lists_are_those_of_the_plain_scores() {
        QFETCH(Texts, settings);
        QFETCH(float, least);
        const auto data = uneven(120, 150, least);
        const auto fitted = fit_model("sar", *data, settings);
        QVERIFY(fitted.status.has_value());
        const auto& model = fitted.model;
        std::vector<UserIx> users(data->users().size());
        for (UserIx u = 0; u < users.size(); ++u)
            users[u] = u;
        const Parallel parallel(2);
        Progress progress;
        for (const bool remove_seen : {true, false})
            for (const std::uint32_t k : {1U, 10U, 1000U}) {
                const auto lists = model->top_k(users, {k, remove_seen}, parallel, progress);
                for (const UserIx u : users)
                    QCOMPARE(lists[u], plain_list(*model, u, {k, remove_seen}));
            }
    }

    /// Two hundred items that nobody tells apart: all are equal to the bound, and the first ten by index win.
    void ties_go_by_item() {
        std::vector<Row> rows;
        for (int u = 0; u < 3; ++u)
            for (int i = 0; i < 200; ++i)
                rows.push_back({std::to_string(u), std::to_string(i), 1});
        rows.push_back({"new", "7", 1});
        const auto data = *make_data(rows);
        const auto model = fit_model("sar", *data).model;
        const UserIx user = *data->users().find("new");
        const Parallel parallel(2);
        Progress progress;
        const auto list = model->top_k(std::span(&user, 1), {10, true}, parallel, progress)[0];
        QCOMPARE(list, plain_list(*model, user, {10, true}));
        QCOMPARE(list.front().item, 0U);
        QCOMPARE(list.front().score, list.back().score);
    }
};

QTEST_APPLESS_MAIN(TestSarLists)
#include "tst_sar_lists.moc"
