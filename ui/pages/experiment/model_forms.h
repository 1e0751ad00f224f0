// The forms of the lines in the list of models, one shown at a time, made when they are first asked for.
#pragma once

#include <map>

#include <QWidget>

#include "core/models/recommender.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class ParameterForm;

class ModelForms : public QWidget {
    Q_OBJECT

  public:
    explicit ModelForms(QWidget* parent = nullptr);
    void showLine(const QString& line); ///< as ModelList names it
    /// As shown in the form, or the defaults where it was never opened.
    Parameters values(const QString& line) const;
    /// The form of a new line, filled in like that of another.
    void copy(const QString& from, const QString& to);
    void remove(const QString& line);

  Q_SIGNALS:
    void changed(const QString& line);

  private:
    ParameterForm* formOf(const QString& line);
    void showGives(const QString& line);

    QLabel* gives_; ///< what the model gives and needs as it is set now
    QStackedWidget* stack_;
    std::map<QString, ParameterForm*> forms_;
    QString shown_;
};

} // namespace tastebench::ui
