// A table or view of an SQLite file. This speaks SQL outside the store because it is a foreign file's format, like any
// other reader's; nothing of ours is kept in it, and nothing but SELECT may run.
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/data/import/rules.h"
#include "core/data/readers/lines.h"
#include "core/data/readers/readers.h"
#include "core/data/readers/sqlite_table.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr std::size_t rows_a_piece = 1 << 16;
constexpr std::size_t bytes_a_piece = std::size_t{32} << 20;

/// Reads rows of a table into pieces.
class TableReader {
  public:
    TableReader(const SqliteTable& table, const ImportOptions& options)
        : table_(table), decimal_(options.decimal.value_or('.')), shape_(table.roles.shape()),
          rules_(row_rules(options, shape_)) {
        shape_.context = table.context;
    }

    Status read(SqliteRows& rows, std::size_t most, const std::function<Status(Piece&)>& sink, Progress& progress) {
        bool more = true;
        std::size_t row = 0;
        bool first = true;
        // At least one piece, even if it is empty: it tells the shape.
        while (first || more) {
            first = false;
            Piece piece(shape_, rules_);
            std::size_t bytes = 0;
            const auto begin = row;
            while (bytes < bytes_a_piece && row - begin < rows_a_piece && (most == 0 || row < most)) {
                auto next = rows.next();
                if (!next)
                    return fail(next.error());
                more = *next;
                if (!more)
                    break;
                RowFault fault;
                if (!add(rows, piece, bytes, fault))
                    piece.fail(row, std::move(fault));
                ++row;
            }
            if (progress.cancelled())
                return cancelled_error();
            if (auto status = sink(piece); !status)
                return status;
            more = more && (most == 0 || row < most);
        }
        return {};
    }

  private:
    /// A cell as text, kept with the piece; false if it is none.
    bool text(SqliteRows& rows, std::size_t column, Piece& piece, std::size_t& bytes, std::string_view& out,
              RowFault& fault) const {
        fault.field = column + 1;
        auto cell = rows.cell(column);
        if (cell.kind == SqliteCell::Kind::blob) {
            fault.what = fmt::format("'{}' holds bytes, not text or a number", table_.roles.columns[column]);
            fault.remedy = "choose another column, or make a view that casts it";
            return false;
        }
        if (cell.text.find('\0') != std::string::npos || find_invalid_utf8(cell.text) != std::string_view::npos) {
            fault.what = "the text is not UTF-8, or there is a NUL byte in it";
            fault.remedy = "correct it in the database";
            return false;
        }
        bytes += cell.text.size();
        out = piece.keep(std::move(cell.text));
        return true;
    }

    bool add(SqliteRows& rows, Piece& piece, std::size_t& bytes, RowFault& fault) const {
        RowValues row;
        const auto& roles = table_.roles;
        const auto take = [&](Role role, std::string_view& out) {
            return text(rows, *roles.at(role), piece, bytes, out, fault);
        };
        if (!take(Role::user, row.user) || !take(Role::item, row.item))
            return false;
        std::string_view cell;
        if (shape_.value) {
            if (!take(Role::value, cell))
                return false;
            if (cell.empty())
                row.value = std::numeric_limits<float>::quiet_NaN();
            else if (!parse_value(cell, rows.is_number(*roles.at(Role::value)) ? '.' : decimal_, row.value, fault))
                return false;
        }
        if (shape_.time && (!take(Role::time, cell) || !parse_time(cell, table_.time_format, row.time, fault)))
            return false;
        if (shape_.event && !take(Role::event, row.event))
            return false;
        for (std::size_t c = 0; c < shape_.context.size(); ++c) {
            if (!text(rows, roles.context[c], piece, bytes, cell, fault))
                return false;
            if (shape_.context[c].type == ColumnType::category) {
                piece.category(c, cell);
                continue;
            }
            double number = std::numeric_limits<double>::quiet_NaN();
            if (!cell.empty() && !parse_double(cell, number)) {
                fault.what = fmt::format("'{}' is no number", shortened_field(cell));
                fault.remedy = "correct it, or leave it empty";
                return false;
            }
            piece.number(c, number);
        }
        return piece.add(row, fault);
    }

    const SqliteTable& table_;
    char decimal_;
    RowShape shape_;
    RowRules rules_;
};

Status show(SqliteFile& file, const SqliteTable& table, std::size_t rows, ImportPreview& preview) {
    preview.header = true;
    preview.time_format = table.time_format;
    preview.members = table.others;
    preview.member = table.name;
    table.roles.describe(preview);
    auto cells = file.select(table.name);
    if (!cells)
        return fail(cells.error());
    while (preview.rows.size() < rows) {
        auto next = cells->next();
        if (!next)
            return fail(next.error());
        if (!*next)
            break;
        auto& row = preview.rows.emplace_back();
        for (std::size_t c = 0; c < table.roles.columns.size(); ++c) {
            const auto cell = cells->cell(c);
            row.push_back(cell.kind == SqliteCell::Kind::blob ? "(bytes)" : cell.text.substr(0, 200));
        }
    }
    return {};
}

Status read_all(const Input& input, const ImportOptions& options, std::size_t rows, ImportPreview* preview,
                const std::function<Status(Piece&)>& sink, Progress& progress) {
    auto file = SqliteFile::open(input, progress);
    if (!file)
        return fail(file.error());
    const auto table = choose_table(*file, options);
    if (!table)
        return fail(table.error());
    if (preview != nullptr)
        if (auto status = show(*file, *table, rows, *preview); !status)
            return status;
    auto selected = file->select(table->name);
    if (!selected)
        return fail(selected.error());
    return TableReader(*table, options).read(*selected, rows, sink, progress);
}

bool fits(const Sniff& file) {
    return file.head.starts_with("SQLite format 3");
}

} // namespace

FormatEntry sqlite_format() {
    return {.id = FileFormat::sqlite,
            .name = "sqlite",
            .title = "SQLite table",
            .endings = "*.sqlite *.sqlite3 *.db *.db3",
            .summary = "A table or view with a row for each interaction, and columns as in a text file.",
            .fits = fits,
            .main_input = nullptr,
            .open = nullptr,
            .read_all = read_all,
            .complete = nullptr};
}

} // namespace tastebench
