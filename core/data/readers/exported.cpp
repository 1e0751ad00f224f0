// A data set exported from here: its description says what each column is, so that nothing is guessed and the data
// comes back as it was. What is done once the rows are in lies in core/data/import/apply_description.cpp.
#include <algorithm>

#include <fmt/format.h>

#include "core/data/import/apply_description.h"
#include "core/data/readers/delimited.h"
#include "core/data/readers/readers.h"
#include "core/data/records.h"

namespace tastebench {

namespace {

bool fits(const Sniff& file) {
    const auto set = InputSet::open(file.input.shown());
    return set && find_description(*set, file.input.base_name()).has_value();
}

std::optional<Input> main_input(const InputSet& set) {
    const auto found = find_description(set, {});
    return found && *found ? set.find((*found)->interactions.file) : std::nullopt;
}

/// Where each described column stands in the header.
Result<std::size_t> position(const Sniff& file, const std::vector<std::string>& headings, const std::string& wanted) {
    const auto at = std::find(headings.begin(), headings.end(), wanted);
    if (at == headings.end())
        return bad_data(fmt::format("there is no column '{}', which the description names", wanted),
                        file.input.shown() + ":1:1",
                        "export the data set again, or move its description away to "
                        "import the table as plain text");
    return static_cast<std::size_t>(at - headings.begin());
}

ContextSpec spec_of(const DescribedColumn& column) {
    if (column.role == ColumnRole::fixed_test)
        return {column.heading, ColumnType::number, false};
    if (column.role == ColumnRole::weights)
        return {column.heading, ColumnType::multi_category, false};
    return {column.heading, column.type, false};
}

void place(DelimitedLayout& layout, const DescribedColumn& column, std::size_t at) {
    switch (column.role) {
    case ColumnRole::user:
        layout.user = at;
        break;
    case ColumnRole::item:
        layout.item = at;
        break;
    case ColumnRole::value:
        layout.value = at;
        break;
    case ColumnRole::time:
        layout.time = at;
        break;
    case ColumnRole::event:
        layout.event = at;
        break;
    default:
        layout.context.push_back({at, spec_of(column), column.list_separator});
    }
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions&) {
    const auto set = InputSet::open(file.input.shown());
    if (!set)
        return fail(set.error());
    const auto found = find_description(*set, file.input.base_name());
    if (!found)
        return bad_data("there is no description of an exported data set beside the file", file.input.shown(),
                        "give a folder that was exported, or choose another format");
    if (!*found)
        return fail(found->error());
    const auto& description = **found;
    DelimitedLayout layout;
    layout.separator = description.recbole ? "\t" : ",";
    layout.quotes = !description.recbole;
    layout.time_format = "s";
    layout.roles_fixed = true;
    layout.pairs = description.has_pairs;
    layout.keeps_missing = true;
    RecordReader reader(file.head, layout.separator.front(), layout.quotes);
    std::vector<Field> fields;
    if (!reader.next(fields))
        return bad_data("there is no header", file.input.shown() + ":1:1", "export the data set again");
    for (const auto& field : fields) {
        auto heading = field.text();
        layout.columns.push_back(description.recbole ? typed_heading(heading).first : std::move(heading));
    }
    layout.body = reader.offset();
    for (const auto& column : description.interactions.columns) {
        const auto at = position(file, layout.columns, column.heading);
        if (!at)
            return fail(at.error());
        place(layout, column, *at);
    }
    return make_delimited_reader(std::move(layout));
}

Status complete(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    const auto found = find_description(set, set.named() ? set.named()->base_name() : std::string());
    if (!found)
        return {};
    return *found ? apply_description(**found, set, options, parts, report) : fail(found->error());
}

} // namespace

FormatEntry exported_format() {
    return {.id = FileFormat::exported,
            .name = "exported",
            .title = "Exported data set",
            .endings = "*.csv *.inter",
            .summary = "A folder that was exported from here, as CSV or as RecBole files: with its description, the "
                       "data comes back exactly as it was.",
            .fits = fits,
            .main_input = main_input,
            .open = open,
            .read_all = nullptr,
            .complete = complete};
}

} // namespace tastebench
