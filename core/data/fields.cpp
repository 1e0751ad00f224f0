#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/layout.h"

namespace tastebench {

namespace {

constexpr std::int64_t first_second = -2'208'988'800; // 1900-01-01
constexpr std::int64_t last_second = 7'258'118'400;   // 2200-01-01

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

std::string shorten(std::string_view text) {
    std::string out(text.substr(0, 40));
    if (text.size() > 40)
        out += "...";
    return out;
}

/// Reads exactly `digits` digits.
bool take_digits(std::string_view& text, std::size_t digits, int& out) {
    if (text.size() < digits)
        return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        out = out * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

/// "+02:00", "+0200", "Z" or nothing; seconds east of Greenwich.
bool take_zone(std::string_view& text, int& seconds) {
    seconds = 0;
    if (text.empty() || take(text, 'Z'))
        return true;
    const bool west = text.front() == '-';
    if (!take(text, '+') && !take(text, '-'))
        return false;
    int hours = 0;
    int minutes = 0;
    if (!take_digits(text, 2, hours))
        return false;
    take(text, ':');
    if (!text.empty() && !take_digits(text, 2, minutes))
        return false;
    seconds = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
    return hours < 24 && minutes < 60;
}

bool parse_iso(std::string_view text, std::int64_t& out) {
    using namespace std::chrono;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, zone = 0;
    if (!take_digits(text, 4, y) || !take(text, '-') || !take_digits(text, 2, mo) || !take(text, '-') ||
        !take_digits(text, 2, d))
        return false;
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!date.ok())
        return false;
    if (!text.empty()) {
        if (!take(text, 'T') && !take(text, ' '))
            return false;
        if (!take_digits(text, 2, h) || !take(text, ':') || !take_digits(text, 2, mi))
            return false;
        if (take(text, ':') && !take_digits(text, 2, s))
            return false;
        if (take(text, '.'))
            while (!text.empty() && text.front() >= '0' && text.front() <= '9')
                text.remove_prefix(1);
        if (h > 23 || mi > 59 || s > 60 || !take_zone(text, zone))
            return false;
    }
    out = std::int64_t{sys_days{date}.time_since_epoch().count()} * 86400 + std::int64_t{h} * 3600 +
          std::int64_t{mi} * 60 + s - zone;
    return text.empty();
}

} // namespace

bool parse_value(std::string_view raw, bool may_be_missing, float& value, RowFault& fault) {
    const auto text = trim(raw);
    if (text.empty() && may_be_missing) {
        value = std::numeric_limits<float>::quiet_NaN();
        return true;
    }
    const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc() && stop == text.data() + text.size() && std::isfinite(value))
        return true;
    fault.what = text.empty() ? "the rating is missing" : fmt::format("the rating '{}' is no number", shorten(text));
    fault.remedy = "give a finite number with a decimal point, or leave the rating column out";
    return false;
}

bool parse_time(std::string_view raw, std::int64_t& seconds, RowFault& fault) {
    const auto text = trim(raw);
    const auto* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, seconds);
    bool known = (code == std::errc() && stop == end) || parse_iso(text, seconds);
    if (double number = 0; !known) {
        const auto [at, problem] = fast_float::from_chars(text.data(), end, number);
        known = problem == std::errc() && at == end && std::abs(number) < 1e15;
        if (known)
            seconds = static_cast<std::int64_t>(std::floor(number));
    }
    if (known && seconds > 100'000'000'000)
        seconds /= 1000;
    if (known && seconds >= first_second && seconds < last_second)
        return true;
    fault.what = known ? fmt::format("the time '{}' is out of range", shorten(text))
                       : fmt::format("the time '{}' cannot be read", shorten(text));
    fault.remedy = "give Unix seconds or milliseconds, or a date such as 2024-05-31T12:00:00Z, from 1900 to 2199";
    return false;
}

bool check_id(std::string_view text, const char* role, RowFault& fault) {
    if (text.empty()) {
        fault.what = fmt::format("the {} is empty", role);
        fault.remedy = "give every row a user and an item";
        return false;
    }
    if (text.size() > max_field_bytes) {
        fault.what = fmt::format("the {} is longer than 1 MiB", role);
        fault.remedy = "check the separator and the quotes";
        return false;
    }
    return true;
}

} // namespace tastebench
