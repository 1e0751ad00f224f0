#include "app/cli/output.h"

#include <chrono>
#include <cmath>
#include <cstdio>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

namespace tastebench::cli {

namespace {

bool starts_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t width(std::string_view text) {
    std::size_t n = 0;
    for (const char c : text)
        n += starts_code_point(c) ? 1 : 0;
    return n;
}

} // namespace

void Table::column(std::string title, Align align) {
    titles_.push_back(std::move(title));
    aligns_.push_back(align);
}

void Table::row(std::vector<std::string> cells) {
    cells.resize(titles_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const auto& title : titles_)
        widths.push_back(width(title));
    for (const auto& row : rows_)
        for (std::size_t c = 0; c < row.size(); ++c)
            widths[c] = std::max(widths[c], width(row[c]));
    std::string out;
    const auto add = [&](const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string gap(widths[c] - width(cells[c]), ' ');
            line += c == 0 ? "" : "  ";
            line += aligns_[c] == Align::right ? gap + cells[c] : cells[c] + gap;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    };
    add(titles_);
    for (const auto& row : rows_)
        add(row);
    return out;
}

std::string with_commas(std::uint64_t value) {
    std::string out = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
        out.insert(static_cast<std::size_t>(at), 1, ',');
    return out;
}

std::string fixed(double value, int digits) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-";
}

std::string duration(double seconds) {
    if (!(seconds >= 0))
        return "-";
    if (seconds < 0.9995)
        return fmt::format("{:.0f} ms", seconds * 1000);
    if (seconds < 59.95)
        return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    if (whole < 3600)
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string memory(std::uint64_t bytes) {
    const auto amount = static_cast<double>(bytes);
    if (amount < 1e6)
        return fmt::format("{:.0f} kB", amount / 1e3);
    return amount < 1e9 ? fmt::format("{:.0f} MB", amount / 1e6) : fmt::format("{:.1f} GB", amount / 1e9);
}

std::string iso_time(std::int64_t unix_seconds) {
    using namespace std::chrono;
    const sys_seconds when{seconds(unix_seconds)};
    const auto day = floor<days>(when);
    const year_month_day date{day};
    const hh_mm_ss time{when - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count());
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (width(text) <= limit)
        return std::string(text);
    const std::size_t keep = limit > 3 ? limit - 3 : 0;
    std::size_t at = 0;
    for (std::size_t n = 0; at < text.size(); ++at)
        if (starts_code_point(text[at]) && n++ == keep)
            break;
    return std::string(text.substr(0, at)) + "...";
}

double as_printed(float value) {
    if (!std::isfinite(value))
        return static_cast<double>(value);
    const std::string text = fmt::format("{}", value);
    double out = 0;
    fast_float::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

Status print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return {};
    return run_failed("the result could not be written", "standard output", "free some space and try again");
}

Status print_json(const Json& document) {
    // Texts of a data set are valid UTF-8; a file name given by the user need not be.
    return print(document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

void say(std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

} // namespace tastebench::cli
