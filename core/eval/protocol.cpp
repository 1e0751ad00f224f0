// The protocol in words.
#include <fmt/format.h>

#include "core/eval/evaluate.h"
#include "core/eval/sampled.h"

namespace tastebench {

namespace {

std::string when(std::int64_t time) {
    SplitRecipe by_date;
    by_date.kind = SplitKind::global;
    by_date.train_before = time;
    return by_date.text().substr(std::string_view("global:").size());
}

/// ", the latest test." or ", the next 10 % validate, the latest test."
std::string rest(const SplitRecipe& split, std::string_view next, std::string_view tests) {
    if (split.validation > 0)
        return fmt::format(", {}{:.4g} % validate, {} test.", next, 100 * split.validation, tests);
    return fmt::format(", {} test.", tests);
}

std::string describe_global(const SplitRecipe& split) {
    if (!split.train_before)
        return fmt::format("The earliest {:.4g} % of all rows train", 100 * split.ratio) +
               rest(split, "the next ", "the latest");
    std::string text = fmt::format("Rows before {} train, ", when(*split.train_before));
    return text + (split.test_from ? fmt::format("those before {} validate, later ones test.", when(*split.test_from))
                                   : "later ones test.");
}

std::string describe_loo(const SplitRecipe& split) {
    std::string text = split.by_lot ? fmt::format("One row of each user, by lot (seed {}), tests", split.seed)
                                    : "The last row of each user tests";
    if (split.validate_one)
        text += split.by_lot ? ", another validates" : ", the last but one validates";
    return text + ", the rest train; users with a single row only train.";
}

std::string describe_fold(const SplitRecipe& split) {
    return fmt::format("{} are dealt by lot (seed {}) into {} equal folds; fold {} tests, the others train.",
                       split.whole_users ? "Whole users" : "All rows", split.seed, split.folds, split.fold);
}

std::string describe_kind(const SplitRecipe& split) {
    const auto* group = split.group == SplitGroup::user ? "each user's" : "each item's";
    const double percent = 100 * split.ratio;
    switch (split.kind) {
    case SplitKind::random:
        return fmt::format("A random {:.4g} % of all rows train (seed {})", percent, split.seed) +
               rest(split, "", "the rest");
    case SplitKind::chrono:
        return fmt::format("The earliest {:.4g} % of {} rows train", percent, group) +
               rest(split, "the next ", "the latest");
    case SplitKind::stratified:
        return fmt::format("A random {:.4g} % of {} rows train (seed {})", percent, group, split.seed) +
               rest(split, "", "the rest");
    case SplitKind::rows:
        return fmt::format("{} listed rows test, the rest train.", split.test_rows.size());
    case SplitKind::global:
        return describe_global(split);
    case SplitKind::loo:
        return describe_loo(split);
    case SplitKind::kfold:
        return describe_fold(split);
    case SplitKind::users:
        return fmt::format("A random {:.4g} % of the users train with all their rows (seed {})", percent, split.seed) +
               rest(split, "", "the rest");
    case SplitKind::fixed:
        return "The rows of the test file test, the rest train.";
    }
    return {};
}

std::string describe_filter(const SplitFilter& filter) {
    std::string text;
    const auto add = [&](const std::string& what) { text += (text.empty() ? " Left out before: " : ", ") + what; };
    if (filter.min_value)
        add(fmt::format("rows with a value below {} or none", *filter.min_value));
    if (filter.min_user > 0)
        add(fmt::format("users with fewer than {} rows", filter.min_user));
    if (filter.min_item > 0)
        add(fmt::format("items with fewer than {} rows", filter.min_item));
    if (filter.core)
        add("again and again until nothing changes");
    return text.empty() ? text : text + ".";
}

} // namespace

std::string describe_split(const SplitRecipe& split) {
    return describe_kind(split) + describe_filter(split.filter);
}

std::string describe_protocol(const SplitRecipe& split, const EvalOptions& options) {
    std::string text = describe_split(split);
    if (!options.remove_seen)
        text += " Every item seen in training is a candidate; every user with a test item counts.";
    else if (split.validates())
        text += " Every item seen in training is a candidate, except those the user already has in training or "
                "validation; a user counts if at least one test item is new to them.";
    else
        text += " Every item seen in training is a candidate, except those the user already has; a user counts if at "
                "least one test item is new to them.";
    text += " All test items of a user are relevant. A user without a list scores 0.";
    if (options.sampled && split.kind == SplitKind::loo)
        text += fmt::format(" Sampled metrics rank the test item among {} items seen in training, drawn by lot (seed "
                            "{}) from those that the user does not have at all.",
                            sampled_others, split.seed);
    return text;
}

} // namespace tastebench
