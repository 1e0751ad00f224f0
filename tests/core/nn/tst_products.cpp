#include <cmath>
#include <vector>

#include <QtTest>

#include "core/base/rng.h"
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
