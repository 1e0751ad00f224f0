// The tables of a workspace file and how older files become new ones.
#pragma once

#include <span>

namespace tastebench {

/// "TbWs": what `file` and other programs know a workspace by.
inline constexpr int application_id = 0x54625773;

/// steps()[n] brings a file from version n to n + 1; the file's user_version is the number of steps it has had.
std::span<const char* const> schema_steps();

} // namespace tastebench
