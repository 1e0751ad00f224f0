#include "core/experiment/estimate.h"

#include <chrono>
#include <fstream>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/experiment/speed_kernels.h"

namespace tastebench {

namespace {

/// MemAvailable of /proc/meminfo; none where it cannot be told.
std::optional<double> free_memory() {
    std::ifstream info("/proc/meminfo");
    std::string name;
    double kilobytes = 0;
    std::string unit;
    while (info >> name >> kilobytes >> unit)
        if (name == "MemAvailable:")
            return kilobytes * 1024;
    return {};
}

double share_of_training(const SplitRecipe& split) {
    switch (split.kind) {
    case SplitKind::kfold:
        return 1.0 - 1.0 / split.folds;
    case SplitKind::random:
    case SplitKind::chrono:
    case SplitKind::stratified:
    case SplitKind::users:
        return split.ratio;
    default: // not known before the split is made
        return split.train_before ? 1.0 : split.ratio;
    }
}

double time_of_work() {
    std::vector<float> a(speed_work_size);
    std::vector<float> b(speed_work_size, 0.5F);
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = static_cast<float>(i) / static_cast<float>(a.size());
    double best = std::numeric_limits<double>::infinity();
    volatile float sink = 0;
    for (int trial = 0; trial < 5; ++trial) {
        const auto start = std::chrono::steady_clock::now();
        sink = sink + speed_work(a.data(), b.data());
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

} // namespace

DataShape shape_of(const Dataset& data, std::size_t train_rows) {
    const auto& summary = data.summary();
    DataShape out;
    out.users = data.users().size();
    out.items = data.items().size();
    out.rows = train_rows;
    const double share = summary.interactions > 0
                             ? static_cast<double>(summary.distinct_pairs) / static_cast<double>(summary.interactions)
                             : 1.0;
    out.pairs = static_cast<std::uint64_t>(share * static_cast<double>(train_rows));
    out.fields = data.user_features().size() + data.item_features().size() + data.context().size();
    // Of users' and items' features no more than there are users and items, which are counted already.
    for (const auto& column : data.context())
        out.feature_values += column.categories.size();
    return out;
}

double slowness() {
    constexpr double where_fitted = 90e-6; // seconds, measured on a 3 GHz EPYC, release build, x86-64-v3
    static const double factor = time_of_work() / where_fitted;
    return factor;
}

Status check_memory(const Cost& cost) {
    const auto available = free_memory();
    if (!available || cost.memory_bytes <= *available)
        return {};
    return run_failed(fmt::format("training needs about {:.1f} GB of memory, and {:.1f} GB are free",
                                  cost.memory_bytes / 1e9, *available / 1e9),
                      {}, "close other programs, use fewer factors or neighbours, or choose a smaller model or data");
}

Result<RunEstimate> estimate(const Dataset& data, const RunSpec& spec, int threads) {
    auto entry = find_model(spec.model);
    if (!entry)
        return fail(entry.error());
    auto parameters = (*entry)->schema.complete(spec.parameters);
    if (!parameters)
        return fail(parameters.error());
    const auto rows = static_cast<double>(data.interactions().size()) * share_of_training(spec.split);
    const auto cost = (*entry)->make()->cost(shape_of(data, static_cast<std::size_t>(rows)), *parameters);
    return RunEstimate{cost.memory_bytes, cost.core_seconds * slowness() / std::max(1, threads)};
}

} // namespace tastebench
