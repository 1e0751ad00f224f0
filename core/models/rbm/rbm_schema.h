// The parameters of restricted Boltzmann machines.
#pragma once

#include "core/base/parameters.h"

namespace tastebench::rbm {

ParameterSchema schema();
/// Rounds from hidden to visible units and back in this epoch, counted from 1: from first_rounds to last_rounds in
/// equal shares of the epochs.
std::uint32_t rounds_at(const Parameters& parameters, std::uint32_t epoch);

} // namespace tastebench::rbm
