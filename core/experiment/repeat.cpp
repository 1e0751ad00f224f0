#include "core/experiment/repeat.h"

#include <cmath>

#include <fmt/format.h>

namespace tastebench {

namespace {

bool same_digits(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

} // namespace

Result<DatasetPtr> dataset_of(RunKeeper& keeper, const Run& run) {
    auto data = keeper.dataset(run.spec.data_name);
    if (data && (*data)->fingerprint() != run.spec.data_fingerprint)
        return bad_data(fmt::format("run {} was made on other data of that name", run.id), run.spec.data_name,
                        fmt::format("import the data with the fingerprint {}", run.spec.data_fingerprint));
    return data;
}

bool same_request(const RunSpec& a, const RunSpec& b) {
    return a.data_fingerprint == b.data_fingerprint && a.parameters == b.parameters && a.seed == b.seed &&
           command_line(a) == command_line(b);
}

std::vector<MetricDifference> metric_differences(const Run& before, const Run& after) {
    std::vector<MetricDifference> out;
    for (const auto& [name, value] : before.metrics) {
        const auto found = after.metrics.find(name);
        if (found == after.metrics.end())
            out.push_back({name, value, {}});
        else if (!same_digits(value, found->second))
            out.push_back({name, value, found->second});
    }
    for (const auto& [name, value] : after.metrics)
        if (!before.metrics.contains(name))
            out.push_back({name, {}, value});
    return out;
}

std::string repeat_verdict(const Run& before, const Run& after) {
    if (before.state != RunState::done)
        return fmt::format("run {} repeats run {}, which is {}: there is nothing to compare with", after.id, before.id,
                           to_text(before.state));
    const auto different = metric_differences(before, after);
    if (different.empty())
        return fmt::format("run {} repeats run {}: all {} metrics are identical to the last digit", after.id, before.id,
                           after.metrics.size());
    const bool elsewhere = before.environment.variant != after.environment.variant ||
                           before.environment.version != after.environment.version;
    return fmt::format("run {} repeats run {}: {} of {} metrics differ{}", after.id, before.id, different.size(),
                       after.metrics.size(), elsewhere ? " (it was made by another version or processor variant)" : "");
}

} // namespace tastebench
