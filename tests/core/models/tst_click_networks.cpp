// Wide&Deep, DeepFM and xDeepFM as recommenders: what goes beyond the promises of every model.
#include <QTest>

#include "core/data/generator.h"
#include "feature_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

void each_network() {
    QTest::addColumn<QString>("id");
    for (const char* id : {"widedeep", "deepfm", "xdeepfm"})
        QTest::newRow(id) << id;
}

std::string current() {
    QFETCH_GLOBAL(QString, id);
    return id.toStdString();
}

/// Small layers, so that tests are quick.
Parameters settings_of(const Given& given) {
    Given all{{"dim", "6"}, {"deep", "16,8"}, {"epochs", "6"}, {"learning_rate", "0.01"}, {"batch", "64"}};
    if (current() == "xdeepfm")
        all.emplace_back("cin", "6,4");
    all.insert(all.end(), given.begin(), given.end());
    return parameters_of(current(), all);
}

FittedModel fit(const Dataset& data, std::span<const RowIx> rows, const Parameters& settings, int threads = 2,
                CheckpointKeeper* checkpoints = nullptr) {
    return fit_model(current(), data, rows, settings, threads, checkpoints);
}

std::vector<double> scores_of_rows(const Recommender& model, const Dataset& data, std::span<const RowIx> rows) {
    std::vector<double> out(rows.size());
    model.score_rows(data, rows, out);
    return out;
}

/// Settings under which training has state of its own: dropout's seeds, moving averages, moments.
std::vector<Given> ways_of_training() {
    return {{{"task", "clicks"}, {"positive_from", "3"}, {"dropout", "0.3"}, {"batch_norm", "true"}},
            {{"task", "ratings"}, {"optimizer", "adagrad"}, {"number_fields", "plain"}, {"schedule", "exponential"}},
            {{"task", "ratings"}, {"optimizer", "sgd"}, {"clip", "1"}, {"network_regularization", "0.001"}},
            {{"task", "ranking"}, {"activation", "tanh"}, {"hash_buckets", "20"}, {"deep", "none"}},
            {{"task", "clicks"},
             {"positive_from", "3"},
             {current() == "widedeep" ? "crosses" : "batch", current() == "widedeep" ? "group*kinds,hour*age" : "50"}}};
}

} // namespace

class TestClickNetworks : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase_data() { each_network(); } // NOLINT: QtTest's own name

    void digits_do_not_depend_on_threads() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& way : ways_of_training()) {
            const auto one = fit(*data, rows, settings_of(way), 1);
            QVERIFY2(one.status, one.status ? "" : one.status.error().text().c_str());
            QVERIFY(fit(*data, rows, settings_of(way), 2).bytes() == one.bytes());
        }
    }

    void a_resumed_training_ends_with_the_same_digits() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& way : ways_of_training()) {
            KeptStates states;
            const auto whole = fit(*data, rows, settings_of(way), 2, &states);
            QVERIFY(whole.status.has_value());
            states.resume = 3;
            const auto rest = fit(*data, rows, settings_of(way), 2, &states);
            QVERIFY(rest.status.has_value());
            QVERIFY(rest.bytes() == whole.bytes());
            QVERIFY(rest.curves == whole.curves);
        }
    }

    void a_loaded_model_scores_the_same() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        for (const auto& way : ways_of_training()) {
            const auto fitted = fit(*data, rows, settings_of(way));
            const auto loaded = load_model(current(), fitted.bytes());
            QVERIFY(loaded.has_value());
            QVERIFY(scores_of_rows(**loaded, *data, rows) == scores_of_rows(*fitted.model, *data, rows));
            const auto similar = fitted.model->similar_items(0, 5);
            QVERIFY(similar.size() == 5 && similar == (*loaded)->similar_items(0, 5));
        }
    }

    void the_loss_falls_and_each_task_is_learned() {
        const auto data = featured(120, 60, 0.4);
        const auto ratings = measured(current(), *data, "random:0.8", settings_of({{"task", "ratings"}}));
        QVERIFY2(ratings.at("rmse") < 0.6, qPrintable(QString::number(ratings.at("rmse")))); // noise 0.3, spread 1.1
        const auto likes = featured(120, 60, 0.4, 5, true);
        const auto clicks = measured(current(), *likes, "random:0.8", settings_of({{"task", "clicks"}}));
        QVERIFY2(clicks.at("auc") > 0.73, qPrintable(QString::number(clicks.at("auc")))); // 0.8 can be reached
        QVERIFY(clicks.at("logloss") < 0.6);
    }

    /// People never seen: only their features can tell what they like.
    void features_serve_unknown_users() {
        const auto data = featured(240, 60, 0.3, 5, true);
        const auto with = measured(current(), *data, "users:0.7", settings_of({{"task", "clicks"}}));
        const auto ids = measured(current(), *data, "users:0.7", settings_of({{"task", "clicks"}, {"fields", "ids"}}));
        QVERIFY2(with.at("auc") > ids.at("auc") + 0.2,
                 qPrintable(QString("%1 %2").arg(with.at("auc")).arg(ids.at("auc"))));
    }

    /// Whoever no training row has is told by their features alone: two of the same features have the same scores,
    /// whether their number is there or missing.
    void unknown_people_of_the_same_features_are_alike() {
        const auto data = featured(240, 30, 0.3);
        std::vector<RowIx> known;
        for (const RowIx row : all_rows(*data))
            if (data->interactions().user[row] % 4 != 0)
                known.push_back(row);
        const auto fitted = fit(*data, known, settings_of({{"task", "ratings"}}));
        QVERIFY(fitted.status.has_value());
        const auto& ages = data->user_features()[1].numbers;
        const auto& groups = data->user_features()[0].texts;
        std::vector<double> a(30);
        std::vector<double> b(30);
        int alike = 0;
        int missing = 0;
        for (UserIx u = 0; u < 240; u += 4)
            for (UserIx v = u + 4; v < 240; v += 4) {
                const bool same_age = ages[u] == ages[v] || (std::isnan(ages[u]) && std::isnan(ages[v]));
                if (!same_age || groups[u] != groups[v])
                    continue;
                fitted.model->score(u, a);
                fitted.model->score(v, b);
                QVERIFY(a == b);
                QVERIFY(std::all_of(a.begin(), a.end(), [](double x) { return std::isfinite(x); }));
                ++alike;
                missing += std::isnan(ages[u]) ? 1 : 0;
            }
        QVERIFY(alike > 5 && missing > 1);
    }

    void an_item_alone_has_the_score_it_has_in_the_list() {
        const auto data = featured(30, 300, 0.2);
        for (auto way : ways_of_training()) {
            way.insert(way.begin(), {"epochs", "1"});
            std::erase_if(way, [](const auto& one) { return one.first == "task"; });
            way.emplace_back("task", "ranking"); // whose scores are what comes out
            const auto fitted = fit(*data, all_rows(*data), settings_of(way));
            QVERIFY2(fitted.status, fitted.status ? "" : fitted.status.error().text().c_str());
            std::vector<double> all(300);
            std::vector<double> some(2);
            fitted.model->score(3, all);
            const std::vector<ItemIx> items{7, 299};
            fitted.model->score_some(3, items, some);
            QCOMPARE(some[0], all[7]);
            QCOMPARE(some[1], all[299]);
            const std::vector<Pair> pairs{{3, 7}, {4, 7}, {3, 299}};
            std::vector<double> scores(pairs.size());
            fitted.model->score_pairs(pairs, scores);
            QVERIFY(scores[0] == all[7] && scores[2] == all[299]);
        }
    }

    void pairs_are_scored_as_rows_are_without_their_own_part() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto fitted = fit(*data, rows, settings_of({{"task", "ratings"}, {"fields", "-hour"}}));
        std::vector<Pair> pairs;
        for (const RowIx row : rows)
            pairs.push_back({data->interactions().user[row], data->interactions().item[row]});
        std::vector<double> scores(pairs.size());
        fitted.model->score_pairs(pairs, scores);
        QVERIFY(scores == scores_of_rows(*fitted.model, *data, rows));
        const auto [least, greatest] =
            std::minmax_element(data->interactions().value.begin(), data->interactions().value.end());
        QVERIFY(std::all_of(scores.begin(), scores.end(), [&](double score) {
            return score >= static_cast<double>(*least) && score <= static_cast<double>(*greatest);
        }));
    }

    void it_ranks_the_sample_better_than_popularity() {
        Progress progress;
        const auto data = *generate_dataset({}, "sample", progress);
        const auto network = measured(current(), *data, "chrono:0.75",
                                      parameters_of(current(), {{"dim", "8"},
                                                                {"deep", "32,16"},
                                                                {"epochs", "4"},
                                                                {"learning_rate", "0.003"},
                                                                {current() == "xdeepfm" ? "cin" : "batch",
                                                                 current() == "xdeepfm" ? "4,4" : "256"}}));
        const auto popular = measured("popularity", *data, "chrono:0.75", parameters_of("popularity", {}));
        QVERIFY2(network.at("ndcg@10") > 1.5 * popular.at("ndcg@10"),
                 qPrintable(QString("%1 %2").arg(network.at("ndcg@10")).arg(popular.at("ndcg@10"))));
    }

    void what_cannot_be_learned_is_refused() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto one_class = fit(*data, rows, settings_of({{"task", "clicks"}, {"positive_from", "-5"}}));
        QVERIFY(!one_class.status);
        QCOMPARE(one_class.status.error().where, std::string("positive_from"));
        QVERIFY(!one_class.status.error().remedy.empty());
        const auto& schema = (*find_model(current()))->schema;
        for (const char* widths : {"", "0", "16,", "a,b", "16,9000", "1,1,1,1,1,1,1,1,1"})
            QVERIFY(!schema.parse("deep", widths).has_value());
        QVERIFY(schema.parse("deep", "none").has_value() && schema.parse("deep", "64, 32").has_value());
    }

    void settings_that_do_not_go_together_are_refused() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto batch = fit(*data, rows, settings_of({{"batch_norm", "true"}, {"batch", "1"}}));
        QVERIFY(!batch.status);
        QCOMPARE(batch.status.error().where, std::string("batch"));
        QVERIFY(!batch.status.error().remedy.empty());
        if (current() != "xdeepfm")
            return;
        for (const char* widths : {"1,8", " 1 , 8", "01,8", "8, 1,8"}) {
            const auto halved = fit(*data, rows, settings_of({{"cin", widths}}));
            QVERIFY(!halved.status);
            QCOMPARE(halved.status.error().where, std::string("cin"));
            QVERIFY(!halved.status.error().remedy.empty());
        }
        // The last layer is not halved, and without split_half none is.
        for (const Given& more : {Given{{"cin", "8, 1"}}, Given{{"cin", "1,8"}, {"split_half", "false"}}}) {
            const auto fitted = fit(*data, rows, settings_of(more));
            QVERIFY(fitted.status.has_value());
            QVERIFY(load_model("xdeepfm", fitted.bytes()).has_value());
        }
    }

    void divergence_in_the_last_step_is_seen() {
        const auto data = *make_data({{"a", "x", 3e38F}, {"a", "y", -3e38F}, {"b", "x", 3e38F}});
        const auto out = fit(*data, all_rows(*data),
                             settings_of({{"task", "ratings"},
                                          {"fields", "ids"},
                                          {"optimizer", "sgd"},
                                          {"learning_rate", "10"},
                                          {"deep", "none"},
                                          {"epochs", "1"}}));
        QVERIFY(!out.status);
        QVERIFY(out.status.error().text().find("diverged in epoch 1") != std::string::npos);
    }

    void divergence_stops_with_epoch_and_remedy() {
        const auto data = *make_data({{"a", "x", 1e30F}, {"a", "y", -1e30F}, {"b", "x", 3e30F}});
        const auto out =
            fit(*data, all_rows(*data), settings_of({{"task", "ratings"}, {"fields", "ids"}, {"optimizer", "sgd"}}));
        QVERIFY(!out.status);
        QVERIFY(out.status.error().text().find("diverged in epoch") != std::string::npos);
        QCOMPARE(out.status.error().where, std::string("learning_rate"));
    }

    /// A bucket is one weight with its moments, not a row of embeddings.
    void buckets_of_crosses_are_stored_and_counted_as_one_weight_each() {
        if (current() != "widedeep")
            QSKIP("has no crosses");
        const auto data = featured();
        const auto settings = [](const char* buckets) {
            return settings_of({{"crosses", "group*item.kinds,hour*kinds"}, {"cross_buckets", buckets}});
        };
        const auto few = fit(*data, all_rows(*data), settings("1000"));
        const auto many = fit(*data, all_rows(*data), settings("2000"));
        QCOMPARE(many.bytes().size() - few.bytes().size(), std::size_t{2 * 1000 * sizeof(float)});
        const auto loaded = load_model("widedeep", many.bytes());
        QVERIFY(loaded.has_value());
        QVERIFY(scores_of_rows(**loaded, *data, all_rows(*data)) ==
                scores_of_rows(*many.model, *data, all_rows(*data)));
        const DataShape shape{1000, 500, 40'000, 39'000, 3, 60};
        const auto bytes = [&](const char* buckets) { return few.model->cost(shape, settings(buckets)).memory_bytes; };
        QVERIFY(bytes("100000000") - bytes("1000") > 2 * 12 * 0.99e8);
    }

    void crosses_tell_what_single_weights_cannot() {
        if (current() != "widedeep")
            QSKIP("has no crosses");
        // Without layers a sum of weights cannot say that a group likes a kind; a weight for the two together can.
        const auto data = featured(240, 60, 0.3, 5, true);
        const Given linear{{"task", "clicks"}, {"deep", "none"}, {"fields", "group,kinds"}};
        Given crossed = linear;
        crossed.emplace_back("crosses", "group*item.kinds");
        const auto without = measured("widedeep", *data, "random:0.8", settings_of(linear));
        const auto with = measured("widedeep", *data, "random:0.8", settings_of(crossed));
        QVERIFY2(without.at("auc") < 0.6 && with.at("auc") > 0.72,
                 qPrintable(QString("%1 %2").arg(without.at("auc")).arg(with.at("auc"))));
        const auto unknown = fit(*data, all_rows(*data), settings_of({{"crosses", "gruop*kinds"}}));
        QVERIFY(!unknown.status);
        QCOMPARE(unknown.status.error().where, std::string("crosses"));
        QVERIFY(!(*find_model("widedeep"))->schema.parse("crosses", "group").has_value());
    }
};

QTEST_APPLESS_MAIN(TestClickNetworks)
#include "tst_click_networks.moc"
