// Texts to small numbers in the order of first appearance: open addressing, with short texts compared as numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <xxhash.h>

namespace tastebench {

/// Holds views: the texts must outlive it.
class IdTable {
  public:
    IdTable() : slots_(1024) {}

    std::uint32_t index_of(std::string_view text) {
        // Whole numbers are looked up by value, without a hash.
        const auto number = small_number(text);
        if (number < numbers_.size() && numbers_[number] != empty)
            return numbers_[number];
        const auto index = find_or_add(text);
        if (number < greatest_number) {
            if (number >= numbers_.size())
                numbers_.resize(std::max<std::size_t>(number + 1, 2 * numbers_.size()), empty);
            numbers_[number] = index;
        }
        return index;
    }
    std::optional<std::uint32_t> find(std::string_view text) const {
        const Key key = key_of(text);
        for (std::size_t at = place(key);; at = (at + 1) & mask_) {
            const Slot& slot = slots_[at];
            if (slot.index == empty)
                return {};
            if (same(slot, key, text))
                return slot.index;
        }
    }
    const std::vector<std::string_view>& texts() const { return texts_; }
    /// The same text at another place, where it lives longer.
    void move_text(std::uint32_t index, std::string_view text) { texts_[index] = text; }

  private:
    static constexpr std::uint32_t empty = 0xFFFFFFFF;
    static constexpr std::size_t short_text = 8;
    static constexpr std::size_t greatest_number = 1 << 22;

    /// Up to eight bytes: the bytes themselves, read twice where there are fewer, which with the length tells them
    /// apart. More: a hash, and the texts are compared as well.
    struct Key {
        std::uint64_t bits = 0;
        std::uint32_t length = 0;
    };
    struct Slot {
        std::uint64_t bits = 0;
        std::uint32_t length = 0;
        std::uint32_t index = empty;
    };

    /// The value of up to seven digits without a leading zero; `empty` for any other text.
    static std::uint32_t small_number(std::string_view text) {
        if (text.empty() || text.size() > 7 || (text[0] == '0' && text.size() > 1))
            return empty;
        std::uint32_t value = 0;
        for (const char c : text) {
            const auto digit = static_cast<std::uint32_t>(c - '0');
            if (digit > 9)
                return empty;
            value = value * 10 + digit;
        }
        return value;
    }

    std::uint32_t find_or_add(std::string_view text) {
        const Key key = key_of(text);
        // Files are often in the order of users.
        if (!texts_.empty() && same(last_, key, text))
            return last_.index;
        if (2 * (texts_.size() + 1) > slots_.size())
            grow();
        for (std::size_t at = place(key);; at = (at + 1) & mask_) {
            Slot& slot = slots_[at];
            if (slot.index == empty) {
                slot = {key.bits, key.length, static_cast<std::uint32_t>(texts_.size())};
                texts_.push_back(text);
                last_ = slot;
                return slot.index;
            }
            if (same(slot, key, text)) {
                last_ = slot;
                return slot.index;
            }
        }
    }
    static Key key_of(std::string_view text) {
        const auto n = text.size();
        const char* bytes = text.data();
        const auto length = static_cast<std::uint32_t>(n);
        if (n > short_text)
            return {XXH3_64bits(bytes, n), length};
        if (n >= 4) {
            std::uint32_t head = 0;
            std::uint32_t tail = 0;
            std::memcpy(&head, bytes, 4);
            std::memcpy(&tail, bytes + n - 4, 4);
            return {head | std::uint64_t{tail} << 32, length};
        }
        if (n == 0)
            return {};
        const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(bytes[at])}; };
        return {byte(0) | byte(n / 2) << 8 | byte(n - 1) << 16, length};
    }
    std::size_t place(const Key& key) const {
        const std::uint64_t mixed = (key.bits ^ key.length) * 0x9E3779B97F4A7C15ULL;
        return static_cast<std::size_t>(mixed ^ (mixed >> 32)) & mask_;
    }
    bool same(const Slot& slot, const Key& key, std::string_view text) const {
        return slot.bits == key.bits && slot.length == key.length &&
               (key.length <= short_text || texts_[slot.index] == text);
    }
    void grow() {
        std::vector<Slot> old(slots_.size() * 2);
        old.swap(slots_);
        mask_ = slots_.size() - 1;
        for (const Slot& slot : old) {
            if (slot.index == empty)
                continue;
            std::size_t at = place({slot.bits, slot.length});
            while (slots_[at].index != empty)
                at = (at + 1) & mask_;
            slots_[at] = slot;
        }
    }

    std::vector<Slot> slots_;
    std::size_t mask_ = 1023;
    Slot last_;
    std::vector<std::uint32_t> numbers_; ///< index by value
    std::vector<std::string_view> texts_;
};

} // namespace tastebench
