#include "ui/charts/split_picture.h"

#include <algorithm>
#include <array>

#include <QPainter>

#include "ui/bridge/text.h"
#include "ui/shell/theme.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int barHeight = 14;
constexpr int legendLines = 2;
constexpr int mostUsers = 12;
constexpr double widestCell = 14, narrowestCell = 3;

struct SideLook {
    Side side;
    QColor color;
    QString name;
    std::uint64_t rows;
};

std::array<SideLook, 4> looks(const SplitPreview& preview) {
    const auto& colors = themeColors();
    return {{{Side::train, colors.muted, SplitPicture::tr("train"), preview.train},
             {Side::validation, colors.good, SplitPicture::tr("validation"), preview.validation},
             {Side::test, colors.accent, SplitPicture::tr("test"), preview.test},
             {Side::none, colors.border, SplitPicture::tr("left out"), preview.left_out}}};
}

std::uint64_t allRows(const SplitPreview& preview) {
    return preview.train + preview.validation + preview.test + preview.left_out;
}

QString countWithShare(std::uint64_t rows, std::uint64_t all) {
    return SplitPicture::tr("%1 (%2)").arg(countText(rows),
                                           percentText(static_cast<double>(rows) / static_cast<double>(all)));
}

void drawMark(QPainter& painter, Side side, const QColor& color, QPointF centre, double radius) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    switch (side) {
    case Side::train:
        painter.drawEllipse(centre, radius * 0.8, radius * 0.8);
        break;
    case Side::validation: {
        const double r = radius * 1.1;
        painter.drawPolygon(QPolygonF(
            {centre + QPointF(0, -r), centre + QPointF(r, 0), centre + QPointF(0, r), centre - QPointF(r, 0)}));
        break;
    }
    case Side::test:
        painter.drawRect(QRectF(centre - QPointF(radius, radius) * 0.9, QSizeF(radius, radius) * 1.8));
        break;
    case Side::none:
        painter.setPen(QPen(color, 1.2));
        for (const double way : {-1.0, 1.0})
            painter.drawLine(centre + QPointF(-0.7, -0.7 * way) * radius, centre + QPointF(0.7, 0.7 * way) * radius);
        break;
    }
}

} // namespace

SplitPicture::SplitPicture(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Picture of the split"));
    setToolTip(
        tr("One line for each of some users, one mark for each row, time runs to the right; the bar below is all "
           "rows"));
}

void SplitPicture::setPreview(std::optional<SplitPreview> preview) {
    preview_ = std::move(preview);
    QStringList parts;
    if (preview_)
        for (const auto& look : looks(*preview_))
            if (look.rows > 0)
                parts.append(tr("%1 %2").arg(look.name, countWithShare(look.rows, allRows(*preview_))));
    setAccessibleDescription(parts.join(QStringLiteral(", ")));
    update();
}

int SplitPicture::lineHeight() const {
    return std::max(12, fontMetrics().height() - 2);
}

QSize SplitPicture::sizeHint() const {
    return {360, mostUsers * lineHeight() + gap + barHeight + gap / 2 + legendLines * fontMetrics().height()};
}

void SplitPicture::paintEvent(QPaintEvent*) {
    if (!preview_)
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintUsers(painter);
    const double top = mostUsers * lineHeight() + gap;
    paintBar(painter, top);
    paintLegend(painter, top + barHeight + gap / 2.0);
}

void SplitPicture::paintUsers(QPainter& painter) const {
    const auto sides = looks(*preview_);
    QStringList labels;
    int labelWidth = 0;
    std::size_t longest = 1;
    for (const auto& user : preview_->users) {
        labels.append(user.id.empty() ? tr("rows") : fontMetrics().elidedText(toQt(user.id), Qt::ElideRight, 72));
        // A line that does not begin with the user's first row says so.
        if (user.rows > user.latest.size())
            labels.back().append(QStringLiteral(" …"));
        labelWidth = std::max(labelWidth, fontMetrics().horizontalAdvance(labels.back()));
        longest = std::max(longest, user.latest.size());
    }
    const double left = labelWidth + gap;
    const double cell = std::clamp((width() - left) / static_cast<double>(longest), narrowestCell, widestCell);
    const double radius = std::min(cell, static_cast<double>(lineHeight())) * 0.36;
    for (std::size_t u = 0; u < preview_->users.size(); ++u) {
        const double top = static_cast<double>(u) * lineHeight();
        painter.setPen(themeColors().muted);
        painter.drawText(QRectF(0, top, labelWidth, lineHeight()), Qt::AlignRight | Qt::AlignVCenter,
                         labels[static_cast<qsizetype>(u)]);
        const auto& latest = preview_->users[u].latest;
        for (std::size_t i = 0; i < latest.size(); ++i)
            drawMark(painter, latest[i], sides[static_cast<std::size_t>(latest[i])].color,
                     {left + (static_cast<double>(i) + 0.5) * cell, top + lineHeight() / 2.0}, radius);
    }
}

void SplitPicture::paintBar(QPainter& painter, double top) const {
    const auto all = static_cast<double>(std::max<std::uint64_t>(1, allRows(*preview_)));
    double left = 0;
    painter.setPen(Qt::NoPen);
    for (const auto& look : looks(*preview_)) {
        if (look.rows == 0)
            continue;
        const double length = static_cast<double>(look.rows) / all * width();
        painter.setBrush(look.color);
        // A sliver stays visible, and a gap of a pixel parts what lies side by side.
        painter.drawRect(QRectF(left, top, std::max(1.0, length - 1), barHeight));
        left += length;
    }
}

void SplitPicture::paintLegend(QPainter& painter, double top) const {
    const double height = fontMetrics().height();
    double left = 0;
    for (const auto& look : looks(*preview_)) {
        if (look.rows == 0)
            continue;
        const QString text = tr("%1 %2").arg(look.name, countWithShare(look.rows, allRows(*preview_)));
        const double length = height + fontMetrics().horizontalAdvance(text);
        if (left > 0 && left + length > width()) {
            left = 0;
            top += height;
        }
        drawMark(painter, look.side, look.color, {left + height / 2, top + height / 2}, height * 0.3);
        painter.setPen(themeColors().text);
        painter.drawText(QRectF(left + height, top, length, height), Qt::AlignVCenter, text);
        left += length + cardMargin;
    }
}

} // namespace tastebench::ui
