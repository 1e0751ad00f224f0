// Made-up data whose ratings depend on features of users, items and rows, and what tests of such models share.
#pragma once

#include "core/experiment/run.h"
#include "core/make_data.h"

namespace tastebench::testing {

/// Groups of people like kinds of items; everyone is kinder in the evening. What a person of this group gives an item
/// of this kind can be told without knowing either, once both features are known.
inline DatasetPtr featured(std::uint32_t users = 80, std::uint32_t items = 50, double density = 0.4,
                           std::uint64_t seed = 5, bool clicks = false) {
    Rng rng(seed);
    DatasetParts parts;
    parts.name = "featured";
    parts.source = "test";
    std::vector<std::string> user_ids, item_ids;
    for (std::uint32_t u = 0; u < users; ++u)
        user_ids.push_back(std::to_string(u + 1));
    for (std::uint32_t i = 0; i < items; ++i)
        item_ids.push_back(std::to_string(i + 1));
    parts.users = make_ids(user_ids);
    parts.items = make_ids(item_ids);
    FeatureColumn group{"group", ColumnType::category, {}, {}}, age{"age", ColumnType::number, {}, {}};
    for (std::uint32_t u = 0; u < users; ++u) {
        group.texts.push_back(u % 11 == 10 ? "" : std::string(1, static_cast<char>('a' + u % 3)));
        age.numbers.push_back(u % 7 == 6 ? std::numeric_limits<double>::quiet_NaN() : 20.0 + u % 40);
    }
    FeatureColumn kinds{"kinds", ColumnType::multi_category, {}, {}};
    for (std::uint32_t i = 0; i < items; ++i)
        kinds.texts.push_back(i % 4 == 3 ? "x|y" : std::string(1, static_cast<char>('x' + i % 3)));
    parts.user_features = {group, age};
    parts.item_features = {kinds};
    ContextColumn hour;
    hour.name = "hour";
    hour.categories.push_back("evening");
    hour.categories.push_back("morning");
    for (std::uint32_t u = 0; u < users; ++u)
        for (std::uint32_t i = 0; i < items; ++i) {
            if (rng.uniform() > density)
                continue;
            const std::uint32_t when = rng.below(2);
            const bool likes = u % 3 == i % 3;
            const double rating = (likes ? 4.0 : 2.0) + (when == 0 ? 0.5 : -0.5) + 0.3 * rng.normal();
            parts.interactions.user.push_back(*parts.users.find(user_ids[u]));
            parts.interactions.item.push_back(*parts.items.find(item_ids[i]));
            parts.interactions.value.push_back(clicks ? (rng.uniform() < (likes ? 0.8 : 0.2) ? 1.0F : 0.0F)
                                                      : static_cast<float>(rating));
            hour.codes.push_back(when);
        }
    parts.context = {hour};
    return *Dataset::make(std::move(parts));
}

inline Parameters parameters_of(std::string_view model, const std::vector<std::pair<std::string, std::string>>& given) {
    const auto& schema = (*find_model(model))->schema;
    Parameters out;
    for (const auto& [name, text] : given)
        out[name] = *schema.parse(name, text);
    return *schema.complete(out);
}

struct FittedModel {
    std::unique_ptr<Recommender> model;
    Status status;
    Curves curves;
    std::vector<std::byte> bytes() const {
        Writer out;
        model->save(out);
        return out.take();
    }
};

inline FittedModel fit_model(std::string_view id, const Dataset& data, std::span<const RowIx> rows,
                             const Parameters& settings, int threads = 2, CheckpointKeeper* checkpoints = nullptr) {
    FittedModel out;
    out.model = (*find_model(id))->make();
    const Parallel parallel(threads);
    Progress progress;
    FitContext context{progress, parallel, 42, nullptr, checkpoints, 0};
    out.status = out.model->fit(TrainingData(data, rows), settings, context);
    out.curves = progress.curves();
    return out;
}

/// Remembers every state, and gives back the one after `resume` checkpoints.
class KeptStates final : public CheckpointKeeper {
  public:
    Status keep(std::span<const std::byte> state) override {
        states.emplace_back(state.begin(), state.end());
        return {};
    }
    std::optional<std::vector<std::byte>> take() override {
        return resume == 0 ? std::nullopt : std::optional(states[resume - 1]);
    }
    std::vector<std::vector<std::byte>> states;
    std::size_t resume = 0;
};

/// All metrics of one run.
inline std::map<std::string, double> measured(std::string_view id, const Dataset& data, const std::string& split,
                                              const Parameters& settings) {
    RunSpec spec;
    spec.model = std::string(id);
    spec.parameters = settings;
    spec.split = *SplitRecipe::parse(split, 42);
    spec.evaluation.ks = {10};
    const Parallel parallel(2);
    Progress progress;
    const auto outcome = execute(data, *prepare_spec(data, spec), parallel, progress);
    if (!outcome)
        qFatal("%s", outcome.error().text().c_str());
    return outcome->run.metrics;
}

inline std::vector<Pair> all_pairs(const Dataset& data) {
    std::vector<Pair> out;
    for (UserIx u = 0; u < data.users().size(); ++u)
        for (ItemIx i = 0; i < data.items().size(); ++i)
            out.push_back({u, i});
    return out;
}

} // namespace tastebench::testing
