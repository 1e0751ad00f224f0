// Adjacency lists as LightGCN publishes them: a user, then the items.
#include <set>

#include <fmt/format.h>

#include "core/data/readers/lines.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

class AdjacencyReader final : public ChunkReader {
  public:
    const RowShape& shape() const override { return shape_; }

    void read(std::string_view stretch, Piece& piece) const override {
        RowFault fault;
        for_each_line(stretch, [&](std::string_view line, std::size_t offset) {
            RowValues row;
            row.user = take_word(line);
            std::size_t field = 2;
            // A user alone is legal: the test half of a split has users without items.
            for (row.item = take_word(line); !row.item.empty(); row.item = take_word(line), ++field) {
                if (piece.add(row, fault))
                    continue;
                const bool user = fault.field == shape_.user_field;
                fault.field = user ? 1 : field;
                piece.fail(offset, std::move(fault));
                if (user)
                    return;
            }
        });
    }

    void describe(ImportPreview& preview) const override {
        preview.roles_fixed = true;
        preview.header = false;
        preview.separator = " ";
        preview.columns = {"user", "item"};
        preview.user = "user";
        preview.item = "item";
    }

  private:
    RowShape shape_;
};

/// Lists of whole numbers that are no columns: lines of different or great length, no user twice. A file of user and
/// item pairs is read the same as columns.
bool fits(const Sniff& file) {
    const auto lines = first_lines(file.head, 200);
    std::set<std::string_view> users;
    std::set<std::size_t> widths;
    for (auto line : lines) {
        std::size_t width = 0;
        for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
            if (!is_digits(word))
                return false;
            if (width++ == 0 && !users.insert(word).second)
                return false;
        }
        widths.insert(width);
    }
    if (lines.empty() || lines.front().find('\t') != std::string_view::npos || *widths.rbegin() < 3)
        return false;
    return widths.size() > 1 || *widths.begin() > 4 || (lines.size() == 1 && *widths.begin() == 4);
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff&, const ImportOptions&) {
    return std::unique_ptr<ChunkReader>(std::make_unique<AdjacencyReader>());
}

} // namespace

FormatEntry adjacency_format() {
    return {.id = FileFormat::adjacency,
            .name = "adjacency",
            .title = "Adjacency lists",
            .endings = "*.txt",
            .summary = "One row for each user: the user, then all items, with blanks between them.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = nullptr};
}

} // namespace tastebench
