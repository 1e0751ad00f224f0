// Which rows train, which validate and which test. A recipe plus a data set's fingerprint says exactly which, on any
// machine and any number of threads.
//
// A recipe as text:
//
//   RECIPE = KIND { ";" FILTER }         rows:FILE takes no filter: all that follows the colon names the file
//   KIND   = "random:" SHARES                       by lot over all rows
//          | "chrono:" SHARES [":user" | ":item"]   by time within each user (the default) or item
//          | "stratified:" SHARES [":user"|":item"] by lot within each user or item
//          | "global:" SHARES                       by time over all rows
//          | "global:" DATE ["," DATE]              rows before the first date train, those from the second on test
//          | "loo:last" [",1"] | "loo:random" [",1"]  one row of each user tests; with ",1" one more validates
//          | "kfold:" K ":" FOLD [":user"]          fold FOLD (1..K) of K tests; folds of rows, or of whole users
//          | "users:" SHARES                        whole users by lot: those who test are unknown in training
//          | "fixed"                                the test file that the data came with
//          | "rows:" FILE                           the listed rows test
//   SHARES = TRAIN ["," VALIDATION]                 shares of the whole, the rest tests: "0.8,0.1"
//   DATE   = YYYY-MM-DD ["T" HH:MM[:SS] ["Z" | ("+" | "-") HH:MM]]      UTC where no zone is given
//   FILTER = "min_value=X" | "min_user=N" | "min_item=N" | "core"
//
// Filters come before the split, and rows that they leave out are on no side. min_value: the row's value is X or more.
// min_user, then min_item: its user, its item has N rows or more among those left. core: the last two are repeated
// until nothing changes (the k-core).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/data/dataset.h"

namespace tastebench {

/// Stored by number: add at the end.
enum class SplitKind { random, chrono, stratified, rows, global, loo, kfold, users, fixed };
enum class SplitGroup { user, item };

struct SplitFilter {
    std::optional<double> min_value;
    std::uint32_t min_user = 0, min_item = 0; ///< 0: no such filter
    bool core = false;                        ///< only with min_user or min_item
    bool empty() const { return !min_value && min_user == 0 && min_item == 0 && !core; }
    bool operator==(const SplitFilter&) const = default;
};

/// How n ordered rows (or users) are cut: the first T train, those up to V validate, the rest test.
/// random, global, users: T = floor(ratio n), V = floor((ratio + validation) n), over rows, rows and users.
/// chrono, stratified: round half to even in place of floor, within each group.
/// Order: random, stratified, users: shuffled; chrono, global: by (time, row).
/// kfold: shuffled, fold f is [floor((f - 1) n / K), floor(f n / K)).
/// loo: each user's last row by (time, row), or one by lot; a user with one row keeps it in training, and one with
/// two has none for validation.
struct SplitRecipe {
    SplitKind kind = SplitKind::chrono;
    double ratio = 0.75;   ///< share that trains, 0 < ratio < 1
    double validation = 0; ///< share that validates, 0 <= validation < 1 - ratio
    SplitGroup group = SplitGroup::user;
    std::uint64_t seed = 42;
    std::optional<std::int64_t> train_before; ///< global by date: rows before this time (Unix seconds) train,
    std::optional<std::int64_t> test_from;    ///< rows from this one on test; none: the same time
    bool by_lot = false;                      ///< loo:random rather than loo:last
    bool validate_one = false;                ///< loo: one more row of each user validates
    std::uint32_t folds = 5, fold = 1;        ///< kfold
    bool whole_users = false;                 ///< kfold: folds of users
    SplitFilter filter;
    std::string rows_file;        ///< rows only: where the list came from
    std::vector<RowIx> test_rows; ///< rows only: ascending, distinct

    /// The form that parse() reads; equal recipes have equal texts (the seed and the rows of a file are not in it).
    std::string text() const;
    /// Reads the form above; rows:FILE reads the file (plain or gzip, one row number from 0 a line).
    static Result<SplitRecipe> parse(std::string_view text, std::uint64_t seed);
    /// Whether the seed makes a difference.
    bool uses_seed() const;
    /// Whether some rows validate.
    bool validates() const { return validation > 0 || validate_one || test_from.has_value(); }
    bool operator==(const SplitRecipe&) const = default;
};

/// The side of one row.
enum class Side : std::uint8_t { train, validation, test, none };

struct Split {
    SplitRecipe recipe;
    std::vector<RowIx> train;      ///< ascending
    std::vector<RowIx> validation; ///< ascending; neither trains nor tests
    std::vector<RowIx> test;       ///< ascending
    std::string fingerprint;       ///< 32 hexadecimal digits (XXH3, 128 bits) over the three lists
    /// The side of every one of n rows; Side::none: filtered out.
    std::vector<Side> sides(std::size_t n) const;
};

/// Whether the data has what the recipe needs, without splitting: times for a split by time, users and items for one
/// within users, values for min_value, a test file for fixed.
Status check_recipe(const Dataset& data, const SplitRecipe& recipe);

/// bad_data if the training or the test part would be empty or a listed row does not exist; else as check_recipe().
/// Takes under a second for 20 million rows.
Result<Split> make_split(const Dataset& data, const SplitRecipe& recipe, const Parallel& parallel);
Result<Split> make_split(const Dataset& data, const SplitRecipe& recipe); ///< on one thread

/// Row numbers of a list file, ascending: bad_data with the line where one is no number or stands twice.
Result<std::vector<RowIx>> read_row_list(const std::string& file);
/// Writes train.rows, validation.rows (if there are any) and test.rows, one row number a line, into the folder, which
/// is made if need be: all or nothing. Usage error if one is already there. The paths written.
Result<std::vector<std::string>> write_row_lists(const Split& split, const std::string& folder);

} // namespace tastebench
