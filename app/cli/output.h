// What the commands print: tables and sentences for people, one JSON document for programs.
// Numbers and dates never depend on the locale. Standard output holds results, standard error everything else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace tastebench::cli {

/// Keeps the order in which members were added, so that documents read as the manual describes them.
using Json = nlohmann::ordered_json;

/// A table in plain text. Cells are UTF-8; widths count code points.
class Table {
  public:
    enum class Align { left, right };
    void column(std::string title, Align align = Align::left);
    /// One cell per column.
    void row(std::vector<std::string> cells);
    std::string text() const;

  private:
    std::vector<std::string> titles_;
    std::vector<Align> aligns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "74,992".
std::string with_commas(std::uint64_t value);
/// `digits` after the point; "-" for NaN and infinities.
std::string fixed(double value, int digits);
/// "850 ms", "12.3 s", "2 min 05 s", "1 h 20 min".
std::string duration(double seconds);
/// "512 MB".
std::string memory(std::uint64_t bytes);
/// "1998-04-22T23:10:38Z" from Unix seconds.
std::string iso_time(std::int64_t unix_seconds);
/// The first `width` code points, with "..." where something was cut.
std::string shortened(std::string_view text, std::size_t width);
/// The double that prints like the float: 4.3 rather than 4.300000190734863.
double as_printed(float value);

/// Writes to standard output; an error if it cannot be written (a full disk, say).
Status print(std::string_view text);
Status print_json(const Json& document);
/// Writes one line to standard error.
void say(std::string_view line);

} // namespace tastebench::cli
