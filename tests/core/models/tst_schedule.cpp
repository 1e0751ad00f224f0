// Learning rates by epoch, against values worked out by hand.
#include <cmath>

#include <QTest>

#include "core/models/schedule.h"

using namespace tastebench;

namespace {

bool near(double a, double b) {
    return std::abs(a - b) <= 1e-15 + 1e-12 * std::abs(b);
}

} // namespace

class TestSchedule : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rates_are_those_of_their_formulas_data() {
        QTest::addColumn<int>("schedule");
        QTest::addColumn<double>("second");
        QTest::addColumn<double>("fifth");
        QTest::newRow("constant") << static_cast<int>(Schedule::constant) << 0.08 << 0.08;
        QTest::newRow("inverse") << static_cast<int>(Schedule::inverse) << 0.08 / 1.25 << 0.04;
        QTest::newRow("exponential") << static_cast<int>(Schedule::exponential) << 0.06 << 0.08 * 0.31640625;
        QTest::newRow("steps") << static_cast<int>(Schedule::step) << 0.08 << 0.04;
    }
    void rates_are_those_of_their_formulas() {
        QFETCH(int, schedule);
        QFETCH(double, second);
        QFETCH(double, fifth);
        const LearningRate rate{0.08, static_cast<Schedule>(schedule), 0.25};
        QCOMPARE(rate.at(1), 0.08);
        QVERIFY(near(rate.at(2), second));
        QVERIFY(near(rate.at(5), fifth));
        const LearningRate still{0.08, static_cast<Schedule>(schedule), 0};
        QCOMPARE(still.at(1000), 0.08);
    }

    /// 1 / 0.1 is no whole number in binary, and the halving comes after the tenth epoch all the same.
    void a_step_comes_when_it_is_due() {
        const LearningRate rate{1, Schedule::step, 0.1};
        QCOMPARE(rate.at(10), 1.0);
        QCOMPARE(rate.at(11), 0.5);
        QCOMPARE(rate.at(20), 0.5);
        QCOMPARE(rate.at(21), 0.25);
        QCOMPARE(rate.at(31), 0.125);
    }

    void they_are_read_from_the_parameters() {
        std::vector<ParameterSpec> specs{
            {"learning_rate", "Learning rate", "How far.", "", ParameterType::real, 0.01, 0, 1}};
        add_schedule_parameters(specs);
        const ParameterSchema schema(specs);
        QCOMPARE(read_learning_rate(schema.defaults()).at(7), 0.01);
        for (const auto& [name, schedule] :
             std::vector<std::pair<std::string, Schedule>>{{"constant", Schedule::constant},
                                                           {"inverse", Schedule::inverse},
                                                           {"exponential", Schedule::exponential},
                                                           {"step", Schedule::step}}) {
            const auto rate =
                read_learning_rate(*schema.complete({{"schedule", name}, {"decay", 0.5}, {"learning_rate", 0.2}}));
            QVERIFY(rate.schedule == schedule);
            QCOMPARE(rate.start, 0.2);
            QCOMPARE(rate.decay, 0.5);
        }
    }
};

QTEST_APPLESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
