// The raw files of the DKN paper: user, title, clicked or not, entities "id:name;id:name", with tabs between them.
// A title is its own id. Entities ride along as a context column until all rows are in, and then become the links of
// the knowledge graph.
#include <fmt/format.h>

#include "core/data/readers/entities.h"
#include "core/data/readers/lines.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

constexpr std::size_t width = 4;
constexpr std::string_view entity_column = "entities";

/// Whether a number and a colon come first; looks no further than the number, however long the text.
bool starts_entity(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789");
    return end != std::string_view::npos && end > 0 && text[end] == ':';
}

/// "331:Bruce Springsteen"
bool is_entity(std::string_view text) {
    return starts_entity(text) && text.find(':') + 1 < text.size();
}

/// Takes the next entity off a cell. A name may hold a semicolon: only one before a number and a colon ends it.
std::string_view take_entity(std::string_view& cell) {
    std::size_t end = 0;
    while (true) {
        end = cell.find(';', end);
        if (end == std::string_view::npos || end + 1 == cell.size() || starts_entity(cell.substr(end + 1)))
            break;
        ++end;
    }
    const auto entity = cell.substr(0, end);
    cell.remove_prefix(end == std::string_view::npos ? cell.size() : end + 1);
    return entity;
}

class DknReader final : public ChunkReader {
  public:
    DknReader() {
        shape_.value = true;
        shape_.context.push_back({std::string(entity_column), ColumnType::multi_category, false});
    }
    const RowShape& shape() const override { return shape_; }

    void read(std::string_view stretch, Piece& piece) const override {
        RowFault fault;
        std::vector<std::string_view> fields;
        for_each_line(stretch, [&](std::string_view line, std::size_t offset) {
            split_line(line, '\t', fields);
            if (!add(fields, piece, fault))
                piece.fail(offset, std::move(fault));
        });
    }

    void describe(ImportPreview& preview) const override {
        preview.roles_fixed = true;
        preview.header = false;
        preview.separator = "\t";
        preview.columns = {"user", "title", "label", std::string(entity_column)};
        preview.user = "user";
        preview.item = "title";
        preview.value = "label";
    }
    std::vector<std::vector<std::string>> cells(std::string_view stretch, std::size_t most) const override {
        return cells_of(stretch, most, '\t');
    }

  private:
    static bool add(const std::vector<std::string_view>& fields, Piece& piece, RowFault& fault) {
        if (fields.size() != width) {
            fault = {std::min(fields.size(), width),
                     fmt::format("this row has {} columns, not user, title, label and entities", fields.size()),
                     "correct the row"};
            return false;
        }
        if (fields[2] != "0" && fields[2] != "1") {
            fault = {3, fmt::format("the label '{}' is neither 0 nor 1", shortened_field(fields[2])),
                     "give 1 for a click and 0 for none"};
            return false;
        }
        for (auto cell = fields[3]; !is_blank(cell);) {
            const auto entity = take_entity(cell);
            if (!is_entity(entity)) {
                fault = {4, fmt::format("'{}' is no entity", shortened_field(entity)),
                         "write entities as id:name;id:name, the id a whole number"};
                return false;
            }
            piece.entry(0, entity);
        }
        RowValues row;
        row.user = fields[0];
        row.item = fields[1];
        row.value = fields[2] == "1" ? 1.0F : 0.0F;
        return piece.add(row, fault);
    }

    RowShape shape_;
};

bool fits(const Sniff& file) {
    std::vector<std::string_view> fields;
    bool any = false;
    return nearly_all(first_lines(file.head, 20),
                      [&](std::string_view line) {
                          split_line(line, '\t', fields);
                          if (fields.size() != width || (fields[2] != "0" && fields[2] != "1"))
                              return false;
                          for (auto cell = fields[3]; !is_blank(cell); any = true)
                              if (!is_entity(take_entity(cell)))
                                  return false;
                          return true;
                      }) &&
           any;
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff&, const ImportOptions&) {
    return std::unique_ptr<ChunkReader>(std::make_unique<DknReader>());
}

Status complete(const InputSet&, const ImportOptions&, DatasetParts& parts, ImportReport& report) {
    for (ItemIx item = 0; parts.item_titles.size() < parts.items.size(); ++item)
        parts.item_titles.push_back(parts.items.id(item));
    const auto column = std::find_if(parts.context.begin(), parts.context.end(),
                                     [](const ContextColumn& c) { return c.name == entity_column; });
    if (column == parts.context.end())
        return {};
    EntityLinks links;
    for (std::size_t row = 0; row < column->rows(); ++row)
        for (auto at = column->starts[row]; at < column->starts[row + 1]; ++at) {
            const auto entity = column->categories[column->codes[at]];
            const auto colon = entity.find(':');
            links.add(parts.interactions.item[row], std::string(entity.substr(0, colon)),
                      std::string(entity.substr(colon + 1)));
        }
    parts.context.erase(column);
    if (!parts.graph.entities.empty())
        return {};
    links.put_into(parts.graph);
    report.notes.emplace_back("The titles are the items' ids; the entities have links to items but no relations.");
    return {};
}

} // namespace

FormatEntry dkn_format() {
    return {.id = FileFormat::dkn,
            .name = "dkn",
            .title = "DKN news",
            .endings = "*.txt",
            .summary = "One row for each article shown: user, title, clicked or not, and the entities in the title.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = complete};
}

} // namespace tastebench
