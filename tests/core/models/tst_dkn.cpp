// DKN as a recommender.
#include <fstream>

#include <QTemporaryDir>
#include <QTest>

#include "core/data/importer.h"
#include "core/experiment/run.h"
#include "dkn_data.h"
#include "support.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// MIND's files, small: 30 articles of two subjects with an entity each, people who click those of one.
void write_mind(const std::filesystem::path& folder, std::uint64_t seed, bool with_news) {
    std::filesystem::create_directories(folder);
    Rng rng(seed);
    std::ofstream behaviors(folder / "behaviors.tsv");
    for (int impression = 1; impression <= 150; ++impression) {
        const auto user = rng.below(20);
        behaviors << impression << "\tU" << user << "\t11/1" << rng.below(5) << "/2019 6:00:00 PM\tN" << user % 2
                  << " N" << user % 2 + 2 << "\t";
        for (int shown = 0; shown < 4; ++shown) {
            const auto item = rng.below(30);
            behaviors << (shown > 0 ? " N" : "N") << item << (item % 2 == user % 2 ? "-1" : "-0");
        }
        behaviors << "\n";
    }
    if (!with_news)
        return;
    std::ofstream news(folder / "news.tsv");
    for (int item = 0; item < 30; ++item)
        news << "N" << item << "\tnews\tworld\t" << (item % 2 == 0 ? "Match of Lions" : "Vote in Senate") << " " << item
             << "\t\thttps://x/1\t[{\"Label\": \"" << (item % 2 == 0 ? "Lions" : "Senate") << "\", \"Type\": \"O\", "
             << "\"WikidataId\": \"Q" << 1 + item % 2 << "\", \"Confidence\": 1.0, \"OccurrenceOffsets\": [1], "
             << "\"SurfaceForms\": [\"x\"]}]\t[]\n";
    std::ofstream(folder / "entity_embedding.vec") << "Q1\t0.5\t-0.5\t0.1\nQ2\t-0.5\t0.5\t0.2\n";
}

} // namespace

class TestDkn : public QObject {
    Q_OBJECT

  private slots:
    void learns_the_subjects_of_people() {
        const auto data = two_subjects(true, 80, 40);
        const auto fitted = fit_dkn(*data, {{"epochs", "25"},
                                            {"learning_rate", "0.005"},
                                            {"dropout", "0"},
                                            {"history_from", "all"},
                                            {"negatives", "0"},
                                            {"positive_from", "3"},
                                            {"filters", "16"},
                                            {"layers", "16"},
                                            {"init_deviation", "0.5"}});
        QVERIFY2(fitted.status, fitted.status ? "" : fitted.status.error().text().c_str());
        const auto losses = fitted.curve("train_logloss");
        QVERIFY(losses.back() < losses.front());
        int right = 0;
        int all = 0;
        for (UserIx user = 0; user < fitted.model->n_users(); ++user) {
            const auto scores = fitted.scores(user);
            double own = 0;
            double other = 0;
            const auto subject = [](std::string_view id) { return std::stoi(std::string(id)) % 2; };
            for (ItemIx item = 0; item < scores.size(); ++item)
                (subject(data->items().id(item)) == subject(data->users().id(user)) ? own : other) += scores[item];
            right += own > other ? 1 : 0;
            ++all;
        }
        QVERIFY2(right > all * 9 / 10, qPrintable(QString("%1 of %2").arg(right).arg(all)));
    }

    void digits_do_not_depend_on_threads() {
        const auto data = with_graph();
        const Settings settings{{"use_context", "true"}, {"entity_vectors", "transe"}, {"dropout", "0.3"}};
        const auto one = fit_dkn(*data, settings, 1);
        QVERIFY2(one.status, one.status ? "" : one.status.error().text().c_str());
        QVERIFY(fit_dkn(*data, settings, 2).bytes() == one.bytes());
        QVERIFY(fit_dkn(*data, settings, 3).bytes() == one.bytes());
    }

    void a_resumed_training_ends_with_the_same_digits() {
        const auto data = with_graph();
        const Settings settings{{"use_context", "true"}, {"dropout", "0.2"}};
        const auto whole = fit_dkn(*data, settings);
        Checkpoints keeper;
        keeper.cancel_after = 2;
        const auto part = fit_dkn(*data, settings, 2, &keeper);
        QVERIFY(!part.status);
        Checkpoints again;
        again.resume_from = keeper.states.back();
        QVERIFY(fit_dkn(*data, settings, 1, &again).bytes() == whole.bytes());
    }

    void a_loaded_network_has_the_same_scores() {
        const auto data = with_graph();
        const auto fitted = fit_dkn(*data, {{"use_context", "true"}});
        const auto bytes = fitted.bytes();
        const auto loaded = load_model("dkn", bytes);
        QVERIFY2(loaded, loaded ? "" : loaded.error().text().c_str());
        QVERIFY(all_scores(**loaded) == all_scores(*fitted.model));
    }

    void empty_titles_and_people_without_history_are_defined() {
        auto parts = two_subjects()->parts();
        StringColumn titles;
        for (ItemIx item = 0; item < parts.items.size(); ++item)
            titles.push_back(item % 5 == 0 ? std::string_view() : parts.item_titles[item]);
        parts.item_titles = titles;
        const auto data = *Dataset::make(std::move(parts));
        std::vector<RowIx> rows;
        for (const RowIx row : all_rows(*data))
            if (data->interactions().user[row] > 1)
                rows.push_back(row);
        const auto fitted = fit_model("dkn", *data, rows, parameters_of("dkn", quick));
        QVERIFY2(fitted.status, fitted.status ? "" : fitted.status.error().text().c_str());
        for (const double score : all_scores(*fitted.model))
            QVERIFY(score > 0 && score < 1);
        // Both have nothing, so they are one and the same person.
        QVERIFY(fitted.scores(0) == fitted.scores(1));
        std::vector<double> profile(fitted.model->n_items());
        fitted.model->score_profile({}, profile);
        QVERIFY(profile == fitted.scores(0));
    }

    void a_profile_is_scored_as_the_user_who_has_it() {
        const auto data = two_subjects();
        const auto fitted = fit_dkn(*data, {{"history_from", "all"}});
        std::vector<ProfileItem> profile;
        auto rows = all_rows(*data);
        std::erase_if(rows, [&](RowIx row) { return data->interactions().user[row] != 5; });
        std::stable_sort(rows.begin(), rows.end(),
                         [&](RowIx a, RowIx b) { return data->interactions().time[a] < data->interactions().time[b]; });
        for (const RowIx row : rows)
            profile.push_back({data->interactions().item[row], 5});
        std::vector<double> scores(fitted.model->n_items());
        fitted.model->score_profile(profile, scores);
        QVERIFY(scores == fitted.scores(5));
    }

    void divergence_is_told() {
        auto parts = two_subjects()->parts();
        Vectors words{"words", 400, {}, {}};
        for (const char* word : {"goal", "vote"}) {
            words.keys.push_back(word);
            words.values.insert(words.values.end(), words.dimension, 3e38F);
        }
        parts.vectors = {words};
        const auto fitted = fit_dkn(**Dataset::make(std::move(parts)), {{"word_vectors", "given"}});
        QVERIFY(!fitted.status);
        QCOMPARE(fitted.status.error().where, std::string("learning_rate"));
        QVERIFY(!fitted.status.error().remedy.empty());
    }

    void reads_mind_with_its_entity_vectors_and_is_measured_by_impression() {
        const QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        write_mind(root / "train", 1, true);
        write_mind(root / "dev", 2, false);
        ImportOptions options;
        options.files = {root / "train" / "behaviors.tsv"};
        options.test_files = {root / "dev" / "behaviors.tsv"};
        const Parallel parallel(2);
        Progress progress;
        const auto data = import_dataset(options, parallel, progress);
        QVERIFY2(data, data ? "" : data.error().text().c_str());
        RunSpec spec;
        spec.model = "dkn";
        spec.parameters = preset_of(
            "dkn", "news", plus(quick, {{"entity_vectors", "given"}, {"epochs", "25"}, {"learning_rate", "0.01"}}));
        spec.split = *SplitRecipe::parse("fixed", 1);
        const auto done = execute(**data, *prepare_spec(**data, spec), parallel, progress);
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        const auto& metrics = done->run.metrics;
        QVERIFY(metrics.at("impressions") > 100);
        QVERIFY2(metrics.at("gauc") > 0.7, qPrintable(QString::number(metrics.at("gauc"))));
        QVERIFY(metrics.at("impression_mrr") > 0 && metrics.at("impression_ndcg@5") > 0);
    }

    void beats_chance_on_the_news_of_the_paper() {
        const auto folder = test_data_folder() / "dkn-news";
        REQUIRE_FILE(folder / "raw_train.txt");
        ImportOptions options;
        options.files = {folder / "raw_train.txt"};
        options.test_files = {folder / "raw_test.txt"};
        const Parallel parallel(2);
        Progress progress;
        const auto data = *import_dataset(options, parallel, progress);
        // The test rows are so few that one seed says little: their AUC alone has a standard error of 0.027.
        double sum = 0;
        for (const std::uint64_t seed : {1, 2, 3}) {
            RunSpec spec;
            spec.model = "dkn";
            spec.seed = seed;
            spec.parameters = preset_of("dkn", "news", {{"word_dim", "24"}, {"entity_dim", "24"}, {"filters", "24"}});
            spec.split = *SplitRecipe::parse("fixed", 1);
            const auto done = execute(*data, *prepare_spec(*data, spec), parallel, progress);
            QVERIFY2(done, done ? "" : done.error().text().c_str());
            sum += done->run.metrics.at("auc");
        }
        QVERIFY2(sum / 3 > 0.52, qPrintable(QString::number(sum / 3)));
    }
};

QTEST_GUILESS_MAIN(TestDkn)
#include "tst_dkn.moc"
