// JSON lines: one object a line. Columns are paths to plain values, such as "user.id"; the column of a message counts
// the columns of the preview, or the values of the line where it is no JSON.
#include <array>
#include <limits>

#include <fmt/format.h>

#include "core/data/readers/chosen_roles.h"
#include "core/data/readers/json_values.h"
#include "core/data/readers/lines.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

constexpr std::size_t most_columns = 200;
constexpr std::size_t sample_lines = 100;
using Kind = JsonValue::Kind;

struct Layout {
    ChosenRoles roles;
    std::vector<ContextSpec> specs;
    std::string time_format;
    char decimal = '.';
};

class JsonReader final : public ChunkReader {
  public:
    explicit JsonReader(Layout layout) : layout_(std::move(layout)), shape_(layout_.roles.shape()) {
        shape_.context = layout_.specs;
        for (const auto r : all_roles)
            if (const auto column = layout_.roles.at(r)) {
                slots_[static_cast<std::size_t>(r)] = paths_.size();
                paths_.add(layout_.roles.columns[*column]);
            }
        first_context_ = paths_.size();
        for (const auto column : layout_.roles.context)
            paths_.add(layout_.roles.columns[column]);
    }
    const RowShape& shape() const override { return shape_; }

    void read(std::string_view stretch, Piece& piece) const override {
        RowFault fault;
        JsonFault broken;
        std::vector<JsonValue> values;
        for_each_line(stretch, [&](std::string_view line, std::size_t offset) {
            if (!read_json_line(line, paths_, values, broken))
                piece.fail(offset, {broken.values + 1, broken.what, "write one whole JSON object on each line"});
            else if (!add(values, piece, fault))
                piece.fail(offset, std::move(fault));
        });
    }

    void describe(ImportPreview& preview) const override {
        preview.header = true;
        preview.time_format = layout_.time_format;
        preview.decimal = layout_.decimal;
        layout_.roles.describe(preview);
    }

    std::vector<std::vector<std::string>> cells(std::string_view stretch, std::size_t most) const override {
        JsonPaths all;
        for (const auto& column : layout_.roles.columns)
            all.add(column);
        std::vector<std::vector<std::string>> out;
        std::vector<JsonValue> values;
        JsonFault ignored;
        for (const auto line : first_lines(stretch, most)) {
            if (!read_json_line(line, all, values, ignored))
                continue;
            auto& row = out.emplace_back();
            for (const auto& value : values)
                row.push_back(
                    (value.list.empty() ? value.text : fmt::format("{}", fmt::join(value.list, "|"))).substr(0, 200));
        }
        return out;
    }

  private:
    std::string_view text(std::vector<JsonValue>& values, Role role, Piece& piece) const {
        return piece.keep(std::move(values[slots_[static_cast<std::size_t>(role)]].text));
    }

    bool add(std::vector<JsonValue>& values, Piece& piece, RowFault& fault) const {
        RowValues row;
        if (shape_.value && !read_value(values[slots_[2]], row.value, fault))
            return false;
        if (shape_.time) {
            fault.field = *layout_.roles.at(Role::time) + 1;
            if (!parse_time(values[slots_[3]].text, layout_.time_format, row.time, fault))
                return false;
        }
        for (std::size_t c = 0; c < shape_.context.size(); ++c)
            if (!add_context(c, values[first_context_ + c], piece, fault))
                return false;
        row.user = text(values, Role::user, piece);
        row.item = text(values, Role::item, piece);
        if (shape_.event)
            row.event = text(values, Role::event, piece);
        return piece.add(row, fault);
    }

    bool read_value(const JsonValue& found, float& value, RowFault& fault) const {
        fault.field = shape_.value_field;
        if (found.kind == Kind::missing || found.text.empty()) {
            value = std::numeric_limits<float>::quiet_NaN();
            return true;
        }
        if (found.kind == Kind::truth) {
            value = found.text == "true" ? 1.0F : 0.0F;
            return true;
        }
        return parse_value(found.text, found.kind == Kind::number ? '.' : layout_.decimal, value, fault);
    }

    bool add_context(std::size_t c, JsonValue& found, Piece& piece, RowFault& fault) const {
        const auto type = shape_.context[c].type;
        if (type == ColumnType::multi_category) {
            for (auto& entry : found.list)
                if (!entry.empty())
                    piece.entry(c, piece.keep(std::move(entry)));
            if (!found.text.empty())
                piece.entry(c, piece.keep(std::move(found.text)));
        } else if (type == ColumnType::category) {
            piece.category(c, piece.keep(std::move(found.text)));
        } else {
            double number = std::numeric_limits<double>::quiet_NaN();
            if (!found.text.empty() && !parse_double(found.text, number)) {
                fault = {layout_.roles.context[c] + 1, fmt::format("'{}' is no number", shortened_field(found.text)),
                         "correct it, or leave it out"};
                return false;
            }
            piece.number(c, number);
        }
        return true;
    }

    Layout layout_;
    RowShape shape_;
    JsonPaths paths_;
    std::array<std::size_t, 5> slots_{};
    std::size_t first_context_ = 0;
};

/// Guesses columns and roles from the first lines; then what the options say.
class Guess {
  public:
    Guess(const Sniff& file, const ImportOptions& options)
        : file_(file), options_(options), lines_(first_lines(file.head, sample_lines)) {}

    Result<Layout> make() {
        std::vector<std::string> columns;
        for (const auto line : lines_)
            if (auto more = columns; collect_json_paths(line, more, most_columns))
                columns = std::move(more);
        const auto place = file_.input.shown() + ":1:1";
        if (columns.empty())
            return bad_data("the first lines hold no JSON object with values", place,
                            "write one whole JSON object on each line; jq -c '.[]' makes lines of an array");
        add_asked(columns);
        // By the whole path ("user.id"), then by its last part ("payload.user_id").
        std::vector<std::string> last;
        for (const auto& name : columns)
            last.push_back(name.substr(name.rfind('.') + 1));
        auto roles = choose_roles(std::move(columns), last, options_, place, "path");
        if (!roles)
            return fail(roles.error());
        Layout out{std::move(*roles), {}, options_.time_format, options_.decimal.value_or('.')};
        for (const auto c : out.roles.context)
            out.specs.push_back({out.roles.columns[c], type_of(out.roles.columns[c]), false});
        if (const auto time = out.roles.at(Role::time); time && out.time_format.empty())
            out.time_format = guess_time(out.roles.columns[*time]);
        return out;
    }

  private:
    /// Paths that the list above does not show but the lines have: an entry of an array, or one beyond the limit.
    void add_asked(std::vector<std::string>& columns) const {
        auto asked = options_.context;
        for (const auto r : all_roles)
            asked.push_back(asked_column(options_, r));
        for (const auto& name : asked)
            if (!name.empty() && name != "-" && name != "*" &&
                std::find(columns.begin(), columns.end(), name) == columns.end() && !samples(name).empty())
                columns.push_back(name);
    }

    std::vector<JsonValue> samples(const std::string& name) const {
        JsonPaths paths;
        paths.add(name);
        std::vector<JsonValue> out;
        std::vector<JsonValue> values;
        JsonFault ignored;
        for (const auto line : lines_)
            if (read_json_line(line, paths, values, ignored) &&
                (values[0].kind != Kind::missing || !values[0].list.empty()))
                out.push_back(values[0]);
        return out;
    }

    ColumnType type_of(const std::string& name) const {
        bool numbers = false;
        bool others = false;
        for (const auto& value : samples(name)) {
            if (!value.list.empty())
                return ColumnType::multi_category;
            numbers = numbers || value.kind == Kind::number;
            others = others || value.kind == Kind::text || value.kind == Kind::truth;
        }
        return numbers && !others ? ColumnType::number : ColumnType::category;
    }

    std::string guess_time(const std::string& name) const {
        const auto values = samples(name);
        std::vector<std::string_view> texts;
        for (const auto& value : values)
            if (!value.text.empty())
                texts.push_back(value.text);
        return guess_time_format(texts);
    }

    const Sniff& file_;
    const ImportOptions& options_;
    std::vector<std::string_view> lines_;
};

/// An object on the first line; also an array of objects or an object over several lines, which open() then refuses
/// with what to do.
bool fits(const Sniff& file) {
    const auto lines = first_lines(file.head, 1);
    if (lines.empty())
        return false;
    auto line = lines.front();
    std::vector<std::string> ignored;
    if (collect_json_paths(line, ignored, 1))
        return true;
    while (!line.empty() && is_blank(line.back()))
        line.remove_suffix(1);
    const auto start = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    return start == "{" || start == "[" || start == "[{" || start.starts_with("{\"") || start.starts_with("[{\"");
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions& options) {
    auto layout = Guess(file, options).make();
    if (!layout)
        return fail(layout.error());
    return std::unique_ptr<ChunkReader>(std::make_unique<JsonReader>(std::move(*layout)));
}

} // namespace

FormatEntry json_lines_format() {
    return {.id = FileFormat::json_lines,
            .name = "json_lines",
            .title = "JSON lines",
            .endings = "*.jsonl *.ndjson *.json",
            .summary = "One JSON object for each interaction, on a line of its own; nested values by path.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = nullptr};
}

} // namespace tastebench
