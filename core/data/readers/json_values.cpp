#include "core/data/readers/json_values.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tastebench {

namespace {

using Json = nlohmann::json;
constexpr std::size_t longest_path = 200;

/// "[json.exception...] parse error at line 1, column 9: syntax error while ...; last read: 'x'" in our words.
std::string plain_message(std::size_t position, const std::string& token) {
    // The token of a cut line is all of the rest; some of it will do.
    std::string last;
    for (const char c : token.substr(token.size() - std::min<std::size_t>(token.size(), 20)))
        last += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    return fmt::format("the JSON cannot be read at byte {} ('{}')", position, last);
}

/// What both handlers do alike: the parser's events, and faults.
class Handler : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return plain(JsonValue::Kind::missing, {}); }
    bool boolean(bool value) override { return plain(JsonValue::Kind::truth, value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override {
        return plain(JsonValue::Kind::number, fmt::format_int(value).str());
    }
    bool number_unsigned(number_unsigned_t value) override {
        return plain(JsonValue::Kind::number, fmt::format_int(value).str());
    }
    bool number_float(number_float_t, const string_t& digits) override {
        return plain(JsonValue::Kind::number, std::string(digits));
    }
    bool string(string_t& value) override {
        if (value.find('\0') == std::string::npos)
            return plain(JsonValue::Kind::text, std::move(value));
        fault.values = values;
        fault.what = "there is a NUL byte in a text";
        return false;
    }
    bool binary(binary_t&) override { return true; }
    bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& why) override {
        fault.values = values;
        // 406: a number beyond double precision, such as 1e999.
        fault.what = why.id == 406 ? fmt::format("the number '{}' is too large", token.substr(0, 40))
                                   : plain_message(position, token);
        return false;
    }

    JsonFault fault;
    std::size_t values = 0;

  protected:
    virtual bool plain(JsonValue::Kind kind, std::string text) = 0;
};

class Picker final : public Handler {
  public:
    using Node = JsonPaths::Node;
    Picker(const Node& root, std::vector<JsonValue>& out) : out_(out), at_(&root) {}

    bool start_object(std::size_t) override { return enter(false); }
    bool start_array(std::size_t) override { return enter(true); }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool key(string_t& name) override {
        const auto* parent = levels_.back().node;
        at_ = parent == nullptr ? nullptr : parent->child(name);
        return true;
    }

  private:
    struct Level {
        const Node* node;
        bool array;
        std::size_t entries;
    };

    bool enter(bool array) {
        if (levels_.empty() && array) {
            fault.what = "this is an array, not an object";
            return false;
        }
        const auto* node = levels_.empty() ? at_ : next();
        if (node != nullptr && node->slot >= 0)
            out_[static_cast<std::size_t>(node->slot)] = {};
        levels_.push_back({node, array, 0});
        return true;
    }
    bool leave() {
        levels_.pop_back();
        return true;
    }
    /// The node of the value that begins here.
    const Node* next() {
        auto& level = levels_.back();
        if (!level.array)
            return at_;
        const fmt::format_int index(level.entries++);
        return level.node == nullptr ? nullptr : level.node->child({index.data(), index.size()});
    }

    bool plain(JsonValue::Kind kind, std::string text) override {
        ++values;
        if (levels_.empty()) {
            fault.what = "this is a single value, not an object";
            return false;
        }
        const auto* node = next();
        const auto& level = levels_.back();
        if (level.array && level.node != nullptr && level.node->slot >= 0 && kind != JsonValue::Kind::missing)
            out_[static_cast<std::size_t>(level.node->slot)].list.push_back(text);
        if (node != nullptr && node->slot >= 0)
            out_[static_cast<std::size_t>(node->slot)] = {kind, std::move(text), {}};
        return true;
    }

    std::vector<JsonValue>& out_;
    std::vector<Level> levels_;
    const Node* at_;
};

class Lister final : public Handler {
  public:
    Lister(std::vector<std::string>& paths, std::size_t most) : paths_(paths), most_(most) {}

    bool start_object(std::size_t) override {
        levels_.push_back({levels_.empty() ? std::string() : next(), false, 0});
        return true;
    }
    bool start_array(std::size_t) override {
        if (levels_.empty())
            return false;
        levels_.push_back({next(), true, 0});
        return true;
    }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool key(string_t& name) override {
        key_ = name;
        return true;
    }

  private:
    struct Level {
        std::string path;
        bool array;
        std::size_t entries;
    };
    bool leave() {
        levels_.pop_back();
        return true;
    }
    /// The path of the value that begins here.
    std::string next() {
        auto& level = levels_.back();
        // Nested without end, paths would fill the memory; nobody asks for such a one.
        if (level.path.size() > longest_path)
            return level.path;
        const auto name = level.array ? std::to_string(level.entries++) : key_.substr(0, longest_path + 1);
        return level.path.empty() ? name : level.path + "." + name;
    }
    bool plain(JsonValue::Kind, std::string) override {
        if (levels_.empty())
            return false;
        auto path = next();
        if (levels_.back().array)
            path = levels_.back().path;
        if (path.size() <= longest_path && paths_.size() < most_ &&
            std::find(paths_.begin(), paths_.end(), path) == paths_.end())
            paths_.push_back(std::move(path));
        return true;
    }

    std::vector<std::string>& paths_;
    std::size_t most_;
    std::vector<Level> levels_;
    std::string key_;
};

} // namespace

JsonPaths::JsonPaths() = default;

void JsonPaths::add(std::string_view path) {
    auto* node = &root_;
    while (true) {
        const auto dot = path.find('.');
        const auto name = path.substr(0, dot);
        const auto found = std::find_if(node->children.begin(), node->children.end(),
                                        [&](const auto& child) { return child->name == name; });
        if (found != node->children.end()) {
            node = found->get();
        } else {
            auto child = std::make_unique<Node>();
            child->name = name;
            node->children.push_back(std::move(child));
            node = node->children.back().get();
        }
        if (dot == std::string_view::npos)
            break;
        path.remove_prefix(dot + 1);
    }
    node->slot = static_cast<int>(size_++);
}

const JsonPaths::Node* JsonPaths::Node::child(std::string_view key) const {
    for (const auto& candidate : children) {
        const std::string_view candidate_name = candidate->name;
        if (candidate_name == key)
            return candidate.get();
        // A member may have the dots of a path in its own name.
        if (key.size() > candidate_name.size() && key.starts_with(candidate_name) && key[candidate_name.size()] == '.')
            if (const auto* inner = candidate->child(key.substr(candidate_name.size() + 1)))
                return inner;
    }
    return nullptr;
}

bool read_json_line(std::string_view line, const JsonPaths& paths, std::vector<JsonValue>& values, JsonFault& fault) {
    values.resize(paths.size());
    for (auto& value : values) {
        value.kind = JsonValue::Kind::missing;
        value.text.clear();
        value.list.clear();
    }
    Picker picker(paths.root(), values);
    if (Json::sax_parse(line.begin(), line.end(), &picker))
        return true;
    fault = std::move(picker.fault);
    return false;
}

bool collect_json_paths(std::string_view line, std::vector<std::string>& paths, std::size_t most) {
    Lister lister(paths, most);
    return Json::sax_parse(line.begin(), line.end(), &lister);
}

} // namespace tastebench
