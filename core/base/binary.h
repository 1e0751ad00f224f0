// Byte streams for model state and stored columns: little-endian, no padding. A reader never reads past the end
// and never trusts a length: every failure is an error value.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

class Writer {
  public:
    template <typename T>
    requires std::is_arithmetic_v<T>
    void number(T value) {
        const auto at = bytes_.size();
        bytes_.resize(at + sizeof(T));
        std::memcpy(bytes_.data() + at, &value, sizeof(T));
    }
    /// Unsigned LEB128.
    void varint(std::uint64_t value);
    void text(std::string_view value);
    template <typename T>
    requires std::is_arithmetic_v<T>
    void array(std::span<const T> values) {
        varint(values.size());
        const auto at = bytes_.size();
        bytes_.resize(at + values.size_bytes());
        if (!values.empty())
            std::memcpy(bytes_.data() + at, values.data(), values.size_bytes());
    }
    template <typename T>
    void array(const std::vector<T>& values) {
        array(std::span<const T>(values));
    }
    /// Room for so many bytes in all, where their number is known beforehand.
    void reserve(std::size_t n) { bytes_.reserve(n); }
    /// n more bytes (zeros) to write into; the pointer holds until the next call.
    std::byte* grow(std::size_t n) {
        bytes_.resize(bytes_.size() + n);
        return bytes_.data() + (bytes_.size() - n);
    }
    /// A part whose length is told before it and known only after it, so that it need not be put together elsewhere:
    /// what is written between the two calls; end_part() takes what begin_part() gave. Read with Reader::part().
    std::size_t begin_part() {
        number(std::uint64_t{0});
        return bytes_.size();
    }
    void end_part(std::size_t begin) {
        const std::uint64_t length = bytes_.size() - begin;
        std::memcpy(bytes_.data() + begin - sizeof(length), &length, sizeof(length));
    }
    const std::vector<std::byte>& bytes() const { return bytes_; }
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_;
};

/// After the first failure every read gives zero or nothing and ok() is false, so callers check once at the end.
class Reader {
  public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <typename T>
    requires std::is_arithmetic_v<T> T number() {
        T value{};
        if (take(sizeof(T)))
            std::memcpy(&value, bytes_.data() + at_ - sizeof(T), sizeof(T));
        return value;
    }
    std::uint64_t varint();
    std::string text();
    template <typename T>
    requires std::is_arithmetic_v<T> std::vector<T> array() {
        const std::uint64_t n = varint();
        std::vector<T> values;
        if (n > (bytes_.size() - at_) / sizeof(T)) {
            ok_ = false;
            return values;
        }
        values.resize(n);
        if (n > 0)
            std::memcpy(values.data(), bytes_.data() + at_, n * sizeof(T));
        at_ += n * sizeof(T);
        return values;
    }
    /// The next n bytes, or none and not ok().
    std::span<const std::byte> bytes(std::uint64_t n) {
        return take(n) ? bytes_.subspan(at_ - n, n) : std::span<const std::byte>();
    }
    /// What was written between Writer::begin_part() and end_part().
    std::span<const std::byte> part() { return bytes(number<std::uint64_t>()); }
    /// All bytes that are left.
    std::span<const std::byte> rest() { return bytes(bytes_.size() - at_); }
    bool ok() const { return ok_; }
    /// For callers who find that what they read makes no sense.
    void spoil() { ok_ = false; }
    bool at_end() const { return at_ == bytes_.size(); }
    /// An error naming `what` if a read failed or bytes are left over.
    Status finish(std::string_view what) const;

  private:
    bool take(std::uint64_t n) {
        if (!ok_ || n > bytes_.size() - at_) {
            ok_ = false;
            return false;
        }
        at_ += n;
        return true;
    }
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

} // namespace tastebench
