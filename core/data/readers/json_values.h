// Picks values out of one JSON object by dotted paths, in one pass and without a tree of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

/// The paths that are wanted: "user.id" is the member "id" of the member "user" (or a member named "user.id"),
/// "items.0.id" goes through the first entry of an array, and a path to an array of plain values means all of them.
class JsonPaths {
  public:
    JsonPaths();
    void add(std::string_view path); ///< its number is how many were added before it
    std::size_t size() const { return size_; }

    struct Node {
        std::string name;
        int slot = -1; ///< the number of the path that ends here
        std::vector<std::unique_ptr<Node>> children;
        const Node* child(std::string_view key) const; ///< null if there is none
    };
    const Node& root() const { return root_; }

  private:
    Node root_;
    std::size_t size_ = 0;
};

/// What stands at a path in one line.
struct JsonValue {
    enum class Kind { missing, text, number, truth } kind = Kind::missing;
    std::string text;              ///< of a number: its digits as they stand in the file
    std::vector<std::string> list; ///< of an array of plain values
};

struct JsonFault {
    std::size_t values = 0; ///< that were read before it
    std::string what;
};
/// Fills `values` (one a path) from a line; false with a fault if the line is no whole JSON object.
bool read_json_line(std::string_view line, const JsonPaths& paths, std::vector<JsonValue>& values, JsonFault& fault);

/// The paths of all plain values and arrays of plain values in a line, in its order, added where they are new; no more
/// than `most`. False if the line is no JSON object.
bool collect_json_paths(std::string_view line, std::vector<std::string>& paths, std::size_t most);

} // namespace tastebench
