// Fitting one model on all rows of a small data set, for tests.
#pragma once

#include <numeric>

#include <Eigen/Dense>

#include "core/experiment/run.h"
#include "core/make_data.h"

namespace tastebench::testing {

struct FittedModel {
    std::unique_ptr<Recommender> model;
    Status status;
    Parameters parameters;
};

/// Settings as typed on the command line.
inline FittedModel fit_model(const char* id, const Dataset& data,
                             const std::vector<std::pair<std::string, std::string>>& given = {},
                             std::span<const RowIx> rows = {}, int threads = 2, std::uint64_t seed = 42) {
    const auto& entry = **find_model(id);
    FittedModel out;
    for (const auto& [name, text] : given)
        out.parameters[name] = *entry.schema.parse(name, text);
    out.parameters = *entry.schema.complete(out.parameters);
    out.model = entry.make();
    const Parallel parallel(threads);
    Progress progress;
    FitContext context{progress, parallel, seed};
    const auto all = all_rows(data);
    out.status = out.model->fit(TrainingData(data, rows.empty() ? all : rows), out.parameters, context);
    return out;
}

/// Users x items: 1 where there is a row, or the sum of the values.
inline Eigen::MatrixXd dense_matrix(const Dataset& data, bool values) {
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(data.users().size(), data.items().size());
    const auto& rows = data.interactions();
    for (std::size_t row = 0; row < rows.size(); ++row) {
        auto& entry = out(rows.user[row], rows.item[row]);
        entry = values ? entry + static_cast<double>(rows.value[row]) : 1.0;
    }
    return out;
}

inline Eigen::MatrixXd all_scores(const Recommender& model) {
    Eigen::MatrixXd out(model.n_users(), model.n_items());
    std::vector<double> scores(model.n_items());
    for (UserIx user = 0; user < model.n_users(); ++user) {
        model.score(user, scores);
        out.row(user) = Eigen::Map<Eigen::RowVectorXd>(scores.data(), model.n_items());
    }
    return out;
}

/// The weights w(j, i) of a linear item model: the scores of someone who has j alone.
inline Eigen::MatrixXd item_weights(const Recommender& model) {
    Eigen::MatrixXd out(model.n_items(), model.n_items());
    std::vector<double> scores(model.n_items());
    for (ItemIx item = 0; item < model.n_items(); ++item) {
        const ProfileItem had{item, 1};
        model.score_profile(std::span(&had, 1), scores);
        out.row(item) = Eigen::Map<Eigen::RowVectorXd>(scores.data(), model.n_items());
    }
    return out;
}

} // namespace tastebench::testing
