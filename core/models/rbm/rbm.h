// Restricted Boltzmann machine: hidden units that are on or off, and what a person has as visible ones.
// Source: Salakhutdinov, Mnih, Hinton: "Restricted Boltzmann Machines for Collaborative Filtering", ICML 2007.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry rbm_entry();

} // namespace tastebench
