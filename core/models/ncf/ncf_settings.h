// The parameters of NCF, declared and read.
#pragma once

#include "core/models/ncf/network.h"
#include "core/models/recommender.h"

namespace tastebench {

struct NcfSettings {
    NcfKind network = NcfKind::neumf;
    std::uint32_t factors = 8;
    std::vector<std::uint32_t> layers;
    std::uint32_t negatives = 4, batch = 256;
    float deviation = 0.01F;
    nn::OptimizerSettings optimizer;
    std::uint32_t part_epochs = 0; ///< of GMF, and of the MLP; 0: no pre-training
    float alpha = 0.5F;
    nn::OptimizerSettings finish; ///< of NeuMF after pre-training

    std::size_t moments() const; ///< that the rows of embeddings need room for
};

NcfSettings read_ncf_settings(const Parameters& parameters);
ParameterSchema ncf_schema();

} // namespace tastebench
