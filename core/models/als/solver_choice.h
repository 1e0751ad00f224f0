// The choice of a solver that both ALS models offer: its parameters, what they mean and what it costs.
#pragma once

#include <string>
#include <vector>

#include "core/models/als/row_solver.h"

namespace tastebench::als {

/// Adds solver, cg_steps, block_size and nonnegative; `standard` is the solver of the defaults.
void add_solver_parameters(std::vector<ParameterSpec>& specs, std::string standard, std::string nonnegative_help);

Method method_of(const Parameters& parameters);

/// Seconds on one core in one epoch, fitted to a million events with 16 to 256 factors: for an entry of a row, and for
/// a row beside its entries.
struct SolverCost {
    double entry, row;
};
SolverCost solver_cost(const Parameters& parameters);

} // namespace tastebench::als
