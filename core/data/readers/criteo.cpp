// Criteo's display-advertising logs: a label, 13 counts and 26 hashed categories, with tabs between them. Empty cells
// are missing values, and published samples cut them off at the end of a row.
#include <array>
#include <limits>

#include <fmt/format.h>

#include "core/data/readers/lines.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

constexpr std::size_t counts = 13;
constexpr std::size_t hashes = 26;
constexpr std::size_t width = 1 + counts + hashes;
using Cells = std::array<std::string_view, width>;

/// The cells of a row, and how many the row has.
std::size_t cut(std::string_view line, Cells& cells) {
    cells.fill({});
    std::size_t n = 0;
    while (true) {
        const auto end = line.find('\t');
        if (n < width)
            cells[n] = line.substr(0, end);
        ++n;
        if (end == std::string_view::npos)
            return n;
        line.remove_prefix(end + 1);
    }
}

bool is_whole(std::string_view text) {
    if (text.starts_with('-'))
        text.remove_prefix(1);
    return is_digits(text);
}

bool is_hash(std::string_view text) {
    return text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool all_fit(const Cells& cells, std::size_t first, std::size_t n, bool (*fits)(std::string_view)) {
    return std::all_of(cells.begin() + first, cells.begin() + first + n,
                       [&](std::string_view cell) { return cell.empty() || fits(cell); });
}

bool any_filled(const Cells& cells, std::size_t first, std::size_t n) {
    return std::any_of(cells.begin() + first, cells.begin() + first + n,
                       [](std::string_view cell) { return !cell.empty(); });
}

bool is_labelled(const Cells& cells, std::size_t n) {
    return n > counts + 1 && n <= width && (cells[0] == "0" || cells[0] == "1") &&
           all_fit(cells, 1, counts, is_whole) && all_fit(cells, 1 + counts, hashes, is_hash) &&
           any_filled(cells, 1 + counts, hashes);
}

/// Criteo's test files: the same row without its label.
bool is_unlabelled(const Cells& cells, std::size_t n) {
    return n > counts && n < width && all_fit(cells, 0, counts, is_whole) && all_fit(cells, counts, hashes, is_hash) &&
           is_hash(cells[counts]);
}

bool lines_are(std::string_view head, bool (*test)(const Cells&, std::size_t)) {
    Cells cells;
    return nearly_all(first_lines(head, 20), [&](std::string_view line) {
        const auto n = cut(line, cells);
        return test(cells, n);
    });
}

std::string column_name(std::size_t c) {
    return c < counts ? fmt::format("I{}", c + 1) : fmt::format("C{}", c - counts + 1);
}

class CriteoReader final : public ChunkReader {
  public:
    CriteoReader() {
        shape_.pairs = false;
        shape_.value = true;
        shape_.value_field = 1;
        for (std::size_t c = 0; c < counts + hashes; ++c)
            shape_.context.push_back({column_name(c), c < counts ? ColumnType::number : ColumnType::category, false});
    }
    const RowShape& shape() const override { return shape_; }

    void read(std::string_view stretch, Piece& piece) const override {
        RowFault fault;
        for_each_line(stretch, [&](std::string_view line, std::size_t offset) {
            if (!read_line(line, piece, fault))
                piece.fail(offset, std::move(fault));
        });
    }

    void describe(ImportPreview& preview) const override {
        preview.roles_fixed = true;
        preview.header = false;
        preview.separator = "\t";
        preview.columns = {"label"};
        preview.value = "label";
        for (const auto& spec : shape_.context) {
            preview.columns.push_back(spec.name);
            preview.context.push_back(spec.name);
        }
    }
    std::vector<std::vector<std::string>> cells(std::string_view stretch, std::size_t most) const override {
        auto rows = cells_of(stretch, most, '\t');
        for (auto& row : rows)
            row.resize(width);
        return rows;
    }

  private:
    static bool read_line(std::string_view line, Piece& piece, RowFault& fault) {
        Cells cells;
        const auto n = cut(line, cells);
        if (n > width || n <= counts) {
            fault = {std::min(n, width + 1),
                     fmt::format("this row has {} cells, not a label, 13 counts and up to 26 categories", n),
                     "correct the row; empty cells may be left out only at its end"};
            return false;
        }
        RowValues row;
        if (cells[0] != "0" && cells[0] != "1") {
            fault = {1, fmt::format("the label '{}' is neither 0 nor 1", shortened_field(cells[0])),
                     "give 1 for a click and 0 for none"};
            return false;
        }
        row.value = cells[0] == "1" ? 1.0F : 0.0F;
        for (std::size_t c = 0; c < counts; ++c) {
            double number = std::numeric_limits<double>::quiet_NaN();
            const auto cell = cells[c + 1];
            if (!cell.empty() && (!is_whole(cell) || !parse_double(cell, number))) {
                fault = {c + 2, fmt::format("{} '{}' is no whole number", column_name(c), shortened_field(cell)),
                         "correct it, or leave it empty"};
                return false;
            }
            piece.number(c, number);
        }
        for (std::size_t c = counts; c < counts + hashes; ++c)
            piece.category(c, cells[c + 1]);
        return piece.add(row, fault);
    }

    RowShape shape_;
};

bool fits(const Sniff& file) {
    return lines_are(file.head, is_labelled) || lines_are(file.head, is_unlabelled);
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions&) {
    if (lines_are(file.head, is_unlabelled))
        return bad_data("the rows have no label: this is Criteo's test file", file.input.shown() + ":1:1",
                        "use train.txt; its rows can be split into train and test here");
    return std::unique_ptr<ChunkReader>(std::make_unique<CriteoReader>());
}

} // namespace

FormatEntry criteo_format() {
    return {.id = FileFormat::criteo,
            .name = "criteo",
            .title = "Criteo click log",
            .endings = "*.txt",
            .summary = "One row for each advertisement shown: clicked or not, 13 counts and 26 hashed categories.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = nullptr};
}

} // namespace tastebench
