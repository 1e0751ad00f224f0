#include "ui/charts/chart_theme.h"

#include <array>

#include <QAbstractAxis>
#include <QApplication>
#include <QChart>
#include <QLegend>

#include "ui/charts/chart_panel.h"

namespace tastebench::ui {

namespace {

/// After Okabe and Ito (2008), told apart by people who see fewer colours; lighter ones for dark grounds.
constexpr std::array<QRgb, 8> onLight{0x0072b2, 0xd55e00, 0x009e73, 0xb3549e, 0x9a7b00, 0x3a8fc7, 0x6b7a8c, 0x7a3e00};
constexpr std::array<QRgb, 8> onDark{0x56b4e9, 0xf28e4b, 0x35c99b, 0xe29acb, 0xf0e442, 0x8fc8f0, 0xa9b6c5, 0xd2a679};

} // namespace

QPalette paperPalette() {
    QPalette paper;
    paper.setColor(QPalette::Base, Qt::white);
    paper.setColor(QPalette::Window, Qt::white);
    paper.setColor(QPalette::Text, QColor(0x18212d));
    paper.setColor(QPalette::WindowText, QColor(0x18212d));
    paper.setColor(QPalette::PlaceholderText, QColor(0x5b6878));
    paper.setColor(QPalette::Mid, QColor(0xd7dde5));
    return paper;
}

QColor seriesColorOn(int index, const QPalette& palette) {
    const bool dark = palette.color(QPalette::Base).lightness() < 128;
    const auto& colors = dark ? onDark : onLight;
    return QColor(colors[static_cast<std::size_t>(index) % colors.size()]);
}

QColor seriesColor(int index) {
    return seriesColorOn(index, QApplication::palette());
}

void paintChart(QChart& chart, const QPalette& palette) {
    chart.setBackgroundBrush(palette.color(QPalette::Base));
    chart.setBackgroundPen(Qt::NoPen);
    chart.setPlotAreaBackgroundVisible(false);
    chart.setTitleBrush(palette.color(QPalette::Text));
    chart.legend()->setLabelColor(palette.color(QPalette::Text));
    QPen grid(palette.color(QPalette::Mid));
    grid.setCosmetic(true);
    for (auto* axis : chart.axes()) {
        axis->setLabelsColor(palette.color(QPalette::Text));
        axis->setTitleBrush(palette.color(QPalette::Text));
        axis->setGridLinePen(grid);
        axis->setLinePen(grid);
    }
}

} // namespace tastebench::ui
