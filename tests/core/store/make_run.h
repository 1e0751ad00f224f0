// Trained runs for tests of the store.
#pragma once

#include "core/make_data.h"
#include "core/store/workspace.h"

namespace tastebench::testing {

inline RunSpec make_spec(const Dataset& data, const std::string& model, Parameters parameters = {}) {
    RunSpec spec;
    spec.model = model;
    spec.parameters = std::move(parameters);
    return *prepare_spec(data, spec);
}

inline RunOutcome train(const Dataset& data, const RunSpec& spec) {
    const Parallel parallel(1);
    Progress progress;
    auto outcome = *execute(data, spec, parallel, progress);
    outcome.run.finished = 1'700'000'100;
    return outcome;
}

/// Adds a run and finishes it; its id.
inline RunId store_run(Workspace& workspace, const Dataset& data, const std::string& model,
                       Parameters parameters = {}) {
    Run run;
    run.spec = make_spec(data, model, std::move(parameters));
    run.created = 1'700'000'000;
    const auto id = *workspace.add_run(run);
    auto outcome = train(data, run.spec);
    outcome.run.id = id;
    return workspace.finish_run(outcome) ? id : 0;
}

} // namespace tastebench::testing
