// RecBole's atomic files: tabs, no quotes, a header that gives each column its type (NAME.inter, .item, .user, .kg,
// .link, .net). https://recbole.io/docs/user_guide/data/atomic_files.html
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/data/import/companions.h"
#include "core/data/import/roles.h"
#include "core/data/readers/delimited.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

std::vector<std::string> split_tabs(std::string_view line) {
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    std::vector<std::string> out;
    while (true) {
        const auto cut = line.find('\t');
        out.emplace_back(line.substr(0, cut));
        if (cut == std::string_view::npos)
            return out;
        line.remove_prefix(cut + 1);
    }
}

std::vector<std::string> headings_of(std::string_view head) {
    return split_tabs(head.substr(0, head.find('\n')));
}

bool fits(const Sniff& file) {
    const auto headings = headings_of(file.head);
    return headings.size() >= 2 && is_typed_header(headings);
}

bool is_part(const std::string& name) {
    return name.ends_with(".train.inter") || name.ends_with(".valid.inter") || name.ends_with(".test.inter");
}

std::optional<Input> main_input(const InputSet& set) {
    std::optional<Input> part;
    for (const auto& input : set.inputs()) {
        const auto name = input.base_name();
        if (!name.ends_with(".inter"))
            continue;
        if (!is_part(name))
            return input;
        if (!part)
            part = input;
    }
    return part;
}

/// The columns' roles: asked for by name, with or without the type, else by their usual names.
class Roles {
  public:
    Roles(const Sniff& file, std::vector<std::string> names) : file_(file), names_(std::move(names)) {}

    Result<std::optional<std::size_t>> find(const std::string& asked, Role role) {
        if (asked == "-")
            return std::optional<std::size_t>();
        if (asked.empty()) {
            const auto found = guess_column(names_, role);
            return found && taken_.insert(*found).second ? found : std::nullopt;
        }
        const auto at = std::find(names_.begin(), names_.end(), typed_heading(asked).first);
        if (at == names_.end())
            return usage_error(fmt::format("there is no column '{}'", asked), place(),
                               fmt::format("the columns are {}", fmt::join(names_, ", ")));
        const auto column = static_cast<std::size_t>(at - names_.begin());
        if (!taken_.insert(column).second)
            return usage_error(fmt::format("column '{}' has two roles", asked), place(),
                               "give each role its own column");
        return std::optional(column);
    }
    bool taken(std::size_t column) const { return taken_.contains(column); }
    std::string place() const { return file_.input.shown() + ":1:1"; }

  private:
    const Sniff& file_;
    std::vector<std::string> names_;
    std::set<std::size_t> taken_;
};

ColumnType context_type(const std::string& word) {
    if (word == "float")
        return ColumnType::number;
    return word == "token" ? ColumnType::category : ColumnType::multi_category;
}

bool wanted(const ImportOptions& options, const std::string& name) {
    if (options.context.empty())
        return true;
    return std::any_of(options.context.begin(), options.context.end(),
                       [&](const std::string& asked) { return asked == "*" || typed_heading(asked).first == name; });
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions& options) {
    const auto headings = headings_of(file.head);
    DelimitedLayout layout;
    layout.separator = "\t";
    layout.time_format = options.time_format;
    layout.body = std::min(file.head.find('\n'), file.head.size() - 1) + 1;
    std::vector<std::string> words;
    for (const auto& heading : headings) {
        auto [name, word] = typed_heading(heading);
        layout.columns.push_back(std::move(name));
        words.push_back(std::move(word));
    }
    make_distinct(layout.columns);
    Roles roles(file, layout.columns);
    if (!is_typed_header(headings))
        return bad_data("the columns have no types", roles.place(),
                        "name them like user_id:token, or choose the format of text in columns");
    const auto user = roles.find(options.user, Role::user);
    const auto item = roles.find(options.item, Role::item);
    const auto value = roles.find(options.value, Role::value);
    const auto time = roles.find(options.time, Role::time);
    const auto event = roles.find(options.event, Role::event);
    for (const auto* role : {&user, &item, &value, &time, &event})
        if (!*role)
            return fail(role->error());
    if (!*user || !*item)
        return bad_data(fmt::format("no column looks like the {}", !*user ? "user" : "item"), roles.place(),
                        fmt::format("say which it is; the columns are {}", fmt::join(layout.columns, ", ")));
    layout.user = **user;
    layout.item = **item;
    layout.value = *value;
    layout.time = *time;
    layout.event = *event;
    for (std::size_t c = 0; c < headings.size(); ++c)
        if (!roles.taken(c) && wanted(options, layout.columns[c]))
            layout.context.push_back({c, {layout.columns[c], context_type(words[c]), false}, ' '});
    return make_delimited_reader(std::move(layout));
}

/// The interactions' file name without ".inter" and the name of a part of a split.
std::string stem_of(const InputSet& set) {
    const auto input = set.named() ? set.named() : main_input(set);
    auto name = input ? input->base_name() : std::string();
    for (const auto* ending : {".inter", ".train", ".valid", ".test"})
        if (name.ends_with(ending))
            name.resize(name.size() - std::string_view(ending).size());
    return name;
}

Status complete(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    const auto stem = stem_of(set);
    const auto table = [&](const std::filesystem::path& option, const char* ending) {
        return by_name(option) ? set.find(stem + ending) : std::optional<Input>();
    };
    if (const auto items = table(options.item_table, ".item"))
        if (auto status = join_table(*items, TableOf::items, options, parts, report); !status)
            return status;
    if (const auto users = table(options.user_table, ".user"))
        if (auto status = join_table(*users, TableOf::users, options, parts, report); !status)
            return status;
    if (const auto links = table(options.links, ".link"); links && by_name(options.graph))
        if (auto status = join_graph(table(options.graph, ".kg"), links, parts, report); !status)
            return status;
    if (const auto social = table(options.social, ".net"))
        return join_social(*social, parts, report);
    return {};
}

} // namespace

FormatEntry recbole_format() {
    return {.id = FileFormat::recbole,
            .name = "recbole",
            .title = "RecBole atomic files",
            .endings = "*.inter",
            .summary = "One row for each interaction under a header that types its columns (user_id:token); features, "
                       "graph and links between users lie beside it in .user, .item, .kg, .link and .net.",
            .fits = fits,
            .main_input = main_input,
            .open = open,
            .read_all = nullptr,
            .complete = complete};
}

} // namespace tastebench
