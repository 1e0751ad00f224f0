// Runs on rows of features with a label, without users and items: AUC and log-loss are all that is measured.
#pragma once

#include "core/make_data.h"
#include "core/store/workspace.h"

namespace tastebench::testing {

inline DatasetPtr click_log() {
    DatasetParts parts;
    parts.name = "clicks";
    parts.has_pairs = false;
    parts.interactions.user = {0, 0, 0, 0};
    parts.interactions.item = {0, 0, 0, 0};
    parts.interactions.value = {1, 0, 1, 0};
    parts.users = make_ids({std::string(no_id)});
    parts.items = make_ids({std::string(no_id)});
    parts.context = {{"C1", ColumnType::number, {1, 2, 3, 4}, {}, {}, {}, {}}};
    return *Dataset::make(std::move(parts));
}

/// A finished run as a model of features leaves it; its id.
inline RunId store_click_run(Workspace& workspace, const Dataset& data, double auc) {
    Run run;
    run.spec.data_name = data.name();
    run.spec.data_fingerprint = data.fingerprint();
    run.spec.model = "popularity";
    run.spec.parameters = (*find_model("popularity"))->schema.defaults();
    run.spec.split = *SplitRecipe::parse("random:0.5", 42);
    run.created = 1'700'000'000;
    RunOutcome outcome;
    outcome.run = run;
    outcome.run.id = *workspace.add_run(run);
    outcome.run.state = RunState::done;
    outcome.run.train_rows = outcome.run.test_rows = outcome.run.rated_test_rows = 2;
    outcome.run.metrics = {{"auc", auc}, {"logloss", 1 - auc}};
    outcome.run.curves = {{"loss", 1, 0.6}, {"loss", 2, 0.5}, {"validation_auc", 1, 0.6}, {"validation_auc", 2, 0.7}};
    outcome.model = (*find_model("popularity"))->make();
    return workspace.finish_run(outcome) ? outcome.run.id : 0;
}

} // namespace tastebench::testing
