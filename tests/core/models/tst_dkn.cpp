#include <fstream>

#include <QTemporaryDir>
#include <QTest>

#include "core/data/importer.h"
#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/models/dkn/network.h"
#include "core/models/dkn/samples.h"
#include "core/models/dkn/titles.h"
#include "core/models/fitting.h"
#include "core/nn/gradient_check.h"
#include "support.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Titles of random words and entities; the fourth is empty, the fifth has no entity.
TitleTable some_titles(std::uint32_t items, std::uint32_t length, const DknShape& shape) {
    TitleTable out;
    out.length = length;
    Rng rng(21);
    for (std::uint32_t i = 0; i < items; ++i) {
        out.counts.push_back(i == 3 ? 0 : 1 + rng.below(length));
        for (std::uint32_t p = 0; p < length; ++p) {
            out.words.push_back(rng.below(shape.words));
            if (shape.entities > 0)
                out.entities.push_back(i == 4 || rng.uniform() < 0.4 ? 0 : rng.below(shape.entities));
        }
    }
    return out;
}

/// Samples with histories of different lengths, some without any.
DknBatch some_samples(std::uint32_t items, std::size_t n) {
    DknBatch out;
    out.clear();
    Rng rng(22);
    for (std::size_t s = 0; s < n; ++s) {
        out.candidates.push_back(rng.below(items));
        for (std::uint32_t left = rng.below(5); left > 0; --left)
            out.history.push_back(rng.below(items));
        out.starts.push_back(static_cast<std::uint32_t>(out.history.size()));
        out.targets.push_back(rng.uniform() < 0.5 ? 1.0F : 0.0F);
    }
    return out;
}

DknShape small_shape(bool entities, bool context, float dropout = 0) {
    DknShape shape;
    shape.words = 12;
    shape.entities = entities ? 6 : 0;
    shape.word_width = 4;
    shape.entity_width = 3;
    shape.context = context;
    shape.convolution = {5, {1, 2}};
    shape.attention = 4;
    shape.layers = {6};
    shape.dropout = dropout;
    return shape;
}

/// Great enough for the slopes to stand out of the rounding.
DknNetwork make_network(const DknShape& shape, std::uint64_t seed = 4) {
    DknNetwork network;
    network.start(shape, 0.8F, seed, Parallel(1));
    network.set_optimizer({});
    Rng rng(seed, 77);
    for (float& value : network.parameters().values())
        value += 0.2F * static_cast<float>(rng.normal());
    return network;
}

/// News of two subjects; a person reads those of one.
DatasetPtr two_subjects(bool titles = true, std::uint32_t users = 40, std::uint32_t items = 30) {
    auto parts = tastes(users, items)->parts();
    const std::array<std::vector<std::string>, 2> words{
        std::vector<std::string>{"goal", "match", "league", "coach", "Ada Lake"},
        std::vector<std::string>{"vote", "senate", "law", "speech", "Bo Hill"}};
    Rng rng(3);
    for (std::uint32_t item = 0; titles && item < parts.items.size(); ++item) {
        const auto subject = static_cast<std::size_t>(std::stoi(std::string(parts.items.id(item))) % 2);
        std::string title;
        for (int w = 0; w < 3; ++w)
            title += words[subject][rng.below(5)] + " ";
        parts.item_titles.push_back(title + "today");
    }
    return *Dataset::make(std::move(parts));
}

/// The same with entities that some titles name, and a few facts.
DatasetPtr with_graph(bool triples = true) {
    auto parts = two_subjects()->parts();
    for (const char* name : {"Ada Lake", "Bo Hill", "Rio", "Oslo"})
        parts.graph.entities.push_back(name);
    parts.graph.relations.push_back("lives in");
    for (ItemIx item = 0; item < parts.items.size(); ++item)
        for (std::uint32_t entity = 0; entity < 2; ++entity)
            if (parts.item_titles[item].find(parts.graph.entities[entity]) != std::string_view::npos)
                parts.graph.links.push_back({item, entity});
    if (triples)
        parts.graph.triples = {{0, 0, 2}, {1, 0, 3}, {0, 0, 3}};
    return *Dataset::make(std::move(parts));
}

const Settings quick{{"word_dim", "8"}, {"entity_dim", "6"}, {"filters", "6"}, {"attention", "4"},
                     {"layers", "8"},   {"epochs", "3"},     {"batch", "64"}};

Settings plus(Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

Fitted fit_dkn(const Dataset& data, const Settings& settings, int threads = 2, Checkpoints* checkpoints = nullptr) {
    return fit_model("dkn", data, all_rows(data), parameters_of("dkn", plus(quick, settings)), threads, 42,
                     checkpoints);
}

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

class TestDkn : public QObject {
    Q_OBJECT

    using Words = std::vector<std::string>;

  private slots:
    void gradients_are_those_of_the_loss_data() {
        QTest::addColumn<bool>("entities");
        QTest::addColumn<bool>("context");
        QTest::addColumn<float>("dropout");
        QTest::newRow("words alone") << false << false << 0.0F;
        QTest::newRow("entities") << true << false << 0.0F;
        QTest::newRow("entities and neighbours") << true << true << 0.0F;
        QTest::newRow("dropout") << true << true << 0.3F;
    }
    /// Of the mean loss, by every weight and every vector that the batch touches.
    void gradients_are_those_of_the_loss() {
        QFETCH(bool, entities);
        QFETCH(bool, context);
        QFETCH(float, dropout);
        const auto shape = small_shape(entities, context, dropout);
        auto network = make_network(shape);
        const auto titles = some_titles(9, 5, shape);
        const auto batch = some_samples(9, 11);
        const Parallel parallel(1);
        const DknNetwork::Step step{nullptr, 5, false};
        const auto loss = [&] {
            return network.learn(titles, batch, step, parallel) / static_cast<double>(batch.size());
        };
        loss();
        const std::vector<float> gradient(network.gradient().begin(), network.gradient().end());
        std::vector<std::pair<float*, std::vector<float>>> rows;
        const auto note = [&](nn::EmbeddingTable& table, const DknNetwork::RowGradients& of) {
            for (std::size_t r = 0; r < of.rows.size(); ++r)
                rows.emplace_back(table.row(of.rows[r]), std::vector<float>(of.values + r * table.width(),
                                                                            of.values + (r + 1) * table.width()));
        };
        note(network.words(), network.word_gradients());
        if (entities)
            note(network.entities(), network.entity_gradients());
        if (context)
            note(network.contexts(), network.context_gradients());
        QVERIFY(rows.size() > 6);
        // Small steps: relu and the maximum bend where a longer one would reach over.
        check_gradient(network.parameters().values(), gradient, loss, 1e-3, 1e-2, 5e-4F);
        for (const auto& [values, told] : rows)
            check_gradient({values, told.size()}, told, loss, 1e-3, 1e-2, 5e-4F);
    }

    void a_title_read_with_others_is_what_it_is_alone() {
        const auto shape = small_shape(true, true);
        auto network = make_network(shape);
        const auto titles = some_titles(40, 5, shape);
        const Parallel parallel(1);
        EncodedTitles all;
        QVERIFY(network.encode(titles, all, parallel, nullptr));
        for (const std::uint32_t item : {0U, 3U, 4U, 39U}) {
            TitleTable one{titles.length, {titles.counts[item]}, {}, {}};
            const auto cut = [&](const std::vector<std::uint32_t>& from) {
                return std::vector<std::uint32_t>(from.begin() + item * titles.length,
                                                  from.begin() + (item + 1) * titles.length);
            };
            one.words = cut(titles.words);
            one.entities = cut(titles.entities);
            EncodedTitles alone;
            network.encode(one, alone, parallel, nullptr);
            for (std::size_t f = 0; f < shape.title_width(); ++f)
                QVERIFY(std::abs(alone.titles[f] - all.titles[item * shape.title_width() + f]) < 1e-5F);
            for (std::size_t f = 0; f < shape.attention; ++f)
                QVERIFY(std::abs(alone.keys[f] - all.keys[item * shape.attention + f]) < 1e-5F);
        }
        for (std::size_t f = 0; f < shape.title_width(); ++f)
            QCOMPARE(all.titles[3 * shape.title_width() + f], 0.0F);
    }

    void scoring_agrees_with_training() {
        const auto shape = small_shape(true, true);
        auto network = make_network(shape);
        const auto titles = some_titles(20, 5, shape);
        const auto batch = some_samples(20, 100);
        const Parallel parallel(1);
        EncodedTitles encoded;
        network.encode(titles, encoded, parallel, nullptr);
        std::vector<float> logits(batch.size());
        network.score(encoded, batch, logits);
        double loss = 0;
        for (std::size_t s = 0; s < logits.size(); ++s) {
            const auto logit = static_cast<double>(logits[s]);
            loss += std::log1p(std::exp(batch.targets[s] > 0 ? -logit : logit));
        }
        const double learned = network.learn(titles, batch, {nullptr, 1, false}, parallel);
        QVERIFY(std::abs(loss - learned) < 1e-4 * learned);
    }

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
