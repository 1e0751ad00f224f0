// What a data set is fit for: which models can use it, what the others lack, and what it holds for models that
// learn from more than interactions.
#pragma once

#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/data/dataset.h"

namespace tastebench {

struct ModelEntry;

struct Fitness {
    std::string model, title;       ///< "svd", "SVD"
    std::vector<std::string> lacks; ///< "users and items", "ratings", "times", "features"; empty: it can use the data
    std::string sentence;           ///< "can use it", or what is missing and how to get it; no capital, no full stop
    std::string change; ///< not usable: the settings with which it could be, "fields=ids"; empty: none could
    bool usable() const { return lacks.empty(); }
    bool usable_otherwise() const { return !change.empty(); }
};

/// Whether a model set like this can use the data, as prepare_spec() judges it. Parameters are complete; those that the
/// schema refuses are for prepare_spec() to complain of.
Fitness fitness_of(const Dataset& data, const ModelEntry& entry, const Parameters& parameters);
/// Every model of all_models(), in that order, with its standard parameters.
std::vector<Fitness> fitness(const Dataset& data);

/// "Gives: ranks, similar items. Needs: users and items." of a model set like this.
std::string gives_and_needs(const ModelEntry& entry, const Parameters& parameters);

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
