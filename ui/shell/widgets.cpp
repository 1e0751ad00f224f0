#include "ui/shell/widgets.h"

#include <QScrollArea>
#include <QStyle>
#include <QVariant>

namespace tastebench::ui {

namespace {

QLabel* scaledLabel(const QString& text, double scale, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * scale);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

} // namespace

QLabel* titleLabel(const QString& text, QWidget* parent) {
    return scaledLabel(text, 1.6, parent);
}

QLabel* headingLabel(const QString& text, QWidget* parent) {
    return scaledLabel(text, 1.12, parent);
}

QLabel* mutedLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setProperty("role", QStringLiteral("muted"));
    return label;
}

QLabel* codeLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setProperty("role", QStringLiteral("code"));
    return label;
}

QLabel* warningLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", QStringLiteral("warning"));
    return label;
}

Card::Card(const QString& heading, QWidget* parent) : QFrame(parent), column_(new QVBoxLayout(this)) {
    setProperty("card", true);
    column_->setContentsMargins(cardMargin, cardMargin, cardMargin, cardMargin);
    column_->setSpacing(gap);
    if (!heading.isEmpty())
        setHeading(heading);
}

void Card::setHeading(const QString& heading) {
    if (heading_ == nullptr) {
        heading_ = headingLabel(heading, this);
        column_->insertWidget(0, heading_);
    }
    heading_->setText(heading);
}

QPushButton* button(const QString& text, const QString& tip, QWidget* parent) {
    auto* out = new QPushButton(text, parent);
    out->setToolTip(tip);
    return out;
}

QPushButton* primaryButton(const QString& text, const QString& tip, QWidget* parent) {
    auto* out = button(text, tip, parent);
    out->setProperty("primary", true);
    return out;
}

QPushButton* flatButton(const QString& text, const QString& tip, QWidget* parent) {
    auto* out = button(text, tip, parent);
    out->setProperty("flat", true);
    out->setCursor(Qt::PointingHandCursor);
    return out;
}

EmptyState::EmptyState(const QString& heading, const QString& help, QWidget* parent)
    : QWidget(parent), heading_(headingLabel(heading, this)), help_(mutedLabel(help, this)), actions_(new QHBoxLayout) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(gap);
    column->addStretch(2);
    heading_->setAlignment(Qt::AlignCenter);
    heading_->setWordWrap(true);
    help_->setAlignment(Qt::AlignCenter);
    column->addWidget(heading_);
    column->addWidget(help_);
    actions_->addStretch();
    actions_->addStretch();
    column->addLayout(actions_);
    column->addStretch(3);
}

QPushButton* EmptyState::addAction(const QString& text, const QString& tip) {
    auto* out = primaryButton(text, tip, this);
    actions_->insertWidget(actions_->count() - 1, out);
    return out;
}

void EmptyState::setText(const QString& heading, const QString& help) {
    heading_->setText(heading);
    help_->setText(help);
}

QWidget* scrolled(QWidget* content, QWidget* parent) {
    auto* area = new QScrollArea(parent);
    content->setObjectName(QStringLiteral("scrolled"));
    area->setWidget(content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->viewport()->setAutoFillBackground(false);
    area->setFocusPolicy(Qt::NoFocus);
    content->setAutoFillBackground(false);
    return area;
}

void setStyleProperty(QWidget* widget, const char* name, const QVariant& value) {
    if (widget->property(name) == value)
        return;
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

} // namespace tastebench::ui
