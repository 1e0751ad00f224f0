// Factorisation machines: ratings, clicks or rankings from ids and features of users, items and rows.
//   fm:  second order (Rendle, "Factorization Machines", ICDM 2010; "Factorization Machines with libFM", TIST 2012)
//   ffm: field-aware (Juan, Zhuang, Chin, Lin, "Field-aware Factorization Machines for CTR Prediction", RecSys 2016)
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry fm_entry();
ModelEntry ffm_entry();

/// The task and positive_from, the features, and how clicks are told, as both models have them.
void add_task_parameters(std::vector<ParameterSpec>& specs);

} // namespace tastebench
