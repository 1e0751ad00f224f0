#include "core/base/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

namespace tastebench {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j - 1] + 1, above + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string list_choices(const ParameterSpec& spec) {
    std::string out;
    for (const auto& choice : spec.choices)
        out += (out.empty() ? "" : ", ") + choice.value;
    return out;
}

std::string expected(const ParameterSpec& spec) {
    switch (spec.type) {
    case ParameterType::boolean:
        return "give true or false";
    case ParameterType::integer:
        return fmt::format("give a whole number from {:.0f} to {:.0f}", spec.minimum, spec.maximum);
    case ParameterType::real:
        return fmt::format("give a number from {} to {}", spec.minimum, spec.maximum);
    case ParameterType::choice:
        return "choose one of " + list_choices(spec);
    case ParameterType::text:
        return spec.help;
    }
    return {};
}

template <typename T>
bool read_whole(std::string_view text, T& value) {
    const auto* end = text.data() + text.size();
    if constexpr (std::is_same_v<T, double>) {
        const auto [stop, code] = fast_float::from_chars(text.data(), end, value);
        return code == std::errc() && stop == end;
    } else {
        const auto [stop, code] = std::from_chars(text.data(), end, value);
        return code == std::errc() && stop == end;
    }
}

} // namespace

ParameterSchema::ParameterSchema(std::vector<ParameterSpec> specs, std::vector<Preset> presets)
    : specs_(std::move(specs)), presets_(std::move(presets)) {}

const ParameterSpec* ParameterSchema::find(std::string_view name) const {
    const auto at = std::find_if(specs_.begin(), specs_.end(), [&](const auto& spec) { return spec.name == name; });
    return at == specs_.end() ? nullptr : &*at;
}

Parameters ParameterSchema::defaults() const {
    Parameters out;
    for (const auto& spec : specs_)
        out.emplace(spec.name, spec.standard);
    return out;
}

Result<const ParameterSpec*> ParameterSchema::require(std::string_view name) const {
    if (const auto* spec = find(name))
        return spec;
    std::vector<std::string> names;
    std::string list;
    for (const auto& spec : specs_) {
        names.push_back(spec.name);
        list += (list.empty() ? "" : ", ") + spec.name;
    }
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("there is no parameter '{}'", name), std::string(name),
                       guess.empty() ? "the parameters are " + (list.empty() ? "none" : list)
                                     : fmt::format("did you mean '{}'?", guess));
}

Result<ParameterValue> ParameterSchema::parse(std::string_view name, std::string_view text) const {
    auto spec = require(name);
    if (!spec)
        return fail(spec.error());
    const auto refuse = [&] {
        return usage_error(fmt::format("'{}' is no value for it", text), std::string(name), expected(**spec));
    };
    ParameterValue value;
    switch ((*spec)->type) {
    case ParameterType::boolean:
        if (text != "true" && text != "false")
            return refuse();
        value = text == "true";
        break;
    case ParameterType::integer: {
        std::int64_t number = 0;
        if (!read_whole(text, number))
            return refuse();
        value = number;
        break;
    }
    case ParameterType::real: {
        double number = 0;
        if (!read_whole(text, number))
            return refuse();
        value = number;
        break;
    }
    case ParameterType::choice:
    case ParameterType::text:
        value = std::string(text);
        break;
    }
    if (auto status = check(**spec, value); !status)
        return fail(status.error());
    return value;
}

Status ParameterSchema::check(const ParameterSpec& spec, const ParameterValue& value) const {
    const auto refuse = [&](const std::string& what) { return usage_error(what, spec.name, expected(spec)); };
    const auto in_range = [&](double x) { return std::isfinite(x) && x >= spec.minimum && x <= spec.maximum; };
    switch (spec.type) {
    case ParameterType::boolean:
        if (!std::holds_alternative<bool>(value))
            return refuse("the value must be true or false");
        return {};
    case ParameterType::integer: {
        const auto* number = std::get_if<std::int64_t>(&value);
        if (number == nullptr)
            return refuse("the value must be a whole number");
        if (!in_range(static_cast<double>(*number)))
            return refuse(fmt::format("{} is out of range", *number));
        return {};
    }
    case ParameterType::real: {
        const auto* number = std::get_if<double>(&value);
        if (number == nullptr)
            return refuse("the value must be a number");
        if (!in_range(*number))
            return refuse(fmt::format("{} is out of range", *number));
        return {};
    }
    case ParameterType::choice:
    case ParameterType::text:
        break;
    }
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr)
        return refuse("the value must be text");
    if (spec.type == ParameterType::choice &&
        std::none_of(spec.choices.begin(), spec.choices.end(), [&](const auto& c) { return c.value == *text; }))
        return refuse(fmt::format("there is no choice '{}'", *text));
    if (spec.check != nullptr)
        if (auto complaint = spec.check(*text); !complaint.empty())
            return refuse(complaint);
    return {};
}

Result<Parameters> ParameterSchema::complete(const Parameters& given) const {
    Parameters out = defaults();
    for (const auto& [name, value] : given) {
        auto spec = require(name);
        if (!spec)
            return fail(spec.error());
        ParameterValue stored = value;
        // A whole number is a fine real number; forms and JSON may give either.
        if ((*spec)->type == ParameterType::real && std::holds_alternative<std::int64_t>(value))
            stored = static_cast<double>(std::get<std::int64_t>(value));
        if (auto status = check(**spec, stored); !status)
            return fail(status.error());
        out[name] = std::move(stored);
    }
    return out;
}

std::string to_text(const ParameterValue& value) {
    return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

bool get_bool(const Parameters& p, std::string_view name) {
    return std::get<bool>(p.find(name)->second);
}
std::int64_t get_int(const Parameters& p, std::string_view name) {
    return std::get<std::int64_t>(p.find(name)->second);
}
double get_real(const Parameters& p, std::string_view name) {
    return std::get<double>(p.find(name)->second);
}
const std::string& get_text(const Parameters& p, std::string_view name) {
    return std::get<std::string>(p.find(name)->second);
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
    std::string best;
    std::size_t least = word.size() / 3 + 1;
    for (const auto& candidate : candidates)
        if (const auto distance = edit_distance(word, candidate);
            distance < least || (distance == least && best.empty())) {
            least = distance;
            best = candidate;
        }
    return best;
}

} // namespace tastebench
