#include "ui/charts/chart_panel.h"

#include <algorithm>
#include <cmath>

#include <QBarCategoryAxis>
#include <QBarSeries>
#include <QBarSet>
#include <QChartView>
#include <QClipboard>
#include <QEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHorizontalBarSeries>
#include <QLabel>
#include <QLineSeries>
#include <QLocale>
#include <QLogValueAxis>
#include <QStackedLayout>
#include <QSvgGenerator>
#include <QToolButton>
#include <QToolTip>
#include <QValueAxis>

#include "ui/charts/chart_axes.h"
#include "ui/charts/chart_theme.h"
#include "ui/charts/interval_bars.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

QString shortText(const QString& text, int length) {
    return text.size() <= length ? text : text.left(length - 1) + QStringLiteral("…");
}

QString valueText(double value) {
    return QLocale().toString(value, 'g', 5);
}

} // namespace

struct ChartPanel::Private {
    QLabel* title = nullptr;
    QLabel* nothing = nullptr;
    QChartView* view = nullptr;
    QStackedLayout* stack = nullptr;
    QList<QToolButton*> tools;
    QPointer<IntervalBars> intervals;
    QString twin;
    int seriesCount = 0;

    QChart* chart() const { return view->chart(); }

    void clear(const QString& name) {
        delete intervals;
        chart()->removeAllSeries();
        for (auto* axis : chart()->axes()) {
            chart()->removeAxis(axis);
            delete axis;
        }
        twin = name;
        seriesCount = 0;
    }
    void paint(const QPalette& palette) {
        paintChart(*chart(), palette);
        int index = 0;
        for (auto* series : chart()->series()) {
            if (auto* lines = qobject_cast<QLineSeries*>(series)) {
                QPen pen = lines->pen();
                pen.setColor(seriesColorOn(index++, palette));
                lines->setPen(pen);
            } else if (auto* bars = qobject_cast<QAbstractBarSeries*>(series)) {
                for (auto* set : bars->barSets()) {
                    set->setColor(seriesColorOn(index++, palette));
                    set->setBorderColor(Qt::transparent);
                }
            }
        }
        if (intervals)
            intervals->setInk(palette.color(QPalette::Text));
    }
    void finish(ChartPanel* panel) {
        chart()->legend()->setVisible(seriesCount > 1);
        paint(panel->palette());
        view->setAccessibleDescription(twin);
        stack->setCurrentWidget(view);
        for (auto* tool : tools)
            tool->setEnabled(true);
    }
};

ChartPanel::ChartPanel(const QString& title, QWidget* parent) : QFrame(parent), d_(new Private) {
    setFrameShape(QFrame::NoFrame);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* top = new QHBoxLayout;
    d_->title = headingLabel(title, this);
    d_->title->setWordWrap(true);
    top->addWidget(d_->title, 1);
    const auto tool = [&](const QString& text, const QString& tip, auto action) {
        auto* made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(tip);
        made->setAccessibleName(tip);
        made->setAutoRaise(true);
        made->setFocusPolicy(Qt::TabFocus);
        connect(made, &QToolButton::clicked, this, action);
        top->addWidget(made);
        d_->tools.append(made);
    };
    tool(tr("Copy"), tr("Copy the chart as a picture"), [this] {
        const QPixmap picture = d_->view->grab();
        QGuiApplication::clipboard()->setPixmap(picture);
    });
    tool(tr("Values"), tr("Copy the chart's values as a table"),
         [this] { QGuiApplication::clipboard()->setText(textTwin()); });
    tool(tr("Save"), tr("Save the chart as PNG or SVG"), [this] {
        auto* dialog = new QFileDialog(this, tr("Save the chart"), QStringLiteral("chart.png"),
                                       tr("PNG picture (*.png);;SVG drawing (*.svg)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setDefaultSuffix(QStringLiteral("png"));
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
            QString problem;
            if (!saveImage(file, &problem))
                QToolTip::showText(QCursor::pos(), problem, this);
        });
        dialog->open();
    });
    column->addLayout(top);
    auto* chart = new QChart;
    chart->setMargins(QMargins(4, 4, 4, 4));
    chart->layout()->setContentsMargins(0, 0, 0, 0);
    chart->setBackgroundRoundness(0);
    chart->legend()->setAlignment(Qt::AlignTop);
    chart->setLocalizeNumbers(true);
    auto* body = new QWidget(this);
    d_->stack = new QStackedLayout(body);
    d_->view = new QChartView(chart, body);
    d_->view->setRenderHint(QPainter::Antialiasing);
    d_->view->setFrameShape(QFrame::NoFrame);
    d_->view->setMinimumHeight(150);
    d_->view->setAccessibleName(title);
    d_->nothing = mutedLabel({}, body);
    d_->nothing->setAlignment(Qt::AlignCenter);
    d_->stack->addWidget(d_->nothing);
    d_->stack->addWidget(d_->view);
    column->addWidget(body, 1);
    showNothing({});
}

ChartPanel::~ChartPanel() {
    delete d_;
}

void ChartPanel::setTitle(const QString& title) {
    d_->title->setText(title);
    d_->view->setAccessibleName(title);
}

void ChartPanel::showBars(const QStringList& categories, const QList<BarSeries>& series, const AxisText& axes) {
    d_->clear(QStringLiteral("\t") + categories.join(u'\t') + u'\n');
    auto* bars = new QBarSeries;
    bars->setBarWidth(series.size() > 1 ? 0.8 : 0.65);
    double low = 0;
    double high = 0;
    bool intervals = false;
    for (const auto& one : series) {
        auto* set = new QBarSet(one.name);
        QStringList cells{one.name};
        for (qsizetype c = 0; c < one.values.size(); ++c) {
            const double value = std::isfinite(one.values[c]) ? one.values[c] : 0;
            set->append(value);
            low = std::min({low, value, c < one.low.size() ? one.low[c] : value});
            high = std::max({high, value, c < one.high.size() ? one.high[c] : value});
            cells << QString::number(one.values[c], 'g', 10);
        }
        intervals = intervals || !one.low.isEmpty();
        bars->append(set);
        d_->twin += cells.join(u'\t') + u'\n';
        connect(set, &QBarSet::hovered, this, [this, set, categories](bool over, int index) {
            if (over)
                QToolTip::showText(
                    QCursor::pos(),
                    tr("%1, %2: %3").arg(set->label(), categories.value(index), valueText(set->at(index))), this);
        });
    }
    d_->seriesCount = static_cast<int>(series.size());
    auto* chart = d_->chart();
    chart->addSeries(bars);
    auto* x = new QBarCategoryAxis;
    QStringList labels;
    for (const auto& category : categories)
        labels << shortText(category, 22);
    // The axis needs different names; a tail of blanks keeps equal ones apart unseen.
    for (qsizetype i = 0; i < labels.size(); ++i)
        while (labels.indexOf(labels[i]) != i)
            labels[i] += QChar(0x200A);
    x->append(labels);
    x->setTitleText(axes.x);
    x->setGridLineVisible(false);
    auto* y = makeAxis(axes.y, false, low, high);
    chart->addAxis(x, Qt::AlignBottom);
    chart->addAxis(y, Qt::AlignLeft);
    bars->attachAxis(x);
    bars->attachAxis(y);
    if (intervals)
        d_->intervals = new IntervalBars(chart, bars, series);
    d_->finish(this);
}

void ChartPanel::showHorizontalBars(const QStringList& labels, const QList<double>& values, const AxisText& axes) {
    d_->clear({});
    auto* bars = new QHorizontalBarSeries;
    auto* set = new QBarSet(axes.x);
    QStringList names;
    double low = 0;
    double high = 0;
    // Qt counts categories from the bottom; people read from the top.
    for (qsizetype i = labels.size() - 1; i >= 0; --i) {
        set->append(values[i]);
        names << shortText(labels[i], 30);
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
    }
    for (qsizetype i = 0; i < labels.size(); ++i)
        d_->twin += labels[i] + u'\t' + QString::number(values[i], 'g', 10) + u'\n';
    for (qsizetype i = 0; i < names.size(); ++i)
        while (names.indexOf(names[i]) != i)
            names[i] += QChar(0x200A);
    connect(set, &QBarSet::hovered, this, [this, labels, set](bool over, int index) {
        if (over)
            QToolTip::showText(QCursor::pos(),
                               tr("%1: %2").arg(labels.value(labels.size() - 1 - index), valueText(set->at(index))),
                               this);
    });
    bars->append(set);
    bars->setBarWidth(0.7);
    d_->seriesCount = 1;
    auto* chart = d_->chart();
    chart->addSeries(bars);
    auto* y = new QBarCategoryAxis;
    y->append(names);
    y->setGridLineVisible(false);
    auto* x = makeAxis(axes.x, false, low, high);
    chart->addAxis(y, Qt::AlignLeft);
    chart->addAxis(x, Qt::AlignBottom);
    bars->attachAxis(y);
    bars->attachAxis(x);
    d_->finish(this);
}

void ChartPanel::showLines(const QList<LineSeries>& series, const AxisText& axes) {
    d_->clear({});
    auto* chart = d_->chart();
    QList<QPointF> all;
    QList<QLineSeries*> made;
    for (const auto& one : series) {
        auto* lines = new QLineSeries;
        lines->setName(one.legend.isEmpty() ? one.name : one.legend);
        QList<QPointF> points;
        for (const auto& point : one.points)
            if ((!axes.logX || point.x() > 0) && (!axes.logY || point.y() > 0) && std::isfinite(point.y()))
                points.append(point);
        points = thinned(points);
        lines->replace(points);
        lines->setPen(QPen(Qt::black, 2.2, one.dotted ? Qt::DotLine : Qt::SolidLine));
        lines->setPointsVisible(points.size() <= 40);
        all += points;
        d_->twin += one.name + u'\n';
        for (const auto& point : points)
            d_->twin += QStringLiteral("%1\t%2\n").arg(point.x(), 0, 'g', 10).arg(point.y(), 0, 'g', 10);
        connect(lines, &QLineSeries::hovered, this, [this, lines](const QPointF& point, bool over) {
            if (over)
                QToolTip::showText(QCursor::pos(),
                                   tr("%1: %2 at %3").arg(lines->name(), valueText(point.y()), valueText(point.x())),
                                   this);
        });
        chart->addSeries(lines);
        made.append(lines);
    }
    d_->seriesCount = static_cast<int>(series.size());
    if (all.isEmpty()) {
        showNothing(tr("No points to draw"));
        return;
    }
    const auto byX = [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); };
    const auto byY = [](const QPointF& a, const QPointF& b) { return a.y() < b.y(); };
    const auto [left, right] = std::minmax_element(all.begin(), all.end(), byX);
    const auto [bottom, top] = std::minmax_element(all.begin(), all.end(), byY);
    auto* x = makeAxis(axes.x, axes.logX, left->x(), right->x(), axes.wholeX);
    auto* y = makeAxis(axes.y, axes.logY, bottom->y(), top->y());
    chart->addAxis(x, Qt::AlignBottom);
    chart->addAxis(y, Qt::AlignLeft);
    for (auto* lines : made) {
        lines->attachAxis(x);
        lines->attachAxis(y);
    }
    d_->finish(this);
}

void ChartPanel::showNothing(const QString& why) {
    d_->clear(why);
    d_->nothing->setText(why);
    d_->stack->setCurrentWidget(d_->nothing);
    for (auto* tool : d_->tools)
        tool->setEnabled(false);
}

QChart* ChartPanel::chart() const {
    return d_->chart();
}

QString ChartPanel::textTwin() const {
    return d_->twin;
}

bool ChartPanel::saveImage(const QString& file, QString* problem) {
    const QString type = QFileInfo(file).suffix().toLower();
    if (type != QStringLiteral("png") && type != QStringLiteral("svg")) {
        *problem = tr("A chart is saved as .png or .svg; give the file one of these endings.");
        return false;
    }
    const QString caption = d_->title->text();
    d_->chart()->setTitle(caption);
    d_->paint(paperPalette());
    const QSize size = d_->view->size().expandedTo(QSize(640, 360));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (type == QStringLiteral("svg")) {
        QSvgGenerator svg;
        svg.setOutputDevice(&buffer);
        svg.setSize(size);
        svg.setViewBox(QRect(QPoint(), size));
        svg.setTitle(caption);
        QPainter painter(&svg);
        d_->view->render(&painter, QRectF(QPointF(), size));
    } else {
        QImage image(size * 2, QImage::Format_ARGB32_Premultiplied);
        image.setDevicePixelRatio(2);
        image.fill(Qt::white);
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        d_->view->render(&painter, QRectF(QPointF(), size));
        painter.end();
        image.save(&buffer, "PNG");
    }
    d_->chart()->setTitle({});
    d_->paint(palette());
    QSaveFile out(file);
    if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit())
        return true;
    *problem = tr("The chart could not be saved: %1").arg(out.errorString());
    return false;
}

void ChartPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        d_->paint(palette());
    QFrame::changeEvent(event);
}

} // namespace tastebench::ui
