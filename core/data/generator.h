// The catalogue of films and the people who watch them: made-up data with the signal that every model looks for
// (tastes in themes, directors and periods, popularity, drifting interests, text and a knowledge graph).
// Same options, same bytes, on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/progress.h"
#include "core/data/dataset.h"

namespace tastebench {

struct GeneratorOptions {
    std::uint32_t users = 600;
    std::uint32_t items = 800;
    std::uint64_t interactions = 60'000; ///< events, met to within 2 %
    std::uint64_t seed = 7;
};

/// One event, streamed user by user, in time order within a user.
struct GeneratedEvent {
    UserIx user;
    ItemIx item;
    EventIx event;     ///< 0 view, 1 list, 2 rating
    float value;       ///< 1..5 for ratings, NaN for the others
    std::int64_t time; ///< Unix seconds within two years
};

/// Streams the events without holding them; memory grows with users + items only.
Status generate_events(const GeneratorOptions& options, const std::function<void(const GeneratedEvent&)>& sink,
                       Progress& progress);
/// Everything, as a data set with features, titles and graph. Ids are "u0001", "f0001".
Result<DatasetPtr> generate_dataset(const GeneratorOptions& options, const std::string& name, Progress& progress);
/// Streams to a CSV file (user,item,event,rating,timestamp), written beside and renamed when complete.
Status generate_csv(const GeneratorOptions& options, const std::string& path, Progress& progress);

} // namespace tastebench
