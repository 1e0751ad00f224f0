// What DKN makes of the data: titles with their entities, histories, vectors, and what it misses.
#include <QTest>

#include "core/models/dkn/samples.h"
#include "core/models/dkn/titles.h"
#include "dkn_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// What titles.cpp makes of one title and the entities of its item.
std::vector<std::string> aligned(const std::string& title, const std::vector<std::string>& entities) {
    auto parts = (*make_data({{"u", "i", 1}, {"v", "i", 1}}))->parts();
    parts.item_titles.push_back(title);
    for (const auto& name : entities) {
        parts.graph.links.push_back({0, static_cast<std::uint32_t>(parts.graph.entities.size())});
        parts.graph.entities.push_back(name);
    }
    const auto data = *Dataset::make(std::move(parts));
    const Parallel parallel(1);
    Progress progress;
    const auto rows = all_rows(*data);
    const auto texts =
        *read_dkn_texts(TrainingData(*data, rows), read_dkn_settings(parameters_of("dkn", {})), parallel, progress);
    std::vector<std::string> out;
    for (std::uint32_t p = 0; !texts.titles.entities.empty() && p < texts.titles.counts[0]; ++p) {
        const auto row = texts.titles.entities[p];
        out.emplace_back(row == 0 ? "-" : data->graph().entities[texts.entities[row]]);
    }
    return out;
}

} // namespace

class TestDknData : public QObject {
    Q_OBJECT

    using Words = std::vector<std::string>;

  private slots:
    void entities_stand_on_the_words_that_spell_them() {
        QCOMPARE(aligned("Tom Cruise meets James", {"Tom Cruise"}), (Words{"Tom Cruise", "Tom Cruise", "-", "-"}));
        QCOMPARE(aligned("taraji henson talks", {"Taraji P. Henson"}),
                 (Words{"Taraji P. Henson", "Taraji P. Henson", "-"}));
        // A whole name comes before a part of another one.
        QCOMPARE(aligned("york and new york", {"York Minster", "New York"}),
                 (Words{"York Minster", "-", "New York", "New York"}));
    }

    void entities_that_no_word_spells_are_defined() {
        QCOMPARE(aligned("Toy Story", {"m.0dyb1"}), (Words{"m.0dyb1", "m.0dyb1"}));
        QCOMPARE(aligned("a b c", {"Q1", "Q2"}), (Words{"Q1", "Q2", "-"}));
        QCOMPARE(aligned("a rio c", {"Q1", "Rio"}), (Words{"-", "Rio", "-"}));
        QCOMPARE(aligned("a b", {}), (Words{}));
    }

    void histories_are_what_came_before() {
        const auto data = *make_data({{"u", "a", 1, 10},
                                      {"u", "b", 0, 20},
                                      {"u", "c", 1, 30},
                                      {"u", "d", 1, 30},
                                      {"u", "a", 1, 40},
                                      {"v", "b", 1, 5},
                                      {"v", "e", 0, 6}});
        const auto rows = all_rows(*data);
        const TrainingData training(*data, rows);
        const auto settings = read_dkn_settings(parameters_of("dkn", {{"negatives", "0"}, {"history", "2"}}));
        const auto samples = *DknSamples::make(training, settings);
        QCOMPARE(samples.size(), 7U);
        std::vector<std::uint32_t> all(samples.size());
        std::iota(all.begin(), all.end(), 0U);
        DknBatch batch;
        samples.fill(all, 1, 1, batch);
        std::multiset<std::string> seen;
        for (std::size_t s = 0; s < batch.size(); ++s) {
            std::string text(data->items().id(batch.candidates[s]));
            text += batch.targets[s] > 0 ? "+" : "-";
            for (auto at = batch.starts[s]; at < batch.starts[s + 1]; ++at)
                text += data->items().id(batch.history[at]);
            seen.insert(text);
        }
        // Rows of one second do not see each other, nor a candidate itself.
        QVERIFY((seen == std::multiset<std::string>{"a+", "a+dc", "b+", "b-a", "c+a", "d+a", "e-b"}));
    }

    void without_times_the_number_of_things_had_tells_nothing() {
        const auto data =
            *make_data({{"u", "a", 1}, {"u", "b", 1}, {"u", "c", 1}, {"u", "d", 0}, {"u", "e", 0}, {"v", "f", 0}},
                       {.time = false});
        const auto rows = all_rows(*data);
        const auto samples =
            *DknSamples::make(TrainingData(*data, rows), read_dkn_settings(parameters_of("dkn", {{"negatives", "1"}})));
        std::vector<std::uint32_t> all(samples.size());
        std::iota(all.begin(), all.end(), 0U);
        DknBatch batch;
        samples.fill(all, 1, 1, batch);
        QCOMPARE(batch.size(), std::size_t{9});
        for (std::size_t s = 0; s < batch.size(); ++s) {
            if (data->items().id(batch.candidates[s]) == "f" && batch.starts[s + 1] == batch.starts[s])
                continue; // of the other one, who had nothing
            QCOMPARE(batch.starts[s + 1] - batch.starts[s], 2U);
            for (auto at = batch.starts[s]; at < batch.starts[s + 1]; ++at)
                QVERIFY(batch.history[at] != batch.candidates[s]);
        }
    }

    void rows_of_a_history_are_no_samples() {
        const auto data = *make_data({{"u", "a", 1, 1, 0}, {"u", "b", 1, 2, 1}, {"u", "c", 0, 2, 1}},
                                     {.events = {"history", "impression"}});
        const auto rows = all_rows(*data);
        const auto samples =
            *DknSamples::make(TrainingData(*data, rows), read_dkn_settings(parameters_of("dkn", {{"negatives", "0"}})));
        QCOMPARE(samples.size(), 2U);
        QCOMPARE(samples.had(0).size(), std::size_t{2});
    }

    void data_without_entities_are_read_as_words() {
        const auto data = two_subjects();
        const auto with = fit_dkn(*data, {{"use_entities", "true"}});
        QVERIFY(with.status);
        QVERIFY(with.bytes() == fit_dkn(*data, {{"use_entities", "false"}}).bytes());
    }

    void what_the_data_lacks_is_told_with_a_remedy_data() {
        QTest::addColumn<QString>("data");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("where");
        QTest::newRow("no titles") << "no titles"
                                   << "epochs"
                                   << "1"
                                   << "text";
        QTest::newRow("no such text") << "titles"
                                      << "text"
                                      << "body"
                                      << "text";
        QTest::newRow("no graph") << "titles"
                                  << "use_context"
                                  << "true"
                                  << "use_context";
        QTest::newRow("links, but no facts") << "links"
                                             << "use_context"
                                             << "true"
                                             << "use_context";
        QTest::newRow("no graph to train on") << "links"
                                              << "entity_vectors"
                                              << "transd"
                                              << "entity_vectors";
        QTest::newRow("no links") << "titles"
                                  << "entity_vectors"
                                  << "given"
                                  << "entity_vectors";
        QTest::newRow("no entity vectors") << "graph"
                                           << "entity_vectors"
                                           << "given"
                                           << "entity_vectors";
        QTest::newRow("no word vectors") << "graph"
                                         << "word_vectors"
                                         << "given"
                                         << "word_vectors";
        QTest::newRow("one class") << "titles"
                                   << "negatives"
                                   << "0"
                                   << "negatives";
        QTest::newRow("nothing positive") << "titles"
                                          << "positive_from"
                                          << "9"
                                          << "positive_from";
    }

    void what_the_data_lacks_is_told_with_a_remedy() {
        QFETCH(QString, data);
        QFETCH(QString, name);
        QFETCH(QString, value);
        QFETCH(QString, where);
        const auto made = data == "no titles" ? two_subjects(false)
                          : data == "titles"  ? two_subjects()
                                              : with_graph(data == "graph");
        const auto fitted = fit_dkn(*made, {{name.toStdString(), value.toStdString()}});
        QVERIFY(!fitted.status);
        QCOMPARE(QString::fromStdString(fitted.status.error().where), where);
        QVERIFY(!fitted.status.error().remedy.empty());
    }

    void given_vectors_are_where_training_begins() {
        auto parts = with_graph()->parts();
        Vectors words{"words", 3, {}, {}};
        for (const char* word : {"goal", "vote"}) {
            words.keys.push_back(word);
            words.values.insert(words.values.end(), {1.0F, 2.0F, 3.0F});
        }
        Vectors entities{"entities", 2, {}, {}};
        entities.keys.push_back("Oslo");
        entities.values = {7.0F, 8.0F};
        parts.vectors = {words, entities};
        const auto data = *Dataset::make(std::move(parts));
        const auto settings = read_dkn_settings(
            parameters_of("dkn", {{"word_vectors", "given"}, {"entity_vectors", "given"}, {"use_context", "true"}}));
        const Parallel parallel(1);
        Progress progress;
        const auto rows = all_rows(*data);
        const auto texts = *read_dkn_texts(TrainingData(*data, rows), settings, parallel, progress);
        const auto vectors = *find_dkn_vectors(*data, texts, settings, 1, parallel, progress);
        QCOMPARE(vectors.words.width, 3U);
        QCOMPARE(vectors.entities.width, 2U);
        for (std::uint32_t row = 0; row < texts.words.size(); ++row)
            if (texts.words[row] == "goal")
                QVERIFY(vectors.words.values[row * 3] == 1 && vectors.words.values[row * 3 + 2] == 3);
        // Bo Hill's only neighbour is Oslo.
        bool found = false;
        for (std::uint32_t row = 1; row < texts.entities.size(); ++row)
            if (data->graph().entities[texts.entities[row]] == "Bo Hill") {
                QVERIFY(vectors.contexts.values[row * 2] == 7 && vectors.contexts.values[row * 2 + 1] == 8);
                found = true;
            }
        QVERIFY(found);
        QVERIFY(fit_dkn(*data, {{"word_vectors", "given"}, {"entity_vectors", "given"}}).status);
    }
};

QTEST_GUILESS_MAIN(TestDknData)
#include "tst_dkn_data.moc"
