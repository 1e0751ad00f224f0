// Texts to small numbers in the order of first appearance: open addressing over XXH3.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <xxhash.h>

namespace tastebench {

/// Holds views: the texts must outlive it.
class IdTable {
  public:
    IdTable() : slots_(1024, empty) {}

    std::uint32_t index_of(std::string_view text) {
        // Files are often in the order of users.
        if (last_ < texts_.size() && texts_[last_] == text)
            return last_;
        if (2 * (texts_.size() + 1) > slots_.size())
            grow();
        const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
        for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
            const auto index = slots_[at];
            if (index == empty) {
                slots_[at] = static_cast<std::uint32_t>(texts_.size());
                texts_.push_back(text);
                hashes_.push_back(hash);
                return last_ = slots_[at];
            }
            if (hashes_[index] == hash && texts_[index] == text)
                return last_ = index;
        }
    }
    std::optional<std::uint32_t> find(std::string_view text) const {
        const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
        for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
            const auto index = slots_[at];
            if (index == empty)
                return {};
            if (hashes_[index] == hash && texts_[index] == text)
                return index;
        }
    }
    const std::vector<std::string_view>& texts() const { return texts_; }

  private:
    static constexpr std::uint32_t empty = 0xFFFFFFFF;
    void grow() {
        slots_.assign(slots_.size() * 2, empty);
        mask_ = slots_.size() - 1;
        for (std::uint32_t index = 0; index < texts_.size(); ++index) {
            std::size_t at = hashes_[index] & mask_;
            while (slots_[at] != empty)
                at = (at + 1) & mask_;
            slots_[at] = index;
        }
    }
    std::vector<std::uint32_t> slots_;
    std::size_t mask_ = 1023;
    std::uint32_t last_ = 0;
    std::vector<std::string_view> texts_;
    std::vector<std::uint64_t> hashes_;
};

} // namespace tastebench
