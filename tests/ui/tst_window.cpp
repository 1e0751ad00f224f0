// The main job by mouse and keyboard, as a first-time user does it, on the offscreen platform.
#include <QAbstractItemView>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QTableView>

#include "support.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/theme.h"

using namespace tastebench;
using namespace tastebench::ui;

class TestWindow : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        theme_ = std::make_unique<Theme>();
        open();
    }

    void cleanup() {
        window_.reset();
        theme_.reset();
        bench_.reset();
    }

    void the_main_job_goes_from_data_to_report() {
        // Each step needs the one before it.
        const std::function<void()> steps[] = {
            [this] { generateFilms(); },
            [this] { trainThree(); },
            [this] { compareSelected(); },
            [this] { showsSomething(PageId::explain, "rail_explain"); },
            [this] { showsSomething(PageId::report, "rail_report"); },
            [this] { reopenAndFindRuns(); },
        };
        for (const auto& step : steps) {
            step();
            if (QTest::currentTestFailed())
                return;
        }
    }

    void a_dropped_file_is_imported_after_its_preview() {
        const QString file = bench_->write(QStringLiteral("likes.csv"), "user,item,rating,timestamp\n"
                                                                        "ann,alien,5,100\n"
                                                                        "ann,brazil,3,200\n"
                                                                        "bob,alien,4,300\n");
        drop(file);
        auto* page = window_->page(PageId::data);
        auto* import = child<QPushButton>(page, "importButton");
        auto* problems = child<QLabel>(page, "importProblems");
        QTRY_VERIFY_WITH_TIMEOUT(import->isEnabled() || problems->isVisible(), patience);
        QVERIFY2(import->isEnabled(), qPrintable(problems->text()));
        click(import);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->currentDataset(), QStringLiteral("likes"), patience);
        const auto data = bench_->workspace->dataset("likes");
        QVERIFY(data);
        QCOMPARE((*data)->interactions().size(), std::size_t{3});
    }

    void a_bad_row_is_named_by_line_and_column_and_nothing_is_kept() {
        const QString file = bench_->write(QStringLiteral("bad.csv"), "user,item,rating,timestamp\n"
                                                                      "ann,alien,5,100\n"
                                                                      "ann,brazil,good,200\n");
        window_->showPage(PageId::data);
        QTest::keyClick(window_.get(), Qt::Key_I, Qt::ControlModifier);
        auto* page = window_->page(PageId::data);
        auto* path = child<QLineEdit>(page, "importPath");
        QTRY_VERIFY(path->isVisible());
        retype(path, file);
        auto* problems = child<QLabel>(page, "importProblems");
        QTRY_VERIFY_WITH_TIMEOUT(problems->isVisible() && problems->text().contains(QStringLiteral("bad.csv:3:3")),
                                 patience);
        auto* import = child<QPushButton>(page, "importButton");
        if (import->isEnabled()) {
            click(import);
            QTRY_VERIFY_WITH_TIMEOUT(window_->messages()->isVisible(), patience);
            QVERIFY2(window_->messages()->text().contains(QStringLiteral("bad.csv:3:3")),
                     qPrintable(window_->messages()->text()));
        }
        QVERIFY(bench_->workspace->datasets()->empty());
    }

    void a_model_that_cannot_use_the_data_is_refused_beforehand() {
        const QString file =
            bench_->write(QStringLiteral("plain.csv"), "user,item\nann,alien\nann,brazil\nbob,alien\n");
        drop(file);
        auto* import = child<QPushButton>(window_->page(PageId::data), "importButton");
        QTRY_VERIFY_WITH_TIMEOUT(import->isEnabled(), patience);
        click(import);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->currentDataset(), QStringLiteral("plain"), patience);
        QTest::keyClick(window_.get(), Qt::Key_2, Qt::ControlModifier);
        auto* page = window_->page(PageId::experiment);
        auto* warnings = child<QLabel>(page, "warnings");
        QTRY_VERIFY_WITH_TIMEOUT(warnings->isVisible() && warnings->text().contains(QStringLiteral("no times")),
                                 patience);
        QVERIFY(!child<QPushButton>(page, "trainButton")->isEnabled());
    }

    void the_search_field_leads_to_pages() {
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        auto* search = child<QLineEdit>(window_.get(), "search");
        QTRY_VERIFY(search->hasFocus());
        QTest::keyClicks(search, QStringLiteral("Runs"));
        QTest::keyClick(search, Qt::Key_Return);
        QTRY_COMPARE(window_->currentPage(), PageId::runs);
    }

    void an_error_stays_until_escape_is_pressed() {
        bench_->workbench->showError({ErrorKind::bad_data, "the file is empty", "a.csv:1:1", "choose another file"});
        auto* bar = window_->messages();
        QVERIFY(bar->isVisible());
        for (const auto& part :
             {QStringLiteral("The file is empty"), QStringLiteral("a.csv:1:1"), QStringLiteral("choose another file")})
            QVERIFY2(bar->text().contains(part), qPrintable(bar->text()));
        bench_->workbench->showMessage(QStringLiteral("Saved"));
        QVERIFY(bar->text().contains(QStringLiteral("a.csv:1:1")));
        QTest::keyClick(window_.get(), Qt::Key_Escape);
        QTRY_VERIFY(!bar->isVisible());
    }

    void light_and_dark_change_the_palette_at_once() {
        theme_->setChoice(ThemeChoice::dark);
        const QColor dark = window_->palette().color(QPalette::Window);
        theme_->setChoice(ThemeChoice::light);
        const QColor light = window_->palette().color(QPalette::Window);
        QVERIFY(dark.lightness() < 80);
        QVERIFY(light.lightness() > 200);
    }

  private:
    void open() {
        window_ = std::make_unique<MainWindow>(*bench_->workbench, *theme_);
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->activateWindow();
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }

    void drop(const QString& file) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(QPoint(400, 400), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(400, 400), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &event);
    }

    void generateFilms() {
        window_->showPage(PageId::data);
        auto* page = window_->page(PageId::data);
        click(child<QPushButton>(page, "openGenerate"));
        retype(child<QLineEdit>(page, "generateName"), QStringLiteral("films"));
        const std::pair<const char*, const char*> numbers[] = {
            {"generateUsers", "80"}, {"generateItems", "120"}, {"generateInteractions", "4000"}};
        for (const auto& [name, value] : numbers)
            retype(child<QWidget>(page, name), QString::fromLatin1(value));
        click(child<QPushButton>(page, "generateButton"));
        QTRY_VERIFY_WITH_TIMEOUT(bench_->workbench->currentDataset() == QStringLiteral("films") ||
                                     window_->messages()->isVisible(),
                                 patience);
        QVERIFY2(bench_->workspace->dataset("films"), qPrintable(window_->messages()->text()));
        QCOMPARE((*bench_->workspace->dataset("films"))->users().size(), 80U);
    }

    void trainThree() {
        click(child<QWidget>(window_.get(), "rail_experiment"));
        auto* page = window_->page(PageId::experiment);
        auto* data = child<QComboBox>(page, "experimentData");
        QTRY_COMPARE_WITH_TIMEOUT(data->currentText(), QStringLiteral("films"), patience);
        auto* models = child<QListWidget>(page, "models");
        for (int row = 0; row < models->count(); ++row) {
            const auto id = models->item(row)->data(Qt::UserRole).toString();
            const bool wanted =
                id == QStringLiteral("popularity") || id == QStringLiteral("sar") || id == QStringLiteral("svd");
            if ((models->item(row)->checkState() == Qt::Checked) != wanted) {
                models->setCurrentRow(row);
                QTest::keyClick(models, Qt::Key_Space);
            }
        }
        auto* train = child<QPushButton>(page, "trainButton");
        QTRY_VERIFY_WITH_TIMEOUT(train->isEnabled() && train->text().contains(u'3'), patience);
        click(train);
        QTRY_COMPARE_WITH_TIMEOUT(window_->currentPage(), PageId::runs, patience);
        QTRY_COMPARE_WITH_TIMEOUT(doneRuns(), 3, patience);
    }

    int doneRuns() const {
        int done = 0;
        for (const auto& run : bench_->workspace->runs().value_or(std::vector<Run>{}))
            done += run.state == RunState::done ? 1 : 0;
        return done;
    }

    void compareSelected() {
        auto* page = window_->page(PageId::runs);
        auto* table = child<QWidget>(page, "runsTable")->findChild<QTableView*>();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 3, patience);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_A, Qt::ControlModifier);
        QTRY_COMPARE(bench_->workbench->selectedRuns().size(), 3);
        QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
        auto* compare = child<QPushButton>(page, "compareRuns");
        QTRY_VERIFY_WITH_TIMEOUT(compare->isEnabled(), patience);
        click(compare);
        QCOMPARE(window_->currentPage(), PageId::compare);
        const auto rows = [this] {
            int most = 0;
            for (const auto* view : window_->page(PageId::compare)->findChildren<QAbstractItemView*>())
                if (view->model() != nullptr)
                    most = std::max(most, view->model()->rowCount());
            return most;
        };
        QTRY_VERIFY_WITH_TIMEOUT(rows() >= 3, patience);
    }

    void showsSomething(PageId id, const char* rail) {
        click(child<QWidget>(window_.get(), rail));
        QCOMPARE(window_->currentPage(), id);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        QVERIFY2(!window_->messages()->isVisible(), qPrintable(window_->messages()->text()));
    }

    void reopenAndFindRuns() {
        window_.reset();
        bench_->workbench = std::make_unique<Workbench>(bench_->workspace, 2);
        open();
        window_->showPage(PageId::runs);
        auto* table = child<QWidget>(window_->page(PageId::runs), "runsTable")->findChild<QTableView*>();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 3, patience);
    }

    std::unique_ptr<TestBench> bench_;
    std::unique_ptr<Theme> theme_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
