// The Gram matrix and its inverse against Eigen in double precision.
#include <QTest>

#include <Eigen/Dense>

#include "core/base/rng.h"
#include "core/linalg/gram.h"

using namespace tastebench;

namespace {

using Matrix = Eigen::MatrixXd;

SparseRows random_rows(std::uint32_t rows, std::uint32_t columns, double density, std::uint64_t seed) {
    SparseRows out;
    out.n_columns = columns;
    Rng rng(seed);
    for (std::uint32_t r = 0; r < rows; ++r) {
        for (std::uint32_t c = 0; c < columns; ++c)
            if (rng.uniform() < density) {
                out.columns.push_back(c);
                out.values.push_back(1 + static_cast<float>(rng.below(5)));
            }
        out.starts.push_back(out.columns.size());
    }
    return out;
}

Matrix dense(const SparseRows& sparse) {
    Matrix out = Matrix::Zero(sparse.n_rows(), sparse.n_columns);
    for (std::uint32_t r = 0; r < sparse.n_rows(); ++r)
        for (std::size_t at = 0; at < sparse.columns_of(r).size(); ++at)
            out(r, sparse.columns_of(r)[at]) = static_cast<double>(sparse.values_of(r)[at]);
    return out;
}

Matrix lower(const DenseSquare& square) {
    Matrix out = Matrix::Zero(square.n, square.n);
    for (std::uint32_t i = 0; i < square.n; ++i)
        for (std::uint32_t j = 0; j <= i; ++j)
            out(i, j) = static_cast<double>(square.row(i)[j]);
    return out;
}

/// A symmetric matrix with eigenvalues of at least 5.
DenseSquare positive(std::uint32_t n, std::uint64_t seed) {
    const Parallel parallel(1);
    Progress progress;
    auto out = gram_matrix(random_rows(40, n, 0.2, seed), Triangle::lower, parallel, progress);
    for (std::uint32_t i = 0; i < n; ++i)
        out.row(i)[i] += 5;
    return out;
}

} // namespace

class TestDenseInverse : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void gram_matrix_is_the_product() {
        const Parallel parallel(2);
        for (const std::uint32_t items : {1U, 7U, 64U, 150U}) {
            const auto x = random_rows(90, items, 0.3, items);
            const Matrix expected = dense(x).transpose() * dense(x);
            Progress progress;
            const auto half = gram_matrix(x, Triangle::lower, parallel, progress);
            const auto whole = gram_matrix(x, Triangle::both, parallel, progress);
            // Sums of small integers: exact.
            for (std::uint32_t i = 0; i < items; ++i)
                for (std::uint32_t j = 0; j < items; ++j) {
                    QCOMPARE(static_cast<double>(whole.row(i)[j]), expected(i, j));
                    QCOMPARE(static_cast<double>(half.row(i)[j]), j <= i ? expected(i, j) : 0.0);
                }
        }
    }

    /// Sizes around one and two blocks of 192, and several of them.
    void inverse_equals_eigen() {
        const Parallel parallel(2);
        for (const std::uint32_t n : {1U, 2U, 17U, 191U, 192U, 193U, 384U, 385U, 700U}) {
            auto square = positive(n, n);
            Matrix expected = lower(square);
            expected = expected.selfadjointView<Eigen::Lower>();
            // The forward error of a stable method: rounding x condition x size of the result, eigenvalues being from 5
            // to at most the Frobenius norm.
            const double bound = 0x1.0p-24 * (expected.norm() / 5) * (1.0 / 5);
            expected = expected.inverse().eval();
            Progress progress;
            progress.begin("Training", inversion_steps(n));
            QVERIFY(invert_positive(square, parallel, progress) == Inversion::done);
            QCOMPARE(progress.snapshot().done, inversion_steps(n));
            const Matrix got = lower(square);
            double worst = 0;
            for (std::uint32_t i = 0; i < n; ++i)
                for (std::uint32_t j = 0; j <= i; ++j)
                    worst = std::max(worst, std::abs(got(i, j) - expected(i, j)));
            QVERIFY2(worst < bound, qPrintable(QString("%1: %2, not below %3").arg(n).arg(worst).arg(bound)));
        }
    }

    void digits_do_not_depend_on_threads() {
        std::vector<Matrix> results;
        for (const int threads : {1, 2, 3}) {
            auto square = positive(600, 3);
            const Parallel parallel(threads);
            Progress progress;
            QVERIFY(invert_positive(square, parallel, progress) == Inversion::done);
            results.push_back(lower(square));
        }
        QVERIFY(results[0] == results[1]);
        QVERIFY(results[0] == results[2]);
    }

    void a_matrix_that_is_not_positive_is_refused() {
        const Parallel parallel(2);
        Progress progress;
        for (const std::uint32_t bad : {0U, 100U, 250U})
            for (const float value : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
                auto square = positive(300, 5);
                square.row(bad)[bad] = value;
                QVERIFY(invert_positive(square, parallel, progress) == Inversion::not_positive);
            }
    }

    void a_cancel_is_answered() {
        auto square = positive(300, 5);
        const Parallel parallel(2);
        Progress progress;
        progress.cancel();
        QVERIFY(invert_positive(square, parallel, progress) == Inversion::cancelled);
    }

    void a_matrix_is_made_bit_by_bit_and_can_be_cancelled() {
        DenseSquare square;
        Progress progress;
        QVERIFY(square.resize(1500, progress));
        QCOMPARE(square.values.size(), std::size_t{1500} * DenseSquare::stride_of(1500));
        QVERIFY(std::all_of(square.values.begin(), square.values.end(), [](float x) { return x == 0; }));
        square.row(7)[7] = 1;
        QVERIFY(square.resize(1400, progress));
        QCOMPARE(square.row(7)[7], 0.0F);
        progress.cancel();
        QVERIFY(!square.resize(1500, progress));
        QVERIFY(square.values.empty());
        const Parallel parallel(2);
        const auto rows = random_rows(40, 300, 0.1, 2);
        QVERIFY(gram_matrix(rows, Triangle::both, parallel, progress).values.empty());
    }
};

QTEST_APPLESS_MAIN(TestDenseInverse)
#include "tst_dense_inverse.moc"
