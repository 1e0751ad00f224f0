// The Explain page for someone unknown in training: items are picked, and the list follows.
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QTableView>

#include "support.h"
#include "ui/pages/explain/explain_page.h"
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
