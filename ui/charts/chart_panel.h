// A chart with its title, a text twin for screen readers, and Copy, Save as PNG and Save as SVG.
// Colours come from a palette safe for colour-blind eyes and follow the window's light or dark palette at run time.
#pragma once

#include <QFrame>
#include <QList>
#include <QPointF>
#include <QStringList>

QT_BEGIN_NAMESPACE
class QChart;
class QChartView;
QT_END_NAMESPACE

namespace tastebench::ui {

struct BarSeries {
    QString name;
    QList<double> values;    ///< one per category
    QList<double> low, high; ///< interval ends, one per category, or empty
};
struct LineSeries {
    QString name;
    QList<QPointF> points; ///< thinned by the panel beyond 2,000
    bool dotted = false;
    QString legend = {}; ///< where the name is too long for one beside a title that says the rest; empty: the name
};
struct AxisText {
    QString x, y;
    bool logX = false, logY = false;
    bool wholeX = false; ///< x counts, such as epochs
};

class ChartPanel : public QFrame {
    Q_OBJECT

  public:
    explicit ChartPanel(const QString& title, QWidget* parent = nullptr);
    ~ChartPanel() override;

    void setTitle(const QString& title);
    void showBars(const QStringList& categories, const QList<BarSeries>& series, const AxisText& axes);
    void showHorizontalBars(const QStringList& labels, const QList<double>& values, const AxisText& axes);
    void showLines(const QList<LineSeries>& series, const AxisText& axes);
    /// Plain text instead of a chart: why there is nothing to see and what to do.
    void showNothing(const QString& why);

    QChart* chart() const;
    /// What the chart says, as tab-separated lines.
    QString textTwin() const;
    bool saveImage(const QString& file, QString* problem); ///< .png or .svg

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Private;
    Private* const d_;
};

/// The series colour at `index`, readable on the current palette.
QColor seriesColor(int index);
/// Round tick steps (1, 2, 5 x 10^n) around [low, high].
struct NiceScale {
    double low, high, step;
};
NiceScale niceScale(double low, double high, int ticks = 5);

} // namespace tastebench::ui
