// Interval whiskers on grouped bars, which Qt Charts has not: drawn over the plot area and moved with it.
#pragma once

#include <QGraphicsObject>
#include <QPen>

#include "ui/charts/chart_panel.h"

QT_BEGIN_NAMESPACE
class QBarSeries;
class QChart;
QT_END_NAMESPACE

namespace tastebench::ui {

class IntervalBars : public QGraphicsObject {
    Q_OBJECT

  public:
    IntervalBars(QChart* chart, QBarSeries* bars, QList<BarSeries> series);
    void setInk(const QColor& ink);
    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

  private:
    QChart* chart_;
    QBarSeries* bars_;
    QList<BarSeries> series_;
    QPen pen_;
};

} // namespace tastebench::ui
