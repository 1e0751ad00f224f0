#include "core/data/utf8.h"

#include <cstdint>
#include <cstring>

namespace tastebench {

std::size_t find_invalid_utf8(std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::size_t n = text.size();
    std::size_t i = 0;
    const auto follows = [&](std::size_t at) { return at < n && (bytes[at] & 0xC0U) == 0x80U; };
    while (i < n) {
        std::uint64_t eight = 0;
        while (i + 8 <= n) {
            std::memcpy(&eight, bytes + i, 8);
            if ((eight & 0x8080808080808080ULL) != 0)
                break;
            i += 8;
        }
        if (i >= n)
            break;
        const unsigned char c = bytes[i];
        if (c < 0x80) {
            ++i;
        } else if (c >= 0xC2 && c <= 0xDF && follows(i + 1)) {
            i += 2;
        } else if (c >= 0xE0 && c <= 0xEF && follows(i + 1) && follows(i + 2) && !(c == 0xE0 && bytes[i + 1] < 0xA0) &&
                   !(c == 0xED && bytes[i + 1] > 0x9F)) {
            i += 3;
        } else if (c >= 0xF0 && c <= 0xF4 && follows(i + 1) && follows(i + 2) && follows(i + 3) &&
                   !(c == 0xF0 && bytes[i + 1] < 0x90) && !(c == 0xF4 && bytes[i + 1] > 0x8F)) {
            i += 4;
        } else {
            return i;
        }
    }
    return std::string_view::npos;
}

} // namespace tastebench
