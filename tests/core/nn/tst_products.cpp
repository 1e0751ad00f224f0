#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/product_kernels.h"

using namespace tastebench;
using namespace tastebench::nn;

namespace {

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

} // namespace

class TestProducts : public QObject {
    Q_OBJECT
  private slots:
    void products_are_those_of_the_definition_data() {
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
    void products_are_those_of_the_definition() {
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
    void packed_products_are_the_same() {
        const Matrix x(37, 50, 1);
        const Matrix w(50, 70, 2);
        Matrix turned(70, 50, 3);
        const Matrix& as_turned = turned;
        for (std::size_t r = 0; r < 70; ++r)
            for (std::size_t c = 0; c < 50; ++c)
                turned.values[r * turned.stride + c] = w.values[c * w.stride + r];
        Matrix expected(37, 70, 4);
        multiply(x.view(), w.view(), expected.view(), false);
        std::vector<float> panels(packed_size(50, 70));
        for (const bool transposed : {false, true}) {
            transposed ? pack_transposed(as_turned.view(), panels.data()) : pack(w.view(), panels.data());
            Matrix y(37, 70, 4);
            multiply_packed({x.values.data(), x.stride, 1, panels.data(), panel_width, y.values.data(), y.stride, 37,
                             50, 70, false});
            QVERIFY(y.values == expected.values);
        }
    }
    void a_row_has_the_same_digits_alone_and_among_others() {
        const Matrix x(40, 300, 1);
        const Matrix w(300, 70, 2);
        Matrix together(40, 70, 3);
        multiply(x.view(), w.view(), together.view(), false);
        for (std::size_t r = 0; r < 40; ++r) {
            Matrix alone(1, 70, 3);
            multiply(nn::view(x.values.data() + r * x.stride, 1, 300, x.stride), w.view(), alone.view(), false);
            for (std::size_t c = 0; c < 70; ++c)
                QCOMPARE(alone.values[c], together.values[r * together.stride + c]);
        }
    }
    void digits_do_not_depend_on_the_width_of_registers() {
        const Matrix x(61, 90, 1);
        const Matrix w(90, 100, 2);
        std::vector<float> panels(packed_size(90, 100));
        pack(w.view(), panels.data());
        Matrix wide(61, 100, 4);
        Matrix narrow = wide;
        multiply_packed({x.values.data(), x.stride, 1, panels.data(), panel_width, wide.values.data(), wide.stride, 61,
                         90, 100, true});
        multiply_packed_narrow({x.values.data(), x.stride, 1, panels.data(), panel_width, narrow.values.data(),
                                narrow.stride, 61, 90, 100, true});
        QVERIFY(wide.values == narrow.values);
    }
};

QTEST_APPLESS_MAIN(TestProducts)
#include "tst_products.moc"
