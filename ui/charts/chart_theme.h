// Colours and text of charts, on the window's palette or on paper.
#pragma once

#include <QColor>
#include <QPalette>

QT_BEGIN_NAMESPACE
class QChart;
QT_END_NAMESPACE

namespace tastebench::ui {

/// The palette that exported charts are drawn with: dark ink on white.
QPalette paperPalette();
QColor seriesColorOn(int index, const QPalette& palette);
/// Backgrounds, axes, labels and legend of a chart in the palette's colours; series keep theirs.
void paintChart(QChart& chart, const QPalette& palette);

} // namespace tastebench::ui
