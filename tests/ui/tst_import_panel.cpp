// The import form, driven as a user drives it.
#include <QCheckBox>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>

#include "core/data/import/command_line.h"
#include "support.h"
#include "ui/pages/data/import_panel.h"
#include "ui/shell/data_table.h"

using namespace tastebench;
using namespace tastebench::ui;

class ImportPanelTest : public QObject {
    Q_OBJECT

  private:
    std::unique_ptr<TestBench> bench_;
    std::unique_ptr<ImportPanel> panel_;

    template <typename T>
    T* part(const char* name) const {
        return child<T>(panel_.get(), name);
    }
    QPushButton* importButton() const { return part<QPushButton>("importButton"); }
    QAbstractItemModel* rows(const char* table) const { return part<DataTable>(table)->view()->model(); }
    QString header(int column) const { return rows("importPreview")->headerData(column, Qt::Horizontal).toString(); }
    QString cell(int row, int column) const { return rows("importPreview")->index(row, column).data().toString(); }
    /// Chooses by arrow keys, as the wheel and the mouse end up doing.
    void choose(const char* name, const QString& text) {
        auto* box = part<QComboBox>(name);
        const int wanted = box->findText(text);
        QVERIFY2(wanted >= 0, qPrintable(text));
        box->setFocus();
        for (int step = 0; step <= 2 * box->count() && box->currentIndex() != wanted; ++step)
            QTest::keyClick(box, box->currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
        QCOMPARE(box->currentIndex(), wanted);
    }
    void open(const char* section) { click(part<QToolButton>(section)); }
    void settle() {
        QTest::qWait(250); // longer than the form waits for more typing
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }
    void type(const QString& path) {
        retype(part<QLineEdit>("importPath"), path);
        settle();
    }
    /// Presses Import and waits for the report.
    void importNow() {
        QVERIFY2(importButton()->isEnabled(), qPrintable(part<QLabel>("importProblems")->text()));
        const QSignalSpy errors(bench_->workbench.get(), &Workbench::errorRaised);
        click(importButton());
        QTRY_VERIFY_WITH_TIMEOUT(part<QLabel>("importReportHeading")->isVisible() || !errors.isEmpty(), patience);
        QVERIFY2(errors.isEmpty(), errors.isEmpty() ? "" : errors[0][0].value<Error>().text().c_str());
    }
    DatasetEntry onlyEntry() const {
        const auto entries = bench_->workspace->datasets();
        if (!entries || entries->size() != 1)
            qFatal("there is not just one data set");
        return entries->front();
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        panel_ = std::make_unique<ImportPanel>(*bench_->workbench);
        panel_->resize(880, 720);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    void cleanup() {
        panel_.reset();
        bench_.reset();
    }

    void latin1_with_semicolons_and_quoted_commas_opens_by_guess_alone() {
        type(bench_->write(QStringLiteral("cafe.csv"), "benutzer;film;bewertung;datum\n"
                                                       "Andr\xe9;\"Am\xe9lie, die Gr\xfc\xdfte\";4,5;31.05.2024 18:30\n"
                                                       "Zo\xeb;\"L'\xcele; nue\";3,0;01.06.2024 09:00\n"
                                                       "Andr\xe9;\"L'\xcele; nue\";2,5;02.06.2024 21:15\n"));
        QCOMPARE(cell(0, 0), QStringLiteral("Andr\u00e9"));
        QCOMPARE(cell(0, 1), QStringLiteral("Am\u00e9lie, die Gr\u00fc\u00dfte"));
        QCOMPARE(cell(1, 1), QStringLiteral("L'\u00cele; nue"));
        QVERIFY(part<QComboBox>("importSeparator")->currentText().startsWith(QStringLiteral("Semicolon")));
        importNow();
        const auto data = bench_->workspace->dataset("cafe");
        QVERIFY2(data.has_value(), data ? "" : data.error().text().c_str());
        QCOMPARE((*data)->interactions().size(), std::size_t{3});
        QCOMPARE((*data)->interactions().value[0], 4.5F);
        QCOMPARE((*data)->interactions().time[0], std::int64_t{1717180200}); // date -u -d '2024-05-31 18:30' +%s
    }

    void the_roles_stand_in_the_header_and_can_be_changed() {
        type(bench_->write(QStringLiteral("roles.csv"), "user,item,other,rating\na,x,p,5\nb,y,q,3\n"));
        QVERIFY2(header(0).contains(QStringLiteral("user")) && header(1).contains(QStringLiteral("item")) &&
                     header(2).contains(QStringLiteral("not kept")) && header(3).contains(QStringLiteral("→ rating")),
                 qPrintable(header(3)));
        choose("importItem", QStringLiteral("other"));
        choose("importValue", QStringLiteral("none"));
        settle();
        QVERIFY(header(2).contains(QStringLiteral("→ item")));
        QVERIFY(header(3).contains(QStringLiteral("not kept")));
        importNow();
        const auto data = bench_->workspace->dataset("roles");
        QVERIFY(data);
        QCOMPARE((*data)->items().id(0), std::string_view("p"));
        QVERIFY((*data)->interactions().value.empty());
    }

    void another_separator_can_be_chosen_or_typed() {
        type(bench_->write(QStringLiteral("odd.csv"), "user~item,x\na~p,1\nb~q,2\n"));
        auto* separator = part<QComboBox>("importSeparator");
        retype(separator->lineEdit(), QStringLiteral("~"));
        settle();
        QCOMPARE(rows("importPreview")->columnCount(), 2);
        QCOMPARE(cell(1, 1), QStringLiteral("q,2"));
        choose("importSeparator", QStringLiteral("Comma ,"));
        settle();
        QCOMPARE(cell(1, 0), QStringLiteral("b~q"));
    }

    void bad_rows_are_listed_and_left_out_if_wished() {
        type(bench_->write(QStringLiteral("bad.csv"), "user,item,rating\na,x,5\na,y,good\nb,x,4\nb\n"));
        const auto shown = [this]() -> QAbstractItemModel* {
            for (auto* table : panel_->findChildren<DataTable*>(QStringLiteral("importBadRowTable")))
                if (table->isVisible())
                    return table->view()->model();
            return nullptr;
        };
        auto* bad = shown();
        QVERIFY(bad != nullptr);
        QCOMPARE(bad->rowCount(), 2);
        QCOMPARE(bad->index(0, 0).data().toString(), QStringLiteral("3"));
        QCOMPARE(bad->index(0, 1).data().toString(), QStringLiteral("3"));
        QVERIFY(bad->index(0, 4).data().toString().contains(QStringLiteral("a,y,good")));
        const QSignalSpy errors(bench_->workbench.get(), &Workbench::errorRaised);
        click(importButton());
        QTRY_COMPARE_WITH_TIMEOUT(errors.count(), 1, patience);
        QVERIFY(bench_->workspace->datasets()->empty());
        open("showRules");
        choose("importBadRows", QStringLiteral("Leave out and list"));
        settle();
        importNow();
        QCOMPARE(onlyEntry().summary.interactions, std::uint64_t{2});
        QVERIFY(shown() != nullptr && shown() != bad);
        QCOMPARE(shown()->rowCount(), 2);
    }

    void rules_that_make_no_sense_are_told_and_stop_the_import() {
        type(bench_->write(QStringLiteral("rules.csv"), "user,item,rating\na,x,5\nb,y,3\n"));
        open("showRules");
        retype(part<QLineEdit>("importShare"), QStringLiteral("7"));
        settle();
        QVERIFY(!importButton()->isEnabled());
        QVERIFY(part<QLabel>("importProblems")->text().contains(QStringLiteral("'7'")));
        retype(part<QLineEdit>("importShare"), QStringLiteral("1"));
        settle();
        QVERIFY(importButton()->isEnabled());
    }

    void event_types_get_weights() {
        type(bench_->write(QStringLiteral("events.csv"), "user,item,event\na,x,view\na,y,buy\nb,x,view\n"));
        open("showRules");
        retype(part<QLineEdit>("importWeight_buy"), QStringLiteral("5"));
        retype(part<QLineEdit>("importWeight_view"), QStringLiteral("0.5"));
        settle();
        importNow();
        const auto data = bench_->workspace->dataset("events");
        QVERIFY(data);
        QCOMPARE((*data)->interactions().value, (std::vector<float>{0.5F, 5, 0.5F}));
    }

    void a_recipe_brings_every_choice_back() {
        const auto file = bench_->write(QStringLiteral("shop.csv"), "a;b;c\nu1;i1;2\nu1;i2;3\nu2;i1;9\n");
        type(file);
        choose("importUser", QStringLiteral("b"));
        choose("importItem", QStringLiteral("a"));
        settle();
        choose("importValue", QStringLiteral("c"));
        open("showRules");
        retype(part<QLineEdit>("importGreatest"), QStringLiteral("5.5"));
        choose("importDuplicates", QStringLiteral("Average the ratings"));
        choose("importBadRows", QStringLiteral("Leave out and list"));
        open("showTables");
        retype(part<QLineEdit>("importUserTable"), QStringLiteral("-"));
        settle();
        const auto before = write_recipe(panel_->options());
        open("showRecipe");
        QCOMPARE(part<QLabel>("importCommand")->text(), toQt(import_command_line(panel_->options())));
        QTest::keyClicks(part<QLineEdit>("recipeName"), QStringLiteral("monthly"));
        click(part<QPushButton>("saveRecipe"));
        QTRY_VERIFY_WITH_TIMEOUT(part<QComboBox>("recipes")->count() == 1, patience);
        QCOMPARE(toStd(part<QComboBox>("recipes")->currentText()), std::string("monthly"));
        panel_->setFiles({});
        QVERIFY(write_recipe(panel_->options()) != before);
        click(part<QPushButton>("loadRecipe"));
        settle();
        QCOMPARE(write_recipe(panel_->options()), before);
        importNow();
        // The third row is rated 9.
        QCOMPARE(onlyEntry().summary.interactions, std::uint64_t{2});
        QCOMPARE(onlyEntry().recipe, before);
        QVERIFY(!onlyEntry().source_hash.empty());
    }

    void a_test_file_makes_a_fixed_split() {
        const auto test = bench_->write(QStringLiteral("test.csv"), "user,item\na,z\n");
        type(bench_->write(QStringLiteral("train.csv"), "user,item\na,x\nb,y\n"));
        open("showTables");
        retype(part<QLineEdit>("importTest"), test);
        settle();
        importNow();
        const auto data = bench_->workspace->dataset("train");
        QVERIFY(data);
        QCOMPARE((*data)->interactions().size(), std::size_t{3});
        QCOMPARE((*data)->parts().fixed_test.size(), std::size_t{1});
    }

    void a_cancelled_import_leaves_nothing() {
        QByteArray large = "user,item,rating\n";
        for (int row = 0; row < 400'000; ++row)
            large += QByteArray::number(row % 5000) + ',' + QByteArray::number(row % 777) + ",3\n";
        type(bench_->write(QStringLiteral("large.csv"), large));
        QVERIFY(importButton()->isEnabled());
        QSignalSpy messages(bench_->workbench.get(), &Workbench::messageRaised);
        click(importButton());
        click(part<QPushButton>("importCancel"));
        QTRY_COMPARE_WITH_TIMEOUT(messages.count(), 1, patience);
        QVERIFY(messages[0][0].toString().contains(QStringLiteral("nothing was kept")));
        QVERIFY(bench_->workspace->datasets()->empty());
        QVERIFY(bench_->workspace->binned_datasets()->empty());
        QVERIFY(importButton()->isEnabled());
    }

    void a_taken_name_is_told_before_anything_is_read() {
        QVERIFY(bench_->workspace->add_dataset(*smallDataset("taken")));
        type(bench_->write(QStringLiteral("taken.csv"), "user,item\na,x\n"));
        const QSignalSpy errors(bench_->workbench.get(), &Workbench::errorRaised);
        click(importButton());
        QTRY_COMPARE_WITH_TIMEOUT(errors.count(), 1, patience);
        QVERIFY(errors[0][0].value<Error>().what.find("taken") != std::string::npos);
    }

    void a_changed_source_is_imported_again_in_the_place_of_the_old() {
        const auto file = bench_->write(QStringLiteral("again.csv"), "user,item\na,x\nb,y\n");
        type(file);
        importNow();
        bench_->write(QStringLiteral("again.csv"), "user,item\na,x\nb,y\nc,z\n");
        const auto old = onlyEntry();
        panel_->importAgain(old);
        settle();
        QCOMPARE(part<QLineEdit>("importPath")->text(), file);
        importNow();
        QCOMPARE(onlyEntry().name, old.name);
        QCOMPARE(onlyEntry().summary.interactions, std::uint64_t{3});
        const auto bin = bench_->workspace->binned_datasets();
        QCOMPARE(bin->size(), std::size_t{1});
        QCOMPARE(bin->front().fingerprint, old.fingerprint);
    }
};

QTEST_MAIN(ImportPanelTest)
#include "tst_import_panel.moc"
