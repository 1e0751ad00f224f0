// The optimisers' steps against their formulas in double precision.
#include <cmath>
#include <vector>

#include <QTest>

#include "core/base/rng.h"
#include "core/nn/optimizer.h"

using namespace tastebench;
using namespace tastebench::nn;

namespace {

constexpr std::size_t n = 37; ///< no multiple of any vector

struct Numbers {
    std::vector<float> values, gradients;
    std::vector<double> exact; ///< the values
    explicit Numbers(std::uint64_t seed) {
        Rng rng(seed);
        for (std::size_t i = 0; i < n; ++i) {
            values.push_back(static_cast<float>(rng.normal()));
            gradients.push_back(static_cast<float>(rng.normal() * (i % 3 == 0 ? 1e-3 : 1.0)));
        }
        exact.assign(values.begin(), values.end());
    }
    /// Another gradient for every step.
    void next(std::uint64_t seed) { gradients = Numbers(seed).gradients; }
    double gradient(std::size_t i, const StepSizes& s) const {
        const double sign = exact[i] > 0 ? 1 : exact[i] < 0 ? -1 : 0;
        return double{gradients[i]} + double{s.l1} * sign + double{s.l2} * exact[i];
    }
    double worst() const {
        double out = 0;
        for (std::size_t i = 0; i < n; ++i)
            out = std::max(out, std::abs(double{values[i]} - exact[i]));
        return out;
    }
};

void with_and_without_penalties() {
    QTest::addColumn<float>("l1");
    QTest::addColumn<float>("l2");
    QTest::newRow("plain") << 0.0F << 0.0F;
    QTest::newRow("l1") << 0.02F << 0.0F;
    QTest::newRow("l2") << 0.0F << 0.3F;
}

StepSizes current_sizes(OptimizerSettings settings, std::uint64_t step) {
    QFETCH(float, l1);
    QFETCH(float, l2);
    settings.l1 = l1;
    settings.l2 = l2;
    return step_sizes(settings, step);
}

} // namespace

class TestOptimizer : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void plain_descent_follows_the_gradient_data() { with_and_without_penalties(); }
    void plain_descent_follows_the_gradient() {
        Numbers x(1);
        for (std::uint64_t step = 1; step <= 20; ++step) {
            x.next(step + 100);
            const auto sizes = current_sizes({Method::sgd, 0.05F}, step);
            for (std::size_t i = 0; i < n; ++i)
                x.exact[i] -= double{sizes.rate} * x.gradient(i, sizes);
            sgd_step(x.values.data(), x.gradients.data(), n, sizes);
        }
        QVERIFY2(x.worst() < 1e-5, qPrintable(QString::number(x.worst())));
    }

    /// Duchi, Hazan, Singer 2011.
    void adagrad_divides_by_the_root_of_all_squares_data() { with_and_without_penalties(); }
    void adagrad_divides_by_the_root_of_all_squares() {
        Numbers x(2);
        std::vector<float> sums(n, 0);
        std::vector<double> exact_sums(n, 0);
        for (std::uint64_t step = 1; step <= 20; ++step) {
            x.next(step + 200);
            const auto sizes = current_sizes({Method::adagrad, 0.05F}, step);
            for (std::size_t i = 0; i < n; ++i) {
                const double g = x.gradient(i, sizes);
                exact_sums[i] += g * g;
                x.exact[i] -= double{sizes.rate} * g / (std::sqrt(exact_sums[i]) + double{sizes.epsilon});
            }
            adagrad_step(x.values.data(), x.gradients.data(), sums.data(), n, sizes);
        }
        QVERIFY2(x.worst() < 2e-5, qPrintable(QString::number(x.worst())));
    }

    /// Kingma and Ba 2015, algorithm 1, the moments' means corrected for their start at 0.
    void adam_is_that_of_the_paper_data() { with_and_without_penalties(); }
    void adam_is_that_of_the_paper() {
        Numbers x(3);
        std::vector<float> first(n, 0), second(n, 0);
        std::vector<double> m(n, 0), v(n, 0);
        for (std::uint64_t step = 1; step <= 20; ++step) {
            x.next(step + 300);
            const OptimizerSettings settings{Method::adam, 0.05F};
            const auto sizes = current_sizes(settings, step);
            const auto t = static_cast<double>(step);
            const double b1 = double{settings.beta1};
            const double b2 = double{settings.beta2};
            for (std::size_t i = 0; i < n; ++i) {
                const double g = x.gradient(i, sizes);
                m[i] = b1 * m[i] + (1 - b1) * g;
                v[i] = b2 * v[i] + (1 - b2) * g * g;
                const double m_hat = m[i] / (1 - std::pow(b1, t));
                const double v_hat = v[i] / (1 - std::pow(b2, t));
                x.exact[i] -= double{settings.rate} * m_hat / (std::sqrt(v_hat) + double{settings.epsilon});
            }
            adam_step(x.values.data(), x.gradients.data(), first.data(), second.data(), n, sizes);
        }
        QVERIFY2(x.worst() < 5e-5, qPrintable(QString::number(x.worst())));
    }

    /// Adam's first step is the rate towards the gradient's sign, however large it is.
    void the_first_step_of_adam_is_the_rate() {
        for (const float g : {1e-3F, -5.0F, 4000.0F}) {
            float value = 1;
            float first = 0;
            float second = 0;
            adam_step(&value, &g, &first, &second, 1, step_sizes({Method::adam, 0.01F}, 1));
            QVERIFY(std::abs(value - (g > 0 ? 0.99F : 1.01F)) < 1e-5F);
        }
    }

    void a_step_by_ranges_is_a_step_of_all() {
        for (const auto method : {Method::sgd, Method::adagrad, Method::adam}) {
            const OptimizerSettings settings{method, 0.02F};
            Numbers whole(4), parts(4);
            Optimizer one, other;
            one.start(settings, n);
            other.start(settings, n);
            for (std::uint64_t step = 1; step <= 3; ++step) {
                one.step(whole.values, whole.gradients, Parallel(2));
                other.begin_step();
                for (std::size_t first = 0; first < n; first += 10)
                    other.step_range(parts.values.data(), parts.gradients.data(), first,
                                     std::min<std::size_t>(10, n - first));
            }
            QVERIFY(whole.values == parts.values);
            QCOMPARE(other.steps(), std::uint64_t{3});
        }
    }
};

QTEST_APPLESS_MAIN(TestOptimizer)
#include "tst_optimizer.moc"
