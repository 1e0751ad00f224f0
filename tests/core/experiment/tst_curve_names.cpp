// Learning curves by what they measure.
#include <QTest>

#include "core/experiment/curve_names.h"

using namespace tastebench;

class TestCurveNames : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void series_are_named_in_plain_words_data() {
        QTest::addColumn<QString>("series");
        QTest::addColumn<QString>("title");
        QTest::addColumn<QString>("scale");
        QTest::newRow("rmse") << "train_rmse"
                              << "RMSE on the training rows"
                              << "RMSE";
        QTest::newRow("at k") << "validation_ndcg@10"
                              << "nDCG@10 on the validation rows"
                              << "nDCG@10";
        QTest::newRow("loss") << "loss"
                              << "Training loss"
                              << "Loss";
        QTest::newRow("own word") << "train_square_error"
                                  << "Square error on the training rows"
                                  << "Square error";
        QTest::newRow("other") << "step_size"
                               << "Step size"
                               << "Step size";
    }
    void series_are_named_in_plain_words() {
        QFETCH(QString, series);
        QFETCH(QString, title);
        QFETCH(QString, scale);
        const auto name = curve_name(series.toStdString());
        QCOMPARE(QString::fromStdString(name.title), title);
        QCOMPARE(QString::fromStdString(name.scale), scale);
    }

    void series_of_one_scale_share_a_group() {
        const Curves curves{{"train_rmse", 1, 1.1},
                            {"validation_rmse", 1, 1.2},
                            {"validation_ndcg@10", 1, 0.3},
                            {"train_rmse", 2, 1.0},
                            {"validation_ndcg@10", 2, 0.4}};
        const auto groups = group_curves(curves);
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(groups[0].scale, std::string("RMSE"));
        QCOMPARE(groups[0].lines.size(), std::size_t{2});
        QCOMPARE(groups[0].lines[0].points, (Curves{curves[0], curves[3]}));
        QCOMPARE(groups[0].lines[1].points, Curves{curves[1]});
        QCOMPARE(groups[1].lines.size(), std::size_t{1});
        QCOMPARE(groups[1].lines[0].points, (Curves{curves[2], curves[4]}));
        QVERIFY(group_curves({}).empty());
    }
    void a_calibration_stands_beside_the_line_of_right_predictions() {
        const Curves curves{{"loss", 1, 0.5},
                            {"calibration", 0.1, 0.2},
                            {"calibration_rows", 0.1, 40},
                            {"calibration", 0.9, 0.8},
                            {"calibration_rows", 0.9, 60}};
        const auto groups = group_curves(curves);
        QCOMPARE(groups.size(), std::size_t{3});
        QCOMPARE(groups[0].by, std::string("epoch"));
        QCOMPARE(groups[1].by, std::string("predicted probability"));
        QCOMPARE(groups[1].lines.size(), std::size_t{2});
        QVERIFY(groups[1].lines[0].title == as_predicted);
        QCOMPARE(groups[1].lines[1].points, (Curves{curves[1], curves[3]}));
        QCOMPARE(groups[2].lines[0].points, (Curves{curves[2], curves[4]}));
    }
};

QTEST_APPLESS_MAIN(TestCurveNames)
#include "tst_curve_names.moc"
