// What becomes of the rows: weights of events, range of ratings, duplicates, missing ratings, minimum counts, sampling
// and rows that cannot be read.
#pragma once

#include <map>

#include <QWidget>

#include "core/data/importer.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;
QT_END_NAMESPACE

namespace tastebench::ui {

class ImportRules : public QWidget {
    Q_OBJECT

  public:
    explicit ImportRules(QWidget* parent = nullptr);
    void read(ImportOptions& options) const;
    void set(const ImportOptions& options);
    /// One weight for each kind of event; those that a recipe names stay.
    void showEvents(const std::vector<std::string>& events);
    /// What is typed and makes no sense; empty if all is well.
    QString problem() const;

  Q_SIGNALS:
    void changed();

  private:
    void makeRatings(QGridLayout* grid);
    void makeCounts(QGridLayout* grid);
    void makeBadRows(QGridLayout* grid);
    void makeEvents(QGridLayout* grid);
    QComboBox* choice(const char* objectName, const QString& name, const QString& tip);
    QLineEdit* number(const char* objectName, const QString& name, const QString& tip);
    void showNeeded();

    QComboBox *duplicates_, *missing_, *sampleUnit_, *badRows_;
    QLineEdit *least_, *greatest_, *share_, *seed_, *mostBad_;
    QSpinBox *perUser_, *perItem_;
    QCheckBox* core_;
    QWidget* events_;
    std::map<std::string, QLineEdit*> weights_;
    std::map<std::string, float> known_; ///< weights of a recipe whose events are not among the first rows
};

} // namespace tastebench::ui
