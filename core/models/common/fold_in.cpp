#include "core/models/common/fold_in.h"

#include <Eigen/Cholesky>

namespace tastebench {

Eigen::VectorXd ridge_fold_in(const Eigen::MatrixXd& rows, const Eigen::VectorXd& residuals, const FoldInPrior& prior) {
    // Without any penalty the equations may have no single answer; this much picks one and changes no digit else.
    constexpr double least_penalty = 1e-9;
    const Eigen::Index f = rows.cols();
    const auto n = static_cast<double>(rows.rows());
    if (rows.rows() == 0)
        return Eigen::VectorXd::Zero(f + 1);
    Eigen::MatrixXd x(rows.rows(), f + 1);
    x.leftCols(f) = rows;
    x.col(f).setOnes();
    Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(f + 1, f + 1);
    normal.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
    normal.diagonal().head(f).array() += std::max(least_penalty, n * prior.regularization);
    normal(f, f) += std::max(least_penalty, n * prior.bias_regularization);
    return normal.selfadjointView<Eigen::Lower>().ldlt().solve(x.transpose() * residuals);
}

} // namespace tastebench
