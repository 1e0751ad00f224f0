// Words as a shell reads them, for command lines that are shown to be copied.
#pragma once

#include <string>
#include <string_view>

namespace tastebench {

/// The word itself where it needs no quotes, or else in single quotes.
std::string shell_quote(std::string_view text);

} // namespace tastebench
