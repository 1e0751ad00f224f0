// Training and ranking: tiny graphs with a known answer, the same digits on any number of threads, the ranking against
// brute force, and a real graph far better than chance.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

#include <QtTest>

#include "core/graph/embedding.h"
#include "core/graph/make_graph.h"
#include "core/graph/ranking.h"
#include "core/ml100k.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

EmbeddingSpec spec_for(const Dataset& data, const std::string& method, const Parameters& parameters = {}) {
    EmbeddingSpec spec;
    spec.method = method;
    spec.parameters = parameters;
    return *prepare_embedding(data, spec);
}

Result<EmbeddingOutcome> trained(const Dataset& data, const EmbeddingSpec& spec, int threads = 2) {
    const Parallel parallel(threads);
    Progress progress;
    return train_embedding(data, spec, parallel, progress);
}

} // namespace

class TestEmbedding : public QObject {
    Q_OBJECT

    static void each_method() {
        QTest::addColumn<QString>("method");
        for (const auto& method : embedding_methods())
            QTest::addRow("%s", method.id.c_str()) << QString::fromStdString(method.id);
    }

  private slots:
    void corrupted_triples_are_false_and_differ_in_one_end() {
        const auto graph = grid_graph(4);
        const auto triples = distinct_triples(graph);
        const TripleIndex known(triples, 16, 3);
        Rng rng(3);
        std::set<std::uint32_t> heads;
        for (int i = 0; i < 500; ++i) {
            Triple bad{};
            const bool at_head = i % 2 == 0;
            const auto& good = triples[static_cast<std::size_t>(i) % triples.size()];
            QVERIFY(corrupt(good, at_head, known, 16, rng, bad));
            QCOMPARE(bad.relation, good.relation);
            QVERIFY(at_head ? bad.tail == good.tail : bad.head == good.head);
            QVERIFY(std::none_of(triples.begin(), triples.end(), [&](const Triple& t) {
                return t.head == bad.head && t.relation == bad.relation && t.tail == bad.tail;
            }));
            heads.insert(bad.head);
        }
        QCOMPARE(heads.size(), std::size_t{16});
        // Where every triple is true there is no false one.
        KnowledgeGraph full;
        full.triples = {{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}};
        const auto all = distinct_triples(full);
        Triple bad{};
        QVERIFY(!corrupt(all[0], true, TripleIndex(all, 2, 1), 2, rng, bad));
    }

    void the_index_counts_partners() {
        KnowledgeGraph graph;
        graph.triples = {{0, 0, 3}, {1, 0, 3}, {2, 0, 3}, {0, 0, 4}, {0, 1, 3}, {0, 0, 3}};
        const auto triples = distinct_triples(graph);
        QCOMPARE(triples.size(), std::size_t{5});
        const TripleIndex known(triples, 5, 3);
        const auto heads = known.heads(0, 3);
        QCOMPARE(std::vector(heads.begin(), heads.end()), (std::vector<std::uint32_t>{0, 1, 2}));
        const auto tails = known.tails(0, 0);
        QCOMPARE(std::vector(tails.begin(), tails.end()), (std::vector<std::uint32_t>{3, 4}));
        // 4 triples of relation 0 over 3 heads and 2 tails: 4/3 tails a head, 2 heads a tail.
        QVERIFY(std::abs(known.head_share()[0] - (4.0 / 3) / (4.0 / 3 + 2)) < 1e-12);
        QCOMPARE(known.head_share()[2], 0.5);
        QVERIFY(known.contains({2, 0, 3}) && !known.contains({2, 0, 4}));
    }

    void held_out_triples_are_a_random_share() {
        const auto triples = distinct_triples(grid_graph(21));
        QCOMPARE(triples.size(), std::size_t{21 * 20 * 2 + 20 * 20});
        const auto split = hold_out(triples, 0.05, 1);
        QCOMPARE(split.test.size(), std::size_t{62});
        QCOMPARE(split.train.size() + split.test.size(), triples.size());
        const TripleIndex train(split.train, 441, 3);
        for (const auto& triple : split.test)
            QVERIFY(!train.contains(triple));
        const auto other = hold_out(triples, 0.05, 2);
        QVERIFY(!std::equal(split.test.begin(), split.test.end(), other.test.begin(),
                            [](const Triple& a, const Triple& b) { return a.head == b.head && a.tail == b.tail; }));
    }

    void filtered_ranks_agree_with_brute_force() {
        const auto triples = distinct_triples(club_graph(4, 5));
        const auto n = 4U * 8U;
        const TripleIndex known(triples, n, 3);
        const auto method = embedding_methods()[0].make({4, 16, Norm::l1, 0});
        const Parallel parallel(2);
        const auto tables = start_tables(*method, n, 3, 9, parallel);
        Progress progress;
        const auto found = rank_triples(*method, tables, triples, known, triples.size(), 1, parallel, progress);
        QVERIFY(found.has_value());
        double sum = 0;
        double reciprocal = 0;
        int first = 0;
        for (const auto& truth : triples)
            for (const bool at_head : {true, false}) {
                const auto distance = [&](const Triple& t) {
                    return method->distance(tables.entities.row(t.head), tables.relations.row(t.relation),
                                            tables.entities.row(t.tail));
                };
                int rank = 1;
                for (std::uint32_t e = 0; e < n; ++e) {
                    Triple other = truth;
                    (at_head ? other.head : other.tail) = e;
                    if (!known.contains(other) && distance(other) < distance(truth))
                        ++rank;
                }
                sum += rank;
                reciprocal += 1.0 / rank;
                first += rank == 1 ? 1 : 0;
            }
        const auto ranks = 2.0 * static_cast<double>(triples.size());
        QVERIFY(std::abs(found->metrics.at("mean_rank") - sum / ranks) < 1e-9);
        QVERIFY(std::abs(found->metrics.at("mrr") - reciprocal / ranks) < 1e-9);
        QVERIFY(std::abs(found->metrics.at("hits@1") - first / ranks) < 1e-9);
    }

    void a_method_without_knowledge_ranks_in_the_middle() {
        // All vectors alike: every candidate ties, and ties count half.
        KnowledgeGraph chain;
        for (std::uint32_t i = 0; i < 100; ++i)
            chain.triples.push_back({i, 0, i + 1});
        const auto triples = distinct_triples(chain);
        const auto method = embedding_methods()[0].make({4, 16, Norm::l1, 0});
        const EmbeddingTables tables{RowTable(101, 16), RowTable(1, 16)};
        const Parallel parallel(1);
        Progress progress;
        const auto found =
            rank_triples(*method, tables, triples, TripleIndex(triples, 101, 1), 50, 1, parallel, progress);
        QCOMPARE(found->metrics.at("mean_rank"), 51.0);
        QCOMPARE(found->triples, std::uint64_t{50});
    }

    void a_grid_is_learned_data() { each_method(); }
    void a_grid_is_learned() {
        QFETCH(QString, method);
        const auto data = with_graph(grid_graph(8));
        const auto spec = spec_for(*data, method.toStdString(),
                                   {{"epochs", std::int64_t{1500}},
                                    {"dimension", std::int64_t{16}},
                                    {"batch", std::int64_t{16}},
                                    {"norm", std::string("l2")},
                                    {"margin", 0.1},
                                    {"learning_rate", 0.4},
                                    {"held_out", 0.1}});
        const auto outcome = trained(*data, spec);
        QVERIFY(outcome.has_value());
        // By chance: mean rank about 31, hits@10 about 0.16.
        const auto& metrics = outcome->record.metrics;
        QVERIFY2(metrics.at("mean_rank") < 8, qPrintable(QString::number(metrics.at("mean_rank"))));
        QVERIFY2(metrics.at("hits@10") > 0.7, qPrintable(QString::number(metrics.at("hits@10"))));
        const auto& curves = outcome->record.curves;
        QCOMPARE(curves.size(), std::size_t{1500});
        QVERIFY(curves.back().y < curves.front().y / 2);
        if (method != QStringLiteral("transe"))
            return;
        // The known solution: north-east is east and north at once.
        const auto* relations = find_vectors(outcome->vectors, "relations");
        QVERIFY(relations != nullptr);
        double product = 0, both = 0, sum = 0;
        for (std::size_t i = 0; i < 16; ++i) {
            const double wanted = static_cast<double>(relations->of(0)[i] + relations->of(1)[i]);
            const auto found = static_cast<double>(relations->of(2)[i]);
            product += wanted * found;
            both += found * found;
            sum += wanted * wanted;
        }
        QVERIFY2(product / std::sqrt(both * sum) > 0.9, qPrintable(QString::number(product / std::sqrt(both * sum))));
    }

    void clubs_are_learned_data() { each_method(); }
    void clubs_are_learned() {
        QFETCH(QString, method);
        const auto data = with_graph(club_graph(8, 10));
        const auto outcome = trained(*data, spec_for(*data, method.toStdString(),
                                                     {{"epochs", std::int64_t{200}},
                                                      {"dimension", std::int64_t{16}},
                                                      {"batch", std::int64_t{32}},
                                                      {"held_out", 0.1}}));
        QVERIFY(outcome.has_value());
        QVERIFY(outcome->record.metrics.at("tail_hits@3") > 0.8);
        // Members of one club are nearer to each other than to anyone else.
        const auto* entities = find_vectors(outcome->vectors, "entities");
        QVERIFY(entities != nullptr && entities->keys.size() == 8 * 13);
        const auto near = nearest_rows(*entities, 3, 5);
        QCOMPARE(near.size(), std::size_t{5});
        int same = 0;
        for (const auto& neighbour : near)
            same += entities->keys[neighbour.row].starts_with("person 0-") ? 1 : 0;
        QVERIFY2(same >= 4, qPrintable(QString::number(same)));
    }

    void digits_do_not_depend_on_threads_data() { each_method(); }
    void digits_do_not_depend_on_threads() {
        QFETCH(QString, method);
        const auto data = with_graph(club_graph(10, 12));
        const auto spec =
            spec_for(*data, method.toStdString(), {{"epochs", std::int64_t{5}}, {"negatives", std::string("bern")}});
        const auto one = trained(*data, spec, 1);
        const auto three = trained(*data, spec, 3);
        QVERIFY(one && three);
        QCOMPARE(one->record.metrics, three->record.metrics);
        QVERIFY(one->record.curves == three->record.curves);
        QCOMPARE(one->vectors.size(), three->vectors.size());
        for (std::size_t i = 0; i < one->vectors.size(); ++i)
            QCOMPARE(one->vectors[i].values, three->vectors[i].values);
        auto other = spec;
        other.seed = 43;
        QVERIFY(trained(*data, other)->vectors[0].values != one->vectors[0].values);
    }

    void plain_steps_learn_too() {
        const auto data = with_graph(club_graph(8, 10));
        const auto outcome = trained(*data, spec_for(*data, "transe",
                                                     {{"epochs", std::int64_t{200}},
                                                      {"optimizer", std::string("sgd")},
                                                      {"learning_rate", 0.01},
                                                      {"batch", std::int64_t{16}},
                                                      {"dimension", std::int64_t{16}},
                                                      {"held_out", 0.1}}));
        QVERIFY(outcome.has_value());
        QVERIFY(outcome->record.metrics.at("tail_hits@3") > 0.7);
        // Entities stay on the unit sphere.
        const auto first = outcome->vectors[0].of(5);
        double squared = 0;
        for (const float value : first)
            squared += static_cast<double>(value) * static_cast<double>(value);
        QVERIFY(std::abs(squared - 1) < 1e-5);
    }

    void nothing_held_out_is_said() {
        const auto data = with_graph(grid_graph(4));
        const auto outcome = trained(*data, spec_for(*data, "transe", {{"held_out", 0.0}}));
        QVERIFY(outcome.has_value());
        QVERIFY(outcome->record.metrics.empty());
        QVERIFY(outcome->record.protocol.find("nothing was measured") != std::string::npos);
    }

    void a_runaway_rate_is_told() {
        const auto data = with_graph(club_graph(8, 10));
        const auto outcome =
            trained(*data, spec_for(*data, "transh", {{"optimizer", std::string("sgd")}, {"learning_rate", 10.0}}));
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().exit_code(), 4);
        QCOMPARE(outcome.error().where, std::string("learning_rate"));
    }

    void data_without_a_graph_is_refused_with_a_remedy() {
        const auto data = with_graph({});
        EmbeddingSpec spec;
        spec.method = "transe";
        const auto refused = prepare_embedding(*data, spec);
        QVERIFY(!refused);
        QCOMPARE(refused.error().exit_code(), 3);
        QVERIFY(refused.error().remedy.find(".kg") != std::string::npos);
    }

    void a_cancel_is_answered_at_once() {
        const auto data = with_graph(club_graph(200, 40));
        const auto spec = spec_for(
            *data, "transd",
            {{"epochs", std::int64_t{10'000}}, {"dimension", std::int64_t{256}}, {"batch", std::int64_t{65'536}}});
        Progress progress;
        using Clock = std::chrono::steady_clock;
        Clock::time_point asked;
        std::thread other([&] {
            while (progress.snapshot().done == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            asked = Clock::now();
            progress.cancel();
        });
        const Parallel parallel(2);
        const auto outcome = train_embedding(*data, spec, parallel, progress);
        const auto ended = Clock::now();
        other.join();
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().exit_code(), 130);
        const auto waited = std::chrono::duration<double>(ended - asked).count();
        QVERIFY2(waited < 0.2, qPrintable(QString::number(waited)));
    }

    void the_command_repeats_it() {
        const auto data = with_graph(grid_graph(4), "my grid");
        const auto spec = spec_for(*data, "transh", {{"margin", 2.5}});
        QCOMPARE(command_line(spec),
                 std::string("tastebench-cli embed --data 'my grid' --method transh --set margin=2.5 --seed 42"));
    }

    void names_that_occur_twice_stay_apart() {
        auto graph = grid_graph(4);
        graph.entities = StringColumn();
        for (int i = 0; i < 16; ++i)
            graph.entities.push_back(i < 3 ? "same" : std::to_string(i));
        const auto data = with_graph(graph);
        const auto outcome = trained(*data, spec_for(*data, "transe", {{"epochs", std::int64_t{1}}}));
        QCOMPARE(outcome->vectors[0].keys[1], std::string_view("same (2)"));
        QCOMPARE(outcome->vectors[0].keys[2], std::string_view("same (3)"));
    }

    void movielens_graph_is_far_better_than_chance_data() { each_method(); }
    void movielens_graph_is_far_better_than_chance() {
        REQUIRE_FILE(ml100k_file());
        QFETCH(QString, method);
        static const auto data = *load_ml100k();
        QCOMPARE(data->graph().triples.size(), std::size_t{91'631});
        const auto outcome = trained(*data, spec_for(*data, method.toStdString(),
                                                     {{"epochs", std::int64_t{10}},
                                                      {"dimension", std::int64_t{32}},
                                                      {"evaluated", std::int64_t{100}}}));
        QVERIFY(outcome.has_value());
        const auto& record = outcome->record;
        // By chance the mean rank is half the entities, and hits@10 is 10 in 34,000.
        QVERIFY2(record.metrics.at("mean_rank") < 0.25 * record.entities,
                 qPrintable(QString::number(record.metrics.at("mean_rank"))));
        QVERIFY2(record.metrics.at("hits@10") > 0.05, qPrintable(QString::number(record.metrics.at("hits@10"))));
    }
};

QTEST_APPLESS_MAIN(TestEmbedding)
#include "tst_embedding.moc"
