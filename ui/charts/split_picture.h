// A split as a picture: a line of dots for each of some users, in order of time, and one bar of all rows.
#pragma once

#include <optional>

#include <QWidget>

#include "core/split/preview.h"

namespace tastebench::ui {

/// Sides differ in colour and in shape: training round, validation a diamond, test square, left out a small cross.
class SplitPicture : public QWidget {
    Q_OBJECT

  public:
    explicit SplitPicture(QWidget* parent = nullptr);
    /// What to show; none: an empty picture that says nothing.
    void setPreview(std::optional<SplitPreview> preview);
    const std::optional<SplitPreview>& preview() const { return preview_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {sizeHint().width() / 2, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    int lineHeight() const;
    void paintUsers(QPainter& painter) const;
    void paintBar(QPainter& painter, double top) const;
    void paintLegend(QPainter& painter, double top) const;

    std::optional<SplitPreview> preview_;
};

} // namespace tastebench::ui
