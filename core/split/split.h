// Which rows train and which test. A recipe plus a data set's fingerprint says exactly which.
#pragma once

#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

enum class SplitKind { random, chrono, stratified, rows };
enum class SplitGroup { user, item };

/// random: shuffle all rows, floor(ratio n) train. stratified: shuffle within each group (user or item), the first
/// round-half-even(ratio n_g) train. chrono: the same on (time, row) order. rows: the listed rows test.
struct SplitRecipe {
    SplitKind kind = SplitKind::chrono;
    double ratio = 0.75; ///< of train rows, 0 < ratio < 1
    SplitGroup group = SplitGroup::user;
    std::uint64_t seed = 42;
    std::string rows_file;        ///< rows only: where the list came from
    std::vector<RowIx> test_rows; ///< rows only: ascending, distinct

    /// "chrono:0.75", "stratified:0.75:item", "random:0.8", "rows:FILE"; the form parse() reads.
    std::string text() const;
    /// Reads the form above; rows:FILE reads the file (plain or gzip, one row number from 0 a line).
    static Result<SplitRecipe> parse(std::string_view text, std::uint64_t seed);
};

struct Split {
    SplitRecipe recipe;
    std::vector<RowIx> train; ///< ascending
    std::vector<RowIx> test;  ///< ascending
};

/// bad_data if a part would be empty, times are missing for chrono, or a listed row does not exist.
Result<Split> make_split(const Dataset& data, const SplitRecipe& recipe);

} // namespace tastebench
