// Mult-VAE: a variational autoencoder with a multinomial likelihood over the items of a user.
// Source: Liang, Krishnan, Hoffman, Jebara: "Variational Autoencoders for Collaborative Filtering", WWW 2018.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry mvae_entry();

} // namespace tastebench
