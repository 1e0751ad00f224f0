// What a text in columns looks like: separator, header, roles, decimal sign and time format.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/data/import/roles.h"
#include "core/data/import/table.h"
#include "core/data/readers/delimited.h"
#include "core/data/records.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr std::size_t sample_rows = 200;

bool is_number_text(std::string_view text) {
    return !text.empty() && text.find_first_of("0123456789") != std::string_view::npos &&
           text.find_first_not_of("0123456789.,+-eE") == std::string_view::npos;
}

/// For a message: at most twenty, none of them long.
std::string list(const std::vector<std::string>& names) {
    constexpr std::size_t most = 20;
    std::string out;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
        out += (i == 0 ? "" : ", ") + shortened_field(names[i]);
    return names.size() > most ? fmt::format("{} and {} more", out, names.size() - most) : out;
}

using Rows = std::vector<std::vector<std::string>>;

/// The first rows cut at this separator; where the text is cut off, the last record may be half a one and is left out.
Rows cut_rows(std::string_view text, const std::string& separator, std::size_t most) {
    Rows out;
    std::vector<Field> fields;
    if (separator.size() == 1) {
        RecordReader reader(text, separator.front(), true);
        while (out.size() < most && reader.next(fields)) {
            auto& row = out.emplace_back();
            for (const auto& field : fields)
                row.push_back(field.text());
        }
        return out;
    }
    while (out.size() < most && !text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        if (line.empty())
            continue;
        auto& row = out.emplace_back();
        while (true) {
            const auto cut = line.find(separator);
            row.emplace_back(line.substr(0, cut));
            if (cut == std::string_view::npos)
                break;
            line.remove_prefix(cut + separator.size());
        }
    }
    return out;
}

/// The separator under which most rows have as many fields as the first, and most fields on a tie.
std::string guess_separator(std::string_view text) {
    std::string best;
    double best_share = 0;
    std::size_t best_width = 1;
    for (const auto* separator : {"\t", "::", ";", ",", "|", "\x01", " "}) {
        const auto rows = cut_rows(text, separator, sample_rows);
        if (rows.empty() || rows.front().size() < 2)
            continue;
        const auto width = rows.front().size();
        const auto same = std::count_if(rows.begin(), rows.end(), [&](const auto& row) { return row.size() == width; });
        const double share = static_cast<double>(same) / static_cast<double>(rows.size());
        // A blank stands in titles too: only where nothing else separates.
        if (separator[0] == ' ' && !best.empty())
            continue;
        if (share > best_share + 1e-9 || (share > best_share - 1e-9 && width > best_width)) {
            best = separator;
            best_share = share;
            best_width = width;
        }
    }
    return best;
}

/// A first row that holds no number is taken for names.
bool guess_header(const Rows& rows) {
    const auto& first = rows.front();
    return std::none_of(first.begin(), first.end(), [](const std::string& cell) { return is_number_text(cell); });
}

/// What the cells of a column are, judged by the first rows.
struct Column {
    bool numbers = true, big = true, dates = true, few = true;
};

Column judge(const Rows& rows, std::size_t c) {
    Column out;
    std::vector<std::string_view> distinct;
    bool any = false;
    for (const auto& row : rows) {
        if (c >= row.size() || row[c].empty())
            continue;
        any = true;
        const std::string& cell = row[c];
        float value = 0;
        RowFault ignored;
        const bool number = parse_value(cell, '.', value, ignored) || parse_value(cell, ',', value, ignored);
        out.numbers = out.numbers && number;
        out.big = out.big && number && value >= 1e8F && value < 1e14F;
        std::int64_t seconds = 0;
        out.dates = out.dates && cell.size() >= 8 && !number && parse_time(cell, {}, seconds, ignored);
        if (std::find(distinct.begin(), distinct.end(), cell) == distinct.end() && distinct.size() < 20)
            distinct.push_back(cell);
    }
    out.few = !out.numbers && distinct.size() < 20 && rows.size() >= 3 * distinct.size();
    out.numbers = out.numbers && any;
    out.big = out.big && any;
    out.dates = out.dates && any;
    return out;
}

class Roles {
  public:
    Roles(const Sniff& file, const ImportOptions& options, DelimitedLayout& layout, const Rows& rows)
        : file_(file), options_(options), layout_(layout), rows_(rows) {}

    Status assign() {
        if (auto status = assign_named(); !status)
            return status;
        if (!layout_.header)
            guess_by_content();
        if (file_.stand_in)
            stand_in();
        for (const auto role : {Role::user, Role::item})
            if (!at(role))
                return bad_data(fmt::format("no column looks like the {}", to_text(role)), place(),
                                fmt::format("say which it is; the columns are {}", list(layout_.columns)));
        layout_.user = *at(Role::user);
        layout_.item = *at(Role::item);
        layout_.value = at(Role::value);
        layout_.time = at(Role::time);
        layout_.event = at(Role::event);
        return assign_context();
    }

  private:
    void stand_in() {
        for (const auto role : {Role::user, Role::item})
            for (std::size_t c = 0; c < layout_.columns.size() && !at(role); ++c)
                if (!taken(c))
                    at(role) = c;
    }
    std::optional<std::size_t>& at(Role role) { return found_[static_cast<std::size_t>(role)]; }
    const std::string& asked(Role role) const {
        const std::array<const std::string*, 5> names{&options_.user, &options_.item, &options_.value, &options_.time,
                                                      &options_.event};
        return *names[static_cast<std::size_t>(role)];
    }
    bool taken(std::size_t column) const {
        return std::any_of(found_.begin(), found_.end(), [&](const auto& f) { return f == column; });
    }
    std::string place() const { return file_.input.shown() + ":1:1"; }

    Result<std::size_t> named(const std::string& name) const {
        const auto column = std::find(layout_.columns.begin(), layout_.columns.end(), name);
        if (column == layout_.columns.end())
            return usage_error(fmt::format("there is no column '{}'", name), place(),
                               "the columns are " + list(layout_.columns));
        return static_cast<std::size_t>(column - layout_.columns.begin());
    }

    Status assign_named() {
        constexpr std::array roles{Role::user, Role::item, Role::value, Role::time, Role::event};
        for (const auto role : roles) {
            if (asked(role).empty() || asked(role) == "-")
                continue;
            auto column = named(asked(role));
            if (!column)
                return fail(column.error());
            if (taken(*column))
                return usage_error(fmt::format("column '{}' has two roles", asked(role)), place(),
                                   "give each role its own column");
            at(role) = *column;
        }
        for (const auto role : roles)
            if (asked(role).empty() && layout_.header)
                if (const auto column = guess_column(layout_.columns, role); column && !taken(*column))
                    at(role) = column;
        return check_twins();
    }

    /// A column that was guessed by its name is the only one of that name.
    Status check_twins() {
        for (const auto role : {Role::user, Role::item, Role::value, Role::time, Role::event}) {
            if (!at(role) || !asked(role).empty())
                continue;
            const auto& name = layout_.columns[*at(role)];
            if (std::find(layout_.repeated.begin(), layout_.repeated.end(), name) != layout_.repeated.end())
                return bad_data(fmt::format("more than one column is named '{}'", shortened_field(name)), place(),
                                fmt::format("say which is the {0}: '{1}' is the first, '{1} (2)' the second, or '-' "
                                            "for none",
                                            to_text(role), shortened_field(name)));
        }
        return {};
    }

    /// Without names: user and item first; then numbers beyond 10^8 or dates are times, other numbers ratings.
    void guess_by_content() {
        for (std::size_t c = 0; c < layout_.columns.size(); ++c) {
            if (taken(c))
                continue;
            const auto column = judge(rows_, c);
            const auto free = [&](Role role) { return !at(role) && asked(role).empty(); };
            if (free(Role::user))
                at(Role::user) = c;
            else if (free(Role::item))
                at(Role::item) = c;
            else if ((column.big || column.dates) && free(Role::time))
                at(Role::time) = c;
            else if (column.numbers && !column.big && free(Role::value))
                at(Role::value) = c;
            else if (column.few && free(Role::event))
                at(Role::event) = c;
        }
    }

    Status assign_context() {
        std::vector<std::size_t> columns;
        for (const auto& name : options_.context) {
            if (name == "*") {
                for (std::size_t c = 0; c < layout_.columns.size(); ++c)
                    if (!taken(c))
                        columns.push_back(c);
                continue;
            }
            auto column = named(name);
            if (!column)
                return fail(column.error());
            if (taken(*column))
                return usage_error(fmt::format("column '{}' has a role already", name), place(),
                                   "leave it out of the context columns");
            columns.push_back(*column);
        }
        std::sort(columns.begin(), columns.end());
        columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
        for (const auto c : columns) {
            const auto type = judge(rows_, c).numbers ? ColumnType::number : ColumnType::category;
            layout_.context.push_back({c, {layout_.columns[c], type, false}});
        }
        return {};
    }

    const Sniff& file_;
    const ImportOptions& options_;
    DelimitedLayout& layout_;
    const Rows& rows_;
    std::array<std::optional<std::size_t>, 5> found_;
};

/// A comma where a point would stand: every cell with a sign in it has one comma and no point.
char guess_decimal(const Rows& rows, std::size_t c) {
    bool comma = false;
    for (const auto& row : rows) {
        if (c >= row.size())
            continue;
        if (row[c].find('.') != std::string::npos)
            return '.';
        comma = comma || std::count(row[c].begin(), row[c].end(), ',') == 1;
    }
    return comma ? ',' : '.';
}

Status check_text(const Sniff& file) {
    const auto line = file.head.substr(0, std::min(file.head.find('\n'), file.head.size()));
    if (line.find('\0') != std::string_view::npos)
        return bad_data("there is a NUL byte in the text", file.input.shown() + ":1:1",
                        "this is no text file; export it as CSV");
    return {};
}

} // namespace

Result<DelimitedLayout> guess_columns(const Sniff& file, const ImportOptions& options) {
    if (auto status = check_text(file); !status)
        return fail(status.error());
    DelimitedLayout layout;
    layout.separator = options.separator.empty() ? guess_separator(file.head) : options.separator;
    if (layout.separator.empty())
        layout.separator = ",";
    layout.quotes = layout.separator.size() == 1 && layout.separator != "\"";
    const auto rows = cut_rows(file.head, layout.separator, sample_rows);
    const auto place = file.input.shown() + ":1:1";
    if (rows.empty())
        return bad_data("the file holds no row that can be read", place,
                        "check whether its quotes are closed, and give a file with at least one row");
    if (rows.front().size() < 2)
        return bad_data("there is only one column", place,
                        "choose another separator: comma, semicolon, tab or |, or another format");
    layout.header = options.header.value_or(guess_header(rows));
    if (!layout.header) {
        for (std::size_t c = 0; c < rows.front().size(); ++c)
            layout.columns.push_back(fmt::format("column {}", c + 1));
        return layout;
    }
    layout.columns = rows.front();
    layout.repeated = make_distinct(layout.columns);
    RecordReader reader(file.head, layout.separator.front(), layout.quotes);
    std::vector<Field> fields;
    reader.next(fields);
    layout.body = reader.offset();
    return layout;
}

Result<DelimitedLayout> guess_delimited(const Sniff& file, const ImportOptions& options) {
    auto layout = guess_columns(file, options);
    if (!layout)
        return layout;
    const auto rows = cut_rows(file.head.substr(layout->body), layout->separator, sample_rows);
    if (auto status = Roles(file, options, *layout, rows).assign(); !status)
        return fail(status.error());
    layout->decimal = options.decimal.value_or(layout->value ? guess_decimal(rows, *layout->value) : '.');
    layout->time_format = options.time_format;
    if (layout->time && layout->time_format.empty()) {
        std::vector<std::string_view> samples;
        for (const auto& row : rows)
            if (*layout->time < row.size() && !row[*layout->time].empty())
                samples.push_back(row[*layout->time]);
        layout->time_format = guess_time_format(samples);
    }
    return layout;
}

} // namespace tastebench
