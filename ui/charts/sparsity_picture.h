// How densely users and items meet: a grid of cells, the most active users above and the most popular items to the
// left, shaded by the logarithm of density. With title, text twin, Copy, Values and Save as a ChartPanel has them.
#pragma once

#include <QFrame>
#include <QImage>

#include "core/data/statistics.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QToolButton;
QT_END_NAMESPACE

namespace tastebench::ui {

class SparsityCanvas;

class SparsityPicture : public QFrame {
    Q_OBJECT

  public:
    explicit SparsityPicture(const QString& title, QWidget* parent = nullptr);
    void showGrid(const SparsityGrid& grid);
    /// Plain text instead of the picture.
    void showNothing(const QString& why);

    /// Densities as tab-separated lines, the cells summed up to at most 20 x 20.
    QString textTwin() const;
    bool saveImage(const QString& file, QString* problem); ///< .png or .svg
    /// One pixel a cell, in the colours of the palette.
    static QImage image(const SparsityGrid& grid, const QPalette& palette);

  private:
    QImage pictureOnPaper(const QSize& size) const;

    QLabel* title_;
    SparsityCanvas* canvas_;
    QList<QToolButton*> tools_;
};

} // namespace tastebench::ui
