// Charts: round ticks, values that arrive, text twins, saved files, and colours that can be read.
#include <QBarSet>
#include <QChart>
#include <QHorizontalBarSeries>
#include <QLineSeries>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

#include "ui/charts/chart_axes.h"
#include "ui/charts/chart_panel.h"
#include "ui/charts/sparsity_picture.h"
#include "ui/shell/theme.h"

namespace tastebench::ui {

class TestCharts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void scales_are_round_and_hold_their_range_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("shares") << 0.0 << 0.095;
        QTest::newRow("counts") << 0.0 << 87'654.0;
        QTest::newRow("negative") << -3.7 << 12.2;
        QTest::newRow("tiny") << 0.0 << 3.1e-7;
        QTest::newRow("one value") << 4.0 << 4.0;
        QTest::newRow("nothing") << 0.0 << 0.0;
    }
    void scales_are_round_and_hold_their_range() {
        QFETCH(double, low);
        QFETCH(double, high);
        const auto scale = niceScale(low, high);
        QVERIFY(scale.low <= low && scale.high >= high && scale.step > 0);
        const double digits = scale.step / std::pow(10, std::floor(std::log10(scale.step) + 1e-9));
        QVERIFY(std::abs(digits - 1) < 1e-6 || std::abs(digits - 2) < 1e-6 || std::abs(digits - 5) < 1e-6);
        QVERIFY((scale.high - scale.low) / scale.step < 9);
    }

    void values_arrive_in_chart_and_twin() {
        ChartPanel panel(QStringLiteral("Test"));
        panel.showBars({QStringLiteral("A"), QStringLiteral("B")},
                       {{QStringLiteral("one"), {1, 2.5}, {0.5, 2}, {1.5, 3}}, {QStringLiteral("two"), {3, 4}, {}, {}}},
                       {{}, QStringLiteral("y")});
        const auto* bars = qobject_cast<QAbstractBarSeries*>(panel.chart()->series().first());
        QCOMPARE(bars->barSets()[0]->at(1), 2.5);
        QCOMPARE(panel.textTwin(), QStringLiteral("\tA\tB\none\t1\t2.5\ntwo\t3\t4\n"));
        panel.showHorizontalBars({QStringLiteral("first"), QStringLiteral("second")}, {2, 1},
                                 {QStringLiteral("x"), {}});
        bars = qobject_cast<QAbstractBarSeries*>(panel.chart()->series().first());
        QCOMPARE(bars->barSets()[0]->at(1), 2.0); // from the bottom up
        QCOMPARE(panel.textTwin(), QStringLiteral("first\t2\nsecond\t1\n"));
        panel.showNothing(QStringLiteral("No data"));
        QVERIFY(panel.chart()->series().isEmpty());
        QCOMPARE(panel.textTwin(), QStringLiteral("No data"));
    }

    void equal_labels_stay_apart() {
        ChartPanel panel(QStringLiteral("Test"));
        panel.showBars({QStringLiteral("SAR"), QStringLiteral("SAR")}, {{QStringLiteral("v"), {1, 2}, {}, {}}}, {});
        const auto* bars = qobject_cast<QAbstractBarSeries*>(panel.chart()->series().first());
        QCOMPARE(bars->barSets()[0]->count(), 2);
    }

    void many_points_are_thinned_but_keep_their_peaks() {
        QList<QPointF> points;
        for (int i = 0; i < 100'000; ++i)
            points.append({static_cast<double>(i), i == 77'777 ? 9.0 : std::sin(i * 0.001)});
        const auto few = thinned(points);
        QVERIFY(few.size() <= 2'100);
        QVERIFY(std::any_of(few.begin(), few.end(), [](const QPointF& p) { return p.y() == 9.0; }));
        QVERIFY(std::is_sorted(few.begin(), few.end(), [](const auto& a, const auto& b) { return a.x() < b.x(); }));
    }

    void points_without_a_logarithm_are_left_out() {
        ChartPanel panel(QStringLiteral("Test"));
        panel.showLines({{QStringLiteral("l"), {{0, 5}, {1, 0}, {10, 100}, {100, 10}}, false}}, {{}, {}, true, true});
        QCOMPARE(qobject_cast<QLineSeries*>(panel.chart()->series().first())->count(), 2);
    }

    void pictures_are_saved_and_bad_names_refused() {
        QTemporaryDir folder;
        ChartPanel panel(QStringLiteral("Saved"));
        panel.resize(500, 300);
        panel.showBars({QStringLiteral("A")}, {{QStringLiteral("v"), {1}, {0.8}, {1.2}}}, {});
        QString problem;
        const auto png = folder.filePath(QStringLiteral("c.png"));
        QVERIFY2(panel.saveImage(png, &problem), qPrintable(problem));
        QVERIFY(QImage(png).width() >= 1280);
        const auto svg = folder.filePath(QStringLiteral("c.svg"));
        QVERIFY2(panel.saveImage(svg, &problem), qPrintable(problem));
        QFile file(svg);
        QVERIFY(file.open(QFile::ReadOnly));
        QXmlStreamReader xml(&file);
        bool titled = false;
        while (!xml.atEnd())
            titled = (xml.readNext() == QXmlStreamReader::Characters && xml.text() == u"Saved") || titled;
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(titled);
        QVERIFY(!panel.saveImage(folder.filePath(QStringLiteral("c.bmp")), &problem));
        QVERIFY(problem.contains(QStringLiteral(".png or .svg")));
        QVERIFY(!panel.saveImage(QStringLiteral("/nonexistent/c.png"), &problem));
    }

    void text_and_series_can_be_read_in_light_and_dark() {
        Theme theme;
        for (const auto choice : {ThemeChoice::light, ThemeChoice::dark}) {
            ChartPanel panel(QStringLiteral("Test"));
            panel.showBars({QStringLiteral("A")}, {{QStringLiteral("v"), {1}, {}, {}}}, {});
            theme.setChoice(choice);
            QCoreApplication::processEvents();
            const auto ground = panel.chart()->backgroundBrush().color();
            QCOMPARE(ground, panel.palette().color(QPalette::Base));
            QVERIFY(contrast(panel.chart()->axes().first()->labelsColor(), ground) >= 4.5);
            for (int index = 0; index < 8; ++index)
                QVERIFY2(contrast(seriesColor(index), ground) >= 3.0, qPrintable(QString::number(index)));
        }
        theme.setChoice(ThemeChoice::light);
    }

    void the_sparsity_picture_is_darker_where_it_is_denser_and_saves() {
        SparsityGrid grid{2, 3, 20, 30, {100, 10, 0, 50, 5, 1}};
        const auto image = SparsityPicture::image(grid, SparsityPicture(QString()).palette());
        QCOMPARE(image.size(), QSize(3, 2));
        QVERIFY(image.pixelColor(0, 0) != image.pixelColor(1, 0));
        QVERIFY(luminance(image.pixelColor(0, 0)) < luminance(image.pixelColor(1, 0)));
        QVERIFY(luminance(image.pixelColor(1, 0)) < luminance(image.pixelColor(2, 0)));
        QVERIFY(luminance(image.pixelColor(2, 1)) < luminance(image.pixelColor(2, 0)));
        SparsityPicture picture(QStringLiteral("Sparse"));
        picture.showGrid(grid);
        // 10 users and 10 items a cell: 100 rows are all possible pairs.
        QCOMPARE(picture.textTwin().split(u'\n')[1].split(u'\t')[1].toDouble(), 1.0);
        QCOMPARE(picture.textTwin().split(u'\n')[2].split(u'\t')[3].toDouble(), 0.01);
        QTemporaryDir folder;
        QString problem;
        for (const auto* name : {"s.png", "s.svg"}) {
            const auto file = folder.filePath(QString::fromLatin1(name));
            QVERIFY2(picture.saveImage(file, &problem), qPrintable(problem));
            QVERIFY(QFileInfo(file).size() > 500);
        }
        QVERIFY(QImage(folder.filePath(QStringLiteral("s.png"))).width() >= 1280);
        QVERIFY(!picture.saveImage(folder.filePath(QStringLiteral("s.bmp")), &problem));
    }

  private:
    /// WCAG 2: relative luminance and contrast ratio.
    static double luminance(const QColor& color) {
        const auto part = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
        return 0.2126 * part(color.redF()) + 0.7152 * part(color.greenF()) + 0.0722 * part(color.blueF());
    }
    static double contrast(const QColor& a, const QColor& b) {
        const double x = luminance(a);
        const double y = luminance(b);
        return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
    }
};

} // namespace tastebench::ui

QTEST_MAIN(tastebench::ui::TestCharts)
#include "tst_charts.moc"
