#include "app/cli/profile.h"

#include <algorithm>
#include <cmath>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "app/cli/session.h"

namespace tastebench::cli {

namespace {

constexpr const char* option = "--items";

Result<ProfileItem> read_item(const Dataset& data, const std::string& word) {
    const double standard = standard_profile_value(data);
    if (const auto whole = data.items().find(word))
        return ProfileItem{*whole, standard};
    const auto equals = word.rfind('=');
    const auto id = word.substr(0, equals);
    const auto item = find_item(data, id);
    if (!item) {
        auto error = item.error();
        error.where = option;
        return fail(std::move(error));
    }
    if (equals == std::string::npos)
        return ProfileItem{*item, standard};
    const auto text = word.substr(equals + 1);
    double value = 0;
    const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || stop != text.data() + text.size() || !std::isfinite(value))
        return usage_error(fmt::format("'{}' is no number", text), option, "write item=value, such as " + id + "=4");
    return ProfileItem{*item, value};
}

/// Cut at the commas, unless the whole is the id of an item.
std::vector<std::string> items_of(const Dataset& data, const std::string& word) {
    if (data.items().find(word))
        return {word};
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= word.size();) {
        const auto comma = std::min(word.find(',', at), word.size());
        if (comma > at)
            out.push_back(word.substr(at, comma - at));
        at = comma + 1;
    }
    return out;
}

} // namespace

Result<std::vector<ProfileItem>> read_profile(const Dataset& data, const std::vector<std::string>& words) {
    std::vector<ProfileItem> out;
    for (const auto& word : words)
        for (const auto& one : items_of(data, word)) {
            const auto item = read_item(data, one);
            if (!item)
                return fail(item.error());
            if (std::any_of(out.begin(), out.end(), [&](const auto& other) { return other.item == item->item; }))
                return usage_error(fmt::format("'{}' is named twice", data.items().id(item->item)), option,
                                   "name each item once");
            out.push_back(*item);
        }
    if (out.empty())
        return usage_error("no item is named", option, "name what the person has, such as --items i1,i2");
    return out;
}

} // namespace tastebench::cli
