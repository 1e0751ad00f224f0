// Someone unknown in training, from their ratings, where the item factors are known.
#pragma once

#include <span>

#include <Eigen/Core>

#include "core/models/recommender.h"

namespace tastebench {

struct FoldInPrior {
    double regularization = 0;      ///< a rating; of the factors
    double bias_regularization = 0; ///< a rating; of the bias
};

/// Ridge regression of the residuals on rows of item factors and a constant: the minimum over (p, b) of
///   sum over ratings of (residual - b - p . q)^2 + n (regularization |p|^2 + bias_regularization b^2),
/// which is where SGD with a penalty per rating settles. `rows` is n x factors. Returns factors + 1 numbers, the last
/// one the bias; zeros where there are no ratings.
Eigen::VectorXd ridge_fold_in(const Eigen::MatrixXd& rows, const Eigen::VectorXd& residuals, const FoldInPrior& prior);

} // namespace tastebench
