// How the runs of an experiment are measured, and the note they get.
#pragma once

#include "core/eval/evaluate.h"
#include "ui/shell/widgets.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QLineEdit;
QT_END_NAMESPACE

namespace tastebench::ui {

class MeasureCard : public Card {
    Q_OBJECT

  public:
    explicit MeasureCard(QWidget* parent = nullptr);
    /// List lengths that are no numbers are 0, which prepare_spec() refuses with its remedy.
    EvalOptions options() const;
    QString note() const;

  Q_SIGNALS:
    void changed();

  private:
    QLineEdit* ks_;
    QCheckBox* removeSeen_;
    QCheckBox* sampled_;
    QLineEdit* note_;
};

} // namespace tastebench::ui
