// The split recipe: how rows are divided into training, validation and test, said in one sentence, drawn on the data at
// hand, and looked over for what may be wrong.
#pragma once

#include <QWidget>

#include "core/split/checks.h"
#include "core/split/preview.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QDateEdit;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class SplitPicture;
class Workbench;

class SplitEditor : public QWidget {
    Q_OBJECT

  public:
    explicit SplitEditor(Workbench& workbench, QWidget* parent = nullptr);
    /// The data to draw and check the split on; null: none.
    void setDataset(DatasetPtr dataset);
    /// As "chrono:0.75" or "rows:FILE": SplitRecipe::parse() reads it (and the file).
    QString recipeText() const;
    std::uint64_t seed() const;
    /// Keeps back so many of a hundred rows, or days before a date; false where this kind of split has no share to set.
    bool setValidationShare(int percent);

  Q_SIGNALS:
    void changed();

  private:
    /// What the background work finds out about a recipe on the data.
    struct Drawn {
        SplitPreview preview;
        SplitCheck check;
        std::string fingerprint;
    };
    /// A row whose label's key goes to `first`, one of the row's fields.
    void addRow(const QString& text, QWidget* row, QWidget* first);
    void makeKind();
    void makeShares();
    void makeFolds();
    void makeFile();
    void makeFilters();
    void connectFields();
    /// The recipe of the fields; the file of rows is not read.
    SplitRecipe recipe() const;
    void refresh();
    void draw();
    void showDrawn(const Result<Drawn>& drawn);
    void browse();

    Workbench& workbench_;
    DatasetPtr dataset_;
    QFormLayout* form_;
    QComboBox* kind_;
    QWidget* sharesRow_;
    QSpinBox* ratio_;
    QSpinBox* validation_;
    QComboBox* group_;
    QWidget* dateRow_;
    QDateEdit* date_;
    QSpinBox* validationDays_;
    QComboBox* leaveOut_;
    QCheckBox* validateOne_;
    QWidget* foldRow_;
    QSpinBox* folds_;
    QSpinBox* fold_;
    QCheckBox* wholeUsers_;
    QSpinBox* seed_;
    QWidget* fileRow_;
    QLineEdit* file_;
    QWidget* filterRow_;
    QSpinBox* minUser_;
    QSpinBox* minItem_;
    QDoubleSpinBox* minValue_;
    QCheckBox* core_;
    QLabel* sentence_;
    SplitPicture* picture_;
    QLabel* warnings_;
    QLabel* notes_;
    QTimer* drawTimer_;
    int drawNumber_ = 0;
};

} // namespace tastebench::ui
