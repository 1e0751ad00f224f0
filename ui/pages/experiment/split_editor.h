// The split recipe: how rows are divided into training and test, said in one sentence and drawn.
#pragma once

#include <QWidget>

#include "core/split/split.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;
QT_END_NAMESPACE

namespace tastebench::ui {

/// Six people's rows as dots: training filled, test hollow in the accent colour.
class SplitPicture : public QWidget {
    Q_OBJECT

  public:
    explicit SplitPicture(QWidget* parent = nullptr);
    void setRecipe(const SplitRecipe& recipe);
    QSize sizeHint() const override { return {280, 96}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    SplitRecipe recipe_;
};

class SplitEditor : public QWidget {
    Q_OBJECT

  public:
    explicit SplitEditor(QWidget* parent = nullptr);
    /// As "chrono:0.75" or "rows:FILE": SplitRecipe::parse() reads it (and the file).
    QString recipeText() const;
    std::uint64_t seed() const;

  Q_SIGNALS:
    void changed();

  private:
    SplitKind kind() const;
    void refresh();
    void browse();

    QFormLayout* form_;
    QComboBox* kind_;
    QSpinBox* ratio_;
    QComboBox* group_;
    QSpinBox* seed_;
    QWidget* fileRow_;
    QLineEdit* file_;
    QLabel* sentence_;
    SplitPicture* picture_;
};

/// One sentence for people who have never split data.
QString splitSentence(SplitKind kind, int trainPercent, SplitGroup group);

} // namespace tastebench::ui
