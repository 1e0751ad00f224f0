// Parameters as data. One declaration (a ParameterSchema) drives the form in the window, the flags of the command
// line, the stored record, validation and the documentation.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;
/// Name to value. Ordered, so that records and command lines always print alike.
using Parameters = std::map<std::string, ParameterValue, std::less<>>;

enum class ParameterType { boolean, integer, real, choice, text };

struct Choice {
    std::string value; ///< as stored and typed: "jaccard"
    std::string title; ///< as shown: "Jaccard"
    std::string help;  ///< one sentence
};

struct ParameterSpec {
    std::string name;  ///< snake_case, unique in the schema
    std::string title; ///< for forms: "Half-life"
    std::string help;  ///< one plain sentence
    std::string unit;  ///< "days", or empty
    ParameterType type = ParameterType::real;
    ParameterValue standard;          ///< the default
    double minimum = 0;               ///< integer and real: inclusive
    double maximum = 0;               ///< integer and real: inclusive
    std::vector<Choice> choices = {}; ///< choice only
    bool sweepable = true;
    bool advanced = false; ///< forms fold these away
    /// text only: an extra check; returns the complaint, or an empty string if all is well.
    std::string (*check)(std::string_view) = nullptr;
};

struct Preset {
    std::string name;  ///< "fast", "reference"
    std::string title; ///< for forms
    std::string help;
    Parameters values; ///< what differs from the defaults
};

class ParameterSchema {
  public:
    ParameterSchema() = default;
    ParameterSchema(std::vector<ParameterSpec> specs, std::vector<Preset> presets = {});

    std::span<const ParameterSpec> specs() const { return specs_; }
    std::span<const Preset> presets() const { return presets_; }
    const ParameterSpec* find(std::string_view name) const;

    Parameters defaults() const;
    /// Reads one value as typed on a command line, checking type and range.
    Result<ParameterValue> parse(std::string_view name, std::string_view text) const;
    /// Fills in defaults and checks every value; errors name the parameter, its range and the nearest name.
    Result<Parameters> complete(const Parameters& given) const;

  private:
    Status check(const ParameterSpec& spec, const ParameterValue& value) const;
    Result<const ParameterSpec*> require(std::string_view name) const;
    std::vector<ParameterSpec> specs_;
    std::vector<Preset> presets_;
};

/// "30", "0.02", "true", "jaccard": locale-independent, and parse() reads back the same value.
std::string to_text(const ParameterValue& value);

/// Readers for completed parameters; the name and type must be the schema's.
bool get_bool(const Parameters& p, std::string_view name);
std::int64_t get_int(const Parameters& p, std::string_view name);
double get_real(const Parameters& p, std::string_view name);
const std::string& get_text(const Parameters& p, std::string_view name);

/// The candidate most like `word` (edit distance at most a third of its length), or an empty string.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

} // namespace tastebench
