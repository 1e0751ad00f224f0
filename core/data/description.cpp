#include "core/data/description.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tastebench {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view marker = "tastebench data set";
constexpr std::array<std::string_view, 11> roles{"user",    "item",    "event", "value",   "time", "fixed_test",
                                                 "context", "weights", "id",    "feature", "title"};
constexpr std::array<std::string_view, 5> types{"number", "category", "multi_category", "text", "date"};

bool has_type(ColumnRole role) {
    return role == ColumnRole::context || role == ColumnRole::feature;
}

Json to_json(const DescribedColumn& column) {
    Json out{{"heading", column.heading}, {"role", roles[static_cast<std::size_t>(column.role)]}};
    if (column.name != column.heading)
        out["name"] = column.name;
    if (has_type(column.role))
        out["type"] = to_text(column.type);
    if (column.list_separator != '|')
        out["list_separator"] = std::string(1, column.list_separator);
    if (!column.spelt.empty())
        out["spelt"] = column.spelt;
    if (!column.unused.empty())
        out["unused"] = column.unused;
    return out;
}

Json to_json(const DescribedTable& table) {
    Json columns = Json::array();
    for (const auto& column : table.columns)
        columns.push_back(to_json(column));
    return {{"file", table.file}, {"columns", std::move(columns)}};
}

/// A string that can be a name: JSON lets NUL pass.
bool is_text(const Json& value) {
    return value.is_string() && value.get_ref<const std::string&>().find('\0') == std::string::npos;
}

/// Takes members out of an object; the first that makes no sense is remembered.
class Taker {
  public:
    Taker(const Json& object, std::string path, std::string& fault)
        : json_(object), path_(std::move(path)), fault_(fault) {
        if (!json_.is_object())
            note("");
    }
    std::string text(const char* name, bool needed = false) const {
        const auto* member = find(name, needed);
        if (member == nullptr)
            return {};
        if (!is_text(*member))
            return note(name), std::string();
        return member->get<std::string>();
    }
    std::uint64_t number(const char* name) const {
        const auto* member = find(name, true);
        if (member == nullptr)
            return 0;
        if (!member->is_number_unsigned())
            return note(name), 0;
        return member->get<std::uint64_t>();
    }
    bool flag(const char* name, bool otherwise) const {
        const auto* member = find(name, false);
        if (member == nullptr)
            return otherwise;
        if (!member->is_boolean())
            return note(name), otherwise;
        return member->get<bool>();
    }
    std::vector<std::string> texts(const char* name) const {
        std::vector<std::string> out;
        const auto* member = find(name, false);
        if (member == nullptr)
            return out;
        for (const auto& entry : *member) {
            if (!member->is_array() || !is_text(entry))
                return note(name), out;
            out.push_back(entry.get<std::string>());
        }
        return out;
    }
    /// The objects of an array, or the one object, below a name.
    template <typename Each>
    void objects(const char* name, Each each) const {
        const auto* member = find(name, false);
        if (member == nullptr)
            return;
        if (!member->is_array())
            return note(name);
        for (std::size_t i = 0; i < member->size(); ++i)
            each(Taker((*member)[i], fmt::format("{}{}[{}].", path_, name, i), fault_));
    }
    std::optional<Taker> object(const char* name) const {
        const auto* member = find(name, false);
        if (member == nullptr)
            return {};
        return Taker(*member, path_ + name + ".", fault_);
    }
    void note(const std::string& name) const {
        if (fault_.empty())
            fault_ = path_ + name;
    }
    const Json& json() const { return json_; }

  private:
    const Json* find(const char* name, bool needed) const {
        if (!json_.is_object())
            return nullptr;
        const auto at = json_.find(name);
        if (at != json_.end())
            return &*at;
        if (needed)
            note(name);
        return nullptr;
    }
    const Json& json_;
    std::string path_;
    std::string& fault_;
};

template <typename Names>
std::optional<std::size_t> position(const Names& names, std::string_view text) {
    const auto at = std::find(names.begin(), names.end(), text);
    if (at == names.end())
        return {};
    return static_cast<std::size_t>(at - names.begin());
}

DescribedColumn take_column(const Taker& from) {
    DescribedColumn out;
    out.heading = from.text("heading", true);
    out.name = from.json().contains("name") ? from.text("name") : out.heading;
    if (const auto role = position(roles, from.text("role", true)))
        out.role = static_cast<ColumnRole>(*role);
    else
        from.note("role");
    if (has_type(out.role)) {
        if (const auto type = position(types, from.text("type", true)))
            out.type = static_cast<ColumnType>(*type);
        else
            from.note("type");
    }
    const bool known = out.role != ColumnRole::context || out.type == ColumnType::number ||
                       out.type == ColumnType::category || out.type == ColumnType::multi_category;
    if (!known)
        from.note("type");
    if (const auto separator = from.text("list_separator"); separator.size() == 1)
        out.list_separator = separator.front();
    else if (!separator.empty())
        from.note("list_separator");
    if (const auto spelt = from.object("spelt")) {
        for (const auto& [written, meant] : spelt->json().items()) {
            if (!is_text(meant))
                return from.note("spelt"), out;
            out.spelt.emplace(written, meant.get<std::string>());
        }
    }
    out.unused = from.texts("unused");
    return out;
}

/// File names are looked up among the files of the folder or archive, never opened as paths.
DescribedTable take_table(const Taker& from, const char* name) {
    DescribedTable out;
    const auto object = from.object(name);
    if (!object)
        return out;
    out.file = object->text("file", true);
    object->objects("columns", [&](const Taker& column) { out.columns.push_back(take_column(column)); });
    return out;
}

Description take_description(const Taker& from) {
    Description out;
    out.name = from.text("name");
    out.source = from.text("source");
    out.fingerprint = from.text("fingerprint");
    out.split = from.text("split");
    const auto layout = from.text("layout", true);
    out.recbole = layout == "recbole";
    if (layout != "recbole" && layout != "csv")
        from.note("layout");
    out.has_pairs = from.flag("has_pairs", true);
    out.rows = from.number("rows");
    out.events = from.texts("events");
    out.title_of = from.text("title_of");
    out.interactions = take_table(from, "interactions");
    const auto& columns = out.interactions.columns;
    const auto count = [&](ColumnRole role) {
        return std::count_if(columns.begin(), columns.end(), [&](const auto& column) { return column.role == role; });
    };
    const auto pairs = out.has_pairs ? 1 : 0;
    if (columns.empty() || count(ColumnRole::user) != pairs || count(ColumnRole::item) != pairs)
        from.note("interactions");
    if (out.events.size() > 255)
        from.note("events");
    out.users = take_table(from, "users");
    out.items = take_table(from, "items");
    out.entities = take_table(from, "entities");
    out.relations = take_table(from, "relations");
    out.triples = take_table(from, "triples");
    out.links = take_table(from, "links");
    out.social = take_table(from, "social");
    from.objects("vectors", [&](const Taker& vectors) {
        DescribedVectors one{vectors.text("file", true), vectors.text("name", true), 0, vectors.number("keys")};
        const auto dimension = vectors.number("dimension");
        if (dimension > 1'000'000)
            vectors.note("dimension");
        one.dimension = static_cast<std::uint32_t>(dimension);
        out.vectors.push_back(std::move(one));
    });
    from.objects("parts", [&](const Taker& part) {
        out.parts.push_back({part.text("name", true), part.text("file", true), part.text("rows_file")});
    });
    out.files = from.texts("files");
    return out;
}

} // namespace

std::string_view to_text(ColumnType type) {
    return types[static_cast<std::size_t>(type)];
}

std::string write_description(const Description& d) {
    Json out{{"format", marker},
             {"version", Description::newest_version},
             {"name", d.name},
             {"source", d.source},
             {"fingerprint", d.fingerprint},
             {"layout", d.recbole ? "recbole" : "csv"},
             {"has_pairs", d.has_pairs},
             {"rows", d.rows},
             {"events", d.events}};
    if (!d.title_of.empty())
        out["title_of"] = d.title_of;
    const auto table = [&](const char* name, const DescribedTable& described) {
        if (!described.file.empty())
            out[name] = to_json(described);
    };
    table("interactions", d.interactions);
    table("users", d.users);
    table("items", d.items);
    table("entities", d.entities);
    table("relations", d.relations);
    table("triples", d.triples);
    table("links", d.links);
    table("social", d.social);
    for (const auto& v : d.vectors)
        out["vectors"].push_back({{"file", v.file}, {"name", v.name}, {"dimension", v.dimension}, {"keys", v.keys}});
    if (!d.split.empty())
        out["split"] = d.split;
    for (const auto& part : d.parts)
        out["parts"].push_back({{"name", part.name}, {"file", part.file}, {"rows_file", part.rows_file}});
    out["files"] = d.files;
    return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Description> read_description(std::string_view json, const std::string& file) {
    constexpr auto remedy = "export the data set again, or move this file away to import the tables as plain text";
    const auto document = Json::parse(json, nullptr, false);
    if (!document.is_object() || !document.contains("format") || document["format"] != marker)
        return bad_data("this does not describe an exported data set", file, remedy);
    std::string fault;
    const Taker from(document, "", fault);
    const auto version = from.number("version");
    if (version > static_cast<std::uint64_t>(Description::newest_version))
        return bad_data(fmt::format("this export was written by a newer program (version {})", version), file,
                        "import it with that program, or move this file away to import the tables as plain text");
    auto out = take_description(from);
    if (!fault.empty())
        return bad_data(fmt::format("the description's '{}' is missing or makes no sense", fault), file, remedy);
    return out;
}

} // namespace tastebench
