#include "core/models/schedule.h"

#include <cmath>

namespace tastebench {

void add_schedule_parameters(std::vector<ParameterSpec>& specs) {
    specs.push_back({"schedule",
                     "Rate schedule",
                     "How the learning rate changes from epoch to epoch.",
                     "",
                     ParameterType::choice,
                     std::string("constant"),
                     0,
                     0,
                     {{"constant", "Constant", "It stays as it is."},
                      {"inverse", "Inverse", "Divided by 1 + decay x epochs done."},
                      {"exponential", "Exponential", "Loses the share 'decay' with every epoch."},
                      {"step", "Steps", "Halved every 1 / decay epochs."}}});
    specs.back().advanced = true;
    specs.push_back(
        {"decay", "Decay", "How fast the learning rate falls; 0: not at all.", "", ParameterType::real, 0.05, 0, 1});
    specs.back().advanced = true;
}

double LearningRate::at(std::uint32_t epoch) const {
    const double done = epoch - 1.0;
    switch (schedule) {
    case Schedule::constant:
        break;
    case Schedule::inverse:
        return start / (1 + decay * done);
    case Schedule::exponential:
        return start * std::pow(1 - decay, done);
    case Schedule::step:
        return start * std::pow(0.5, std::floor(done * decay + 1e-9));
    }
    return start;
}

LearningRate read_learning_rate(const Parameters& parameters, std::string_view rate) {
    LearningRate out;
    out.start = get_real(parameters, rate);
    out.decay = get_real(parameters, "decay");
    const auto& name = get_text(parameters, "schedule");
    out.schedule = name == "inverse"       ? Schedule::inverse
                   : name == "exponential" ? Schedule::exponential
                   : name == "step"        ? Schedule::step
                                           : Schedule::constant;
    return out;
}

} // namespace tastebench
