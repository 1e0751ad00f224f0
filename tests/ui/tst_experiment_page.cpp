// The Experiment page: models by family, what the data cannot be used by, what training takes, and early stopping.
#include <algorithm>
#include <set>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QSpinBox>

#include "core/make_data.h"
#include "support.h"
#include "ui/pages/experiment/experiment_page.h"
#include "ui/pages/experiment/model_item.h"
#include "ui/pages/experiment/model_list.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {

DatasetPtr named(const DatasetPtr& data, const std::string& name) {
    auto parts = data->parts();
    parts.name = name;
    return *Dataset::make(std::move(parts));
}

} // namespace

class TestExperimentPage : public QObject {
    Q_OBJECT

    std::unique_ptr<TestBench> bench_;
    std::unique_ptr<QWidget> page_;
    ModelList* models_ = nullptr;

    QListWidgetItem* item(const char* id) const {
        for (int row = 0; row < models_->count(); ++row)
            if (models_->item(row)->data(modelIdRole).toString() == QLatin1String(id))
                return models_->item(row);
        return nullptr;
    }
    void choose(const char* data) {
        auto* box = child<QComboBox>(page_.get(), "experimentData");
        QTRY_VERIFY_WITH_TIMEOUT(box->findText(QLatin1String(data)) >= 0, patience);
        box->setCurrentText(QLatin1String(data));
        settle();
    }
    /// The field of this name in the form that is shown.
    template <typename T>
    T* shown(const char* name) const {
        for (auto* field : page_->findChildren<T*>(QString::fromLatin1(name)))
            if (field->isVisible())
                return field;
        qFatal("no %s is shown", name);
    }
    /// Runs that are trained and stored; a run is in the list before its job is in the queue.
    int countDone() const {
        const auto runs = *bench_->workspace->runs();
        return static_cast<int>(
            std::count_if(runs.begin(), runs.end(), [](const auto& run) { return run.state == RunState::done; }));
    }
    void settle() {
        // The page rests a moment before it checks.
        QTest::qWait(250);
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        QVERIFY(bench_->workspace->add_dataset(*named(testing::tastes(80, 40), "rated")));
        const auto plain = *testing::make_data({{"a", "x"}, {"a", "y"}, {"b", "x"}, {"b", "z"}}, {false, false});
        QVERIFY(bench_->workspace->add_dataset(*named(plain, "plain")));
        page_ = std::make_unique<ExperimentPage>(*bench_->workbench);
        page_->resize(1280, 800);
        page_->show();
        QVERIFY(QTest::qWaitForWindowExposed(page_.get()));
        models_ = child<ModelList>(page_.get(), "models");
        choose("rated");
    }
    void cleanup() {
        page_.reset();
        bench_.reset();
    }

    void every_model_stands_under_its_family() {
        QString heading;
        std::size_t found = 0;
        for (int row = 0; row < models_->count(); ++row) {
            const auto* line = models_->item(row);
            const auto id = line->data(modelIdRole).toString();
            if (id.isEmpty()) {
                QVERIFY(!(line->flags() & Qt::ItemIsSelectable) && !(line->flags() & Qt::ItemIsUserCheckable));
                heading = line->text();
                continue;
            }
            const auto* entry = *find_model(id.toStdString());
            QCOMPARE(heading, toQt(to_text(entry->family)));
            const auto sentence = line->data(sentenceRole).toString();
            QVERIFY(sentence == toQt(entry->summary) || sentence.startsWith(QLatin1String("Needs ")));
            ++found;
        }
        QCOMPARE(found, all_models().size());
    }

    void arrow_keys_pass_over_the_headings() {
        models_->setFocus();
        models_->setCurrentRow(1);
        QSet<QString> visited{models_->current()};
        for (int step = 0; step < models_->count(); ++step) {
            QTest::keyClick(models_, Qt::Key_Down);
            visited.insert(models_->current());
        }
        QVERIFY(!visited.contains(QString()));
        QCOMPARE(static_cast<std::size_t>(visited.size()), all_models().size());
    }

    void what_the_data_cannot_be_used_by_is_grey_with_the_reason_and_its_tick_returns() {
        models_->tick(QStringLiteral("svd"), true);
        QVERIFY(models_->ticked().contains(QStringLiteral("svd")));
        choose("plain");
        auto* svd = item("svd");
        QVERIFY(!svd->data(usableRole).toBool());
        QVERIFY(!(svd->flags() & Qt::ItemIsUserCheckable));
        QVERIFY2(svd->data(sentenceRole).toString().contains(QStringLiteral("rating")),
                 qPrintable(svd->data(sentenceRole).toString()));
        QVERIFY(!models_->ticked().contains(QStringLiteral("svd")));
        QVERIFY(item("popularity")->data(usableRole).toBool());
        choose("rated");
        QVERIFY(models_->ticked().contains(QStringLiteral("svd")));
        QCOMPARE(svd->data(sentenceRole).toString(), toQt((*find_model("svd"))->summary));
    }

    void ticked_models_say_what_training_takes() {
        for (const auto& id : models_->ticked())
            models_->tick(id, false);
        models_->tick(QStringLiteral("svd"), true);
        settle();
        const auto takes = item("svd")->data(takesRole).toString();
        QVERIFY2(takes.startsWith(QStringLiteral("under 1 s, ")), qPrintable(takes));
        QVERIFY(item("popularity")->data(takesRole).toString().isEmpty());
        const auto* told = child<QLabel>(page_.get(), "estimate");
        QVERIFY(told->isVisible());
        QVERIFY2(told->text().contains(QStringLiteral("SVD ") + takes), qPrintable(told->text()));
        models_->tick(QStringLiteral("svd"), false);
        settle();
        QVERIFY(!told->isVisible());
    }

    void a_model_that_fits_when_set_otherwise_can_be_chosen_and_set() {
        choose("plain");
        auto* line = item("deepfm");
        QVERIFY(line->data(usableRole).toBool());
        QVERIFY(line->flags() & Qt::ItemIsUserCheckable);
        const auto reason = line->data(sentenceRole).toString();
        QVERIFY2(reason.contains(QStringLiteral("'Features used' to ids")), qPrintable(reason));
        for (const auto& id : models_->ticked())
            models_->tick(id, false);
        models_->setCurrentItem(line);
        models_->tick(QStringLiteral("deepfm"), true);
        settle();
        auto* warnings = child<QLabel>(page_.get(), "warnings");
        QVERIFY2(warnings->text().contains(QStringLiteral("'Features used' to ids")), qPrintable(warnings->text()));
        auto* train = child<QPushButton>(page_.get(), "trainButton");
        QVERIFY(!train->isEnabled());
        shown<QLineEdit>("parameter_fields")->setText(QStringLiteral("ids"));
        settle();
        QCOMPARE(line->data(sentenceRole).toString(), toQt((*find_model("deepfm"))->summary));
        QVERIFY(!warnings->text().contains(QStringLiteral("needs")));
        child<QComboBox>(page_.get(), "splitKind")->setCurrentText(QStringLiteral("Random"));
        settle();
        QTRY_VERIFY_WITH_TIMEOUT(train->isEnabled(), patience);
    }

    void what_a_model_gives_and_needs_follows_its_form() {
        models_->setCurrentItem(item("sar"));
        settle();
        auto* gives = child<QLabel>(page_.get(), "givesAndNeeds");
        QVERIFY2(gives->text().startsWith(QStringLiteral("Gives: ranks")), qPrintable(gives->text()));
        QVERIFY(!gives->text().contains(QStringLiteral("times")));
        QVERIFY2(item("sar")->toolTip().contains(gives->text()), qPrintable(item("sar")->toolTip()));
        shown<QDoubleSpinBox>("parameter_half_life_days")->setValue(30);
        QVERIFY2(gives->text().contains(QStringLiteral("Needs: users and items, times")), qPrintable(gives->text()));
        QVERIFY(item("sar")->toolTip().contains(gives->text()));
    }

    void two_settings_of_one_model_train_side_by_side() {
        for (const auto& id : models_->ticked())
            models_->tick(id, false);
        models_->setCurrentItem(item("svd"));
        models_->tick(QStringLiteral("svd"), true);
        shown<QSpinBox>("parameter_epochs")->setValue(2);
        click(child<QPushButton>(page_.get(), "duplicateModel"));
        QCOMPARE(models_->current(), QStringLiteral("svd#2"));
        QCOMPARE(models_->titleOf(models_->current()), QStringLiteral("SVD (2)"));
        auto* epochs = shown<QSpinBox>("parameter_epochs");
        QCOMPARE(epochs->value(), 2); // it begins as the original is
        epochs->setValue(3);
        settle();
        QCOMPARE(models_->ticked(), (QStringList{QStringLiteral("svd"), QStringLiteral("svd#2")}));
        auto* train = child<QPushButton>(page_.get(), "trainButton");
        QTRY_VERIFY_WITH_TIMEOUT(train->isEnabled(), patience);
        click(train);
        QTRY_COMPARE_WITH_TIMEOUT(countDone(), 2, patience);
        std::set<std::int64_t> trained;
        const auto runs = *bench_->workspace->runs();
        for (const auto& run : runs) {
            QCOMPARE(run.state, RunState::done);
            trained.insert(get_int(run.spec.parameters, "epochs"));
        }
        QCOMPARE(trained, (std::set<std::int64_t>{2, 3}));
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
        models_->setFocus();
        QTest::keyClick(models_, Qt::Key_Delete);
        QCOMPARE(models_->ticked(), QStringList{QStringLiteral("svd")});
        QVERIFY(!child<QPushButton>(page_.get(), "removeCopy")->isEnabled());
    }

    void a_network_is_set_and_trained_from_the_page() {
        for (const auto& id : models_->ticked())
            models_->tick(id, false);
        models_->setCurrentItem(item("ncf"));
        models_->tick(QStringLiteral("ncf"), true);
        shown<QSpinBox>("parameter_epochs")->setValue(5);
        settle();
        auto* train = child<QPushButton>(page_.get(), "trainButton");
        QTRY_VERIFY_WITH_TIMEOUT(train->isEnabled(), patience);
        click(train);
        QTRY_COMPARE_WITH_TIMEOUT(countDone(), 1, patience);
        const auto runs = *bench_->workspace->runs();
        const auto& run = runs.front();
        QCOMPARE(run.spec.model, std::string("ncf"));
        QVERIFY(run.metrics.at("ndcg@10") > 0.05 && run.metrics.at("ndcg@10") <= 1);
        QVERIFY(bench_->workspace->model(run.id).has_value());
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }

    void patience_without_validation_rows_offers_some() {
        models_->setCurrentItem(item("svd"));
        auto* hint = child<QWidget>(page_.get(), "validationHint");
        auto* form = models_->window();
        child<QSpinBox>(form, "parameter_patience")->setValue(3);
        settle();
        QVERIFY(hint->isVisible());
        click(child<QPushButton>(page_.get(), "addValidation"));
        settle();
        QVERIFY(!hint->isVisible());
        QVERIFY(child<QSpinBox>(page_.get(), "splitValidation")->value() > 0);
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(page_.get(), "trainButton")->isEnabled(), patience);
    }
};

QTEST_MAIN(TestExperimentPage)
#include "tst_experiment_page.moc"
