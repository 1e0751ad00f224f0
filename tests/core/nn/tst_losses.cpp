#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/gradient_check.h"
#include "core/nn/losses.h"

using namespace tastebench;
using namespace tastebench::nn;
using tastebench::testing::check_gradient;

namespace {

std::vector<float> random_numbers(std::size_t n, double deviation) {
    Rng rng(17);
    std::vector<float> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(static_cast<float>(deviation * rng.normal()));
    return out;
}

} // namespace

class TestLosses : public QObject {
    Q_OBJECT
  private slots:
    void cross_entropy_is_that_of_probabilities() {
        const float x[] = {0.5F, -2.0F, 90.0F, -90.0F};
        const float t[] = {1.0F, 0.0F, 1.0F, 1.0F};
        float errors[4];
        const double expected = std::log1p(std::exp(-0.5)) + std::log1p(std::exp(-2.0)) + 0 + 90;
        QVERIFY(std::abs(binary_cross_entropy(x, t, 4, errors) - expected) < 1e-4);
        QVERIFY(std::abs(errors[0] - (1 / (1 + std::exp(-0.5F)) - 1)) < 1e-6F);
        QVERIFY(std::abs(errors[3] + 1) < 1e-6F);
    }
    void softmax_is_that_of_its_group() {
        const float x[] = {1.0F, 2.0F, 3.0F, 0.0F, 0.0F, 0.0F};
        float errors[6];
        const double z = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
        QVERIFY(std::abs(softmax_of_groups(x, 6, 3, errors) - (std::log(z) - 1 + std::log(3.0))) < 1e-5);
        QVERIFY(std::abs(static_cast<double>(errors[2]) - std::exp(3.0) / z) < 1e-6);
        QVERIFY(std::abs(errors[3] + 2.0F / 3) < 1e-6F);
    }
    void errors_are_derivatives() {
        auto x = random_numbers(600, 1.5);
        std::vector<float> targets(600), errors(600), unused(600);
        for (std::size_t i = 0; i < 600; ++i)
            targets[i] = i % 3 == 0 ? 1.0F : i % 3 == 1 ? 0.0F : 0.3F;
        binary_cross_entropy(x.data(), targets.data(), 600, errors.data());
        check_gradient(x, errors, [&] { return binary_cross_entropy(x.data(), targets.data(), 600, unused.data()); });
        squared_error(x.data(), targets.data(), 600, errors.data());
        check_gradient(x, errors, [&] { return squared_error(x.data(), targets.data(), 600, unused.data()) / 2; });
        pairwise_logistic(x.data(), 600, errors.data());
        check_gradient(x, errors, [&] { return pairwise_logistic(x.data(), 600, unused.data()); });
        softmax_of_groups(x.data(), 600, 5, errors.data());
        check_gradient(x, errors, [&] { return softmax_of_groups(x.data(), 600, 5, unused.data()); });
    }
    void greatest_logits_stay_finite() {
        for (const float x : {-3e38F, -1e4F, 1e4F, 3e38F}) {
            const float t = 1.0F;
            float error = 0;
            const double loss = binary_cross_entropy(&x, &t, 1, &error);
            QVERIFY(!std::isnan(loss) && !std::isnan(error));
        }
    }
};

QTEST_APPLESS_MAIN(TestLosses)
#include "tst_losses.moc"
