#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/models/dkn/settings.h"
#include "core/models/epoch_loop.h"

namespace tastebench {

namespace {

/// "1,2,3" as numbers; empty where it is no such list.
std::vector<std::uint32_t> numbers_of(std::string_view text) {
    std::vector<std::uint32_t> out;
    while (true) {
        while (!text.empty() && text.front() == ' ')
            text.remove_prefix(1);
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc())
            return {};
        out.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty())
            return out;
        if (text.front() != ',')
            return {};
        text.remove_prefix(1);
    }
}

std::string check_widths(std::string_view text) {
    const auto widths = numbers_of(text);
    const auto bad = [](std::uint32_t width) { return width < 1 || width > 20; };
    if (widths.empty() || widths.size() > 8 || std::any_of(widths.begin(), widths.end(), bad))
        return "write one to eight whole numbers from 1 to 20, such as 1,2,3";
    auto sorted = widths;
    std::sort(sorted.begin(), sorted.end());
    return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ? "name every width once" : "";
}

std::string check_layers(std::string_view text) {
    const auto layers = numbers_of(text);
    const auto bad = [](std::uint32_t width) { return width < 1 || width > 4096; };
    return layers.empty() || layers.size() > 8 || std::any_of(layers.begin(), layers.end(), bad)
               ? "write one to eight whole numbers from 1 to 4096, such as 100 or 200,100"
               : "";
}

ParameterSpec whole(std::string name, std::string title, std::string help, std::string unit, std::int64_t standard,
                    double minimum, double maximum) {
    return {std::move(name),        std::move(title), std::move(help), std::move(unit),
            ParameterType::integer, standard,         minimum,         maximum};
}

ParameterSpec real(std::string name, std::string title, std::string help, double standard, double minimum,
                   double maximum) {
    return {std::move(name), std::move(title), std::move(help), "", ParameterType::real, standard, minimum, maximum};
}

ParameterSpec choice(std::string name, std::string title, std::string help, std::string standard,
                     std::vector<Choice> choices) {
    return {std::move(name),   std::move(title), std::move(help), "", ParameterType::choice, std::move(standard), 0, 0,
            std::move(choices)};
}

ParameterSpec text(std::string name, std::string title, std::string help, std::string standard,
                   std::string (*check)(std::string_view)) {
    ParameterSpec spec{std::move(name),     std::move(title),   std::move(help), "",
                       ParameterType::text, std::move(standard)};
    spec.check = check;
    return spec;
}

ParameterSpec flag(std::string name, std::string title, std::string help, bool standard) {
    return {std::move(name), std::move(title), std::move(help), "", ParameterType::boolean, standard};
}

void add_reading(std::vector<ParameterSpec>& list) {
    list.push_back(text("text", "Text", "What is read of an item: title, or the name of a text feature of the items.",
                        "title", nullptr));
    list.back().sweepable = false;
    list.push_back(whole("title_words", "Title words", "At most so many words of a title are read, the first ones.",
                         "words", 10, 1, 200));
    list.push_back(whole("history", "History",
                         "At most so many items that a person had before are looked at, the "
                         "latest ones.",
                         "items", 30, 1, 1000));
    list.push_back(choice("history_from", "History from", "Which items count as the history of a training row.",
                          "earlier",
                          {{"earlier", "Before the row",
                            "What the person had before the row's time, as when recommending; all rows where "
                            "the data has no times."},
                           {"all", "All rows", "All that the person had, before and after, but the item itself."}}));
    list.back().advanced = true;
    list.push_back(whole("negatives", "Negatives",
                         "For each positive row so many items are drawn that the person "
                         "never had, and count as not wanted; 0 learns from the labels of the data alone.",
                         "items", 4, 0, 100));
    list.push_back(real("positive_from", "Positive from",
                        "Rows with at least this value, or without one, are positive; "
                        "the others negative.",
                        0.5, -1e9, 1e9));
    list.back().sweepable = false;
    list.push_back(whole("minimum_count", "Rare words",
                         "Words that training titles have less often are read as one "
                         "and the same unknown word.",
                         "times", 1, 1, 1000));
    list.back().advanced = true;
}

void add_vectors(std::vector<ParameterSpec>& list) {
    list.push_back(choice("word_vectors", "Word vectors", "What words begin with.", "learned",
                          {{"learned", "Learned", "Random numbers, all else is learned."},
                           {"given", "Given",
                            "The vectors called 'words' that were imported with the data; their "
                            "width counts."}}));
    list.push_back(flag("use_entities", "Entities",
                        "Reads the things that titles name (people, places, films), where "
                        "the data links them to items.",
                        true));
    list.push_back(flag("use_context", "Neighbours",
                        "Reads the neighbours of those things in the knowledge graph too; "
                        "needs a graph.",
                        false));
    list.push_back(choice("entity_vectors", "Entity vectors", "What entities begin with.", "learned",
                          {{"learned", "Learned", "Random numbers, all else is learned."},
                           {"given", "Given",
                            "The vectors called 'entities' that came with the data; their width "
                            "counts."},
                           {"transe", "TransE", "Trained first on the knowledge graph by TransE."},
                           {"transh", "TransH", "Trained first on the knowledge graph by TransH."},
                           {"transd", "TransD", "Trained first on the knowledge graph by TransD, as in the paper."}}));
    list.push_back(whole("graph_epochs", "Graph epochs",
                         "How often training goes through all facts of the graph, for "
                         "TransE, TransH and TransD.",
                         "epochs", 50, 1, 10'000));
    list.back().advanced = true;
}

void add_network(std::vector<ParameterSpec>& list) {
    list.push_back(whole("word_dim", "Word width", "How many numbers describe a word.", "", 50, 1, 1024));
    list.push_back(whole("entity_dim", "Entity width", "How many numbers describe an entity.", "", 50, 2, 1024));
    list.push_back(
        whole("filters", "Filters", "How many patterns are looked for in titles, for each width.", "", 50, 1, 1024));
    list.push_back(
        text("widths", "Filter widths", "How many words a pattern has: a list, such as 1,2,3.", "1,2,3", check_widths));
    list.push_back(
        whole("attention", "Attention units", "Width of the network that weighs the history.", "", 50, 1, 1024));
    list.push_back(text("layers", "Layers",
                        "Widths of the hidden layers that judge person and item: a list, such as "
                        "200,100.",
                        "50", check_layers));
}

void add_training(std::vector<ParameterSpec>& list) {
    list.push_back(real("learning_rate", "Learning rate", "How far each batch moves the network.", 0.001, 1e-7, 1));
    list.push_back(whole("batch", "Batch", "Samples per step.", "samples", 128, 1, 100'000));
    list.push_back(real("dropout", "Dropout",
                        "Share of a title's patterns and of hidden units that is hidden from the "
                        "network in training.",
                        0.2, 0, 0.95));
    list.push_back(real("regularization", "Regularization", "Pulls all weights and vectors towards zero.", 1e-6, 0, 1));
    list.push_back(real("init_deviation", "Start deviation",
                        "Standard deviation of the random start values of "
                        "vectors.",
                        0.1, 0, 10));
    list.back().advanced = true;
}

VectorSource source_of(const std::string& name) {
    return name == "learned" ? VectorSource::learned : name == "given" ? VectorSource::given : VectorSource::graph;
}

} // namespace

std::vector<ParameterSpec> dkn_specs() {
    std::vector<ParameterSpec> list;
    add_reading(list);
    add_vectors(list);
    add_network(list);
    add_training(list);
    add_epoch_parameters(list, 10, "How often training goes through all samples.");
    return list;
}

std::vector<Preset> dkn_presets() {
    const auto number = [](std::int64_t value) { return ParameterValue(value); };
    const auto word = [](const char* value) { return ParameterValue(std::string(value)); };
    return {
        {"fast",
         "Fast",
         "A small network and few epochs.",
         {{"word_dim", number(24)},
          {"entity_dim", number(24)},
          {"filters", number(24)},
          {"attention", number(16)},
          {"layers", word("24")},
          {"epochs", number(5)}}},
        {"paper",
         "Paper",
         "Widths of 100, 100 filters each of 1, 2 and 3 words, histories of 30, titles of 10 words; clicks as "
         "labelled. "
         "With a knowledge graph, add entity_vectors=transd and use_context=true.",
         {{"word_dim", number(100)},
          {"entity_dim", number(100)},
          {"filters", number(100)},
          {"attention", number(100)},
          {"layers", word("100")},
          {"negatives", number(0)},
          {"dropout", 0.0}}},
        {"news",
         "News",
         "For news with clicks as labels: MIND, or the raw files of the paper, both tested on their second file with "
         "the split 'fixed'. With MIND, add entity_vectors=given.",
         {{"negatives", number(0)}, {"epochs", number(2)}}},
        {"film",
         "Films",
         "For ratings of films with titles and a knowledge graph, such as MovieLens 100K as RecBole has it: liked from "
         "4 up.",
         {{"negatives", number(0)},
          {"positive_from", 4.0},
          {"title_words", number(6)},
          {"entity_vectors", word("transe")},
          {"use_context", ParameterValue(true)},
          {"epochs", number(3)}}},
    };
}

DknSettings read_dkn_settings(const Parameters& p) {
    const auto count = [&](const char* name) { return static_cast<std::uint32_t>(get_int(p, name)); };
    const auto real_of = [&](const char* name) { return static_cast<float>(get_real(p, name)); };
    DknSettings out;
    out.text = get_text(p, "text");
    out.title_words = count("title_words");
    out.minimum_count = count("minimum_count");
    out.history = count("history");
    out.only_earlier = get_text(p, "history_from") == "earlier";
    out.negatives = count("negatives");
    out.positive_from = get_real(p, "positive_from");
    out.word_width = count("word_dim");
    out.entity_width = count("entity_dim");
    out.use_entities = get_bool(p, "use_entities");
    out.use_context = get_bool(p, "use_context");
    out.word_vectors = source_of(get_text(p, "word_vectors"));
    out.graph_method = get_text(p, "entity_vectors");
    out.entity_vectors = source_of(out.graph_method);
    out.graph_epochs = count("graph_epochs");
    out.filters = count("filters");
    out.attention = count("attention");
    out.widths = numbers_of(get_text(p, "widths"));
    out.layers = numbers_of(get_text(p, "layers"));
    out.dropout = real_of("dropout");
    out.init_deviation = real_of("init_deviation");
    out.batch = count("batch");
    out.optimizer.rate = real_of("learning_rate");
    out.optimizer.l2 = real_of("regularization");
    return out;
}

} // namespace tastebench
