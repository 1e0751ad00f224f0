#pragma once

namespace tastebench {
inline constexpr const char* version = "0.1.0";
} // namespace tastebench
