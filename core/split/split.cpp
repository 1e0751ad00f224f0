#include "core/split/split.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include <fast_float/fast_float.h>
#include <fmt/format.h>
#include <zlib.h>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::string_view forms =
    "write random:RATIO, chrono:RATIO, stratified:RATIO (add :item to split within items) or rows:FILE";

std::uint32_t count_to_train(double ratio, std::size_t n) {
    // nearbyint rounds halves to even, as the reference splitters do.
    return static_cast<std::uint32_t>(std::nearbyint(ratio * static_cast<double>(n)));
}

Result<std::vector<RowIx>> read_row_list(const std::string& file) {
    const auto refuse = [&](const std::string& what, std::size_t line) {
        return bad_data(what, line > 0 ? fmt::format("{}:{}:1", file, line) : file,
                        "give one row number a line, counted from 0");
    };
    gzFile in = gzopen(file.c_str(), "rb");
    if (in == nullptr)
        return refuse("the row list cannot be opened", 0);
    std::vector<RowIx> rows;
    std::array<char, 64> buffer{};
    std::size_t line = 0;
    std::string problem;
    while (problem.empty() && gzgets(in, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
        ++line;
        std::string_view text(buffer.data());
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
            text.remove_suffix(1);
        if (text.empty())
            continue;
        RowIx row = 0;
        const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), row);
        if (code != std::errc() || stop != text.data() + text.size())
            problem = "this is no row number";
        rows.push_back(row);
    }
    int code = Z_OK;
    gzerror(in, &code);
    const bool broken = code != Z_OK && code != Z_STREAM_END;
    gzclose(in);
    if (!problem.empty())
        return refuse(problem, line);
    if (broken)
        return refuse("the file is cut short or damaged", line);
    std::sort(rows.begin(), rows.end());
    if (const auto twice = std::adjacent_find(rows.begin(), rows.end()); twice != rows.end())
        return refuse(fmt::format("row {} is listed twice", *twice), 0);
    if (rows.empty())
        return refuse("the row list is empty", 0);
    return rows;
}

/// Row numbers grouped by user or item, ascending within a group.
std::vector<std::vector<RowIx>> group_rows(const Dataset& data, SplitGroup group) {
    const auto& interactions = data.interactions();
    const bool by_user = group == SplitGroup::user;
    const auto& keys = by_user ? interactions.user : interactions.item;
    std::vector<std::vector<RowIx>> groups(by_user ? data.users().size() : data.items().size());
    for (RowIx row = 0; row < keys.size(); ++row)
        groups[keys[row]].push_back(row);
    return groups;
}

void mark_grouped(const Dataset& data, const SplitRecipe& recipe, std::vector<std::uint8_t>& tests) {
    auto groups = group_rows(data, recipe.group);
    const auto& time = data.interactions().time;
    for (std::uint32_t g = 0; g < groups.size(); ++g) {
        auto& rows = groups[g];
        if (recipe.kind == SplitKind::chrono) {
            std::stable_sort(rows.begin(), rows.end(), [&](RowIx a, RowIx b) { return time[a] < time[b]; });
        } else {
            Rng rng(recipe.seed, 1, g);
            rng.shuffle(std::span(rows));
        }
        for (std::size_t i = count_to_train(recipe.ratio, rows.size()); i < rows.size(); ++i)
            tests[rows[i]] = 1;
    }
}

void mark_random(const SplitRecipe& recipe, std::vector<std::uint8_t>& tests) {
    std::vector<RowIx> rows(tests.size());
    std::iota(rows.begin(), rows.end(), RowIx{0});
    Rng(recipe.seed).shuffle(std::span(rows));
    const auto train = static_cast<std::size_t>(std::floor(recipe.ratio * static_cast<double>(rows.size())));
    for (std::size_t i = train; i < rows.size(); ++i)
        tests[rows[i]] = 1;
}

} // namespace

std::string SplitRecipe::text() const {
    const auto* suffix = group == SplitGroup::item ? ":item" : "";
    switch (kind) {
    case SplitKind::random:
        return fmt::format("random:{}", ratio);
    case SplitKind::chrono:
        return fmt::format("chrono:{}{}", ratio, suffix);
    case SplitKind::stratified:
        return fmt::format("stratified:{}{}", ratio, suffix);
    case SplitKind::rows:
        return "rows:" + rows_file;
    }
    return {};
}

Result<SplitRecipe> SplitRecipe::parse(std::string_view text, std::uint64_t seed) {
    SplitRecipe recipe;
    recipe.seed = seed;
    const auto refuse = [&] { return usage_error(fmt::format("'{}' is no split", text), "split", std::string(forms)); };
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return refuse();
    const auto kind = text.substr(0, colon);
    auto rest = text.substr(colon + 1);
    if (kind == "rows") {
        recipe.kind = SplitKind::rows;
        recipe.rows_file = rest;
        auto rows = read_row_list(recipe.rows_file);
        if (!rows)
            return fail(rows.error());
        recipe.test_rows = std::move(*rows);
        return recipe;
    }
    if (kind == "random")
        recipe.kind = SplitKind::random;
    else if (kind == "chrono")
        recipe.kind = SplitKind::chrono;
    else if (kind == "stratified")
        recipe.kind = SplitKind::stratified;
    else
        return refuse();
    if (const auto second = rest.find(':'); second != std::string_view::npos) {
        const auto group = rest.substr(second + 1);
        if (recipe.kind == SplitKind::random || (group != "item" && group != "user"))
            return refuse();
        recipe.group = group == "item" ? SplitGroup::item : SplitGroup::user;
        rest = rest.substr(0, second);
    }
    const auto [stop, code] = fast_float::from_chars(rest.data(), rest.data() + rest.size(), recipe.ratio);
    if (code != std::errc() || stop != rest.data() + rest.size())
        return refuse();
    if (!(recipe.ratio > 0 && recipe.ratio < 1))
        return usage_error(fmt::format("the share of training rows, {}, is not between 0 and 1", rest), "split",
                           "give for example chrono:0.75");
    return recipe;
}

Result<Split> make_split(const Dataset& data, const SplitRecipe& recipe) {
    const std::size_t n = data.interactions().size();
    if (recipe.kind != SplitKind::rows && !(recipe.ratio > 0 && recipe.ratio < 1))
        return usage_error(fmt::format("the share of training rows, {}, is not between 0 and 1", recipe.ratio), "split",
                           "give for example 0.75");
    if (recipe.kind == SplitKind::chrono && !data.has_times())
        return bad_data(fmt::format("'{}' has no times, so it cannot be split in order of time", data.name()), "split",
                        "choose stratified or random, or import the data with its time column");
    std::vector<std::uint8_t> tests(n, 0);
    switch (recipe.kind) {
    case SplitKind::rows:
        for (const RowIx row : recipe.test_rows) {
            if (row >= n)
                return bad_data(fmt::format("test row {} does not exist: the data has rows 0 to {}", row, n - 1),
                                recipe.rows_file, "use the row list that was made for this data set");
            tests[row] = 1;
        }
        break;
    case SplitKind::random:
        mark_random(recipe, tests);
        break;
    case SplitKind::chrono:
    case SplitKind::stratified:
        mark_grouped(data, recipe, tests);
        break;
    }
    Split split;
    split.recipe = recipe;
    for (RowIx row = 0; row < n; ++row)
        (tests[row] != 0 ? split.test : split.train).push_back(row);
    if (split.test.empty())
        return bad_data("this split leaves no rows to test on", "split",
                        "lower the share of training rows, or use data with more interactions per user or item");
    if (split.train.empty())
        return bad_data("this split leaves no rows to train on", "split", "raise the share of training rows");
    return split;
}

} // namespace tastebench
