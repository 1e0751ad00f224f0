// The split editor: every kind's fields make the recipe, and the picture and the warnings follow it.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QSpinBox>

#include "support.h"
#include "ui/charts/split_picture.h"
#include "ui/pages/experiment/split_editor.h"
#include "ui/pages/experiment/split_sentence.h"
#include "ui/shell/theme.h"

using namespace tastebench;
using namespace tastebench::ui;

class TestSplitEditor : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        bench_ = std::make_unique<TestBench>();
        editor_ = std::make_unique<SplitEditor>(*bench_->workbench);
        editor_->resize(420, 700);
        editor_->show();
    }
    void cleanup() {
        editor_.reset();
        bench_.reset();
    }

    void every_kind_makes_its_recipe_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("form");
        for (const auto& [kind, form] :
             std::vector<std::pair<const char*, const char*>>{{"By time", "chrono:0.75"},
                                                              {"By time over all rows", "global:0.75"},
                                                              {"Before and after a date", "global:2000-01-01"},
                                                              {"Stratified", "stratified:0.75"},
                                                              {"Random", "random:0.75"},
                                                              {"Leave one out", "loo:last"},
                                                              {"Folds", "kfold:5:1"},
                                                              {"New users", "users:0.75"},
                                                              {"The test file of the data", "fixed"},
                                                              {"Rows from a file", "rows:"}})
            QTest::newRow(kind) << QString::fromUtf8(kind) << QString::fromUtf8(form);
    }
    void every_kind_makes_its_recipe() {
        QFETCH(QString, kind);
        QFETCH(QString, form);
        choose(kind);
        QCOMPARE(editor_->recipeText(), form);
    }

    void fields_fill_the_recipe() {
        child<QSpinBox>(editor_.get(), "splitRatio")->setValue(70);
        child<QSpinBox>(editor_.get(), "splitValidation")->setValue(10);
        child<QSpinBox>(editor_.get(), "splitMinUser")->setValue(5);
        QCOMPARE(editor_->recipeText(), QStringLiteral("chrono:0.7,0.1;min_user=5"));
        child<QCheckBox>(editor_.get(), "splitCore")->setChecked(true);
        choose(QStringLiteral("Leave one out"));
        child<QCheckBox>(editor_.get(), "splitValidateOne")->setChecked(true);
        QCOMPARE(editor_->recipeText(), QStringLiteral("loo:last,1;min_user=5;core"));
        choose(QStringLiteral("Folds"));
        child<QSpinBox>(editor_.get(), "splitFold")->setValue(9); // there are five
        child<QCheckBox>(editor_.get(), "splitWholeUsers")->setChecked(true);
        QCOMPARE(editor_->recipeText(), QStringLiteral("kfold:5:5:user;min_user=5;core"));
        choose(QStringLiteral("Before and after a date"));
        child<QSpinBox>(editor_.get(), "splitValidationDays")->setValue(31);
        QCOMPARE(editor_->recipeText(), QStringLiteral("global:1999-12-01,2000-01-01;min_user=5;core"));
        // Whatever is set, something is left to test on.
        choose(QStringLiteral("Random"));
        child<QSpinBox>(editor_.get(), "splitValidation")->setValue(50);
        child<QSpinBox>(editor_.get(), "splitRatio")->setValue(99);
        QVERIFY(SplitRecipe::parse(toStd(editor_->recipeText()), 1).has_value());
    }

    void picture_and_warnings_follow_the_dataset() {
        auto* picture = editor_->findChild<SplitPicture*>();
        auto* warnings = child<QLabel>(editor_.get(), "splitWarnings");
        QVERIFY(!picture->preview());
        const auto data = smallDataset();
        editor_->setDataset(data);
        QTRY_VERIFY_WITH_TIMEOUT(picture->preview().has_value(), patience);
        const auto split = *make_split(*data, *SplitRecipe::parse("chrono:0.75", 42));
        QCOMPARE(picture->preview()->train, std::uint64_t{split.train.size()});
        QCOMPARE(picture->preview()->test, std::uint64_t{split.test.size()});
        QVERIFY(picture->accessibleDescription().contains(countText(split.train.size())));
        QTRY_VERIFY(warnings->text().contains(QStringLiteral("another user")));
        auto* notes = child<QLabel>(editor_.get(), "splitNotes");
        QVERIFY(notes->text().contains(toQt(split.fingerprint)));
        choose(QStringLiteral("Leave one out"));
        QTRY_VERIFY_WITH_TIMEOUT(picture->preview() && picture->preview()->test == 60, patience);
        choose(QStringLiteral("The test file of the data"));
        QTRY_VERIFY_WITH_TIMEOUT(warnings->text().contains(QStringLiteral("without a test file")), patience);
        QVERIFY(!picture->preview());
    }

    void the_picture_is_drawn_in_three_colours() {
        auto* picture = editor_->findChild<SplitPicture*>();
        const auto data = smallDataset();
        SplitPreview preview = preview_split(*data, *make_split(*data, *SplitRecipe::parse("loo:last,1", 42)));
        picture->setPreview(preview);
        const QImage image = picture->grab().toImage();
        QSet<QRgb> seen;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                seen.insert(image.pixel(x, y));
        const auto& colors = themeColors();
        for (const auto& color : {colors.muted, colors.good, colors.accent})
            QVERIFY2(seen.contains(color.rgb()), qPrintable(color.name()));
    }

    void sentences_say_the_shares() {
        const auto sentence = [](const char* form) { return splitSentence(*SplitRecipe::parse(form, 1)); };
        QVERIFY(sentence("chrono:0.75").contains(QStringLiteral("earliest 75 %")));
        QVERIFY(sentence("chrono:0.7,0.1").contains(QStringLiteral("the next 10 % validate and the latest 20 % test")));
        const auto dates = sentence("global:2015-01-01,2015-02-01");
        QVERIFY2(dates.contains(dateText(1'420'070'400)) && dates.contains(dateText(1'422'748'800)), qPrintable(dates));
        QVERIFY(sentence("loo:last,1").contains(QStringLiteral("the last but one row validates")));
        QVERIFY(sentence("kfold:5:2:user").contains(QStringLiteral("part 2 tests")));
    }

  private:
    void choose(const QString& kind) {
        auto* box = child<QComboBox>(editor_.get(), "splitKind");
        box->setCurrentText(kind);
        QCOMPARE(box->currentText(), kind);
    }
    std::unique_ptr<TestBench> bench_;
    std::unique_ptr<SplitEditor> editor_;
};

QTEST_MAIN(TestSplitEditor)
#include "tst_split_editor.moc"
