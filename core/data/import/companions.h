// The tables that data sets have beside their interactions: features of users and items, a knowledge graph, links
// between users; read by the formats that know their names, or named by the user.
#pragma once

#include "core/data/import/input.h"
#include "core/data/import/table.h"
#include "core/data/importer.h"

namespace tastebench {

/// Joins what the options name (user_table, item_table, graph, links, social, word_vectors, entity_vectors), whatever
/// the format; called once the rows are complete, after the format's own tables. "-" names nothing.
Status join_named_tables(const ImportOptions& options, DatasetParts& parts, ImportReport& report);

enum class TableOf { users, items };
/// Joins an RecBole table (typed header, tabs) or a plain one (types guessed) to the users or items. Adds features
/// and, for items, titles where there are none yet.
Status join_table(const Input& input, TableOf of, const ImportOptions& options, DatasetParts& parts,
                  ImportReport& report);

/// A column of a table as it is to be read.
struct FeaturePlan {
    std::size_t column = 0;
    std::string name;
    std::optional<ColumnType> type;                          ///< none: guessed from all cells
    char list_separator = '|';                               ///< of a multi_category
    bool title = false;                                      ///< holds the items' titles
    std::string time_format;                                 ///< of a date; as in ImportOptions::time_format
    std::function<std::string_view(std::string_view)> words; ///< code -> what it stands for; may be null
    std::vector<std::string> flags; ///< of a multi_category: what a "1" in `column` and in those after it stands for
};
struct JoinPlan {
    std::size_t id_column = 0;
    std::optional<char> decimal;
    std::vector<FeaturePlan> features;
};
/// The last row of an id counts. bad_data with FILE:LINE:COLUMN where a cell does not fit a type that is not guessed.
Status join_features(const Table& table, const JoinPlan& plan, TableOf of, DatasetParts& parts, ImportReport& report);

/// Triples (head, relation, tail) and links (item, entity), each with or without a header; either may be absent.
/// Without links, the entities that are called like an item are linked to it.
Status join_graph(const std::optional<Input>& triples, const std::optional<Input>& links, DatasetParts& parts,
                  ImportReport& report);
/// Links between users (user, user), with or without a header; further columns are left out.
Status join_social(const Input& input, DatasetParts& parts, ImportReport& report);

/// word2vec or GloVe text as parts.vectors, under "words" or "entities".
Status join_vectors(const Input& input, const std::string& name, DatasetParts& parts, ImportReport& report);

/// Whether a table named so is to be looked for by the format: the options neither name one nor refuse it.
inline bool by_name(const std::filesystem::path& option) {
    return option.empty();
}
/// "movie_title:token_seq" to name and type; the type is empty where there is none.
std::pair<std::string, std::string> typed_heading(const std::string& heading);
/// Whether all headings have one of RecBole's types.
bool is_typed_header(const std::vector<std::string>& headings);

} // namespace tastebench
