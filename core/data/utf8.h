// Whether text is UTF-8.
#pragma once

#include <string_view>

namespace tastebench {

/// The offset of the first byte that is no valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

} // namespace tastebench
