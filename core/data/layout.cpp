#include "core/data/layout.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tastebench {

namespace {

/// Letters and digits in lower case: "User ID" and "user_id" are the same name.
std::string plain(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
            out += c;
    }
    return out;
}

using Names = std::span<const std::string_view>;
constexpr auto user_names =
    std::to_array<std::string_view>({"user", "userid", "uid", "userix", "reader", "customer", "customerid", "member",
                                     "visitorid", "account", "accountid", "person"});
constexpr auto item_names = std::to_array<std::string_view>(
    {"item", "itemid", "iid", "movieid", "movie", "product", "productid", "artist", "artistid", "book", "bookid",
     "article", "articleid", "newsid", "film", "filmid", "song", "asin"});
constexpr auto value_names = std::to_array<std::string_view>(
    {"rating", "value", "score", "stars", "count", "weight", "plays", "preference", "label"});
constexpr auto time_names =
    std::to_array<std::string_view>({"timestamp", "time", "ts", "date", "datetime", "unixtime", "when", "createdat"});
constexpr auto event_names =
    std::to_array<std::string_view>({"event", "eventtype", "action", "type", "behavior", "behaviour", "interaction"});

std::optional<std::size_t> guess(const std::vector<std::string>& columns, Names names) {
    for (const auto name : names)
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (plain(columns[i]) == name)
                return i;
    return {};
}

bool is_number_text(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.+-") == std::string_view::npos;
}

char guess_separator(std::string_view line) {
    char best = ',';
    std::ptrdiff_t most = 0;
    for (const char c : {'\t', ',', ';', '|'})
        if (const auto n = std::count(line.begin(), line.end(), c); n > most) {
            most = n;
            best = c;
        }
    return best;
}

std::string list(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

class Roles {
  public:
    Roles(const TextFile& file, Layout& layout) : file_(file), layout_(layout) {}

    Result<std::optional<std::size_t>> find(const std::string& asked, Names names, const char* role, bool needed) {
        std::optional<std::size_t> at;
        if (!asked.empty()) {
            const auto named = std::find(layout_.columns.begin(), layout_.columns.end(), asked);
            if (named == layout_.columns.end())
                return usage_error(fmt::format("there is no column '{}'", asked), place(),
                                   "the columns are " + list(layout_.columns));
            at = static_cast<std::size_t>(named - layout_.columns.begin());
        } else {
            at = guess(layout_.columns, names);
        }
        if (!at && needed)
            return bad_data(fmt::format("no column looks like the {}", role), place(),
                            fmt::format("say which it is; the columns are {}", list(layout_.columns)));
        if (at && std::find(taken_.begin(), taken_.end(), *at) != taken_.end()) {
            if (asked.empty())
                return std::optional<std::size_t>();
            return usage_error(fmt::format("column '{}' has two roles", asked), place(),
                               "give each role its own column");
        }
        if (at)
            taken_.push_back(*at);
        return at;
    }

  private:
    std::string place() const { return file_.place(0, 1); }
    const TextFile& file_;
    Layout& layout_;
    std::vector<std::size_t> taken_;
};

Status assign_roles(const TextFile& file, const ImportOptions& options, Layout& layout) {
    Roles roles(file, layout);
    auto user = roles.find(options.user, user_names, "user", true);
    if (!user)
        return fail(user.error());
    auto item = roles.find(options.item, item_names, "item", true);
    if (!item)
        return fail(item.error());
    layout.user = **user;
    layout.item = **item;
    for (const auto& [asked, names, role, out] :
         {std::tuple(&options.value, Names(value_names), "rating", &layout.value),
          std::tuple(&options.time, Names(time_names), "time", &layout.time),
          std::tuple(&options.event, Names(event_names), "event", &layout.event)}) {
        auto found = roles.find(*asked, names, role, false);
        if (!found)
            return fail(found.error());
        *out = *found;
    }
    return {};
}

} // namespace

Result<Layout> find_layout(const TextFile& file, const ImportOptions& options) {
    const auto content = file.content();
    const auto line_end = std::min(content.find('\n'), content.size());
    const auto line = content.substr(0, line_end);
    if (const auto nul = line.find('\0'); nul != std::string_view::npos)
        return bad_data("there is a NUL byte in the text", file.place(nul, 1),
                        "this is no text file; export it as CSV");
    if (const auto bad = find_invalid_utf8(line); bad != std::string_view::npos)
        return bad_data("the text is not UTF-8", file.place(bad, 1), "convert the file to UTF-8");
    Layout layout;
    layout.separator = options.separator != 0 ? options.separator : guess_separator(line);
    RecordReader reader(content, layout.separator, true);
    std::vector<Field> fields;
    if (!reader.next(fields))
        return bad_data(reader.fault().empty() ? "the file holds no rows" : reader.fault(), file.place(0, 1),
                        "give a file with a header and at least one row");
    layout.format = options.format;
    if (layout.format == FileFormat::guess) {
        const bool typed = std::all_of(fields.begin(), fields.end(), [](const Field& field) {
            return field.raw.find(':') != std::string_view::npos;
        });
        const bool numbers =
            std::all_of(fields.begin(), fields.end(), [](const Field& field) { return is_number_text(field.raw); });
        if (typed && layout.separator == '\t')
            layout.format = FileFormat::recbole;
        else if (numbers && fields.size() == 4)
            layout.format = FileFormat::movielens;
        else
            layout.format = FileFormat::delimited;
    }
    // MovieLens has both kinds: u.data without a header, ratings.csv with one.
    layout.header = layout.format != FileFormat::movielens || !is_number_text(fields.front().raw);
    if (layout.header) {
        for (const auto& field : fields) {
            auto name = field.text();
            if (layout.format == FileFormat::recbole)
                name = name.substr(0, name.rfind(':'));
            layout.columns.push_back(std::move(name));
        }
        layout.body = reader.offset();
    } else {
        layout.columns = {"user_id", "item_id", "rating", "timestamp"};
        if (fields.size() != layout.columns.size())
            return bad_data(fmt::format("a MovieLens file has 4 columns, this row {}", fields.size()), file.place(0, 1),
                            "choose the format 'delimited', or another separator");
    }
    layout.quotes = layout.format == FileFormat::delimited || layout.separator == ',';
    if (layout.columns.size() < 2)
        return bad_data("there is only one column", file.place(0, 1),
                        "choose another separator: comma, semicolon, tab or |");
    if (auto status = assign_roles(file, options, layout); !status)
        return fail(status.error());
    return layout;
}

RowFault wrong_width(std::size_t found, std::size_t expected) {
    return {std::min(found, expected) + (found > expected ? 1 : 0),
            fmt::format("this row has {} columns, the header {}", found, expected),
            found == 1 ? "correct the row, or choose another separator"
                       : "correct the row, or quote the separator in it"};
}

} // namespace tastebench
