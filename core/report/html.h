// Building blocks of the HTML report. Every text that comes from data or users passes through escape().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tastebench::html {

/// & < > " ' as entities; control characters are left out.
std::string escape(std::string_view text);
/// `digits` after the point.
std::string number(double value, int digits);
/// "2024-05-31 12:00" in UTC.
std::string date_time(std::int64_t unix_seconds);
std::string date(std::int64_t unix_seconds);
/// "12,345"
std::string count(std::uint64_t value);

struct Bar {
    std::string label;
    double value = 0;
    std::optional<std::pair<double, double>> interval;
    bool best = false;
};
/// Horizontal bars as inline SVG with a text twin for screen readers.
std::string bar_chart(const std::string& title, const std::vector<Bar>& bars, int digits);

struct Line {
    std::string name;
    std::vector<std::pair<double, double>> points;
};
std::string line_chart(const std::string& title, const std::string& x_title, const std::vector<Line>& lines);

/// A table; cells are escaped here. Columns from `first_number` on are set flush right.
struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::vector<bool>> strong; ///< empty, or as rows: set in bold
    std::size_t first_number = 1;
};
std::string table(const Table& table);

/// The whole page around `body`, styles inside, nothing fetched.
std::string page(const std::string& title, const std::string& body);

} // namespace tastebench::html
