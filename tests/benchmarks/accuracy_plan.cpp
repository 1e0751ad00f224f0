#include "accuracy_plan.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

namespace tastebench::bench {

namespace {

using nlohmann::json;

/// Every combination of the listed values; the last name varies fastest.
std::vector<std::map<std::string, std::string>> combine(const json& parameters) {
    std::vector<std::map<std::string, std::string>> all(1);
    for (const auto& [name, given] : parameters.items()) {
        const json values = given.is_array() ? given : json::array({given});
        std::vector<std::map<std::string, std::string>> longer;
        for (const auto& one : all)
            for (const auto& value : values) {
                longer.push_back(one);
                longer.back()[name] = value.is_string() ? value.get<std::string>() : value.dump();
            }
        all = std::move(longer);
    }
    return all;
}

bool is_list(const json& from, const char* name) {
    return from.contains(name) && from[name].is_array() && !from[name].empty();
}

bool has_text(const json& from, const char* name) {
    return from.contains(name) && from[name].is_string();
}

bool all_of(const json& list, bool (json::*holds)() const noexcept) {
    return std::all_of(list.begin(), list.end(), [&](const json& one) { return (one.*holds)(); });
}

/// What is wrong with one run of a section, or an empty text.
std::string find_fault(const json& section, const json& run) {
    if (!run.is_object() || !has_text(run, "title") || !has_text(run, "model"))
        return "a run needs a title and a model";
    if (run.contains("parameters") && !run["parameters"].is_object())
        return "the parameters are no object";
    const json& seeds = run.contains("seeds") ? run : section;
    if (!is_list(seeds, "seeds") || !all_of(seeds["seeds"], &json::is_number_unsigned))
        return "the seeds are no list of whole numbers";
    return {};
}

void add_runs(Plan& plan, const json& section, const json& run) {
    for (const auto& parameters : combine(run.value("parameters", json::object())))
        for (const auto& split : section["splits"])
            for (const auto& seed : (run.contains("seeds") ? run : section)["seeds"])
                plan.runs.push_back({section["title"], run["title"], run["model"], parameters, split, seed,
                                     section.value("sampled", false)});
}

} // namespace

json PlannedRun::key() const {
    return {{"model", model}, {"parameters", parameters}, {"split", split}, {"seed", seed}};
}

Result<Plan> read_plan(const std::string& file) {
    const auto refuse = [&](const std::string& what, const std::string& where) {
        return bad_data(what, where.empty() ? file : file + ": " + where,
                        "write it as accuracy_plan.h beside the benchmarks says");
    };
    std::ifstream in(file);
    const auto whole = json::parse(in, nullptr, false);
    if (!whole.is_object() || !has_text(whole, "data") || !is_list(whole, "sections"))
        return refuse("this is no plan with data and sections", {});
    Plan plan;
    plan.data = whole["data"];
    plan.test_data = has_text(whole, "test_data") ? whole["test_data"].get<std::string>() : "";
    plan.hold_out = has_text(whole, "hold_out") ? whole["hold_out"].get<std::string>() : "";
    for (const auto& section : whole["sections"]) {
        if (!section.is_object() || !has_text(section, "title"))
            return refuse("a section has no title", {});
        const std::string title = section["title"];
        if (!is_list(section, "splits") || !all_of(section["splits"], &json::is_string) || !is_list(section, "runs"))
            return refuse("the section needs splits and runs", title);
        for (const auto& run : section["runs"]) {
            if (const auto fault = find_fault(section, run); !fault.empty())
                return refuse(fault, title + (run.is_object() ? ", " + run.value("title", "?") : ""));
            add_runs(plan, section, run);
        }
    }
    return plan;
}

} // namespace tastebench::bench
