#include "ui/charts/interval_bars.h"

#include <QBarSeries>
#include <QChart>
#include <QPainter>

namespace tastebench::ui {

IntervalBars::IntervalBars(QChart* chart, QBarSeries* bars, QList<BarSeries> series)
    : QGraphicsObject(chart), chart_(chart), bars_(bars), series_(std::move(series)) {
    setZValue(100);
    setAcceptedMouseButtons(Qt::NoButton);
    connect(chart, &QChart::plotAreaChanged, this, [this] {
        prepareGeometryChange();
        update();
    });
}

void IntervalBars::setInk(const QColor& ink) {
    pen_ = QPen(ink, 1.5);
    update();
}

QRectF IntervalBars::boundingRect() const {
    return chart_->plotArea();
}

void IntervalBars::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
    painter->setPen(pen_);
    const auto groups = series_.size();
    const double width = bars_->barWidth() / static_cast<double>(groups);
    for (qsizetype s = 0; s < groups; ++s) {
        const BarSeries& series = series_[s];
        for (qsizetype c = 0; c < std::min(series.low.size(), series.high.size()); ++c) {
            // Bars of a category stand side by side around its whole number.
            const double x = static_cast<double>(c) - bars_->barWidth() / 2 + (static_cast<double>(s) + 0.5) * width;
            const QPointF low = chart_->mapToPosition({x, series.low[c]}, bars_);
            const QPointF high = chart_->mapToPosition({x, series.high[c]}, bars_);
            painter->drawLine(low, high);
            for (const auto& end : {low, high})
                painter->drawLine(end - QPointF(4, 0), end + QPointF(4, 0));
        }
    }
}

} // namespace tastebench::ui
