// What a data set is fit for: which models can use it, what the others lack, and what it holds for models that
// learn from more than interactions.
#pragma once

#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

struct Fitness {
    std::string model, title;       ///< "svd", "SVD"
    std::vector<std::string> lacks; ///< "users and items", "ratings", "times", "features"; empty: it can use the data
    std::string sentence;           ///< "can use it", or what is missing and how to get it; no capital, no full stop
    bool usable() const { return lacks.empty(); }
};

/// Every model of all_models(), in that order, with its standard parameters.
std::vector<Fitness> fitness(const Dataset& data);

/// Titles, or a column of texts.
bool has_item_texts(const Dataset& data);

/// What kinds of model learn from, beyond who met what.
struct Material {
    std::string what;     ///< "Features"
    std::string used_by;  ///< "factorisation machines, wide and deep networks"
    bool there = false;   ///< enough for such a model
    std::string sentence; ///< what there is, or what is missing
};
std::vector<Material> materials(const Dataset& data);

} // namespace tastebench
