// The parameters that all embedding methods have.
#pragma once

#include "core/graph/translation.h"

namespace tastebench {

struct MethodDefaults {
    std::string norm = "l1";
    double margin = 1;
    std::string negatives = "uniform";
};

/// dimension, epochs, margin, norm, negatives, optimizer, learning_rate, batch, held_out, evaluated.
std::vector<ParameterSpec> shared_embedding_specs(const MethodDefaults& defaults);
/// The weight of soft constraints, for methods that have some.
ParameterSpec constraint_spec();
/// Fewer and shorter vectors, for a first look.
Preset fast_embedding_preset();

} // namespace tastebench
