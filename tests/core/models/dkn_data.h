// News that two kinds of people read, and small settings under which DKN learns them.
#pragma once

#include "core/make_data.h"
#include "core/models/fitting.h"

namespace tastebench::testing {

/// News of two subjects; a person reads those of one.
inline DatasetPtr two_subjects(bool titles = true, std::uint32_t users = 40, std::uint32_t items = 30) {
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
inline DatasetPtr with_graph(bool triples = true) {
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

inline const Settings quick{{"word_dim", "8"}, {"entity_dim", "6"}, {"filters", "6"}, {"attention", "4"},
                            {"layers", "8"},   {"epochs", "3"},     {"batch", "64"}};

inline Settings plus(Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

inline Fitted fit_dkn(const Dataset& data, const Settings& settings, int threads = 2,
                      Checkpoints* checkpoints = nullptr) {
    return fit_model("dkn", data, all_rows(data), parameters_of("dkn", plus(quick, settings)), threads, 42,
                     checkpoints);
}

} // namespace tastebench::testing
