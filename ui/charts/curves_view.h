// Learning curves, live, and after them how well predicted probabilities were calibrated: one chart for each scale side
// by side, since a loss and a metric of the validation rows have no axis in common.
#pragma once

#include <QList>
#include <QWidget>

#include "core/base/progress.h"

QT_BEGIN_NAMESPACE
class QHBoxLayout;
QT_END_NAMESPACE

namespace tastebench::ui {

class ChartPanel;

class CurvesView : public QWidget {
    Q_OBJECT

  public:
    explicit CurvesView(QWidget* parent = nullptr);
    void showCurves(const Curves& curves);
    /// Why there is nothing to see.
    void showNothing(const QString& why);

  private:
    ChartPanel* panel(qsizetype at);

    QHBoxLayout* row_;
    QList<ChartPanel*> panels_; ///< those beyond what is shown are hidden
};

} // namespace tastebench::ui
