#include "core/models/rbm/rbm_schema.h"

#include <algorithm>

#include "core/models/epoch_loop.h"
#include "core/models/schedule.h"

namespace tastebench::rbm {

namespace {

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list{
        {"task",
         "Learns",
         "What the machine is shown, and so what it can say.",
         "",
         ParameterType::choice,
         std::string("ranking"),
         0,
         0,
         {{"ranking", "What people have", "Every item is there or not; ranks by how likely it is to be there."},
          {"ratings", "Ratings", "Only the items someone rated are there; predicts ratings, and ranks by them."}}},
        {"hidden", "Hidden units", "How many hidden tastes are learned, each of which a person has or has not.", "",
         ParameterType::integer, std::int64_t{100}, 1, 16'384},
        {"learning_rate", "Learning rate", "How far each batch moves the weights.", "", ParameterType::real, 0.02, 1e-6,
         100},
        {"regularization", "Regularization", "Pulls the weights towards zero; guards against overfitting.", "",
         ParameterType::real, 0.01, 0, 10},
        {"batch", "Batch", "People per step.", "people", ParameterType::integer, std::int64_t{100}, 1, 4096},
        {"first_rounds", "First rounds",
         "Contrastive divergence compares what is seen with what the machine makes of it after so many rounds: at the "
         "start of training.",
         "rounds", ParameterType::integer, std::int64_t{1}, 1, 1000},
        {"last_rounds", "Last rounds", "The same at the end; more rounds are slower and more exact.", "rounds",
         ParameterType::integer, std::int64_t{3}, 1, 1000},
        {"momentum", "Momentum", "Share of each step that the next one keeps.", "", ParameterType::real, 0.9, 0, 0.999},
        {"conditional", "Rated at all",
         "Ratings only: that someone rated an item says something too, whatever the "
         "rating.",
         "", ParameterType::boolean, false},
        {"init_deviation", "Start deviation", "Standard deviation of the random start weights.", "",
         ParameterType::real, 0.01, 0, 10},
    };
    for (auto at = list.begin() + 5; at != list.end(); ++at)
        at->advanced = true;
    add_schedule_parameters(list);
    add_epoch_parameters(list, 80, "How often training goes through all people.");
    return list;
}

} // namespace

ParameterSchema schema() {
    return {
        specs(),
        {{"fast",
          "Fast",
          "Fewer hidden units and epochs.",
          {{"hidden", std::int64_t{50}},
           {"epochs", std::int64_t{20}},
           {"learning_rate", 0.05},
           {"last_rounds", std::int64_t{1}}}},
         {"paper",
          "Paper",
          "Ratings, 100 hidden units, that an item is rated at all, rate 0.01, momentum 0.9, weight decay 0.001 and "
          "up to 9 rounds, as in the paper, in batches of 100 people instead of 1000.",
          {{"task", std::string("ratings")},
           {"conditional", true},
           {"learning_rate", 0.01},
           {"regularization", 0.001},
           {"last_rounds", std::int64_t{9}}}}}};
}

std::uint32_t rounds_at(const Parameters& parameters, std::uint32_t epoch) {
    const auto first = get_int(parameters, "first_rounds");
    const auto last = std::max(first, get_int(parameters, "last_rounds"));
    return static_cast<std::uint32_t>(std::min(
        last, first + (last - first + 1) * (static_cast<std::int64_t>(epoch) - 1) / get_int(parameters, "epochs")));
}

} // namespace tastebench::rbm
