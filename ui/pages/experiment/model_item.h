// How one line of the list of models looks: a heading, or a model's title with what it would take, and a sentence.
#pragma once

#include <QStyledItemDelegate>

namespace tastebench::ui {

/// What the items hold beside Qt's own roles.
enum ModelItemRole {
    modelIdRole = Qt::UserRole, ///< empty: a heading
    lineRole,                   ///< tells copies of a model apart; see modelOfLine()
    sentenceRole,               ///< the summary, or why the model cannot be used
    takesRole,                  ///< "3 s, 120 MB", or nothing
    usableRole,                 ///< bool: it can be ticked
};

class ModelItemDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace tastebench::ui
