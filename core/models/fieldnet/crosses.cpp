#include "core/models/fieldnet/crosses.h"

#include <algorithm>

#include <fmt/format.h>

namespace tastebench {

namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

/// Calls body(one side, other side) for each entry of the list; the other is empty where there is no star.
template <typename Body>
void for_each_cross(std::string_view text, const Body& body) {
    while (!trimmed(text).empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto word = text.substr(0, comma);
        text.remove_prefix(std::min(text.size(), comma + 1));
        const auto star = std::min(word.find('*'), word.size());
        body(trimmed(word.substr(0, star)), trimmed(word.substr(std::min(word.size(), star + 1))));
    }
}

/// Finaliser of MurmurHash3 over two indices: every bit of both reaches every bit of the result.
std::uint32_t hash(std::uint32_t a, std::uint32_t b, std::uint32_t salt) {
    std::uint64_t x = (std::uint64_t{a} << 32U | b) + salt * 0x9E37'79B9'7F4A'7C15ULL;
    x = (x ^ (x >> 33U)) * 0xFF51'AFD7'ED55'8CCDULL;
    x = (x ^ (x >> 33U)) * 0xC4CE'B9FE'1A85'EC53ULL;
    return static_cast<std::uint32_t>(x >> 32U);
}

Result<std::uint16_t> field_named(std::string_view name, const FeatureEncoder& encoder) {
    std::vector<std::string> names;
    for (std::uint16_t f = 0; f < encoder.fields().size(); ++f) {
        const auto& full = encoder.fields()[f].name;
        const auto point = full.find('.');
        if (name == full || (point != std::string::npos && name == std::string_view(full).substr(point + 1)))
            return f;
        names.push_back(full);
    }
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("there is no field '{}' to cross", name), "crosses",
                       guess.empty() ? fmt::format("the fields are {}", fmt::join(names, ", "))
                                     : fmt::format("did you mean '{}'?", guess));
}

} // namespace

std::string check_crosses(std::string_view text) {
    std::string complaint;
    for_each_cross(text, [&](std::string_view a, std::string_view b) {
        if (a.empty() || b.empty())
            complaint = "a cross is two names with a star between them, such as user_id*genre";
    });
    return complaint;
}

std::size_t count_crosses(std::string_view text) {
    std::size_t n = 0;
    for_each_cross(text, [&](std::string_view, std::string_view) { ++n; });
    return n;
}

Result<Crosses> Crosses::make(std::string_view text, std::uint32_t buckets, const FeatureEncoder& encoder) {
    Crosses out;
    out.buckets_ = buckets;
    std::optional<Error> wrong;
    for_each_cross(text, [&](std::string_view a, std::string_view b) {
        for (const auto name : {a, b}) {
            const auto field = field_named(name, encoder);
            if (field)
                out.fields_.push_back(*field);
            else if (!wrong)
                wrong = field.error();
        }
    });
    if (wrong)
        return fail(*wrong);
    for (const auto& field : encoder.fields())
        out.multi_.push_back(field.kind == FieldKind::multi ? 1 : 0);
    out.rebuild();
    if (out.buckets() > std::numeric_limits<std::uint32_t>::max())
        return usage_error("there are more buckets of crosses than can be counted", "cross_buckets",
                           "choose fewer buckets or crosses");
    return out;
}

void Crosses::rebuild() {
    slots_.clear();
    std::uint32_t slot = 0;
    for (const auto multi : multi_)
        slots_.push_back(multi != 0 ? 0 : slot++);
    crosses_.clear();
    for (std::size_t c = 0; c + 1 < fields_.size(); c += 2)
        crosses_.push_back({side_of(fields_[c]), side_of(fields_[c + 1])});
}

Crosses::Side Crosses::side_of(std::uint16_t field) const {
    return {slots_[field], field, multi_[field] != 0};
}

void Crosses::find(const SampleBlock& block, Found& out) const {
    out.starts.assign(1, 0);
    out.entries.clear();
    out.cross.clear();
    for (std::uint32_t i = 0; i < block.n && !crosses_.empty(); ++i) {
        const auto multi = block.multi_of(i);
        const auto fields = block.multi_fields_of(i);
        const auto for_each = [&](const Side& side, const auto& body) {
            if (!side.multi)
                return body(block.singles_of(i)[side.slot]);
            for (std::size_t e = 0; e < multi.size(); ++e)
                if (fields[e] == side.field)
                    body(multi[e]);
        };
        for (std::uint32_t c = 0; c < crosses_.size(); ++c)
            for_each(crosses_[c].a, [&](const Entry& a) {
                for_each(crosses_[c].b, [&](const Entry& b) {
                    out.entries.push_back({c * buckets_ + hash(a.index, b.index, c) % buckets_, a.value * b.value});
                    out.cross.push_back(static_cast<std::uint16_t>(c));
                });
            });
        out.starts.push_back(static_cast<std::uint32_t>(out.entries.size()));
    }
}

void Crosses::save(Writer& out) const {
    out.number(buckets_);
    out.array(std::span<const std::uint16_t>(fields_));
}

bool Crosses::load(Reader& in, const FeatureEncoder& encoder) {
    buckets_ = in.number<std::uint32_t>();
    fields_ = in.array<std::uint16_t>();
    multi_.clear();
    for (const auto& field : encoder.fields())
        multi_.push_back(field.kind == FieldKind::multi ? 1 : 0);
    if (!in.ok() || fields_.size() % 2 != 0 || (buckets_ == 0 && !fields_.empty()) ||
        std::any_of(fields_.begin(), fields_.end(), [&](auto field) { return field >= multi_.size(); }))
        return false;
    rebuild();
    return buckets() <= std::numeric_limits<std::uint32_t>::max();
}

} // namespace tastebench
