// Which features a model learns from, and how numbers are read: what all models of features (factorisation machines,
// networks) share in their schemas.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/parameters.h"
#include "core/data/dataset.h"

namespace tastebench {

enum class FieldSource : std::uint8_t { user_id, item_id, user, item, row };
enum class FieldKind : std::uint8_t { category, number, multi };
enum class NumberReading : std::uint8_t { automatic, standard, log, buckets };

struct FeatureOptions {
    std::string fields = "all"; ///< see check_fields()
    NumberReading numbers = NumberReading::automatic;
    std::uint32_t buckets = 20;     ///< at most, of equal numbers of training rows
    std::uint32_t least_rows = 1;   ///< values with fewer training rows count as unknown
    std::uint32_t hash_buckets = 0; ///< fields of more known values share so many indices by a hash; 0: none do
};

/// Appends the parameters fields, numbers, buckets, rare_values and hash_buckets, and reads them back.
void add_feature_parameters(std::vector<ParameterSpec>& specs);
FeatureOptions read_feature_options(const Parameters& parameters);

/// A list such as "all", "ids,age,genre" or "all,-zip_code": "ids" are the user and item id, "features" all the rest;
/// a name takes the columns of that name in any table, and user.NAME, item.NAME, row.NAME in one. A list that only
/// leaves out begins with all. Returns the complaint, or an empty string.
std::string check_fields(std::string_view text);
/// Whether the list names nothing but ids.
bool only_ids(std::string_view fields);

/// A column that a model can learn from, by table.
struct FieldColumn {
    FieldSource source;
    std::uint32_t column; ///< in its table; 0 for ids
    std::string name;     ///< "user_id", "user.age", "item.genre", "row.C1"
};
/// The chosen columns in the order of the tables. Texts and ids of data without users and items are no candidates.
/// usage error for a name that is not there, bad_data where nothing is left.
Result<std::vector<FieldColumn>> choose_fields(const Dataset& data, std::string_view fields);

} // namespace tastebench
