// The interactions of an export: one file for all rows, one more for each part of a split.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "core/data/export/export_job.h"

namespace tastebench {

namespace {

constexpr std::size_t rows_between_checks = 1 << 16;

/// A context column ready to be written: each category as it stands in a cell.
struct Context {
    const ContextColumn* column;
    StringColumn cells;
    char list_separator = '|';
    bool quoted = false; ///< the cell of a list needs quotes
};

struct Prepared {
    StringColumn users, items, events;
    std::vector<Context> context;
    std::vector<bool> fixed_test; ///< by row; empty: none
};

Result<StringColumn> cells_of(const StringColumn& texts, CellStyle style, std::string_view what) {
    StringColumn out;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto cell = styled(texts[i], style);
        if (!cell)
            return bad_data(fmt::format("the {} {}", what, cell.error().what), {}, cell.error().remedy);
        out.push_back(*cell);
    }
    return out;
}

/// A character for between the entries of a list that is in none of them; 0 if there is none.
char free_separator(const StringColumn& categories) {
    std::array<bool, 256> taken{};
    for (std::size_t i = 0; i < categories.size(); ++i)
        for (const char c : categories[i])
            taken[static_cast<unsigned char>(c)] = true;
    for (const char c : std::string_view("|;/#~^\x1F\x1E\x1D\x1C\x01\x02\x03\x04\x05\x06"))
        if (!taken[static_cast<unsigned char>(c)])
            return c;
    return 0;
}

tl::unexpected<Error> cannot_hold(const ContextColumn& column, const std::string& what) {
    return bad_data(fmt::format("the context '{}' {}", column.name, what), {},
                    "leave the column out when importing, or clean it first");
}

/// Gives the list's entries their cells and notes in `described` how they are to be read.
Status prepare_list(const ExportJob& job, Context& context, DescribedColumn& described) {
    const auto& categories = context.column->categories;
    if (job.recbole()) {
        context.list_separator = ' ';
        std::set<std::string> entries;
        for (std::size_t i = 0; i < categories.size(); ++i)
            entries.emplace(categories[i]);
        const auto spelt = spellings(entries);
        StringColumn written;
        for (std::size_t i = 0; i < categories.size(); ++i) {
            const auto at = spelt.find(std::string(categories[i]));
            written.push_back(at == spelt.end() ? categories[i] : std::string_view(at->second));
        }
        for (const auto& [entry, spelling] : spelt)
            described.spelt.emplace(spelling, entry);
        auto cells = cells_of(written, job.style, "context '" + context.column->name + "'");
        if (!cells)
            return fail(cells.error());
        context.cells = std::move(*cells);
    } else {
        context.list_separator = free_separator(categories);
        if (context.list_separator == 0)
            return cannot_hold(*context.column, "has categories that leave no character to separate them by");
        StringColumn doubled;
        for (std::size_t i = 0; i < categories.size(); ++i) {
            const auto cell = *styled(categories[i], job.style);
            const bool quoted = cell.size() != categories[i].size();
            context.quoted |= quoted;
            doubled.push_back(quoted ? std::string_view(cell).substr(1, cell.size() - 2) : categories[i]);
        }
        context.cells = std::move(doubled);
    }
    described.list_separator = context.list_separator;
    return {};
}

std::vector<std::string> unused_categories(const ContextColumn& column) {
    std::vector<bool> used(column.categories.size());
    for (const auto code : column.codes)
        if (code != ContextColumn::missing)
            used[code] = true;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < used.size(); ++i)
        if (!used[i])
            out.emplace_back(column.categories[i]);
    return out;
}

Status prepare_context(ExportJob& job, const ContextColumn& column, Prepared& out, std::set<std::string>& taken) {
    auto& table = job.description.interactions;
    DescribedColumn described{ExportJob::heading(column.name, taken, job.recbole()),
                              column.name,
                              ColumnRole::context,
                              column.type,
                              '|',
                              {},
                              unused_categories(column)};
    for (std::size_t i = 0; i < column.categories.size(); ++i)
        if (column.categories[i].empty())
            return cannot_hold(column, "has a category without a name, which reads as a missing one");
    Context context{&column, {}};
    if (column.type == ColumnType::multi_category) {
        if (auto status = prepare_list(job, context, described); !status)
            return status;
    } else if (column.type == ColumnType::category) {
        auto cells = cells_of(column.categories, job.style, "context '" + column.name + "'");
        if (!cells)
            return fail(cells.error());
        context.cells = std::move(*cells);
    }
    const auto list_separator = described.list_separator;
    table.columns.push_back(std::move(described));
    if (!column.weights.empty()) {
        auto heading = ExportJob::heading(column.name + "_weights", taken, job.recbole());
        table.columns.push_back({heading,
                                 heading,
                                 ColumnRole::weights,
                                 ColumnType::multi_category,
                                 job.recbole() ? list_separator : '|',
                                 {},
                                 {}});
    }
    out.context.push_back(std::move(context));
    return {};
}

Result<Prepared> prepare(ExportJob& job) {
    const auto& data = job.data;
    const auto& rows = data.interactions();
    auto& table = job.description.interactions;
    std::set<std::string> taken;
    Prepared out;
    const auto add = [&](std::string_view name, ColumnRole role) {
        auto heading = ExportJob::heading(name, taken, job.recbole());
        table.columns.push_back({heading, heading, role, ColumnType::category, '|', {}, {}});
    };
    if (data.has_pairs()) {
        auto users = cells_of(data.users().ids(), job.style, "user id");
        auto items = cells_of(data.items().ids(), job.style, "item id");
        if (!users || !items)
            return fail(!users ? users.error() : items.error());
        out.users = std::move(*users);
        out.items = std::move(*items);
        add("user_id", ColumnRole::user);
        add("item_id", ColumnRole::item);
    }
    if (data.has_events()) {
        StringColumn names;
        for (const auto& event : data.events())
            names.push_back(event);
        auto events = cells_of(names, job.style, "kind of event");
        if (!events)
            return fail(events.error());
        out.events = std::move(*events);
        add("event", ColumnRole::event);
    }
    if (data.has_values())
        add(data.has_pairs() ? "rating" : "label", ColumnRole::value);
    if (data.has_times())
        add("timestamp", ColumnRole::time);
    if (const auto& tests = data.parts().fixed_test; !tests.empty()) {
        out.fixed_test.resize(rows.size());
        for (const auto row : tests)
            out.fixed_test[row] = true;
        add("fixed_test", ColumnRole::fixed_test);
    }
    for (const auto& column : data.context())
        if (auto status = prepare_context(job, column, out, taken); !status)
            return fail(status.error());
    return out;
}

/// The entries of a row's list as one cell.
void write_list(TableFile& file, const Context& context, std::size_t row, std::string& room) {
    const auto& column = *context.column;
    room.clear();
    if (context.quoted)
        room += '"';
    for (auto at = column.starts[row]; at < column.starts[row + 1]; ++at) {
        if (at > column.starts[row])
            room += context.list_separator;
        room += context.cells[column.codes[at]];
    }
    if (context.quoted)
        room += '"';
    file.plain_cell(room);
}

void write_weights(TableFile& file, const Context& context, std::size_t row, char separator, std::string& room) {
    const auto& column = *context.column;
    room.clear();
    for (auto at = column.starts[row]; at < column.starts[row + 1]; ++at) {
        if (at > column.starts[row])
            room += separator;
        std::array<char, 40> digits;
        room.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), column.weights[at]).ptr);
    }
    file.plain_cell(room);
}

class RowWriter {
  public:
    RowWriter(const ExportJob& job, const Prepared& prepared)
        : data_(job.data), prepared_(prepared), weights_separator_(job.recbole() ? ' ' : '|') {}

    void write(TableFile& file, RowIx row) {
        const auto& rows = data_.interactions();
        if (data_.has_pairs()) {
            file.plain_cell(prepared_.users[rows.user[row]]);
            file.plain_cell(prepared_.items[rows.item[row]]);
        }
        if (data_.has_events())
            file.plain_cell(prepared_.events[rows.event[row]]);
        if (data_.has_values())
            file.number(rows.value[row]);
        if (data_.has_times())
            file.integer(rows.time[row]);
        if (!prepared_.fixed_test.empty())
            file.plain_cell(prepared_.fixed_test[row] ? "1" : "0");
        for (const auto& context : prepared_.context)
            write_context(file, context, row);
        file.end_row();
    }

  private:
    void write_context(TableFile& file, const Context& context, RowIx row) {
        const auto& column = *context.column;
        if (column.type == ColumnType::number)
            return file.number(column.numbers[row]);
        if (column.type == ColumnType::category) {
            const auto code = column.codes[row];
            return file.plain_cell(code == ContextColumn::missing ? std::string_view() : context.cells[code]);
        }
        write_list(file, context, row, room_);
        if (!column.weights.empty())
            write_weights(file, context, row, weights_separator_, room_);
    }
    const Dataset& data_;
    const Prepared& prepared_;
    char weights_separator_;
    std::string room_;
};

/// `row_at` gives the i-th of n rows.
template <typename RowAt>
Status write_file(ExportJob& job, const Prepared& prepared, const std::string& name, std::size_t n, RowAt row_at) {
    TableFile file(job.folder / name, job.style);
    job.write_header(file, job.description.interactions);
    RowWriter writer(job, prepared);
    for (std::size_t first = 0; first < n; first += rows_between_checks) {
        if (job.progress.cancelled())
            return cancelled_error();
        const auto last = std::min(n, first + rows_between_checks);
        for (std::size_t i = first; i < last; ++i)
            writer.write(file, row_at(i));
        job.progress.advance(last - first);
    }
    return job.finish(file);
}

Status write_part(ExportJob& job, const Prepared& prepared, const ExportPart& part) {
    DescribedPart described{part.name, job.file_name("interactions." + part.name + ".csv", "." + part.name + ".inter"),
                            job.file_name("rows." + part.name + ".txt", "." + part.name + ".rows.txt")};
    if (auto status =
            write_file(job, prepared, described.file, part.rows.size(), [&](std::size_t i) { return part.rows[i]; });
        !status)
        return status;
    TableFile numbers(job.folder / described.rows_file, job.style);
    for (const auto row : part.rows) {
        numbers.integer(row);
        numbers.end_row();
    }
    job.description.parts.push_back(std::move(described));
    return job.finish(numbers);
}

} // namespace

Status write_interactions(ExportJob& job) {
    auto prepared = prepare(job);
    if (!prepared)
        return fail(prepared.error());
    auto& table = job.description.interactions;
    table.file = job.file_name("interactions.csv", ".inter");
    const auto n = job.data.interactions().size();
    std::uint64_t total = n;
    for (const auto& part : job.options.parts)
        total += part.rows.size();
    job.progress.begin("Writing interactions", total);
    if (auto status = write_file(job, *prepared, table.file, n, [](std::size_t i) { return static_cast<RowIx>(i); });
        !status)
        return status;
    for (const auto& part : job.options.parts)
        if (auto status = write_part(job, *prepared, part); !status)
            return status;
    return {};
}

} // namespace tastebench
