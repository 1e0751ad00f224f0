#include "ui/charts/chart_axes.h"

#include <algorithm>
#include <cmath>

#include <QLogValueAxis>
#include <QValueAxis>

#include "ui/charts/chart_panel.h"

namespace tastebench::ui {

namespace {

constexpr qsizetype mostPoints = 2000;

} // namespace

QList<QPointF> thinned(const QList<QPointF>& points) {
    if (points.size() <= mostPoints)
        return points;
    QList<QPointF> out;
    const qsizetype stretch = points.size() / (mostPoints / 2) + 1;
    const auto byY = [](const QPointF& a, const QPointF& b) { return a.y() < b.y(); };
    for (qsizetype i = 0; i < points.size(); i += stretch) {
        const auto first = points.begin() + i;
        const auto last = points.begin() + std::min(i + stretch, points.size());
        auto [least, greatest] = std::minmax_element(first, last, byY);
        if (greatest < least)
            std::swap(least, greatest);
        out.append(*least);
        if (least != greatest)
            out.append(*greatest);
    }
    return out;
}

QAbstractAxis* makeAxis(const QString& title, bool logarithmic, double low, double high, bool whole) {
    if (logarithmic) {
        auto* axis = new QLogValueAxis;
        axis->setBase(10);
        axis->setLabelFormat(QStringLiteral("%.0f"));
        axis->setTitleText(title);
        axis->setRange(std::pow(10, std::floor(std::log10(std::max(low, 1e-9)))),
                       std::pow(10, std::ceil(std::log10(std::max(high, 1e-9)) - 1e-9)));
        return axis;
    }
    auto* axis = new QValueAxis;
    auto scale = niceScale(low, high);
    if (whole && scale.step < 1)
        scale = {std::floor(low), std::max(std::ceil(high), std::floor(low) + 1), 1};
    axis->setRange(scale.low, scale.high);
    axis->setTickType(QValueAxis::TicksDynamic);
    axis->setTickAnchor(0);
    axis->setTickInterval(scale.step);
    const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(scale.step) + 1e-9)));
    axis->setLabelFormat(QStringLiteral("%.%1f").arg(digits));
    axis->setTitleText(title);
    return axis;
}

} // namespace tastebench::ui
