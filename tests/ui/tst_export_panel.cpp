// The export form, driven as a user drives it.
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QSignalSpy>

#include "support.h"
#include "ui/pages/data/export_panel.h"

using namespace tastebench;
using namespace tastebench::ui;

class ExportPanelTest : public QObject {
    Q_OBJECT

  private:
    TestBench bench_;
    std::unique_ptr<ExportPanel> panel_;

    QStringList files(const QString& folder) const { return QDir(folder).entryList(QDir::Files, QDir::Name); }

  private Q_SLOTS:
    void initTestCase() { QVERIFY(bench_.workspace->add_dataset(*smallDataset())); }
    void init() {
        panel_ = std::make_unique<ExportPanel>(*bench_.workbench);
        panel_->resize(700, 500);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }

    void nothing_can_be_started_without_a_data_set() {
        QVERIFY(!child<QPushButton>(panel_.get(), "exportButton")->isEnabled());
        panel_->setDataset(QStringLiteral("small"));
        QVERIFY(child<QPushButton>(panel_.get(), "exportButton")->isEnabled());
        child<QLineEdit>(panel_.get(), "exportFolder")->clear();
        QVERIFY(!child<QPushButton>(panel_.get(), "exportButton")->isEnabled());
    }

    void a_data_set_and_its_split_are_written() {
        panel_->setDataset(QStringLiteral("small"));
        const auto folder = bench_.path(QStringLiteral("out"));
        retype(child<QLineEdit>(panel_.get(), "exportFolder"), folder);
        QVERIFY(!child<QWidget>(panel_.get(), "exportSeed")->isEnabled());
        retype(child<QLineEdit>(panel_.get(), "exportSplit"), QStringLiteral("random:0.8"));
        QVERIFY(child<QWidget>(panel_.get(), "exportSeed")->isEnabled());
        child<QComboBox>(panel_.get(), "exportFormat")->setCurrentIndex(1);
        const QSignalSpy closed(panel_.get(), &ExportPanel::closed);
        click(child<QPushButton>(panel_.get(), "exportButton"));
        QTRY_COMPARE_WITH_TIMEOUT(closed.count(), 1, patience);
        const auto written = files(folder);
        for (const auto* name : {"small.inter", "small.train.inter", "small.test.inter", "small.item", "small.kg",
                                 "small.dataset.json", "small.test.rows.txt"})
            QVERIFY2(written.contains(QString::fromLatin1(name)), qPrintable(written.join(QStringLiteral(" "))));
    }

    void a_taken_folder_is_told_and_kept_unless_it_may_be_replaced() {
        panel_->setDataset(QStringLiteral("small"));
        const auto folder = bench_.path(QStringLiteral("twice"));
        retype(child<QLineEdit>(panel_.get(), "exportFolder"), folder);
        const QSignalSpy closed(panel_.get(), &ExportPanel::closed);
        click(child<QPushButton>(panel_.get(), "exportButton"));
        QTRY_COMPARE_WITH_TIMEOUT(closed.count(), 1, patience);
        click(child<QPushButton>(panel_.get(), "exportButton"));
        auto* problem = child<QLabel>(panel_.get(), "exportProblem");
        QTRY_VERIFY_WITH_TIMEOUT(problem->isVisible(), patience);
        QVERIFY(problem->text().contains(QStringLiteral("not empty")));
        QCOMPARE(closed.count(), 1);
        child<QCheckBox>(panel_.get(), "exportReplace")->setChecked(true);
        click(child<QPushButton>(panel_.get(), "exportButton"));
        QTRY_COMPARE_WITH_TIMEOUT(closed.count(), 2, patience);
        QVERIFY(!problem->isVisible());
    }

    void a_split_that_makes_no_sense_is_told() {
        panel_->setDataset(QStringLiteral("small"));
        const auto folder = bench_.path(QStringLiteral("never"));
        retype(child<QLineEdit>(panel_.get(), "exportFolder"), folder);
        retype(child<QLineEdit>(panel_.get(), "exportSplit"), QStringLiteral("magic:0.8"));
        click(child<QPushButton>(panel_.get(), "exportButton"));
        auto* problem = child<QLabel>(panel_.get(), "exportProblem");
        QTRY_VERIFY_WITH_TIMEOUT(problem->isVisible(), patience);
        QVERIFY(problem->text().contains(QStringLiteral("magic")));
        QVERIFY(!QDir(folder).exists());
    }
};

QTEST_MAIN(ExportPanelTest)
#include "tst_export_panel.moc"
