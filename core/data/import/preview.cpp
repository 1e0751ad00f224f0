// The first rows of a file as a form shows them.
#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "core/data/import/roles.h"
#include "core/data/import/rules.h"
#include "core/data/import/source.h"

namespace tastebench {

namespace {

constexpr std::size_t most_problems = 100;

std::string number_text(double value) {
    return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

/// A piece's rows as text, for formats whose lines are no rows of columns.
void show_piece(const Piece& piece, std::size_t most, ImportPreview& out) {
    const auto& shape = piece.shape();
    out.columns.clear();
    if (shape.pairs)
        out.columns = {"user", "item"};
    for (const auto& [has, name] : {std::pair(shape.value, shape.pairs ? "rating" : "label"),
                                    std::pair(shape.time, "time"), std::pair(shape.event, "event")})
        if (has)
            out.columns.emplace_back(name);
    for (const auto& context : piece.context)
        out.columns.push_back(context.spec.name);
    const auto n = std::min(most, piece.rows.size());
    for (std::size_t row = 0; row < n; ++row) {
        auto& cells = out.rows.emplace_back();
        if (shape.pairs) {
            cells.emplace_back(piece.users.texts()[piece.rows.user[row]]);
            cells.emplace_back(piece.items.texts()[piece.rows.item[row]]);
        }
        if (shape.value)
            cells.push_back(number_text(piece.rows.value[row]));
        if (shape.time)
            cells.push_back(fmt::format("{}", piece.rows.time[row]));
        if (shape.event)
            cells.emplace_back(piece.events.texts()[piece.rows.event[row]]);
        for (const auto& context : piece.context) {
            auto& cell = cells.emplace_back();
            if (context.spec.type == ColumnType::number) {
                cell = number_text(context.numbers[row]);
            } else if (context.spec.type == ColumnType::category) {
                if (context.codes[row] != ContextColumn::missing)
                    cell = context.categories.texts()[context.codes[row]];
            } else {
                for (auto at = row == 0 ? 0 : context.ends[row - 1]; at < context.ends[row] && cell.size() < 200; ++at)
                    cell += (cell.empty() ? "" : " ") + std::string(context.categories.texts()[context.codes[at]]);
            }
        }
    }
}

void show_problems(const Piece& piece, const Source& source, std::string_view text, std::uint64_t first_line,
                   ImportPreview& out) {
    for (const auto& [offset, fault] : piece.failed) {
        if (out.problems.size() >= most_problems)
            return;
        const auto line =
            first_line + 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
        out.problems.push_back({fmt::format("{}:{}:{}", source.input.shown(), line, fault.field), fault.what,
                                fault.remedy, line_text(text, offset)});
    }
}

/// What is asked for or looks like the role stays.
void forget_stand_ins(const ImportOptions& options, ImportPreview& out) {
    for (const auto& [role, asked, shown] :
         {std::tuple(Role::user, &options.user, &out.user), std::tuple(Role::item, &options.item, &out.item)}) {
        const auto guessed = guess_column(out.columns, role);
        if (asked->empty() && (!guessed || out.columns[*guessed] != *shown))
            shown->clear();
    }
}

void list_members(const Source& source, ImportPreview& out) {
    if (source.input.member.empty())
        return;
    for (const auto& input : source.set.inputs())
        out.members.push_back(input.member);
    out.member = source.input.member;
}

} // namespace

Result<ImportPreview> preview_import(const ImportOptions& options, std::size_t rows) {
    if (options.files.empty())
        return usage_error("no file was given", "file", "name the file to import");
    auto source = open_source(options.files.front(), options);
    // Where no column looks like the user or the item, the rows are shown all the same, for them to be chosen.
    bool stood_in = false;
    if (!source && (options.user.empty() || options.item.empty()))
        if (auto again = open_source(options.files.front(), options, true)) {
            source = std::move(again);
            stood_in = true;
        }
    if (!source)
        return fail(source.error());
    ImportPreview out;
    out.format = source->format->id;
    out.encoding = source->head.encoding;
    list_members(*source, out);
    if (!source->reader) {
        Progress progress;
        auto status = source->format->read_all(
            source->input, options, rows, &out,
            [&](Piece& piece) {
                for (const auto event : piece.events.texts())
                    out.events.emplace_back(event);
                if (out.rows.empty())
                    show_piece(piece, rows, out);
                for (const auto& [row, fault] : piece.failed)
                    if (out.problems.size() < most_problems)
                        out.problems.push_back({fmt::format("{}:{}:{}", source->input.shown(), row + 1, fault.field),
                                                fault.what,
                                                fault.remedy,
                                                {}});
                return Status();
            },
            progress);
        if (!status)
            return fail(status.error());
        return out;
    }
    const auto& reader = *source->reader;
    const std::string_view head = source->head.text;
    const auto text = head.substr(std::min(reader.body(), head.size()));
    Piece piece(reader.shape(), row_rules(options, reader.shape()));
    read_checked(reader, text, piece);
    reader.describe(out);
    out.rows = reader.cells(text, rows);
    if (out.rows.empty())
        show_piece(piece, rows, out);
    for (const auto event : piece.events.texts())
        out.events.emplace_back(event);
    const auto first_line = static_cast<std::uint64_t>(
        std::count(head.begin(), head.end() - static_cast<std::ptrdiff_t>(text.size()), '\n'));
    if (stood_in)
        forget_stand_ins(options, out);
    else
        show_problems(piece, *source, text, first_line, out);
    return out;
}

} // namespace tastebench
