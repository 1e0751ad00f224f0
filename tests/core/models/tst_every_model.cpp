// What every model promises, whichever it is: each test runs over all of all_models().
#include <QTest>

#include "core/experiment/run.h"
#include "core/make_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

constexpr std::int64_t few_epochs = 5;

/// Users of two tastes with an age and items with a genre and a title, so that models of features and of texts have
/// something too.
DatasetPtr any_data() {
    static const DatasetPtr data = [] {
        auto parts = tastes(50, 30)->parts();
        FeatureColumn group;
        FeatureColumn genre;
        group.name = "group";
        genre.name = "genre";
        for (std::uint32_t u = 0; u < parts.users.size(); ++u)
            group.texts.push_back(u % 3 == 0 ? "young" : "old");
        for (std::uint32_t i = 0; i < parts.items.size(); ++i)
            genre.texts.push_back(i % 2 == 0 ? "drama" : "comedy");
        parts.user_features.push_back(std::move(group));
        parts.item_features.push_back(std::move(genre));
        for (std::uint32_t i = 0; i < parts.items.size(); ++i)
            parts.item_titles.push_back((i % 2 == 0 ? "tears " : "laughter ") + std::to_string(i % 7));
        return *Dataset::make(std::move(parts));
    }();
    return data;
}

Parameters few(const ModelEntry& entry, Parameters given = {}) {
    for (const auto& preset : entry.schema.presets())
        if (preset.name == "fast")
            for (const auto& [name, value] : preset.values)
                given.try_emplace(name, value);
    if (entry.schema.find("epochs") != nullptr)
        given["epochs"] = few_epochs;
    return *entry.schema.complete(given);
}

struct Fitted {
    std::unique_ptr<Recommender> model;
    Status status;
    std::vector<std::byte> bytes;
    Curves curves;
};

Fitted fit(const ModelEntry& entry, const Dataset& data, int threads = 2, const Parameters& given = {},
           CheckpointKeeper* checkpoints = nullptr, Progress* shown = nullptr) {
    Fitted out;
    out.model = entry.make();
    const Parallel parallel(threads);
    Progress own;
    Progress& progress = shown != nullptr ? *shown : own;
    FitContext context{progress, parallel, 7, nullptr, checkpoints, 0};
    const auto rows = all_rows(data);
    out.status = out.model->fit(TrainingData(data, rows), few(entry, given), context);
    if (!out.status)
        return out;
    Writer writer;
    out.model->save(writer);
    out.bytes = writer.take();
    out.curves = progress.curves();
    return out;
}

std::vector<double> scores_of(const Recommender& model) {
    std::vector<double> all;
    std::vector<double> scores(model.n_items());
    for (UserIx user = 0; user < model.n_users(); ++user) {
        model.score(user, scores);
        all.insert(all.end(), scores.begin(), scores.end());
    }
    return all;
}

/// Cancels the training after so many checkpoints, and hands the last one to whoever goes on.
class Interrupter final : public CheckpointKeeper {
  public:
    Interrupter(Progress& progress, int after) : progress_(progress), left_(after) {}
    Status keep(std::span<const std::byte> state) override {
        state_.assign(state.begin(), state.end());
        if (--left_ == 0)
            progress_.cancel();
        return {};
    }
    std::optional<std::vector<std::byte>> take() override {
        return state_.empty() ? std::nullopt : std::optional(std::move(state_));
    }

  private:
    Progress& progress_;
    int left_;
    std::vector<std::byte> state_;
};

bool finite(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

void each_model() {
    QTest::addColumn<QString>("id");
    for (const auto& entry : all_models())
        QTest::newRow(entry.id.c_str()) << QString::fromStdString(entry.id);
}

const ModelEntry& current() {
    QFETCH_GLOBAL(QString, id);
    return **find_model(id.toStdString());
}

} // namespace

class TestEveryModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase_data() { each_model(); } // NOLINT: QtTest's own name

    void bytes_do_not_depend_on_threads() {
        const auto one = fit(current(), *any_data(), 1);
        QVERIFY2(one.status, one.status ? "" : one.status.error().text().c_str());
        for (const int threads : {2, 3})
            QVERIFY(fit(current(), *any_data(), threads).bytes == one.bytes);
    }

    void a_loaded_model_has_the_same_scores() {
        const auto fitted = fit(current(), *any_data());
        const auto loaded = load_model(current().id, fitted.bytes);
        QVERIFY2(loaded, loaded ? "" : loaded.error().text().c_str());
        QCOMPARE(scores_of(**loaded), scores_of(*fitted.model));
        Writer again;
        (*loaded)->save(again);
        QVERIFY(again.bytes() == fitted.bytes);
    }

    void a_damaged_model_is_refused_or_safe() {
        const auto fitted = fit(current(), *any_data());
        for (std::size_t length = 0; length < fitted.bytes.size(); length += 1 + fitted.bytes.size() / 150)
            QVERIFY(!load_model(current().id, std::span(fitted.bytes).first(length)));
        Rng rng(3);
        for (int trial = 0; trial < 200; ++trial) {
            auto bytes = fitted.bytes;
            bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<std::byte>(rng.below(256));
            if (const auto loaded = load_model(current().id, bytes); loaded && (*loaded)->n_users() > 0) {
                std::vector<double> scores((*loaded)->n_items());
                (*loaded)->score(0, scores);
            }
        }
    }

    void a_resumed_training_ends_with_the_same_bytes() {
        if (!current().make()->capabilities(few(current())).iterative)
            QSKIP("does not train by epochs");
        const auto whole = fit(current(), *any_data());
        Progress stopped;
        Interrupter interrupter(stopped, 2);
        const auto part = fit(current(), *any_data(), 2, {}, &interrupter, &stopped);
        QVERIFY(!part.status);
        QVERIFY(part.status.error().kind == ErrorKind::cancelled);
        Progress fresh;
        const auto rest = fit(current(), *any_data(), 3, {}, &interrupter, &fresh);
        QVERIFY2(rest.status, rest.status ? "" : rest.status.error().text().c_str());
        QVERIFY(rest.bytes == whole.bytes);
        QVERIFY(rest.curves == whole.curves);
        QVERIFY(whole.curves.size() >= static_cast<std::size_t>(few_epochs));
    }

    void a_damaged_checkpoint_is_refused() {
        if (!current().make()->capabilities(few(current())).iterative)
            QSKIP("does not train by epochs");
        struct Broken final : CheckpointKeeper {
            Status keep(std::span<const std::byte>) override { return {}; }
            std::optional<std::vector<std::byte>> take() override { return std::vector<std::byte>(40); }
        } broken;
        const auto fitted = fit(current(), *any_data(), 2, {}, &broken);
        QVERIFY(!fitted.status);
        QVERIFY(!fitted.status.error().remedy.empty());
    }

    void a_cancelled_fit_says_so() {
        Progress progress;
        progress.cancel();
        const auto fitted = fit(current(), *any_data(), 2, {}, nullptr, &progress);
        if (fitted.status)
            QSKIP("done before it could be cancelled");
        QVERIFY(fitted.status.error().kind == ErrorKind::cancelled);
    }

    void scores_are_numbers_and_pairs_agree_with_lists() {
        const auto fitted = fit(current(), *any_data());
        const auto can = fitted.model->capabilities(few(current()));
        QVERIFY(finite(scores_of(*fitted.model)));
        std::vector<Pair> pairs;
        for (UserIx user = 0; user < fitted.model->n_users(); user += 7)
            for (ItemIx item = 0; item < fitted.model->n_items(); ++item)
                pairs.push_back({user, item});
        std::vector<double> predicted(pairs.size());
        fitted.model->score_pairs(pairs, predicted);
        QVERIFY(finite(predicted));
        if (can.predicts_clicks)
            QVERIFY(std::all_of(predicted.begin(), predicted.end(), [](double p) { return p >= 0 && p <= 1; }));
        // In another order the answers are the same.
        auto turned = pairs;
        std::reverse(turned.begin(), turned.end());
        std::vector<double> backwards(pairs.size());
        fitted.model->score_pairs(turned, backwards);
        std::reverse(backwards.begin(), backwards.end());
        QCOMPARE(backwards, predicted);
    }

    void scores_of_some_items_are_those_of_all() {
        const auto fitted = fit(current(), *any_data());
        QVERIFY(fitted.model->finite());
        const std::vector<ItemIx> some{29, 0, 3, 17, 16};
        std::vector<double> scores(fitted.model->n_items());
        std::vector<double> few_scores(some.size());
        for (UserIx user = 0; user < fitted.model->n_users(); user += 7) {
            fitted.model->score(user, scores);
            fitted.model->score_some(user, some, few_scores);
            for (std::size_t i = 0; i < some.size(); ++i)
                QCOMPARE(few_scores[i], scores[some[i]]);
        }
    }

    void lists_hold_the_best_unseen_items() {
        const auto fitted = fit(current(), *any_data());
        const auto& model = *fitted.model;
        std::vector<UserIx> users(model.n_users());
        std::iota(users.begin(), users.end(), UserIx{0});
        const Parallel parallel(2);
        Progress progress;
        const auto lists = model.top_k(users, {5, true}, parallel, progress);
        std::vector<double> scores(model.n_items());
        for (const UserIx user : users) {
            model.score(user, scores);
            const auto seen = model.seen(user);
            double worst = std::numeric_limits<double>::infinity();
            std::set<ItemIx> listed;
            for (const auto& [item, score] : lists[user]) {
                QVERIFY(!std::binary_search(seen.begin(), seen.end(), item));
                QVERIFY(std::abs(score - scores[item]) <= 1e-4 * std::max(1.0, std::abs(score)));
                QVERIFY(score <= worst);
                worst = score;
                listed.insert(item);
            }
            QVERIFY(listed.size() == lists[user].size());
            for (ItemIx item = 0; item < model.n_items(); ++item)
                if (!listed.contains(item) && !std::binary_search(seen.begin(), seen.end(), item) &&
                    lists[user].size() == 5)
                    QVERIFY(scores[item] <= worst + 1e-4 * std::max(1.0, std::abs(worst)));
        }
    }

    void reasons_add_up_to_the_score() {
        const auto fitted = fit(current(), *any_data());
        if (!fitted.model->capabilities(few(current())).explains)
            QSKIP("gives no reasons");
        std::vector<double> scores(fitted.model->n_items());
        for (UserIx user = 0; user < fitted.model->n_users(); user += 5) {
            fitted.model->score(user, scores);
            for (ItemIx item = 0; item < scores.size(); item += 3) {
                const auto reasons = fitted.model->explain(user, item);
                QVERIFY(reasons != nullptr);
                double sum = 0;
                for (const auto& one : reasons->contributions)
                    sum += one.contribution;
                QCOMPARE(sum, reasons->score);
                QVERIFY(std::abs(sum - scores[item]) <= 1e-5 * std::max(1.0, std::abs(sum)));
            }
        }
    }

    void someone_unknown_gets_a_list() {
        const auto fitted = fit(current(), *any_data());
        if (!fitted.model->capabilities(few(current())).folds_in)
            QSKIP("knows only the people it was trained on");
        const std::vector<ProfileItem> profile{{0, 5}, {2, 4}, {4, 5}};
        const auto list = fitted.model->recommend_profile(profile, {5, true});
        QVERIFY(!list.empty());
        std::vector<double> scores(fitted.model->n_items());
        fitted.model->score_profile(profile, scores);
        QVERIFY(finite(scores));
        fitted.model->score_profile({}, scores);
        QVERIFY(finite(scores));
        for (const auto& one : list)
            QVERIFY(one.item != 0 && one.item != 2 && one.item != 4);
    }

    void small_and_flat_data_are_defined() {
        const std::vector<std::vector<Row>> all{
            {{"u", "i", 3}},
            {{"u", "i", 3}, {"u", "j", 4}, {"u", "k", 5}},
            {{"u", "i", 3}, {"v", "i", 4}, {"w", "i", 5}},
            {{"u", "i", 3}, {"u", "j", 3}, {"v", "i", 3}, {"v", "k", 3}},
            {{"u", "i", 3, 5}, {"u", "i", 4, 6}, {"v", "i", 1, 7}},
        };
        for (const auto& rows : all) {
            const auto data = *make_data(rows);
            const auto fitted = fit(current(), *data);
            if (!fitted.status) {
                QVERIFY(!fitted.status.error().what.empty());
                QVERIFY(!fitted.status.error().remedy.empty());
                continue;
            }
            QVERIFY(finite(scores_of(*fitted.model)));
        }
    }

    void users_and_items_without_training_rows_are_defined() {
        const auto data = any_data();
        std::vector<RowIx> rows;
        for (const RowIx row : all_rows(*data))
            if (data->interactions().user[row] > 2 && data->interactions().item[row] > 2)
                rows.push_back(row);
        const Parallel parallel(2);
        Progress progress;
        FitContext context{progress, parallel, 7};
        auto model = current().make();
        const auto status = model->fit(TrainingData(*data, rows), few(current()), context);
        QVERIFY2(status, status ? "" : status.error().text().c_str());
        QVERIFY(finite(scores_of(*model)));
        const std::vector<UserIx> unknown{0, 1, 2};
        for (const auto& list : model->top_k(unknown, {10, true}, parallel, progress))
            for (const auto& one : list)
                QVERIFY(one.item > 2);
    }

    void who_asks_for_more_than_all_items_gets_all() {
        const auto data = any_data();
        const auto fitted = fit(current(), *data);
        if (!fitted.status)
            QSKIP("this model has no use for the data");
        const std::vector<UserIx> users{0, 7, 33};
        constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
        const Parallel parallel(2);
        Progress progress;
        const auto lists = fitted.model->top_k(users, {most, true}, parallel, progress);
        QCOMPARE(lists, fitted.model->top_k(users, {fitted.model->n_items(), true}, parallel, progress));
        QVERIFY(!lists[0].empty());
        QCOMPARE(fitted.model->similar_items(3, most), fitted.model->similar_items(3, fitted.model->n_items()));
        const std::vector<ProfileItem> profile{{2, 4}, {5, 3}};
        if (fitted.model->capabilities(few(current())).folds_in)
            QVERIFY(!fitted.model->recommend_profile(profile, {most, true}).empty());
    }

    void presets_and_costs_are_sound() {
        const auto& entry = current();
        DataShape shape{1000, 500, 40'000, 39'000, 3, 60};
        DataShape larger{2000, 1000, 160'000, 156'000, 3, 60};
        for (const auto& preset : entry.schema.presets()) {
            const auto complete = entry.schema.complete(preset.values);
            QVERIFY2(complete, complete ? "" : complete.error().text().c_str());
            QVERIFY(!preset.help.empty());
        }
        const auto parameters = entry.schema.defaults();
        const auto cost = entry.make()->cost(shape, parameters);
        const auto more = entry.make()->cost(larger, parameters);
        QVERIFY(std::isfinite(cost.memory_bytes) && cost.memory_bytes >= 0);
        QVERIFY(std::isfinite(cost.core_seconds) && cost.core_seconds >= 0);
        QVERIFY(more.memory_bytes >= cost.memory_bytes && more.core_seconds >= cost.core_seconds);
        QVERIFY(!entry.summary.empty());
    }
};

QTEST_GUILESS_MAIN(TestEveryModel)
#include "tst_every_model.moc"
