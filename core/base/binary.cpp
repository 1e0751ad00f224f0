#include "core/base/binary.h"

#include <bit>

static_assert(std::endian::native == std::endian::little, "stored numbers are little-endian");

namespace tastebench {

void Writer::varint(std::uint64_t value) {
    while (value >= 0x80) {
        number(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    number(static_cast<std::uint8_t>(value));
}

void Writer::text(std::string_view value) {
    array(std::span<const char>(value.data(), value.size()));
}

std::uint64_t Reader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = number<std::uint8_t>();
        if (!ok_)
            return 0;
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    ok_ = false;
    return 0;
}

std::string Reader::text() {
    const auto chars = array<char>();
    return {chars.begin(), chars.end()};
}

Status Reader::finish(std::string_view what) const {
    if (ok_ && at_end())
        return {};
    return bad_data(std::string(what) + " is damaged", {}, "restore the workspace from a copy, or make it again");
}

} // namespace tastebench
