// DKN (Wang, Zhang, Xie, Guo, WWW 2018): reads titles as words with their entities, and weighs what a person read
// before by what is proposed now. Here as a Recommender; network.h has the network, titles.h what is read of the data.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry dkn_entry();

} // namespace tastebench
