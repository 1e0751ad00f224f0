#include "core/models/als/solver_choice.h"

#include <algorithm>

namespace tastebench::als {

namespace {

Solver solver_of(const Parameters& p) {
    if (get_bool(p, "nonnegative"))
        return Solver::nonnegative;
    const auto& name = get_text(p, "solver");
    if (name == "cholesky")
        return Solver::cholesky;
    return name == "blocks" ? Solver::blocks : Solver::conjugate_gradient;
}

} // namespace

Method method_of(const Parameters& p) {
    return {solver_of(p), static_cast<std::uint32_t>(get_int(p, "cg_steps")),
            static_cast<std::uint32_t>(get_int(p, "block_size"))};
}

SolverCost solver_cost(const Parameters& p) {
    const auto factors = static_cast<double>(get_int(p, "factors"));
    const auto solver = solver_of(p);
    if (solver == Solver::conjugate_gradient) {
        const auto passes = static_cast<double>(get_int(p, "cg_steps") + 1);
        return {4e-9 + factors * 0.1e-9 + passes * (1e-9 + factors * 0.06e-9),
                0.2e-6 + passes * factors * factors * 20e-12};
    }
    double inner = factors; // factors solved for at once
    if (solver == Solver::blocks)
        inner = std::min(factors, static_cast<double>(get_int(p, "block_size")));
    SolverCost out{4e-9 + factors * 0.5e-9 + factors * inner * 11e-12,
                   factors / inner * (0.2e-6 + inner * 20e-9 + inner * inner * inner * 8e-12)};
    if (solver == Solver::nonnegative)
        out.row *= 4;
    return out;
}

void add_solver_parameters(std::vector<ParameterSpec>& specs, std::string standard, std::string nonnegative_help) {
    specs.push_back(
        {"solver",
         "Solver",
         "How a user's or item's factors are found.",
         "",
         ParameterType::choice,
         std::move(standard),
         0,
         0,
         {{"conjugate_gradient", "Conjugate gradient", "A few steps from the last factors: fastest."},
          {"cholesky", "Cholesky", "Exact."},
          {"blocks", "Blocks of factors", "Exact in one block of factors after another: for hundreds of factors."}}});
    specs.push_back({"cg_steps", "Gradient steps", "Steps of the conjugate gradient for each user or item.", "",
                     ParameterType::integer, std::int64_t{3}, 1, 1000});
    specs.push_back({"block_size", "Block size", "Factors solved at once by blocks, rounded up to a multiple of 16.",
                     "", ParameterType::integer, std::int64_t{64}, 1, 4096});
    specs.push_back(
        {"nonnegative", "No negative factors", std::move(nonnegative_help), "", ParameterType::boolean, false});
}

} // namespace tastebench::als
