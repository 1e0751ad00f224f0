#include "core/data/readers/entities.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tastebench {

void EntityLinks::add(ItemIx item, const std::string& id, const std::string& name) {
    auto& entity = entities_[id];
    if (entity.name.empty())
        entity.name = name;
    if (entity.items.empty() || entity.items.back() != item)
        entity.items.push_back(item);
}

std::unordered_map<std::string, std::string> EntityLinks::names_by_id() const {
    std::unordered_map<std::string, std::size_t> sharing;
    for (const auto& [id, entity] : entities_)
        ++sharing[entity.name];
    std::unordered_map<std::string, std::string> out;
    for (const auto& [id, entity] : entities_) {
        const auto& name = entity.name;
        if (name.empty())
            out[id] = id;
        else
            out[id] = sharing[name] > 1 ? fmt::format("{} ({})", name, id) : name;
    }
    return out;
}

void EntityLinks::put_into(KnowledgeGraph& graph) const {
    const auto names = names_by_id();
    std::uint32_t index = 0;
    for (const auto& [id, entity] : entities_) {
        graph.entities.push_back(names.at(id));
        for (const auto item : entity.items)
            graph.links.push_back({item, index});
        ++index;
    }
    const auto key = [](const KnowledgeGraph::Link& link) { return std::pair(link.item, link.entity); };
    std::sort(graph.links.begin(), graph.links.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    const auto end = std::unique(graph.links.begin(), graph.links.end(),
                                 [&](const auto& a, const auto& b) { return key(a) == key(b); });
    graph.links.erase(end, graph.links.end());
}

} // namespace tastebench
