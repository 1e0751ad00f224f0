// The Explain page: people of the data and someone unknown in training, how long their lists are, and lists for all.
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QSpinBox>
#include <QTableView>

#include "core/make_data.h"
#include "support.h"
#include "ui/pages/explain/explain_page.h"
#include "ui/pages/explain/list_export.h"
#include "ui/pages/explain/profile_panel.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {

/// The first model that recommends to people unknown in training, or the first that does not; empty: there is none.
std::string modelThat(bool foldsIn) {
    for (const auto& entry : all_models())
        if (const auto can = entry.make()->capabilities(entry.schema.defaults());
            can.folds_in == foldsIn && can.recommends)
            return entry.id;
    return {};
}

} // namespace

class TestMadeUpPerson : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    DatasetPtr data_;
    std::unique_ptr<ExplainPage> page_;

    RunId train(const std::string& model) {
        RunSpec spec;
        spec.model = model;
        if (find_model(model).value()->schema.find("epochs") != nullptr)
            spec.parameters["epochs"] = std::int64_t{3};
        const auto id = *bench_->workbench->queue().submit(*prepare_spec(*data_, spec));
        bench_->workbench->queue().wait_until_idle();
        return id;
    }
    void open(RunId id) {
        bench_->workbench->setSelectedRuns({id});
        page_ = std::make_unique<ExplainPage>(*bench_->workbench);
        page_->resize(1200, 760);
        page_->show();
        QVERIFY(QTest::qWaitForWindowExposed(page_.get()));
        auto* runs = child<QComboBox>(page_.get(), "explainRuns");
        QTRY_VERIFY_WITH_TIMEOUT(runs->count() > 0, patience);
        runs->setCurrentIndex(runs->findData(QVariant::fromValue<qlonglong>(id)));
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }
    QTableView* view(const char* name) const { return child<QWidget>(page_.get(), name)->findChild<QTableView*>(); }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        data_ = smallDataset();
        QVERIFY(bench_->workspace->add_dataset(*data_));
    }
    void cleanup() {
        page_.reset();
        bench_.reset();
    }

    void picked_items_give_a_list_without_them() {
        const auto model = modelThat(true);
        QVERIFY(!model.empty());
        const auto id = train(model);
        open(id);
        auto* madeUp = child<QPushButton>(page_.get(), "madeUpPerson");
        QVERIFY(madeUp->isEnabled());
        click(madeUp);
        QVERIFY(!child<QLineEdit>(page_.get(), "explainUser")->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(view("recommendations")->model()->rowCount(), 0, patience);
        auto* search = child<QLineEdit>(page_.get(), "profileSearch");
        for (const ItemIx item : {ItemIx{3}, ItemIx{8}}) {
            search->setFocus();
            QTest::keyClicks(search, toQt(data_->items().id(item)));
            QTest::keyClick(search, Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(search->text().isEmpty(), patience);
        }
        QCOMPARE(view("profile")->model()->rowCount(), 2);
        QTRY_COMPARE_WITH_TIMEOUT(view("recommendations")->model()->rowCount(), 10, patience);

        const auto trained = *bench_->workspace->model(id);
        const double value = standard_profile_value(*data_);
        const auto wanted = trained->recommend_profile(std::vector<ProfileItem>{{3, value}, {8, value}}, {10, true});
        for (int row = 0; row < 10; ++row)
            QCOMPARE(view("recommendations")->model()->index(row, 1).data().toString(),
                     toQt(data_->title(wanted[static_cast<std::size_t>(row)].item)));
        QVERIFY2(page_->command().startsWith(QStringLiteral("tastebench-cli recommend ")),
                 qPrintable(page_->command()));
        QVERIFY(page_->command().contains(toQt(data_->items().id(8))));

        page_->activateWindow();
        view("profile")->setFocus();
        view("profile")->selectRow(0);
        QTest::keyClick(view("profile"), Qt::Key_Delete);
        QTRY_COMPARE_WITH_TIMEOUT(view("profile")->model()->rowCount(), 1, patience);
        click(madeUp);
        QVERIFY(child<QLineEdit>(page_.get(), "explainUser")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(view("history")->model()->rowCount() > 0, patience);
    }

    void an_unknown_item_is_told() {
        ProfilePanel panel;
        panel.setDataset(data_);
        panel.show();
        auto* search = child<QLineEdit>(&panel, "profileSearch");
        QTest::keyClicks(search, QStringLiteral("no such film"));
        QTest::keyClick(search, Qt::Key_Return);
        auto* problem = child<QLabel>(&panel, "profileProblem");
        QTRY_VERIFY_WITH_TIMEOUT(problem->isVisible(), patience);
        QVERIFY(problem->text().contains(QStringLiteral("no such film")));
        QVERIFY(panel.profile().empty());
    }

    void an_item_picked_again_takes_the_new_rating() {
        ProfilePanel panel;
        panel.setDataset(data_);
        panel.show();
        auto* search = child<QLineEdit>(&panel, "profileSearch");
        for (const double rating : {4.0, 2.0}) {
            child<QDoubleSpinBox>(&panel, "profileValue")->setValue(rating);
            search->setText(toQt(data_->items().id(5)));
            QTest::keyClick(search, Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(search->text().isEmpty(), patience);
        }
        QCOMPARE(panel.profile().size(), std::size_t{1});
        QCOMPARE(panel.profile().front().value, 2.0);
    }

    void without_ratings_items_have_weights_with_decimals() {
        ProfilePanel panel;
        panel.setDataset(*testing::make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}}, {false, false}));
        panel.show();
        auto* value = child<QDoubleSpinBox>(&panel, "profileValue");
        QVERIFY(value->isVisible());
        QCOMPARE(value->value(), 1.0);
        value->setValue(2.25);
        auto* search = child<QLineEdit>(&panel, "profileSearch");
        search->setText(QStringLiteral("y"));
        QTest::keyClick(search, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(panel.profile().size(), std::size_t{1}, patience);
        QCOMPARE(panel.profile().front().value, 2.25);
    }

    void a_list_may_be_long_and_hold_what_the_person_has() {
        const auto id = train(modelThat(true));
        open(id);
        const auto rows = [this] { return view("recommendations")->model()->rowCount(); };
        auto* length = child<QSpinBox>(page_.get(), "explainLength");
        QCOMPARE(length->maximum(), static_cast<int>(data_->items().size()));
        length->setValue(length->maximum());
        const auto trained = *bench_->workspace->model(id);
        const auto user = *data_->users().find(toStd(child<QLineEdit>(page_.get(), "explainUser")->text()));
        const auto count = [&](bool without) {
            const Parallel one(1);
            Progress progress;
            return static_cast<int>(
                trained->top_k(std::span(&user, 1), {data_->items().size(), without}, one, progress).front().size());
        };
        QTRY_COMPARE_WITH_TIMEOUT(rows(), count(true), patience);
        QVERIFY(count(false) > count(true));
        click(child<QCheckBox>(page_.get(), "explainKeepSeen"));
        QTRY_COMPARE_WITH_TIMEOUT(rows(), count(false), patience);
    }

    void the_lists_of_everyone_are_written_in_the_background() {
        const auto id = train(modelThat(true));
        open(id);
        QString told;
        connect(bench_->workbench.get(), &Workbench::messageRaised, this, [&](const QString& text) { told = text; });
        QVERIFY(child<QPushButton>(page_.get(), "exportLists")->isEnabled());
        const auto file = bench_->path(QStringLiteral("lists.csv"));
        page_->findChild<ListExport*>()->writeTo(file);
        QVERIFY(!child<QPushButton>(page_.get(), "exportLists")->isEnabled());
        QVERIFY(child<QPushButton>(page_.get(), "cancelLists")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(told.startsWith(QStringLiteral("Wrote 600 recommendations for 60 users")), patience);
        QVERIFY(!child<QPushButton>(page_.get(), "cancelLists")->isVisible());
        QFile in(file);
        QVERIFY(in.open(QIODevice::ReadOnly));
        QCOMPARE(in.readAll().count('\n'), qsizetype{601});
    }

    void other_data_of_the_name_explains_nothing() {
        auto run = *bench_->workspace->run(train(modelThat(true)));
        auto parts = data_->parts();
        std::swap(parts.interactions.item.front(), parts.interactions.item.back());
        parts.name = "other";
        const auto other = *Dataset::make(std::move(parts)); // as many users and items
        QVERIFY(bench_->workspace->add_dataset(*other));
        Run wrong;
        wrong.spec = run.spec;
        wrong.spec.data_name = "other";
        const auto id = *bench_->workspace->add_run(wrong);
        const Parallel one(1);
        Progress progress;
        auto outcome = *execute(*data_, run.spec, one, progress);
        outcome.run.id = id;
        QVERIFY(bench_->workspace->finish_run(outcome));
        const auto refused = openSession(*bench_->workspace, id);
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.find("made on other data") != std::string::npos, refused.error().text().c_str());
        QVERIFY(openSession(*bench_->workspace, run.id));
    }

    void a_model_of_known_people_offers_no_made_up_person() {
        const auto model = modelThat(false);
        if (model.empty())
            QSKIP("every model recommends to people unknown in training");
        open(train(model));
        auto* madeUp = child<QPushButton>(page_.get(), "madeUpPerson");
        QVERIFY(!madeUp->isEnabled());
        QVERIFY(madeUp->toolTip().contains(QStringLiteral("only to people it was trained on")));
    }
};

QTEST_MAIN(TestMadeUpPerson)
#include "tst_made_up_person.moc"
