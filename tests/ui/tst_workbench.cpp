// Background work that goes wrong in a way that is no error value.
#include "support.h"

using namespace tastebench;
using namespace tastebench::ui;

class TestWorkbench : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void memory_that_cannot_be_had_becomes_an_error() {
        TestBench bench;
        std::optional<Error> told;
        bench.workbench->inBackground(
            this, []() -> Status { throw std::bad_alloc(); },
            [&](const Status& status) { told = status ? std::optional<Error>() : status.error(); });
        QTRY_VERIFY_WITH_TIMEOUT(told.has_value(), patience);
        QVERIFY2(told->what.find("not enough memory") != std::string::npos, told->text().c_str());
        QVERIFY(!told->remedy.empty());
        QCOMPARE(bench.workbench->pendingWork(), 0);
    }

    void work_that_can_give_no_error_has_it_shown() {
        TestBench bench;
        std::optional<Error> shown;
        bool answered = false;
        connect(bench.workbench.get(), &Workbench::errorRaised, this, [&](const Error& error) { shown = error; });
        bench.workbench->inBackground(
            this, []() -> int { throw std::runtime_error("odd"); }, [&](int) { answered = true; });
        QTRY_VERIFY_WITH_TIMEOUT(shown.has_value(), patience);
        QVERIFY2(shown->what.find("odd") != std::string::npos, shown->text().c_str());
        QVERIFY(!answered);
        QCOMPARE(bench.workbench->pendingWork(), 0);
    }
};

QTEST_MAIN(TestWorkbench)
#include "tst_workbench.moc"
