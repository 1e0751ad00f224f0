// How the learning rate changes from epoch to epoch.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/parameters.h"

namespace tastebench {

enum class Schedule { constant, inverse, exponential, step };

/// Appends `schedule` and `decay`, both advanced.
void add_schedule_parameters(std::vector<ParameterSpec>& specs);

struct LearningRate {
    double start = 0.01;
    Schedule schedule = Schedule::constant;
    double decay = 0;
    /// Epochs from 1: start; start / (1 + decay (epoch - 1)); start (1 - decay)^(epoch - 1); start halved every
    /// 1 / decay epochs.
    double at(std::uint32_t epoch) const;
};
/// From the parameter `rate` and those above.
LearningRate read_learning_rate(const Parameters& parameters, std::string_view rate = "learning_rate");

} // namespace tastebench
