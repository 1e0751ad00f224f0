// Entities that a format links to items by an id and a readable name.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "core/data/dataset.h"

namespace tastebench {

class EntityLinks {
  public:
    /// The first name that is not empty counts. A link given twice is one.
    void add(ItemIx item, const std::string& id, const std::string& name);
    /// What put_into() calls each: its name; "name (id)" where entities share it, and the id where there is none.
    std::unordered_map<std::string, std::string> names_by_id() const;
    /// Fills entities (ascending by id) and links (ascending by item) of a graph that has no entities yet.
    void put_into(KnowledgeGraph& graph) const;

  private:
    struct Entity {
        std::string name;
        std::vector<ItemIx> items;
    };
    struct Less {
        bool operator()(const std::string& a, const std::string& b) const { return IdMap::less(a, b); }
    };
    std::map<std::string, Entity, Less> entities_;
};

} // namespace tastebench
