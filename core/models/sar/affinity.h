// A user's affinity to the items of their history: a(u,i) = sum over events of
// w(event) x value x min(1, 2^(-(now - t)/T)), with T the half-life in days. Later events weigh fully.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/models/recommender.h"

namespace tastebench {

enum class Duplicates { sum, last, first, mean, max };
enum class Normalize { off, rating_scale, affinity_range };
/// What Affinities::count holds: nothing, all events merged by the same policy, or the latest event alone (which is
/// what Microsoft Recommenders normalizes by).
enum class Counting { none, merged, latest };

struct AffinityRules {
    std::vector<double> event_weights; ///< by event index; empty without events
    double half_life_days = 0;         ///< 0 = no decay
    std::optional<std::int64_t> now;   ///< Unix seconds; none: the latest training time
    Duplicates duplicates = Duplicates::sum;
    bool use_values = true; ///< multiply by the rating where there is one
};

/// Parallel to the users' seen items (ascending, distinct).
struct Affinities {
    std::vector<double> weight;
    std::vector<double> count; ///< the same with every event weight and value 1; only if asked for
    std::vector<std::uint32_t> events;
    std::vector<std::int64_t> last_time;        ///< empty without times
    std::vector<EventIx> last_event;            ///< empty without events
    std::vector<float> last_value;              ///< empty without values; NaN = none
    double least_value = 0, greatest_value = 0; ///< event weight x value of a single event, without decay
};

/// "view=1,list=2": the complaint, or an empty string.
std::string check_event_weights(std::string_view text);
/// Weights by event index, 1 where not named; error if a named event does not exist.
Result<std::vector<double>> read_event_weights(std::string_view text, const Dataset& data);

/// Affinities that hold still: those of user u begin at from[u] of `before`; `none`: they are to be made.
struct KeptAffinities {
    static constexpr std::uint64_t none = ~std::uint64_t{0};
    const Affinities* before = nullptr;
    std::span<const std::uint64_t> from;
};

/// Leaves early, with no meaning, if progress is cancelled.
Affinities make_affinities(const TrainingData& training, const AffinityRules& rules,
                           std::span<const std::uint64_t> starts, std::span<const ItemIx> items, Counting counting,
                           const Parallel& parallel, const Progress& progress, const KeptAffinities& kept = {});

} // namespace tastebench
