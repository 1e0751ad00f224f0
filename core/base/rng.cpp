#include "core/base/rng.h"

#include <cmath>
#include <numbers>

namespace tastebench {

namespace {

void multiply(std::uint32_t a, std::uint32_t b, std::uint32_t& high, std::uint32_t& low) {
    const std::uint64_t product = std::uint64_t{a} * b;
    high = static_cast<std::uint32_t>(product >> 32);
    low = static_cast<std::uint32_t>(product);
}

} // namespace

Philox4 philox4x32_10(Philox4 c, std::array<std::uint32_t, 2> k) {
    for (int round = 0; round < 10; ++round) {
        std::uint32_t high0, low0, high1, low1;
        multiply(0xD2511F53U, c[0], high0, low0);
        multiply(0xCD9E8D57U, c[2], high1, low1);
        c = {high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0};
        k[0] += 0x9E3779B9U;
        k[1] += 0xBB67AE85U;
    }
    return c;
}

std::uint32_t Rng::next_u32() {
    if (used_ == 4) {
        block_ = philox4x32_10(counter_, key_);
        if (++counter_[0] == 0)
            ++counter_[1];
        used_ = 0;
    }
    return block_[used_++];
}

std::uint64_t Rng::next_u64() {
    const std::uint64_t high = next_u32();
    return high << 32 | next_u32();
}

std::uint32_t Rng::below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{next_u32()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
        const std::uint32_t threshold = (0U - n) % n;
        while (static_cast<std::uint32_t>(product) < threshold)
            product = std::uint64_t{next_u32()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
}

double Rng::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

} // namespace tastebench
