// Options as JSON, so that an import can be repeated; and whether a source is still the same.
#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/data/import/formats.h"

namespace tastebench {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array duplicate_words{"all", "last", "first", "sum", "mean"};
constexpr std::array missing_words{"refuse", "keep", "drop"};
constexpr std::array bad_row_words{"stop", "skip"};
constexpr std::array unit_words{"rows", "users"};

std::string absolute_text(const std::filesystem::path& path) {
    return path.empty() || path == "-" ? path.string() : std::filesystem::absolute(path).lexically_normal().string();
}

/// Writes what differs from the defaults, or reads it back: one list of members for both ways.
class Members {
  public:
    explicit Members(Json* to) : to_(to) {}
    explicit Members(const Json* from) : from_(from) {}

    void paths(const char* name, std::vector<std::filesystem::path>& value) {
        if (to_ != nullptr) {
            for (const auto& path : value)
                (*to_)[name].push_back(absolute_text(path));
        } else {
            read(name, [&](const Json& json) {
                for (const auto& path : json)
                    value.emplace_back(path.get<std::string>());
            });
        }
    }
    void path(const char* name, std::filesystem::path& value) {
        if (to_ != nullptr && !value.empty())
            (*to_)[name] = absolute_text(value);
        read(name, [&](const Json& json) { value = json.get<std::string>(); });
    }
    template <typename T>
    void plain(const char* name, T& value) {
        if (to_ != nullptr && value != T{})
            (*to_)[name] = value;
        read(name, [&](const Json& json) { value = json.get<T>(); });
    }
    template <typename T>
    void plain(const char* name, T& value, const T& standard) {
        if (to_ != nullptr && value != standard)
            (*to_)[name] = value;
        read(name, [&](const Json& json) { value = json.get<T>(); });
    }
    template <typename T>
    void optional(const char* name, std::optional<T>& value) {
        if (to_ != nullptr && value)
            (*to_)[name] = *value;
        read(name, [&](const Json& json) { value = json.get<T>(); });
    }
    template <typename E, std::size_t N>
    void word(const char* name, E& value, const std::array<const char*, N>& words) {
        if (to_ != nullptr && value != E{})
            (*to_)[name] = words[static_cast<std::size_t>(value)];
        read(name, [&](const Json& json) {
            const auto text = json.get<std::string>();
            const auto at = std::find(words.begin(), words.end(), text);
            if (at == words.end())
                refuse(name, fmt::format("'{}' is none of {}", text, fmt::join(words, ", ")));
            else
                value = static_cast<E>(at - words.begin());
        });
    }
    void read(const char* name, const std::function<void(const Json&)>& use) {
        known_.emplace_back(name);
        if (from_ == nullptr || !from_->contains(name))
            return;
        try {
            use(from_->at(name));
        } catch (const Json::exception&) {
            refuse(name, "it has the wrong type");
        }
    }
    void refuse(const std::string& name, const std::string& why) {
        if (problem_.empty())
            problem_ = fmt::format("the recipe's '{}' makes no sense: {}", name, why);
    }
    void refuse_unknown() {
        for (const auto& [name, value] : from_->items())
            if (std::find(known_.begin(), known_.end(), name) == known_.end())
                refuse(name, "there is no such option");
    }
    const std::string& problem() const { return problem_; }

  private:
    Json* to_ = nullptr;
    const Json* from_ = nullptr;
    std::vector<std::string> known_;
    std::string problem_;
};

void visit(Members& m, ImportOptions& o) {
    m.paths("files", o.files);
    m.paths("test_files", o.test_files);
    m.plain("name", o.name);
    std::string format = o.format == FileFormat::guess ? std::string() : std::string(to_text(o.format));
    m.plain("format", format);
    if (const auto known = file_format_from(format); !format.empty() && !known)
        m.refuse("format", fmt::format("there is no format '{}'", format));
    else if (known)
        o.format = *known;
    m.plain("encoding", o.encoding);
    m.plain("separator", o.separator);
    m.optional("header", o.header);
    std::string decimal = o.decimal ? std::string(1, *o.decimal) : std::string();
    m.plain("decimal", decimal);
    if (!decimal.empty() && decimal != "." && decimal != ",")
        m.refuse("decimal", "give . or ,");
    else if (!decimal.empty())
        o.decimal = decimal.front();
    m.plain("time_format", o.time_format);
    m.plain("table", o.table);
    m.plain("user", o.user);
    m.plain("item", o.item);
    m.plain("value", o.value);
    m.plain("time", o.time);
    m.plain("event", o.event);
    m.plain("context", o.context);
    m.plain("event_weights", o.event_weights);
    m.optional("least_value", o.least_value);
    m.optional("greatest_value", o.greatest_value);
    m.word("duplicates", o.duplicates, duplicate_words);
    m.word("missing", o.missing, missing_words);
    m.plain("least_per_user", o.least_per_user);
    m.plain("least_per_item", o.least_per_item);
    m.plain("core", o.core);
    m.plain("sample", o.sample, 1.0);
    m.word("sample_unit", o.sample_unit, unit_words);
    m.plain("sample_seed", o.sample_seed, std::uint64_t{42});
    m.word("bad_rows", o.bad_rows, bad_row_words);
    m.plain("most_bad_rows", o.most_bad_rows, std::uint64_t{10'000});
    m.path("user_table", o.user_table);
    m.path("item_table", o.item_table);
    m.path("graph", o.graph);
    m.path("links", o.links);
    m.path("social", o.social);
    m.path("word_vectors", o.word_vectors);
    m.path("entity_vectors", o.entity_vectors);
}

} // namespace

std::string write_recipe(const ImportOptions& options) {
    Json out = Json::object();
    Members members(&out);
    auto copy = options;
    visit(members, copy);
    return out.dump(2, ' ', false, Json::error_handler_t::replace);
}

Result<ImportOptions> read_recipe(std::string_view json) {
    const auto parsed = Json::parse(json, nullptr, false);
    if (!parsed.is_object())
        return usage_error("this is no import recipe", "recipe",
                           "give a JSON object as 'data import --save-recipe' writes");
    ImportOptions out;
    Members members(&parsed);
    visit(members, out);
    members.refuse_unknown();
    if (!members.problem().empty())
        return usage_error(members.problem(), "recipe", "correct it, or make the recipe anew");
    if (!(out.sample > 0 && out.sample <= 1))
        return usage_error("the recipe's 'sample' is not between 0 and 1", "recipe", "give a share such as 0.1");
    return out;
}

Result<std::string> hash_sources(const ImportOptions& options) {
    ByteHasher hasher;
    std::vector<char> buffer(1 << 20);
    for (const auto* list : {&options.files, &options.test_files})
        for (const auto& path : *list) {
            auto set = InputSet::open(path);
            if (!set)
                return fail(set.error());
            // An archive or a folder is hashed as the files it is made of.
            std::vector<std::filesystem::path> files;
            if (set->named())
                files.push_back(set->named()->file);
            else
                for (const auto& input : set->inputs())
                    files.push_back(input.file);
            files.erase(std::unique(files.begin(), files.end()), files.end());
            for (const auto& file : files) {
                const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"), std::fclose);
                if (in == nullptr)
                    return bad_data("the file cannot be opened", file.string(), "check whether it has moved");
                while (const auto n = std::fread(buffer.data(), 1, buffer.size(), in.get()))
                    hasher.add(std::span(buffer).first(n));
            }
        }
    return hasher.hex();
}

} // namespace tastebench
