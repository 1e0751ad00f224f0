#include "core/store/column_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "core/base/binary.h"

namespace tastebench {

namespace {

enum class Form : std::uint8_t { raw, packed, runs, dictionary };

/// Values decoded at once: a vector grows by so many, which are filled while they are in the nearest cache.
constexpr std::size_t step_values = 2048;
/// Runs are worth while where they are this long on average.
constexpr std::size_t run_length = 16;

/// As a signed number, so that an index that means "none" (all bits set) lies beside the small ones.
template <typename T>
std::int64_t widen(T value) {
    if constexpr (std::is_same_v<T, std::uint32_t>)
        return static_cast<std::int32_t>(value);
    else
        return static_cast<std::int64_t>(value);
}

template <std::size_t Width, typename T>
void pack(std::span<const T> values, std::uint64_t base, std::byte* out) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<std::uint64_t>(widen(values[i])) - base;
        std::memcpy(out + i * Width, &value, Width);
    }
}

template <std::size_t Width, typename T>
void unpack(const std::byte* bytes, std::uint64_t base, std::span<T> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::conditional_t<
            Width <= 1, std::uint8_t,
            std::conditional_t<Width <= 2, std::uint16_t, std::conditional_t<Width <= 4, std::uint32_t, std::uint64_t>>>
            value = 0;
        std::memcpy(&value, bytes + i * Width, Width);
        out[i] = static_cast<T>(base + value);
    }
}

/// Calls f with the width as a constant; widths are 1 to 8.
template <typename F>
void with_width(std::size_t width, F&& f) {
    const auto call = [&]<std::size_t... W>(std::index_sequence<W...>) {
        ((width == W + 1 ? f(std::integral_constant<std::size_t, W + 1>()) : void()), ...);
    };
    call(std::make_index_sequence<8>());
}

/// Values minus the least, each in the same number of bytes.
template <typename T>
void write_packed(Writer& out, std::span<const T> values) {
    std::int64_t least = widen(values.front());
    std::int64_t greatest = least;
    for (const T value : values) {
        const auto wide = widen(value);
        least = wide < least ? wide : least;
        greatest = wide > greatest ? wide : greatest;
    }
    const auto base = static_cast<std::uint64_t>(least);
    const auto range = static_cast<std::uint64_t>(greatest) - base;
    const auto width = std::max<std::size_t>(1, (static_cast<std::size_t>(std::bit_width(range)) + 7) / 8);
    out.number(base);
    out.number(static_cast<std::uint8_t>(width));
    with_width(width, [&](auto w) { pack<w>(values, base, out.grow(values.size() * w)); });
}

template <typename T>
bool read_packed(Reader& in, std::size_t n, std::vector<T>& out) {
    const auto base = in.number<std::uint64_t>();
    const std::size_t width = in.number<std::uint8_t>();
    if (!in.ok() || width < 1 || width > 8)
        return false;
    const auto bytes = in.bytes(n * width);
    if (!in.ok())
        return false;
    with_width(width, [&](auto w) {
        for (std::size_t at = 0; at < n; at += step_values) {
            const auto count = std::min(step_values, n - at);
            const auto begin = out.size();
            out.resize(begin + count);
            unpack<w>(bytes.data() + at * w, base, std::span(out).subspan(begin));
        }
    });
    return true;
}

template <typename T>
std::size_t count_runs(std::span<const T> values) {
    std::size_t runs = 1;
    for (std::size_t i = 1; i < values.size(); ++i)
        runs += values[i] != values[i - 1] ? 1 : 0;
    return runs;
}

template <typename T>
void write_runs(Writer& out, std::span<const T> values, std::size_t runs) {
    std::vector<T> heads;
    std::vector<std::uint32_t> lengths;
    heads.reserve(runs);
    lengths.reserve(runs);
    for (std::size_t i = 0, begin = 0; i < values.size(); ++i)
        if (i + 1 == values.size() || values[i + 1] != values[i]) {
            heads.push_back(values[i]);
            lengths.push_back(static_cast<std::uint32_t>(i + 1 - begin));
            begin = i + 1;
        }
    out.number(static_cast<std::uint32_t>(runs));
    write_packed(out, std::span<const T>(heads));
    write_packed(out, std::span<const std::uint32_t>(lengths));
}

template <typename T>
bool read_runs(Reader& in, std::size_t n, std::vector<T>& out) {
    const std::size_t runs = in.number<std::uint32_t>();
    if (runs < 1 || runs > n)
        return false;
    std::vector<T> heads;
    std::vector<std::uint32_t> lengths;
    if (!read_packed(in, runs, heads) || !read_packed(in, runs, lengths))
        return false;
    std::size_t left = n;
    for (std::size_t run = 0; run < runs; ++run) {
        if (lengths[run] > left)
            return false;
        left -= lengths[run];
        out.insert(out.end(), lengths[run], heads[run]);
    }
    return left == 0;
}

/// The code of each value, by the bits, with at most 256 different ones.
struct Dictionary {
    std::vector<std::uint32_t> bits;
    std::vector<std::uint8_t> codes;
};

std::optional<Dictionary> make_dictionary(std::span<const float> values) {
    constexpr std::size_t slots = 1024;
    std::array<std::int16_t, slots> table;
    table.fill(-1);
    Dictionary out;
    out.codes.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
        std::size_t slot = (bits * 0x9E3779B1U) >> 22;
        while (table[slot] >= 0 && out.bits[static_cast<std::size_t>(table[slot])] != bits)
            slot = (slot + 1) % slots;
        if (table[slot] < 0) {
            if (out.bits.size() == 256)
                return {};
            table[slot] = static_cast<std::int16_t>(out.bits.size());
            out.bits.push_back(bits);
        }
        out.codes[i] = static_cast<std::uint8_t>(table[slot]);
    }
    return out;
}

bool read_dictionary(Reader& in, std::size_t n, std::vector<float>& out) {
    const std::size_t size = std::size_t{in.number<std::uint8_t>()} + 1;
    std::array<float, 256> values{};
    for (std::size_t i = 0; i < size; ++i)
        values[i] = in.number<float>();
    const auto codes = in.bytes(n);
    if (!in.ok())
        return false;
    for (std::size_t at = 0; at < n; at += step_values) {
        const auto count = std::min(step_values, n - at);
        const auto begin = out.size();
        out.resize(begin + count);
        unsigned greatest = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto code = static_cast<unsigned>(codes[at + i]);
            greatest = code > greatest ? code : greatest;
            out[begin + i] = values[code];
        }
        if (greatest >= size)
            return false;
    }
    return true;
}

template <typename T>
void write_raw(Writer& out, std::span<const T> values) {
    std::memcpy(out.grow(values.size_bytes()), values.data(), values.size_bytes());
}

template <typename T>
bool read_raw(Reader& in, std::size_t n, std::vector<T>& out) {
    const auto bytes = in.bytes(n * sizeof(T));
    if (!in.ok())
        return false;
    for (std::size_t at = 0; at < n; at += step_values) {
        const auto count = std::min(step_values, n - at);
        const auto begin = out.size();
        out.resize(begin + count);
        std::memcpy(out.data() + begin, bytes.data() + at * sizeof(T), count * sizeof(T));
    }
    return true;
}

} // namespace

template <typename T>
std::vector<std::byte> encode_chunk(std::span<const T> values) {
    Writer out;
    const auto form = [&](Form f) { out.number(static_cast<std::uint8_t>(f)); };
    if (values.empty())
        return out.take();
    if constexpr (std::is_same_v<T, float>) {
        if (const auto dictionary = make_dictionary(values)) {
            form(Form::dictionary);
            out.number(static_cast<std::uint8_t>(dictionary->bits.size() - 1));
            write_raw<std::uint32_t>(out, dictionary->bits);
            write_raw<std::uint8_t>(out, dictionary->codes);
            return out.take();
        }
    }
    if constexpr (std::is_floating_point_v<T>) {
        form(Form::raw);
        write_raw(out, values);
    } else if (const auto runs = count_runs(values); runs * run_length <= values.size()) {
        form(Form::runs);
        write_runs(out, values, runs);
    } else {
        form(Form::packed);
        write_packed(out, values);
    }
    return out.take();
}

template <typename T>
bool decode_chunk(std::span<const std::byte> bytes, std::size_t n, std::vector<T>& out) {
    if (n == 0)
        return bytes.empty();
    Reader in(bytes);
    const auto form = static_cast<Form>(in.number<std::uint8_t>());
    bool read = false;
    if (form == Form::raw)
        read = read_raw(in, n, out);
    if constexpr (std::is_same_v<T, float>)
        read = read || (form == Form::dictionary && read_dictionary(in, n, out));
    if constexpr (std::is_integral_v<T>)
        read =
            read || (form == Form::packed && read_packed(in, n, out)) || (form == Form::runs && read_runs(in, n, out));
    return read && in.ok() && in.at_end();
}

std::vector<std::byte> encode_texts(const StringColumn& column, std::size_t first, std::size_t last) {
    Writer out;
    for (auto i = first; i < last; ++i)
        out.text(column[i]);
    return out.take();
}

bool decode_texts(std::span<const std::byte> bytes, std::size_t n, StringColumn& out) {
    Reader in(bytes);
    for (std::size_t i = 0; i < n; ++i) {
        const auto text = in.bytes(in.varint());
        if (!in.ok())
            return false;
        out.push_back({reinterpret_cast<const char*>(text.data()), text.size()});
    }
    return in.at_end();
}

template std::vector<std::byte> encode_chunk(std::span<const std::uint8_t>);
template std::vector<std::byte> encode_chunk(std::span<const std::uint32_t>);
template std::vector<std::byte> encode_chunk(std::span<const std::uint64_t>);
template std::vector<std::byte> encode_chunk(std::span<const std::int64_t>);
template std::vector<std::byte> encode_chunk(std::span<const float>);
template std::vector<std::byte> encode_chunk(std::span<const double>);
template bool decode_chunk(std::span<const std::byte>, std::size_t, std::vector<std::uint8_t>&);
template bool decode_chunk(std::span<const std::byte>, std::size_t, std::vector<std::uint32_t>&);
template bool decode_chunk(std::span<const std::byte>, std::size_t, std::vector<std::uint64_t>&);
template bool decode_chunk(std::span<const std::byte>, std::size_t, std::vector<std::int64_t>&);
template bool decode_chunk(std::span<const std::byte>, std::size_t, std::vector<float>&);
template bool decode_chunk(std::span<const std::byte>, std::size_t, std::vector<double>&);

} // namespace tastebench
