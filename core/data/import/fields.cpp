#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/import/formats.h"

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

/// A date by a pattern of strptime, read as UTC; all of the text must be used. Month names are English.
bool parse_pattern(std::string_view text, const std::string& pattern, std::int64_t& out) {
    static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
    std::array<char, 64> buffer{};
    if (text.empty() || text.size() >= buffer.size())
        return false;
    std::copy(text.begin(), text.end(), buffer.begin());
    std::tm parts{};
    parts.tm_mday = 1;
    const char* stop = strptime_l(buffer.data(), pattern.c_str(), &parts, plain);
    if (stop == nullptr || *stop != '\0' || parts.tm_mday < 1)
        return false;
    // strptime lets 31 February pass; timegm would make March of it.
    const std::chrono::year_month_day date{std::chrono::year{parts.tm_year + 1900},
                                           std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                           std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
    if (!date.ok())
        return false;
    out = std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * 86400 +
          std::int64_t{parts.tm_hour} * 3600 + std::int64_t{parts.tm_min} * 60 + parts.tm_sec - parts.tm_gmtoff;
    return true;
}

} // namespace

std::string shortened_field(std::string_view text) {
    std::string out(text.substr(0, 40));
    if (text.size() > 40)
        out += "...";
    return out;
}

bool parse_value(std::string_view raw, char decimal, float& value, RowFault& fault) {
    const auto text = trim(raw);
    if (text.size() == 1 && text.front() >= '0' && text.front() <= '9') {
        value = static_cast<float>(text.front() - '0');
        return true;
    }
    const auto* end = text.data() + text.size();
    const fast_float::parse_options options{fast_float::chars_format::general, decimal};
    const auto [stop, code] = fast_float::from_chars_advanced(text.data(), end, value, options);
    if (code == std::errc() && stop == end && std::isfinite(value))
        return true;
    fault.what =
        text.empty() ? "the rating is missing" : fmt::format("the rating '{}' is no number", shortened_field(text));
    fault.remedy = fmt::format("give a finite number with a decimal {}, or leave the rating column out",
                               decimal == ',' ? "comma" : "point");
    return false;
}

bool parse_time(std::string_view raw, const std::string& format, std::int64_t& seconds, RowFault& fault) {
    const auto text = trim(raw);
    const auto* end = text.data() + text.size();
    bool known = false;
    if (format.empty() || format == "s" || format == "ms") {
        const auto [stop, code] = std::from_chars(text.data(), end, seconds);
        known = code == std::errc() && stop == end && !text.empty();
        if (double number = 0; !known) {
            const auto [at, problem] = fast_float::from_chars(text.data(), end, number);
            known = problem == std::errc() && at == end && std::abs(number) < 1e15;
            if (known)
                seconds = static_cast<std::int64_t>(std::floor(number));
        }
        if (known && (format == "ms" || (format.empty() && seconds > 100'000'000'000)))
            seconds /= 1000;
    }
    if (!known && (format.empty() || format == "iso"))
        known = parse_iso(text, seconds);
    if (!known && format.size() > 2 && format != "iso")
        known = parse_pattern(text, format, seconds);
    if (known && seconds >= first_second && seconds < last_second)
        return true;
    fault.what = known ? fmt::format("the time '{}' is out of range", shortened_field(text))
                       : fmt::format("the time '{}' cannot be read", shortened_field(text));
    fault.remedy = "give Unix seconds or milliseconds, or a date such as 2024-05-31T12:00:00Z, from 1900 to 2199";
    if (!known && format.size() > 2 && format != "iso")
        fault.remedy = fmt::format("write it as {}, or choose another time format", format);
    return false;
}

std::string guess_time_format(const std::vector<std::string_view>& samples) {
    const auto all = [&](const std::string& format) {
        return std::all_of(samples.begin(), samples.end(), [&](std::string_view text) {
            std::int64_t seconds = 0;
            RowFault ignored;
            return parse_time(text, format, seconds, ignored);
        });
    };
    if (samples.empty() || all({}))
        return {};
    for (const auto* date :
         {"%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%b %d, %Y"})
        for (const auto* time : {"", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S", ", %H:%M"})
            if (all(std::string(date) + time))
                return std::string(date) + time;
    return {};
}

} // namespace tastebench
