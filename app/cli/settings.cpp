#include "app/cli/settings.h"

#include <fmt/format.h>

#include "app/cli/session.h"

namespace tastebench::cli {

namespace {

std::string range(const ParameterSpec& spec) {
    switch (spec.type) {
    case ParameterType::integer:
        return fmt::format("{:.0f} to {:.0f}", spec.minimum, spec.maximum);
    case ParameterType::real:
        return fmt::format("{} to {}", spec.minimum, spec.maximum);
    case ParameterType::boolean:
        return "true or false";
    case ParameterType::choice:
        return fmt::format("one of {}", spec.choices.size());
    case ParameterType::text:
        break;
    }
    return "text";
}

} // namespace

Result<Parameters> read_settings(const ParameterSchema& schema, const std::string& owner, const std::string& preset,
                                 const std::vector<std::string>& settings) {
    Parameters out;
    if (!preset.empty()) {
        std::vector<std::string> names;
        const Preset* chosen = nullptr;
        for (const auto& known : schema.presets()) {
            names.push_back(known.name);
            if (known.name == preset)
                chosen = &known;
        }
        if (chosen == nullptr)
            return usage_error(fmt::format("{} has no preset '{}'", owner, preset), "--preset",
                               names.empty() ? "leave it out, there are none" : "it has " + listed(names));
        out = chosen->values;
    }
    for (const auto& setting : settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos || equals == 0)
            return usage_error(fmt::format("'{}' sets nothing", setting), "--set",
                               "write name=value, such as similarity=jaccard");
        const auto name = setting.substr(0, equals);
        auto value = schema.parse(name, std::string_view(setting).substr(equals + 1));
        if (!value)
            return fail(value.error());
        out[name] = *value;
    }
    return out;
}

std::string described(const ParameterSchema& schema) {
    std::string out;
    for (const auto& spec : schema.specs()) {
        const auto standard = tastebench::to_text(spec.standard);
        out += fmt::format("\n{} = {}{}   ({})\n    {}\n", spec.name, standard.empty() ? "nothing" : standard,
                           spec.unit.empty() ? "" : " " + spec.unit, range(spec), spec.help);
        std::size_t widest = 0;
        for (const auto& choice : spec.choices)
            widest = std::max(widest, choice.value.size());
        for (const auto& choice : spec.choices)
            out += fmt::format("    {:<{}}  {}\n", choice.value, widest, choice.help);
    }
    for (const auto& preset : schema.presets()) {
        out += fmt::format("\n--preset {}: {}\n   ", preset.name, preset.help);
        for (const auto& [name, value] : preset.values)
            out += fmt::format(" {}={}", name, tastebench::to_text(value));
        out += '\n';
    }
    return out;
}

} // namespace tastebench::cli
