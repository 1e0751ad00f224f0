#include <QTest>

#include <set>

#include "core/base/rng.h"

using namespace tastebench;

class TestRng : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Known answers published with Random123 (Salmon et al. 2011).
    void philox_gives_the_published_answers() {
        QCOMPARE(philox4x32_10({0, 0, 0, 0}, {0, 0}), (Philox4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
        const std::uint32_t ones = 0xffffffff;
        QCOMPARE(philox4x32_10({ones, ones, ones, ones}, {ones, ones}),
                 (Philox4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
        QCOMPARE(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
                 (Philox4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
    }

    void streams_differ_and_repeat() {
        std::set<std::uint64_t> first;
        for (std::uint32_t stream = 0; stream < 100; ++stream)
            first.insert(Rng(7, stream).next_u64());
        QCOMPARE(first.size(), std::size_t{100});
        QCOMPARE(Rng(7, 3, 9).next_u64(), Rng(7, 3, 9).next_u64());
        QVERIFY(Rng(7, 3, 9).next_u64() != Rng(8, 3, 9).next_u64());
    }

    /// Chi-square with 9 degrees of freedom: 27.9 is the 0.1 % point, and the seed is fixed.
    void below_is_even() {
        Rng rng(1);
        std::array<int, 10> counts{};
        const int n = 100'000;
        for (int i = 0; i < n; ++i)
            ++counts[rng.below(10)];
        double chi = 0;
        for (const int c : counts)
            chi += (c - n / 10.0) * (c - n / 10.0) / (n / 10.0);
        QVERIFY2(chi < 27.9, qPrintable(QString::number(chi)));
    }

    void normal_has_mean_zero_and_deviation_one() {
        Rng rng(2);
        const int n = 200'000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; ++i) {
            const double x = rng.normal();
            sum += x;
            squares += x * x;
        }
        // Five standard errors of each.
        QVERIFY(std::abs(sum / n) < 5 / std::sqrt(n));
        QVERIFY(std::abs(squares / n - 1) < 5 * std::sqrt(2.0 / n));
    }

    void shuffle_keeps_every_element() {
        std::vector<int> values(1000);
        for (int i = 0; i < 1000; ++i)
            values[static_cast<std::size_t>(i)] = i;
        auto shuffled = values;
        Rng(3).shuffle(std::span(shuffled));
        QVERIFY(shuffled != values);
        std::sort(shuffled.begin(), shuffled.end());
        QCOMPARE(shuffled, values);
    }
};

QTEST_APPLESS_MAIN(TestRng)
#include "tst_rng.moc"
