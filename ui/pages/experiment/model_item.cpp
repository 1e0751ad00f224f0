#include "ui/pages/experiment/model_item.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QPainter>

#include "ui/shell/theme.h"

namespace tastebench::ui {

namespace {

constexpr int space = 4, indent = 28; // the check box stands in the indent
constexpr int sentenceFlags =
    static_cast<int>(Qt::AlignLeft) | static_cast<int>(Qt::AlignTop) | static_cast<int>(Qt::TextWordWrap);

QFont strong(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont smaller(QFont font) {
    font.setPointSizeF(font.pointSizeF() * 0.92);
    return font;
}

bool isHeading(const QModelIndex& index) {
    return index.data(modelIdRole).toString().isEmpty();
}

void paintHeading(QPainter& painter, const QRect& box, const QStyleOptionViewItem& option, const QModelIndex& index) {
    painter.setFont(strong(smaller(option.font)));
    painter.setPen(themeColors().muted);
    painter.drawText(box.adjusted(space, 0, -space, -space / 2), static_cast<int>(Qt::AlignLeft | Qt::AlignBottom),
                     index.data(Qt::DisplayRole).toString().toUpper());
}

void paintModel(QPainter& painter, const QRect& box, const QStyleOptionViewItem& option, const QModelIndex& index) {
    const bool usable = index.data(usableRole).toBool();
    const QRect text = box.adjusted(indent, space, -space, -space);
    const QFontMetrics titleMetrics(strong(option.font));
    const QString takes = index.data(takesRole).toString();
    painter.setFont(smaller(option.font));
    painter.setPen(themeColors().muted);
    painter.drawText(text, static_cast<int>(Qt::AlignRight | Qt::AlignTop), takes);
    const int room = text.width() - QFontMetrics(smaller(option.font)).horizontalAdvance(takes) - space;
    painter.drawText(text.adjusted(0, titleMetrics.height(), 0, 0), sentenceFlags, index.data(sentenceRole).toString());
    painter.setFont(strong(option.font));
    painter.setPen(usable ? themeColors().text : themeColors().muted);
    painter.drawText(text, static_cast<int>(Qt::AlignLeft | Qt::AlignTop),
                     titleMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, room));
}

} // namespace

void ModelItemDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    painter->save();
    if (isHeading(index)) {
        paintHeading(*painter, option.rect, item, index);
        painter->restore();
        return;
    }
    auto* style = item.widget != nullptr ? item.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &item, painter, item.widget);
    QStyleOptionViewItem box = item;
    const int side = style->pixelMetric(QStyle::PM_IndicatorWidth, &item, item.widget);
    box.rect = QRect(option.rect.left() + (indent - side) / 2, option.rect.top() + space + 1, side, side);
    box.state &= ~(QStyle::State_HasFocus | QStyle::State_On | QStyle::State_Off);
    box.state |= index.data(Qt::CheckStateRole).toInt() == Qt::Checked ? QStyle::State_On : QStyle::State_Off;
    if (index.data(usableRole).toBool())
        style->drawPrimitive(QStyle::PE_IndicatorItemViewItemCheck, &box, painter, item.widget);
    paintModel(*painter, option.rect, item, index);
    painter->restore();
}

QSize ModelItemDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QFontMetrics title(strong(option.font));
    if (isHeading(index))
        return {10, title.height() + 2 * space};
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    const int width = view == nullptr ? 300 : view->viewport()->width() - indent - space;
    const QFontMetrics small(smaller(option.font));
    const auto sentence = small.boundingRect(QRect(0, 0, std::max(60, width), 10'000), sentenceFlags,
                                             index.data(sentenceRole).toString());
    return {10, title.height() + sentence.height() + 2 * space};
}

} // namespace tastebench::ui
