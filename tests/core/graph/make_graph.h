// Small knowledge graphs with a known shape.
#pragma once

#include "core/make_data.h"

namespace tastebench::testing {

/// Places on a square grid and three relations: one step east, one step north, and both at once. A translation solves
/// it exactly: places lie on a plane, and the third relation is the sum of the other two.
inline KnowledgeGraph grid_graph(std::uint32_t side) {
    KnowledgeGraph graph;
    for (const char* name : {"east", "north", "north-east"})
        graph.relations.push_back(name);
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x) {
            graph.entities.push_back("place " + std::to_string(x) + "," + std::to_string(y));
            const auto here = y * side + x;
            if (x + 1 < side)
                graph.triples.push_back({here, 0, here + 1});
            if (y + 1 < side)
                graph.triples.push_back({here, 1, here + side});
            if (x + 1 < side && y + 1 < side)
                graph.triples.push_back({here, 2, here + side + 1});
        }
    return graph;
}

/// People of `groups` clubs of `size` members, a town and a president each: "member of", "lives in", "led by". What
/// is held out follows from the other facts of the same club.
inline KnowledgeGraph club_graph(std::uint32_t groups, std::uint32_t size) {
    KnowledgeGraph graph;
    for (const char* name : {"member of", "lives in", "led by"})
        graph.relations.push_back(name);
    for (std::uint32_t g = 0; g < groups; ++g) {
        const auto first = static_cast<std::uint32_t>(graph.entities.size());
        for (const char* kind : {"club ", "town ", "president "})
            graph.entities.push_back(kind + std::to_string(g));
        for (std::uint32_t i = 0; i < size; ++i) {
            const auto person = static_cast<std::uint32_t>(graph.entities.size());
            graph.entities.push_back("person " + std::to_string(g) + "-" + std::to_string(i));
            for (std::uint32_t r = 0; r < 3; ++r)
                graph.triples.push_back({person, r, first + r});
        }
    }
    return graph;
}

inline DatasetPtr with_graph(KnowledgeGraph graph, const std::string& name = "small") {
    auto parts = (*make_data({{"u1", "a", 5, 1}, {"u1", "b", 3, 2}, {"u2", "a", 4, 3}}))->parts();
    parts.name = name;
    parts.graph = std::move(graph);
    if (!parts.graph.entities.empty())
        parts.graph.links = {{0, 0}, {1, 1}};
    return *Dataset::make(std::move(parts));
}

} // namespace tastebench::testing
