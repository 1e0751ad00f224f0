// The description that lies beside an exported data set (dataset.json): what each file and column is, and what the
// files themselves cannot say, so that an import of the export gives the same data, digit by digit.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

enum class ColumnRole {
    user,
    item,
    event,
    value,
    time,
    fixed_test, ///< 1 where the row belongs to the fixed test set, else 0
    context,
    weights, ///< of the multi_category context column before it
    id,      ///< of a table's row
    feature,
    title ///< of an item, where no feature holds the titles
};

struct DescribedColumn {
    std::string heading; ///< in the file
    std::string name;    ///< in the data set
    ColumnRole role = ColumnRole::feature;
    ColumnType type = ColumnType::category;   ///< of contexts and features
    char list_separator = '|';                ///< between the entries of a multi_category in the file
    std::map<std::string, std::string> spelt; ///< entries that stand in the file under another spelling -> themselves
    std::vector<std::string> unused;          ///< context categories that no row has
};

struct DescribedTable {
    std::string file; ///< empty: there is no such table
    std::vector<DescribedColumn> columns;
};

struct DescribedVectors {
    std::string file, name;
    std::uint32_t dimension = 0;
    std::uint64_t keys = 0;
};

/// A part of a split: its rows again in a file of their own, and their numbers, from 0, one a line.
struct DescribedPart {
    std::string name, file, rows_file;
};

struct Description {
    static constexpr int newest_version = 1;
    std::string name, source, fingerprint, split;
    bool recbole = false; ///< tabs, typed headings and no quotes, rather than CSV
    bool has_pairs = true;
    std::uint64_t rows = 0;
    std::vector<std::string> events;
    std::string title_of; ///< the item feature that holds the titles too; empty: none
    DescribedTable interactions;
    DescribedTable users, items;        ///< one row per user or item, those without interactions among them
    DescribedTable entities, relations; ///< only where triples and links do not give names and order: id, name
    DescribedTable triples, links, social;
    std::vector<DescribedVectors> vectors;
    std::vector<DescribedPart> parts;
    std::vector<std::string> files; ///< all of the export, this one among them
};

std::string write_description(const Description& description);
/// bad_data naming `file` and the member that makes no sense, or a version that is newer than this program.
Result<Description> read_description(std::string_view json, const std::string& file);

std::string_view to_text(ColumnType type); ///< "multi_category"

} // namespace tastebench
