#include <cmath>
#include <vector>

#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/product_views.h"
#include "core/nn/products.h"

using namespace tastebench;
using namespace tastebench::nn;

namespace {

std::vector<float> random(std::size_t n, std::uint32_t stream) {
    Rng rng(1, stream);
    std::vector<float> out(n);
    for (auto& value : out)
        value = static_cast<float>(rng.normal());
    return out;
}

struct Case {
    std::size_t n, k, m;
    bool across, add, bias, relu;
};

/// Rows farther apart than they are wide, so that what must not be touched shows.
struct Matrices {
    Case one;
    std::size_t lda, ldb, ldc;
    std::vector<float> a, b, c, bias;
    explicit Matrices(const Case& given)
        : one(given), lda((given.across ? given.n : given.k) + 3), ldb(given.m + 2), ldc(given.m + 1),
          a(random((given.across ? given.k : given.n) * lda, 1)), b(random(given.k * ldb, 2)),
          c(random(given.n * ldc, 3)), bias(random(given.m, 4)) {}
    Product product(std::vector<float>& out) const {
        return {a.data(),
                one.across ? 1 : lda,
                one.across ? lda : 1,
                b.data(),
                ldb,
                out.data(),
                ldc,
                one.n,
                one.k,
                one.m,
                one.add,
                one.bias ? bias.data() : nullptr,
                one.relu};
    }
    double expected(std::size_t i, std::size_t j) const {
        double sum = one.add ? static_cast<double>(c[i * ldc + j]) : 0.0;
        for (std::size_t p = 0; p < one.k; ++p)
            sum +=
                static_cast<double>(one.across ? a[p * lda + i] : a[i * lda + p]) * static_cast<double>(b[p * ldb + j]);
        if (one.bias)
            sum += static_cast<double>(bias[j]);
        return one.relu ? std::max(sum, 0.0) : sum;
    }
};

/// A matrix whose rows are three floats farther apart than they are wide.
struct Matrix {
    std::size_t rows, columns, stride;
    std::vector<float> values;
    Matrix(std::size_t n, std::size_t m, std::uint32_t stream) : rows(n), columns(m), stride(m + 3) {
        Rng rng(7, stream);
        for (std::size_t i = 0; i < rows * stride; ++i)
            values.push_back(static_cast<float>(rng.normal()));
    }
    double operator()(std::size_t r, std::size_t c) const { return static_cast<double>(values[r * stride + c]); }
    ConstMatrixView view() const { return nn::view(values.data(), rows, columns, stride); }
    MatrixView view() { return nn::view(values.data(), rows, columns, stride); }
};

/// `told` = before + sum over k of term(r, c, k); nothing beside the matrix was touched.
void compare(const Matrix& told, const Matrix& before, bool add, std::size_t depth,
             const std::function<double(std::size_t, std::size_t, std::size_t)>& term) {
    for (std::size_t r = 0; r < told.rows; ++r) {
        for (std::size_t c = 0; c < told.columns; ++c) {
            double sum = add ? before(r, c) : 0;
            for (std::size_t k = 0; k < depth; ++k)
                sum += term(r, c, k);
            QVERIFY2(std::abs(told(r, c) - sum) < 2e-5 * std::sqrt(static_cast<double>(depth) + 1) * 4,
                     qPrintable(QString("(%1, %2): %3, not %4").arg(r).arg(c).arg(told(r, c)).arg(sum)));
        }
        for (std::size_t c = told.columns; c < told.stride; ++c)
            QCOMPARE(told.values[r * told.stride + c], before.values[r * told.stride + c]);
    }
}

std::vector<Case> cases() {
    std::vector<Case> out;
    for (const std::size_t n : {1, 2, 5, 6, 7, 11, 12, 13, 30, 64})
        for (const std::size_t m : {1, 3, 8, 15, 16, 17, 31, 32, 33, 49, 96})
            for (const std::size_t k : {1, 7, 50, 321})
                out.push_back({n, k, m, (n + m + k) % 2 == 0, n % 3 == 0, m % 4 != 0, k % 2 == 0});
    return out;
}

} // namespace

class TestProducts : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void products_are_those_of_the_definition() {
        for (const auto& one : cases()) {
            const Matrices in(one);
            auto out = in.c;
            multiply(in.product(out));
            for (std::size_t i = 0; i < one.n; ++i) {
                for (std::size_t j = 0; j < one.m; ++j) {
                    const double wanted = in.expected(i, j);
                    const auto is = static_cast<double>(out[i * in.ldc + j]);
                    QVERIFY2(
                        std::abs(is - wanted) < 3e-6 * (20 + static_cast<double>(one.k)),
                        qPrintable(
                            QString("%1 x %2 x %3: %4, not %5").arg(one.n).arg(one.k).arg(one.m).arg(is).arg(wanted)));
                }
                QCOMPARE(out[i * in.ldc + one.m], in.c[i * in.ldc + one.m]);
            }
        }
    }
    void products_of_views_are_those_of_the_definition_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("m");
        // Around the sizes of tiles, panels and blocks of the depth.
        for (const auto& [n, k, m] : {std::tuple{1, 1, 1},
                                      {5, 3, 7},
                                      {8, 16, 32},
                                      {17, 31, 33},
                                      {64, 257, 40},
                                      {67, 300, 95},
                                      {13, 0, 9},
                                      {30, 520, 31}})
            QTest::addRow("%d x %d x %d", n, k, m) << n << k << m;
    }
    void products_of_views_are_those_of_the_definition() {
        QFETCH(int, n);
        QFETCH(int, k);
        QFETCH(int, m);
        const auto rows = static_cast<std::size_t>(n);
        const auto depth = static_cast<std::size_t>(k);
        const auto columns = static_cast<std::size_t>(m);
        const Matrix x(rows, depth, 1);
        const Matrix w(depth, columns, 2);
        const Matrix turned(columns, depth, 3);
        const Matrix before(rows, columns, 4);
        const Matrix weights(depth, columns, 5);
        for (const bool add : {false, true}) {
            Matrix y = before;
            multiply(x.view(), w.view(), y.view(), add);
            compare(y, before, add, depth, [&](auto r, auto c, auto i) { return x(r, i) * w(i, c); });
            y = before;
            multiply_transposed(x.view(), turned.view(), y.view(), add);
            compare(y, before, add, depth, [&](auto r, auto c, auto i) { return x(r, i) * turned(c, i); });
            Matrix dw = weights;
            transposed_multiply(x.view(), before.view(), dw.view(), add);
            compare(dw, weights, add, rows, [&](auto r, auto c, auto i) { return x(i, r) * before(i, c); });
        }
    }
    void a_single_column_without_gaps_is_as_good() {
        for (const bool across : {false, true}) {
            const auto a = random(40 * 70, 5);
            const auto b = random(70, 6);
            std::vector<float> out(70, 0.0F);
            if (across) // 70 rows from a [40 x 70] transposed
                multiply({a.data(), 1, 70, b.data(), 1, out.data(), 1, 70, 40, 1});
            else
                multiply({a.data(), 70, 1, b.data(), 1, out.data(), 1, 40, 70, 1});
            for (std::size_t i = 0; i < (across ? 70 : 40); ++i) {
                double wanted = 0;
                for (std::size_t p = 0; p < (across ? 40 : 70); ++p)
                    wanted += static_cast<double>(across ? a[p * 70 + i] : a[i * 70 + p]) * static_cast<double>(b[p]);
                QVERIFY(std::abs(static_cast<double>(out[i]) - wanted) < 1e-4);
            }
        }
    }
    /// The place of a row changes no digit.
    void a_row_alone_has_the_same_digits() {
        const Matrices in({30, 100, 50, false, false, true, true});
        auto all = in.c;
        multiply(in.product(all));
        for (const std::size_t i : {0, 7, 29}) {
            auto alone = in.c;
            auto product = in.product(alone);
            product.a += i * in.lda;
            product.n = 1;
            multiply(product);
            QVERIFY(
                std::equal(alone.begin(), alone.begin() + 50, all.begin() + static_cast<std::ptrdiff_t>(i * in.ldc)));
        }
    }
    void wide_registers_give_the_same_digits() {
        if (!has_wide_products())
            QSKIP("no AVX-512 in this processor or this variant");
        for (const auto& one : cases()) {
            const Matrices in(one);
            auto narrow = in.c;
            auto wide = in.c;
            multiply_narrow(in.product(narrow));
            multiply_wide(in.product(wide));
            QVERIFY(narrow == wide);
        }
    }
    void a_nan_is_not_lost() {
        std::vector<float> a(64, 1.0F), b(64 * 20, 1.0F), c(20);
        a[5] = std::numeric_limits<float>::quiet_NaN();
        multiply({a.data(), 64, 1, b.data(), 20, c.data(), 20, 1, 64, 20, false, nullptr, true});
        for (const float value : c)
            QVERIFY(std::isnan(value));
    }
    void transposing_turns_rows_to_columns() {
        for (const std::size_t rows : {1, 7, 8, 19})
            for (const std::size_t columns : {1, 8, 13, 24}) {
                const auto from = random(rows * (columns + 2), 7);
                std::vector<float> to(columns * (rows + 1), -1.0F);
                transpose(from.data(), columns + 2, rows, columns, to.data(), rows + 1);
                for (std::size_t j = 0; j < columns; ++j) {
                    for (std::size_t i = 0; i < rows; ++i)
                        QCOMPARE(to[j * (rows + 1) + i], from[i * (columns + 2) + j]);
                    QCOMPARE(to[j * (rows + 1) + rows], -1.0F);
                }
            }
    }
};

QTEST_APPLESS_MAIN(TestProducts)
#include "tst_products.moc"
