// Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as
// 1, 2, 3", SC 2011). A stream is named by (seed, stream, substream); its n-th number depends on nothing else, so
// results do not change with the number of threads or the order of work, nor from one machine to another.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace tastebench {

using Philox4 = std::array<std::uint32_t, 4>;
Philox4 philox4x32_10(Philox4 counter, std::array<std::uint32_t, 2> key);

class Rng {
  public:
    explicit Rng(std::uint64_t seed, std::uint32_t stream = 0, std::uint32_t substream = 0)
        : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, counter_{0, 0, stream,
                                                                                                   substream} {}

    std::uint32_t next_u32();
    std::uint64_t next_u64();
    /// Uniform in [0, 1), 53 bits.
    double uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }
    /// Uniform integer in [0, n), without bias (Lemire 2019); n >= 1.
    std::uint32_t below(std::uint32_t n);
    /// Standard normal (Box and Muller; both numbers of a pair are used).
    double normal();
    /// Fisher and Yates.
    template <typename T>
    void shuffle(std::span<T> values) {
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
    }

  private:
    std::array<std::uint32_t, 2> key_;
    Philox4 counter_;
    Philox4 block_{};
    unsigned used_ = 4;
    double spare_ = 0;
    bool has_spare_ = false;
};

} // namespace tastebench
