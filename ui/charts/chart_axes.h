// What charts need around their series: axes with round ticks, and fewer points where there are too many to draw.
#pragma once

#include <QList>
#include <QPointF>
#include <QString>

QT_BEGIN_NAMESPACE
class QAbstractAxis;
QT_END_NAMESPACE

namespace tastebench::ui {

/// At most about 2,000 points that look the same: of each stretch the least and the greatest.
QList<QPointF> thinned(const QList<QPointF>& points);
/// A new axis over [low, high]; powers of ten if logarithmic, no parts of ones if `whole`. The caller owns it.
QAbstractAxis* makeAxis(const QString& title, bool logarithmic, double low, double high, bool whole = false);

} // namespace tastebench::ui
