// New events for SAR without counting the old ones again, and what is told of its memory beforehand.
#include <QTest>

#include <set>

#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/models/fitting.h"
#include "core/models/sar/sar.h"
#include "core/peak_memory.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

std::unique_ptr<Sar> fitted(const Dataset& data, std::span<const RowIx> rows, const Parameters& parameters,
                            int threads = 2) {
    auto model = std::make_unique<Sar>();
    const Parallel parallel(threads);
    Progress progress;
    FitContext context{progress, parallel, 42};
    const TrainingData training(data, rows);
    return model->fit(training, parameters, context) ? std::move(model) : nullptr;
}

} // namespace

class TestSarUpdate : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// New events, new people and new items, in the order of time or in the middle of the ids: the digits of a refit.
    void an_update_ends_with_the_digits_of_a_refit_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("value");
        QTest::newRow("plain") << "similarity"
                               << "jaccard";
        QTest::newRow("half-life") << "half_life_days"
                                   << "30";
        QTest::newRow("fixed time") << "now"
                                    << "9500000";
        QTest::newRow("rating scale") << "normalize"
                                      << "rating-scale";
        QTest::newRow("affinity range") << "normalize"
                                        << "affinity-range";
        QTest::newRow("threshold") << "threshold"
                                   << "3";
        QTest::newRow("neighbours") << "neighbours"
                                    << "5";
        QTest::newRow("last event") << "duplicates"
                                    << "last";
    }
    void an_update_ends_with_the_digits_of_a_refit() {
        QFETCH(QString, setting);
        QFETCH(QString, value);
        std::vector<std::pair<std::string, std::string>> given{{setting.toStdString(), value.toStdString()}};
        if (setting == u"now")
            given.emplace_back("half_life_days", "20");
        const auto settings = parameters_of("sar", given);
        const Parallel parallel(2);
        for (std::uint64_t trial = 0; trial < 12; ++trial) {
            Rng rng(trial, 3);
            std::vector<Row> rows;
            std::vector<bool> is_new;
            const std::uint32_t people = 5 + rng.below(40);
            const std::uint32_t things = 4 + rng.below(30);
            const std::uint32_t n = 30 + rng.below(400);
            for (std::uint32_t at = 0; at < n; ++at) {
                const auto u = rng.below(people);
                const auto i = rng.below(things);
                // Some people and items, at any place among the ids, come with the new events only.
                is_new.push_back(u % 11 == 3 || i % 13 == 2 || rng.below(20) == 0);
                rows.push_back(
                    {std::to_string(u), std::to_string(i), 1.0F + static_cast<float>(rng.below(5)),
                     1'000'000 + static_cast<std::int64_t>(rng.below(is_new.back() ? 9'000'000 : 8'000'000))});
            }
            std::vector<Row> old_rows;
            std::vector<RowIx> added;
            for (std::uint32_t at = 0; at < n; ++at) {
                if (is_new[at])
                    added.push_back(at);
                else
                    old_rows.push_back(rows[at]);
            }
            const auto before = *make_data(old_rows);
            const auto after = *make_data(rows);
            const auto everything = all_rows(*after);
            const auto model = fitted(*before, all_rows(*before), settings);
            const auto refit = fitted(*after, everything, settings);
            Progress progress;
            FitContext context{progress, parallel, 42};
            const auto status = model->update(TrainingData(*after, everything), added, settings, context);
            QVERIFY2(status, status ? "" : status.error().text().c_str());
            Writer ours;
            Writer theirs;
            model->save(ours);
            refit->save(theirs);
            QVERIFY(ours.bytes() == theirs.bytes());
        }
    }

    void a_cancelled_update_says_so() {
        const auto data = tastes(30, 20);
        const auto rows = all_rows(*data);
        const std::span old(rows.data(), rows.size() - 40);
        const std::vector<RowIx> added(rows.end() - 40, rows.end());
        const Parallel parallel(2);
        for (const bool at_once : {false, true}) {
            const auto model = fitted(*data, old, parameters_of("sar", {}));
            Progress progress;
            FitContext context{progress, parallel, 42};
            if (at_once)
                progress.cancel();
            const auto status = model->update(TrainingData(*data, rows), added, parameters_of("sar", {}), context);
            QCOMPARE(status.has_value(), !at_once);
            if (at_once)
                QCOMPARE(status.error().kind, ErrorKind::cancelled);
        }
    }

    void counting_new_pairs_ends_when_cancelled() {
        const std::vector<std::uint64_t> starts{0, 2};
        const std::vector<ItemIx> items{0, 1};
        const Parallel parallel(1);
        Progress progress;
        Cooccurrence pairs;
        pairs.count({starts, items}, 2, 1, parallel, progress);
        GrownSets grown;
        grown.starts = {0, 2};
        grown.items = {0, 1};
        grown.fresh = {1, 1};
        pairs.add(grown, parallel, progress);
        QCOMPARE(pairs.pair(0, 1), 2U);
        progress.cancel();
        pairs.add(grown, parallel, progress);
        QCOMPARE(pairs.pair(0, 1), 2U);
        const std::vector<std::uint32_t> same{0, 1};
        pairs.renumber(same, 2, progress);
        QCOMPARE(pairs.of_item(0), 0U);
    }

    /// With half a million items all pairs would not fit, and the nearest do.
    void memory_is_told_for_what_is_kept() {
        const auto settings = parameters_of("sar", {{"neighbours", "20"}});
        const DataShape large{1'000'000, 500'000, 40'000'000, 40'000'000, 0, 0};
        QVERIFY(Sar().cost(large, settings).memory_bytes < 3e9);
        QVERIFY(Sar().cost(large, parameters_of("sar", {})).memory_bytes > 1e10);

        constexpr std::uint32_t users = 2000;
        constexpr std::uint32_t items = 8000;
        std::vector<Row> rows;
        Rng rng(3);
        for (std::uint32_t user = 0; user < users; ++user)
            for (int each = 0; each < 100; ++each)
                rows.push_back({std::to_string(user), std::to_string(rng.below(items)), 4, 1000});
        const auto data = *make_data(rows);
        rows = {};
        const auto& columns = data->interactions();
        std::set<std::pair<UserIx, ItemIx>> pairs;
        for (std::size_t row = 0; row < columns.size(); ++row)
            pairs.emplace(columns.user[row], columns.item[row]);
        const DataShape shape{users, items, columns.size(), pairs.size(), 0, 0};
        pairs = {};
        const auto all = all_rows(*data);
        const Parallel parallel(2);
        Progress progress;
        FitContext context{progress, parallel, 42};
        const TrainingData training(*data, all);
        Sar model;
        Status status;
        const auto peak = peak_memory([&] { status = model.fit(training, settings, context); });
        QVERIFY(status);
        if (!peak)
            QSKIP("this system does not tell the peak of memory");
        const double told = Sar().cost(shape, settings).memory_bytes;
        QVERIFY2(told > *peak / 3 && told < *peak * 3, qPrintable(QString("%1 told, %2 taken").arg(told).arg(*peak)));
    }

    void an_update_of_other_data_is_refused() {
        const auto before = tastes(30, 20, 1);
        const auto other = tastes(30, 20, 2);
        const auto model = fitted(*before, all_rows(*before), parameters_of("sar", {}));
        Writer kept;
        model->save(kept);
        const Parallel parallel(2);
        Progress progress;
        FitContext context{progress, parallel, 42};
        const auto rows = all_rows(*other);
        const std::vector<RowIx> added{0, 5};
        const auto status = model->update(TrainingData(*other, rows), added, parameters_of("sar", {}), context);
        QVERIFY(!status && !status.error().remedy.empty());
        Writer still;
        model->save(still);
        QVERIFY(still.bytes() == kept.bytes());
    }
};

QTEST_APPLESS_MAIN(TestSarUpdate)
#include "tst_sar_update.moc"
