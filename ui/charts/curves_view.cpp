#include "ui/charts/curves_view.h"

#include <QHBoxLayout>

#include "core/experiment/curve_names.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

CurvesView::CurvesView(QWidget* parent) : QWidget(parent), row_(new QHBoxLayout(this)) {
    row_->setContentsMargins(0, 0, 0, 0);
    row_->setSpacing(gap);
    panel(0);
}

ChartPanel* CurvesView::panel(qsizetype at) {
    while (panels_.size() <= at) {
        auto* made = new ChartPanel(tr("Learning curve"), this);
        made->setObjectName(QStringLiteral("learningCurve%1").arg(panels_.size()));
        made->setContentsMargins(cardMargin, gap, cardMargin, gap);
        row_->addWidget(made, 1);
        panels_.append(made);
    }
    return panels_[at];
}

void CurvesView::showCurves(const Curves& curves) {
    const auto groups = group_curves(curves);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto& group = groups[g];
        QList<LineSeries> lines;
        for (const auto& line : group.lines) {
            LineSeries drawn{toQt(line.title), {}, false, {}};
            // "nDCG@10 on the validation rows": the chart's title says the first part.
            if (const auto said = toQt(group.scale) + QStringLiteral(" on the "); drawn.name.startsWith(said))
                drawn.legend = drawn.name.mid(said.size());
            for (const auto& point : line.points)
                drawn.points.append({point.x, point.y});
            lines.append(drawn);
        }
        auto* chart = panel(static_cast<qsizetype>(g));
        // A chart of one line has no legend, so its title is the line's.
        chart->setTitle(lines.size() == 1 ? lines.constFirst().name : toQt(group.scale));
        const bool byEpoch = group.by == "epoch";
        AxisText axes{byEpoch ? tr("epoch") : tr("predicted probability"), {}};
        axes.wholeX = byEpoch;
        if (lines.size() == 1) // else it is the title
            axes.y = toQt(group.scale);
        chart->showLines(lines, axes);
        chart->show();
    }
    for (qsizetype at = static_cast<qsizetype>(groups.size()); at < panels_.size(); ++at)
        panels_[at]->hide();
}

void CurvesView::showNothing(const QString& why) {
    panel(0)->setTitle(tr("Learning curve"));
    panel(0)->showNothing(why);
    for (qsizetype at = 0; at < panels_.size(); ++at)
        panels_[at]->setVisible(at == 0);
}

} // namespace tastebench::ui
