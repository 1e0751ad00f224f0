#include <QTest>

#include "core/base/rng.h"
#include "core/eval/compare.h"

using namespace tastebench;

namespace {

std::vector<float> normals(std::size_t n, double mean, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> out(n);
    for (auto& x : out)
        x = static_cast<float>(mean + rng.normal());
    return out;
}

} // namespace

class TestCompare : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Worked by hand after Holm 1979: sorted p times what is left, never falling.
    void holm_gives_the_known_adjustment() {
        const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
        const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
        const auto adjusted = holm(p);
        for (std::size_t i = 0; i < p.size(); ++i)
            QVERIFY(std::abs(adjusted[i] - expected[i]) < 1e-12);
        QCOMPARE(holm(std::vector<double>{0.9, 0.8}), (std::vector<double>{1.0, 1.0}));
    }

    /// All 2^10 sign patterns give the exact p-value; 10,000 random ones come within five standard errors.
    void permutation_agrees_with_full_enumeration() {
        const auto a = normals(10, 0.6, 3);
        const std::vector<float> zero(10, 0.0F);
        double observed = 0;
        for (const float x : a)
            observed += static_cast<double>(x);
        int as_great = 0;
        for (unsigned signs = 0; signs < 1024; ++signs) {
            double sum = 0;
            for (unsigned i = 0; i < 10; ++i)
                sum += static_cast<double>(a[i]) * ((signs >> i & 1U) != 0 ? 1 : -1);
            as_great += std::abs(sum) >= std::abs(observed) * (1 - 1e-12) ? 1 : 0;
        }
        const double exact = as_great / 1024.0;
        QVERIFY(std::abs(paired_p_value(a, zero) - exact) < 5 * std::sqrt(exact * (1 - exact) / 10'000) + 1e-4);
    }

    void bootstrap_agrees_with_normal_theory() {
        const auto values = normals(400, 1.0, 5);
        const auto interval = bootstrap_mean(values);
        QVERIFY(interval.low < interval.mean && interval.mean < interval.high);
        const double half = (interval.high - interval.low) / 2;
        QVERIFY(std::abs(half - 1.96 / 20) < 0.015);
    }

    /// Two lists of the same kind: about one test in twenty may raise a false alarm.
    void false_alarms_are_as_rare_as_promised() {
        int alarms = 0;
        const int trials = 400;
        for (int t = 0; t < trials; ++t)
            alarms += paired_p_value(normals(30, 0, 1000 + static_cast<std::uint64_t>(t)),
                                     normals(30, 0, 5000 + static_cast<std::uint64_t>(t))) <= 0.05
                          ? 1
                          : 0;
        // 5 % of 400 is 20; four standard deviations are 17.4.
        QVERIFY2(alarms >= 3 && alarms <= 37, qPrintable(QString::number(alarms)));
    }

    void missing_values_are_left_out() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto interval = bootstrap_mean(std::vector<float>{1, nan, 3});
        QCOMPARE(interval.mean, 2.0);
        QCOMPARE(paired_effect(std::vector<float>{1, nan, 3}, std::vector<float>{1, 5, 3}), 0.0);
        QVERIFY(std::isnan(bootstrap_mean(std::vector<float>{nan}).mean));
    }

    void runs_are_tested_on_shared_users() {
        std::vector<ComparisonInput> runs{
            {1, {0, 1, 2}, {0.1F, 0.2F, 0.3F}}, {2, {1, 2, 3}, {0.2F, 0.3F, 0.9F}}, {3, {7, 8}, {0.5F, 0.5F}}};
        const auto compared = compare_runs(runs, 1);
        QVERIFY(!compared[0].p_value);
        QCOMPARE(*compared[1].effect, 0.0);
        QCOMPARE(*compared[1].p_adjusted, 1.0);
        QVERIFY(!compared[2].p_value);
    }
};

QTEST_APPLESS_MAIN(TestCompare)
#include "tst_compare.moc"
