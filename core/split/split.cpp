#include "core/split/split.h"

#include <array>
#include <cmath>

#include <fmt/format.h>
#include <xxhash.h>

#include "core/split/assign.h"
#include "core/split/grouping.h"

namespace tastebench {

namespace {

bool has_shares(const SplitRecipe& recipe) {
    switch (recipe.kind) {
    case SplitKind::random:
    case SplitKind::chrono:
    case SplitKind::stratified:
    case SplitKind::users:
        return true;
    case SplitKind::global:
        return !recipe.train_before.has_value();
    case SplitKind::rows:
    case SplitKind::loo:
    case SplitKind::kfold:
    case SplitKind::fixed:
        return false;
    }
    return false;
}

bool needs_times(const SplitRecipe& recipe) {
    return recipe.kind == SplitKind::chrono || recipe.kind == SplitKind::global ||
           (recipe.kind == SplitKind::loo && !recipe.by_lot);
}

bool needs_pairs(const SplitRecipe& recipe) {
    return recipe.kind == SplitKind::chrono || recipe.kind == SplitKind::stratified || recipe.kind == SplitKind::loo ||
           recipe.kind == SplitKind::users || (recipe.kind == SplitKind::kfold && recipe.whole_users) ||
           recipe.filter.min_user > 0 || recipe.filter.min_item > 0;
}

Status check_numbers(const SplitRecipe& recipe) {
    if (has_shares(recipe)) {
        if (!(recipe.ratio > 0 && recipe.ratio < 1))
            return usage_error(fmt::format("the share of training rows, {}, is not between 0 and 1", recipe.ratio),
                               "split", "give for example 0.75");
        if (!(recipe.validation >= 0 && recipe.ratio + recipe.validation < 1))
            return usage_error(
                fmt::format("the shares {} and {} leave no rows to test on", recipe.ratio, recipe.validation), "split",
                "give shares whose sum is below 1, for example 0.8,0.1");
    }
    if (recipe.kind == SplitKind::kfold && (recipe.folds < 2 || recipe.fold < 1 || recipe.fold > recipe.folds))
        return usage_error(fmt::format("there is no fold {} of {}", recipe.fold, recipe.folds), "split",
                           "give at least 2 folds, and a fold from 1 to their number");
    return {};
}

/// Gathers the rows of each side, ascending.
void gather(std::span<const Side> sides, Split& split, const Parallel& parallel) {
    using Three = std::array<std::size_t, 3>;
    const std::size_t blocks = (sides.size() + rows_per_block - 1) / rows_per_block;
    std::vector<Three> next(blocks, Three{});
    parallel.for_blocks(sides.size(), rows_per_block, [&](std::size_t first, std::size_t last) {
        std::array<std::size_t, 4> count{};
        for (std::size_t row = first; row < last; ++row)
            ++count[static_cast<std::size_t>(sides[row])];
        for (std::size_t side = 0; side < 3; ++side)
            next[first / rows_per_block][side] = count[side];
    });
    const std::array lists{&split.train, &split.validation, &split.test};
    for (std::size_t side = 0; side < lists.size(); ++side) {
        std::size_t at = 0;
        for (auto& block : next)
            at += std::exchange(block[side], at);
        lists[side]->resize(at);
    }
    parallel.for_blocks(sides.size(), rows_per_block, [&](std::size_t first, std::size_t last) {
        auto place = next[first / rows_per_block];
        for (std::size_t row = first; row < last; ++row)
            if (const auto side = static_cast<std::size_t>(sides[row]); side < lists.size())
                (*lists[side])[place[side]++] = static_cast<RowIx>(row);
    });
}

/// XXH3 of each list's length and rows; numbers have their bytes in the order of x86-64 and AArch64 alike.
std::string fingerprint_of(const Split& split) {
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
    XXH3_128bits_reset(state.get());
    for (const auto* list : {&split.train, &split.validation, &split.test}) {
        const std::uint64_t length = list->size();
        XXH3_128bits_update(state.get(), &length, sizeof length);
        if (!list->empty())
            XXH3_128bits_update(state.get(), list->data(), list->size() * sizeof(RowIx));
    }
    const auto hash = XXH3_128bits_digest(state.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

} // namespace

std::vector<Side> Split::sides(std::size_t n) const {
    std::vector<Side> out(n, Side::none);
    for (const RowIx row : train)
        out[row] = Side::train;
    for (const RowIx row : validation)
        out[row] = Side::validation;
    for (const RowIx row : test)
        out[row] = Side::test;
    return out;
}

Status check_recipe(const Dataset& data, const SplitRecipe& recipe) {
    if (auto status = check_numbers(recipe); !status)
        return status;
    if (!data.has_pairs() && needs_pairs(recipe))
        return bad_data(fmt::format("'{}' has rows of features and neither users nor items, so it cannot be split or "
                                    "filtered by user or item",
                                    data.name()),
                        "split",
                        "choose random, kfold:K:FOLD, global, fixed or rows:FILE, without min_user or min_item");
    if (needs_times(recipe) && !data.has_times())
        return bad_data(fmt::format("'{}' has no times, so it cannot be split in order of time", data.name()), "split",
                        "choose stratified or random, or import the data with its time column");
    if (recipe.filter.min_value && !data.has_values())
        return bad_data(fmt::format("'{}' has no values, so min_value cannot filter it", data.name()), "split",
                        "leave min_value out, or import the data with its rating column");
    if (recipe.kind == SplitKind::fixed && data.parts().fixed_test.empty())
        return usage_error(fmt::format("'{}' came without a test file, so it has no fixed split", data.name()), "split",
                           "import a training and a test file together, or choose another kind of split");
    return {};
}

Result<Split> make_split(const Dataset& data, const SplitRecipe& recipe, const Parallel& parallel) {
    if (auto status = check_recipe(data, recipe); !status)
        return fail(status.error());
    std::vector<Side> sides(data.interactions().size(), Side::train);
    apply_filter(data, recipe.filter, sides, parallel);
    if (auto status = assign_sides(data, recipe, sides, parallel); !status)
        return fail(status.error());
    Split split;
    split.recipe = recipe;
    gather(sides, split, parallel);
    if (split.train.empty() && split.validation.empty() && split.test.empty())
        return bad_data("the filters leave no rows", "split", "lower min_user, min_item or min_value");
    if (split.test.empty())
        return bad_data("this split leaves no rows to test on", "split",
                        "lower the share of training rows, or use data with more interactions per user or item");
    if (split.train.empty())
        return bad_data("this split leaves no rows to train on", "split", "raise the share of training rows");
    split.fingerprint = fingerprint_of(split);
    return split;
}

Result<Split> make_split(const Dataset& data, const SplitRecipe& recipe) {
    return make_split(data, recipe, Parallel(1));
}

} // namespace tastebench
