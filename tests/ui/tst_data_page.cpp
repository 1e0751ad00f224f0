// The Data page: what it leads to, the bin, renaming, and what it says of a source that has changed.
#include <QLabel>
#include <QTabWidget>
#include <QTableView>

#include "core/data/importer.h"
#include "support.h"
#include "ui/pages/data/bin_panel.h"
#include "ui/pages/data/catalogue_panel.h"
#include "ui/pages/data/export_panel.h"
#include "ui/pages/data/graph_panel.h"
#include "ui/shell/data_table.h"
#include "ui/shell/message_bar.h"

using namespace tastebench;
using namespace tastebench::ui;

class DataPageTest : public QObject {
    Q_OBJECT

  private:
    std::unique_ptr<TestBench> bench_;
    Theme theme_;
    std::unique_ptr<MainWindow> window_;

    template <typename T>
    T* part(const char* name) const {
        return child<T>(window_->page(PageId::data), name);
    }
    template <typename T>
    T* form() const {
        auto* found = window_->page(PageId::data)->findChild<T*>();
        if (found == nullptr)
            qFatal("a form is missing");
        return found;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        const auto entries = bench_->workspace->datasets();
        for (const auto& entry : *entries)
            out.push_back(entry.name);
        return out;
    }
    void settle() { QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience); }
    void undoDeletion() {
        click(part<QPushButton>("deleteDataset"));
        auto* undo = child<QPushButton>(window_.get(), "messageAction");
        QTRY_VERIFY_WITH_TIMEOUT(undo->isVisible(), patience);
        settle();
        QVERIFY(names().empty());
        click(undo);
        QTRY_COMPARE_WITH_TIMEOUT(names().size(), std::size_t{1}, patience);
        QVERIFY(!undo->isVisible());
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        QVERIFY(bench_->workspace->add_dataset(*smallDataset()));
        window_ = std::make_unique<MainWindow>(*bench_->workbench, theme_);
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->showPage(PageId::data);
        settle();
    }
    void cleanup() {
        window_.reset();
        bench_.reset();
    }

    void the_catalogue_and_the_export_are_reached_and_left() {
        click(part<QPushButton>("openCatalogue"));
        QVERIFY(form<CataloguePanel>()->isVisible());
        click(part<QPushButton>("openExport"));
        QVERIFY(form<ExportPanel>()->isVisible());
        QVERIFY(child<QPushButton>(form<ExportPanel>(), "exportButton")->isEnabled());
        QMetaObject::invokeMethod(form<ExportPanel>(), "closed");
        QVERIFY(!form<ExportPanel>()->isVisible());
        QVERIFY(part<QTabWidget>("datasetTabs")->isVisible());
    }

    void the_knowledge_graph_has_a_tab() {
        auto* tabs = part<QTabWidget>("datasetTabs");
        const int at = tabs->indexOf(form<GraphPanel>());
        QVERIFY(at >= 0);
        QVERIFY(tabs->isTabVisible(at));
        tabs->setCurrentIndex(at);
        QVERIFY(form<GraphPanel>()->isVisible());
    }

    void a_deletion_can_be_undone_in_the_message() { undoDeletion(); }

    void the_bin_gives_back_and_is_emptied_after_asking_once_more() {
        click(part<QPushButton>("deleteDataset"));
        QTRY_VERIFY_WITH_TIMEOUT(names().empty(), patience);
        settle();
        click(part<QPushButton>("openBin"));
        auto* restore = part<QPushButton>("restoreDataset");
        QTRY_VERIFY_WITH_TIMEOUT(restore->isEnabled(), patience);
        click(restore);
        QTRY_COMPARE_WITH_TIMEOUT(names().size(), std::size_t{1}, patience);
        settle();
        QVERIFY(!restore->isEnabled());
        QVERIFY(bench_->workspace->delete_dataset("small"));
        bench_->workbench->notifyDatasetsChanged();
        auto* empty = part<QPushButton>("emptyBin");
        QTRY_VERIFY_WITH_TIMEOUT(empty->isEnabled(), patience);
        settle();
        click(empty);
        QCOMPARE(bench_->workspace->binned_datasets()->size(), std::size_t{1});
        click(empty);
        QTRY_VERIFY_WITH_TIMEOUT(bench_->workspace->binned_datasets()->empty(), patience);
    }

    void a_data_set_is_renamed_by_key() {
        QTest::keyClick(window_.get(), Qt::Key_F2);
        auto* field = part<QLineEdit>("newDatasetName");
        QTRY_VERIFY(field->isVisible());
        QCOMPARE(field->text(), QStringLiteral("small"));
        QTest::keyClicks(field, QStringLiteral("films of 2024"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(names(), std::vector<std::string>{"films of 2024"}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->currentDataset(), QStringLiteral("films of 2024"), patience);
        QVERIFY(!field->isVisible());
        QVERIFY2(static_cast<Page*>(window_->page(PageId::data))->command().endsWith(QStringLiteral("'films of 2024'")),
                 qPrintable(static_cast<Page*>(window_->page(PageId::data))->command()));
    }

    void a_changed_or_missing_source_is_told() {
        ImportOptions options;
        options.files = {toStd(bench_->write(QStringLiteral("source.csv"), "user,item\na,x\nb,y\n"))};
        Progress progress;
        ImportReport report;
        const auto data = import_dataset(options, Parallel(1), progress, &report);
        QVERIFY(data);
        QVERIFY(bench_->workspace->add_dataset(**data,
                                               {.recipe = write_recipe(options), .source_hash = report.source_hash}));
        auto* told = part<QLabel>("sourceState");
        const auto look = [&](const QString& name) {
            bench_->workbench->setCurrentDataset(name);
            bench_->workbench->notifyDatasetsChanged();
            settle();
        };
        look(QStringLiteral("source"));
        QVERIFY(!told->isVisible());
        bench_->write(QStringLiteral("source.csv"), "user,item\na,x\nb,y\nc,z\n");
        look(QStringLiteral("small"));
        QVERIFY(!told->isVisible());
        look(QStringLiteral("source"));
        QVERIFY(told->isVisible());
        QVERIFY2(told->text().contains(QStringLiteral("changed")), qPrintable(told->text()));
        click(part<QPushButton>("importAgain"));
        QTRY_VERIFY_WITH_TIMEOUT(part<QPushButton>("importButton")->isEnabled(), patience);
        QCOMPARE(part<QLineEdit>("importName")->text(), QStringLiteral("source"));
        click(part<QPushButton>("importCancel"));
        QVERIFY(QFile::remove(bench_->path(QStringLiteral("source.csv"))));
        look(QStringLiteral("small"));
        look(QStringLiteral("source"));
        QVERIFY(told->isVisible());
        QVERIFY2(told->text().contains(QStringLiteral("no longer there")), qPrintable(told->text()));
    }
};

QTEST_MAIN(DataPageTest)
#include "tst_data_page.moc"
