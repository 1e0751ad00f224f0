// What the writers of an export share; used by core/data/exporter.cpp only.
#pragma once

#include <set>

#include "core/data/description.h"
#include "core/data/export/table_file.h"
#include "core/data/exporter.h"

namespace tastebench {

struct ExportJob {
    const Dataset& data;
    const ExportOptions& options;
    Progress& progress;
    std::filesystem::path folder; ///< written to
    std::string stem;             ///< of RecBole's files: the data set's name as a file name
    CellStyle style;
    Description description;
    std::uint64_t bytes = 0;

    bool recbole() const { return description.recbole; }
    /// "users.csv" or "NAME.user", noted among the files.
    std::string file_name(std::string_view csv, std::string_view recbole_ending);
    /// A heading for the column that is not among `taken` yet, which it joins.
    static std::string heading(std::string_view name, std::set<std::string>& taken, bool recbole);
    /// Writes the first row: names, with RecBole's types where they are due.
    void write_header(TableFile& file, const DescribedTable& table) const;
    Status finish(TableFile& file);
};

/// RecBole's word for what a column holds: token, token_seq, float or float_seq.
std::string_view recbole_type(const DescribedColumn& column);

/// The interactions with context columns and, for each part of a split, its rows again and their numbers.
Status write_interactions(ExportJob& job);
/// Users and items with features and titles.
Status write_features(ExportJob& job);
Status write_graph(ExportJob& job);
Status write_social(ExportJob& job);
Status write_vectors(ExportJob& job);

/// Entries of lists that RecBole, whose lists are cut at spaces, cannot hold as they are ("Film Noir"), under a
/// spelling of their own ("Film_Noir"); entry -> spelling, only where they differ.
std::map<std::string, std::string> spellings(const std::set<std::string>& entries);

} // namespace tastebench
