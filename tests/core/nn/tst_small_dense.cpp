#include <QTest>

#include "core/base/rng.h"
#include "core/nn/small_dense.h"

using namespace tastebench;
using namespace tastebench::nn;

namespace {

std::vector<float> numbers(std::size_t n, std::uint32_t stream) {
    Rng rng(5, stream);
    std::vector<float> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(static_cast<float>(rng.normal()));
    return out;
}

/// c = a b in double precision; a(i, k) at i a_row + k a_step.
std::vector<double> product(const std::vector<float>& a, std::size_t a_row, std::size_t a_step,
                            const std::vector<float>& b, std::size_t m, std::size_t n, std::size_t k) {
    std::vector<double> c(m * n, 0.0);
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t at = 0; at < k; ++at)
                c[i * n + j] += static_cast<double>(a[i * a_row + at * a_step]) * static_cast<double>(b[at * n + j]);
    return c;
}

void compare(const std::vector<float>& is, const std::vector<double>& should) {
    QCOMPARE(is.size(), should.size());
    for (std::size_t i = 0; i < is.size(); ++i)
        QVERIFY2(std::abs(static_cast<double>(is[i]) - should[i]) < 2e-5,
                 qPrintable(QString("%1: %2, not %3").arg(i).arg(is[i]).arg(should[i])));
}

} // namespace

class TestSmallDense : public QObject {
    Q_OBJECT

    static void shapes() {
        QTest::addColumn<unsigned>("inputs");
        QTest::addColumn<unsigned>("outputs");
        QTest::addColumn<unsigned>("samples");
        for (const unsigned samples : {1U, 5U, 6U, 13U, 64U})
            for (const auto& [in, out] : {std::pair(64U, 32U), std::pair(16U, 8U), std::pair(8U, 24U)})
                QTest::addRow("%u samples, %u to %u", samples, in, out) << in << out << samples;
    }

  private Q_SLOTS:
    void products_are_those_of_a_plain_loop_data() { shapes(); }
    void products_are_those_of_a_plain_loop() {
        QFETCH(unsigned, inputs);
        QFETCH(unsigned, outputs);
        QFETCH(unsigned, samples);
        const SmallDense layer{inputs, outputs};
        const auto x = numbers(samples * inputs, 1);
        const auto dy = numbers(samples * outputs, 2);
        const auto weights = numbers(inputs * outputs, 3);
        const auto bias = numbers(outputs, 4);

        std::vector<float> y(samples * outputs);
        small_forward(layer, samples, x.data(), weights.data(), bias.data(), false, y.data());
        auto expected = product(x, inputs, 1, weights, samples, outputs, inputs);
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] += static_cast<double>(bias[i % outputs]);
        compare(y, expected);
        small_forward(layer, samples, x.data(), weights.data(), bias.data(), true, y.data());
        for (double& value : expected)
            value = std::max(value, 0.0);
        compare(y, expected);

        std::vector<float> transposed(weights.size());
        small_transpose(layer, weights.data(), transposed.data());
        std::vector<float> dx(x.size());
        small_backward(layer, samples, dy.data(), transposed.data(), x.data(), dx.data());
        expected = product(dy, outputs, 1, transposed, samples, inputs, outputs);
        for (std::size_t i = 0; i < expected.size(); ++i)
            expected[i] = x[i] > 0 ? expected[i] : 0;
        compare(dx, expected);

        std::vector<float> d_weights(weights.size(), 1.0F);
        std::vector<float> d_bias(outputs, 2.0F);
        small_gradient(layer, samples, x.data(), dy.data(), d_weights.data(), d_bias.data());
        expected = product(x, 1, inputs, dy, inputs, outputs, samples);
        for (double& value : expected)
            value += 1;
        compare(d_weights, expected);
        std::vector<double> sums(outputs, 2.0);
        for (std::size_t i = 0; i < dy.size(); ++i)
            sums[i % outputs] += static_cast<double>(dy[i]);
        compare(d_bias, sums);
    }

    void a_sample_has_the_same_digits_alone_and_among_others() {
        const SmallDense layer{24, 40};
        const auto x = numbers(std::size_t{29} * 24, 1);
        const auto weights = numbers(std::size_t{24} * 40, 3);
        const auto bias = numbers(40, 4);
        std::vector<float> all(std::size_t{29} * 40);
        small_forward(layer, 29, x.data(), weights.data(), bias.data(), true, all.data());
        for (std::size_t s = 0; s < 29; ++s) {
            std::vector<float> one(40);
            small_forward(layer, 1, x.data() + s * 24, weights.data(), bias.data(), true, one.data());
            QVERIFY(std::equal(one.begin(), one.end(), all.begin() + static_cast<std::ptrdiff_t>(s * 40)));
        }
    }
};

QTEST_APPLESS_MAIN(TestSmallDense)
#include "tst_small_dense.moc"
