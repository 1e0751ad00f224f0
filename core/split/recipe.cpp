// The text of a recipe, both ways.
#include <charconv>
#include <chrono>
#include <cmath>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/split/split.h"

namespace tastebench {

namespace {

constexpr std::string_view forms =
    "write random:RATIO, chrono:RATIO or stratified:RATIO (add :item to split within items), global:RATIO or "
    "global:DATE, loo:last or loo:random (add ,1 to validate), kfold:K:FOLD (add :user for whole users), users:RATIO, "
    "fixed or rows:FILE; RATIO may be TRAIN,VALIDATION; add ;min_user=N ;min_item=N ;core ;min_value=X to filter";
constexpr std::uint32_t most_folds = 10'000;

using SecondsPoint = std::chrono::sys_seconds;

tl::unexpected<Error> refuse(std::string what, std::string remedy) {
    return usage_error(std::move(what), "split", std::move(remedy));
}

/// Cuts at the first `separator`; the part before it, and `rest` becomes the part after it (empty where none is).
std::string_view take_until(std::string_view& rest, char separator) {
    const auto at = std::min(rest.find(separator), rest.size());
    const auto head = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return head;
}

template <typename T>
bool read_whole(std::string_view text, T& out) {
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), out);
    return !text.empty() && code == std::errc() && stop == text.data() + text.size();
}

bool read_real(std::string_view text, double& out) {
    const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), out);
    return code == std::errc() && stop == text.data() + text.size();
}

/// Exactly `digits` digits at the front of rest.
bool take_digits(std::string_view& rest, std::size_t digits, int& out) {
    if (rest.size() < digits || rest.substr(0, digits).find_first_not_of("0123456789") != std::string_view::npos)
        return false;
    read_whole(rest.substr(0, digits), out);
    rest.remove_prefix(digits);
    return true;
}

bool take_char(std::string_view& rest, char wanted) {
    if (rest.empty() || rest.front() != wanted)
        return false;
    rest.remove_prefix(1);
    return true;
}

/// A zone's distance from UTC in seconds; false where it is none.
bool read_zone(std::string_view rest, std::int64_t& offset) {
    offset = 0;
    if (rest.empty() || rest == "Z")
        return true;
    const std::int64_t sign = rest.front() == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if ((!take_char(rest, '+') && !take_char(rest, '-')) || !take_digits(rest, 2, hours) || !take_char(rest, ':') ||
        !take_digits(rest, 2, minutes) || !rest.empty() || hours > 14 || minutes > 59)
        return false;
    offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

std::optional<std::int64_t> read_date(std::string_view rest) {
    int year = 0;
    int month = 0;
    int day = 0;
    if (!take_digits(rest, 4, year) || !take_char(rest, '-') || !take_digits(rest, 2, month) || !take_char(rest, '-') ||
        !take_digits(rest, 2, day))
        return {};
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || year < 1 || year > 9998)
        return {};
    const SecondsPoint midnight = std::chrono::sys_days(date);
    const std::int64_t start = midnight.time_since_epoch().count();
    if (rest.empty())
        return start;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!take_char(rest, 'T') || !take_digits(rest, 2, hour) || !take_char(rest, ':') || !take_digits(rest, 2, minute))
        return {};
    if (take_char(rest, ':') && !take_digits(rest, 2, second))
        return {};
    std::int64_t offset = 0;
    if (hour > 23 || minute > 59 || second > 59 || !read_zone(rest, offset))
        return {};
    return start + hour * 3600 + minute * 60 + second - offset;
}

std::string date_text(std::int64_t time) {
    const SecondsPoint point{std::chrono::seconds(time)};
    const auto day = std::chrono::floor<std::chrono::days>(point);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(point - day);
    std::string out = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    if (point != day)
        out +=
            fmt::format("T{:02}:{:02}:{:02}Z", clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    return out;
}

/// Whether text begins as a date does and no ratio can: four digits and a dash.
bool looks_like_date(std::string_view text) {
    int year = 0;
    return take_digits(text, 4, year) && text.starts_with('-');
}

Status read_shares(std::string_view text, SplitRecipe& recipe) {
    auto rest = text;
    const auto first = take_until(rest, ',');
    if (!read_real(first, recipe.ratio))
        return refuse(fmt::format("'{}' is no share of rows", text), std::string(forms));
    if (!(recipe.ratio > 0 && recipe.ratio < 1))
        return refuse(fmt::format("the share of training rows, {}, is not between 0 and 1", first),
                      "give for example chrono:0.75");
    if (first.size() == text.size())
        return {};
    if (!read_real(rest, recipe.validation))
        return refuse(fmt::format("'{}' is no share of rows", rest), "give for example chrono:0.8,0.1");
    if (!(recipe.validation > 0 && recipe.ratio + recipe.validation < 1))
        return refuse(fmt::format("the shares {} leave no rows to validate or to test on", text),
                      "give shares above 0 whose sum is below 1, for example 0.8,0.1");
    return {};
}

Status read_dates(std::string_view text, SplitRecipe& recipe) {
    auto rest = text;
    const auto first = take_until(rest, ',');
    const bool two = first.size() < text.size();
    recipe.train_before = read_date(first);
    if (two)
        recipe.test_from = read_date(rest);
    if (!recipe.train_before || (two && !recipe.test_from))
        return refuse(fmt::format("'{}' is no date", !recipe.train_before ? first : rest),
                      "give for example global:2015-01-31 or global:2015-01-31T18:00:00Z");
    if (two && *recipe.test_from <= *recipe.train_before)
        return refuse("the rows that test would begin before the training ends", "give the earlier date first");
    return {};
}

Status read_loo(std::string_view text, SplitRecipe& recipe) {
    auto rest = text;
    const auto which = take_until(rest, ',');
    const bool more = which.size() < text.size();
    if ((which != "last" && which != "random") || (more && rest != "1"))
        return refuse(fmt::format("'loo:{}' is no split", text),
                      "write loo:last, loo:random, loo:last,1 or loo:random,1");
    recipe.by_lot = which == "random";
    recipe.validate_one = more;
    return {};
}

Status read_kfold(std::string_view text, SplitRecipe& recipe) {
    auto rest = text;
    const auto folds = take_until(rest, ':');
    const auto fold = take_until(rest, ':');
    if (!read_whole(folds, recipe.folds) || !read_whole(fold, recipe.fold) || text.ends_with(':') ||
        (!rest.empty() && rest != "user"))
        return refuse(fmt::format("'kfold:{}' is no split", text),
                      "write kfold:K:FOLD, for example kfold:5:1 or kfold:5:1:user");
    if (recipe.folds < 2 || recipe.folds > most_folds || recipe.fold < 1 || recipe.fold > recipe.folds)
        return refuse(fmt::format("there is no fold {} of {}", recipe.fold, recipe.folds),
                      fmt::format("give 2 to {} folds, and a fold from 1 to their number", most_folds));
    recipe.whole_users = !rest.empty();
    return {};
}

/// "RATIO[:user|:item]".
Status read_grouped(std::string_view text, SplitRecipe& recipe) {
    auto rest = text;
    const auto shares = take_until(rest, ':');
    if (shares.size() < text.size()) {
        if (rest != "item" && rest != "user")
            return refuse(fmt::format("a split within each '{}' does not exist", rest), std::string(forms));
        recipe.group = rest == "item" ? SplitGroup::item : SplitGroup::user;
    }
    return read_shares(shares, recipe);
}

Status read_kind(std::string_view text, SplitRecipe& recipe) {
    auto rest = text;
    const auto kind = take_until(rest, ':');
    const auto of = [&](SplitKind named, auto&& reader) {
        recipe.kind = named;
        return reader(rest, recipe);
    };
    if (kind == "random")
        return of(SplitKind::random, read_shares);
    if (kind == "chrono")
        return of(SplitKind::chrono, read_grouped);
    if (kind == "stratified")
        return of(SplitKind::stratified, read_grouped);
    if (kind == "global")
        return of(SplitKind::global, looks_like_date(rest) ? read_dates : read_shares);
    if (kind == "loo")
        return of(SplitKind::loo, read_loo);
    if (kind == "kfold")
        return of(SplitKind::kfold, read_kfold);
    if (kind == "users")
        return of(SplitKind::users, read_shares);
    if (text == "fixed") {
        recipe.kind = SplitKind::fixed;
        return {};
    }
    return refuse(fmt::format("'{}' is no split", text), std::string(forms));
}

Status read_filter(std::string_view text, SplitFilter& filter) {
    auto value = text;
    const auto name = take_until(value, '=');
    const auto again = [&](bool given) -> Status {
        if (given)
            return refuse(fmt::format("the filter {} stands there twice", name), "give it once");
        return {};
    };
    if (text == "core") {
        if (auto once = again(filter.core); !once)
            return once;
        filter.core = true;
        return {};
    }
    if (name == "min_user" || name == "min_item") {
        auto& least = name == "min_user" ? filter.min_user : filter.min_item;
        if (auto once = again(least != 0); !once)
            return once;
        if (!read_whole(value, least) || least == 0)
            return refuse(fmt::format("'{}' is no number of rows", value), fmt::format("give for example {}=5", name));
        return {};
    }
    if (name == "min_value") {
        if (auto once = again(filter.min_value.has_value()); !once)
            return once;
        double least = 0;
        if (!read_real(value, least) || !std::isfinite(least))
            return refuse(fmt::format("'{}' is no value", value), "give for example min_value=4");
        filter.min_value = least;
        return {};
    }
    return refuse(fmt::format("there is no filter '{}'", text),
                  "the filters are min_user=N, min_item=N, core and min_value=X");
}

std::string shares_text(const SplitRecipe& recipe) {
    return recipe.validation > 0 ? fmt::format("{},{}", recipe.ratio, recipe.validation)
                                 : fmt::format("{}", recipe.ratio);
}

std::string kind_text(const SplitRecipe& recipe) {
    const auto* suffix = recipe.group == SplitGroup::item ? ":item" : "";
    switch (recipe.kind) {
    case SplitKind::random:
        return "random:" + shares_text(recipe);
    case SplitKind::chrono:
        return "chrono:" + shares_text(recipe) + suffix;
    case SplitKind::stratified:
        return "stratified:" + shares_text(recipe) + suffix;
    case SplitKind::rows:
        return "rows:" + recipe.rows_file;
    case SplitKind::global:
        if (!recipe.train_before)
            return "global:" + shares_text(recipe);
        return "global:" + date_text(*recipe.train_before) +
               (recipe.test_from ? "," + date_text(*recipe.test_from) : "");
    case SplitKind::loo:
        return fmt::format("loo:{}{}", recipe.by_lot ? "random" : "last", recipe.validate_one ? ",1" : "");
    case SplitKind::kfold:
        return fmt::format("kfold:{}:{}{}", recipe.folds, recipe.fold, recipe.whole_users ? ":user" : "");
    case SplitKind::users:
        return "users:" + shares_text(recipe);
    case SplitKind::fixed:
        return "fixed";
    }
    return {};
}

} // namespace

std::string SplitRecipe::text() const {
    std::string out = kind_text(*this);
    if (filter.min_value)
        out += fmt::format(";min_value={}", *filter.min_value);
    if (filter.min_user > 0)
        out += fmt::format(";min_user={}", filter.min_user);
    if (filter.min_item > 0)
        out += fmt::format(";min_item={}", filter.min_item);
    return filter.core ? out + ";core" : out;
}

bool SplitRecipe::uses_seed() const {
    return kind == SplitKind::random || kind == SplitKind::stratified || kind == SplitKind::kfold ||
           kind == SplitKind::users || (kind == SplitKind::loo && by_lot);
}

Result<SplitRecipe> SplitRecipe::parse(std::string_view text, std::uint64_t seed) {
    SplitRecipe recipe;
    recipe.seed = seed;
    if (text.starts_with("rows:")) {
        recipe.kind = SplitKind::rows;
        recipe.rows_file = text.substr(5);
        auto rows = read_row_list(recipe.rows_file);
        if (!rows)
            return fail(rows.error());
        recipe.test_rows = std::move(*rows);
        return recipe;
    }
    auto rest = text;
    if (auto status = read_kind(take_until(rest, ';'), recipe); !status)
        return fail(status.error());
    if (text.ends_with(';'))
        return refuse(fmt::format("'{}' ends without a filter", text), "take the last semicolon away");
    while (!rest.empty())
        if (auto status = read_filter(take_until(rest, ';'), recipe.filter); !status)
            return fail(status.error());
    if (recipe.filter.core && recipe.filter.min_user == 0 && recipe.filter.min_item == 0)
        return refuse("the filter core has nothing to repeat", "add ;min_user=5 or ;min_item=5");
    return recipe;
}

} // namespace tastebench
