#include "ui/shell/message_bar.h"

#include <utility>

#include <QAccessible>
#include <QLabel>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {
constexpr int noteMilliseconds = 6000;
constexpr int offerMilliseconds = 20'000;

QString sentence(const std::string& text) {
    QString out = toQt(text);
    if (!out.isEmpty())
        out[0] = out[0].toUpper();
    return out;
}
} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), heading_(headingLabel({}, this)), detail_(new QLabel(this)), leave_(new QTimer(this)) {
    setObjectName(QStringLiteral("messageBar"));
    heading_->setWordWrap(true);
    heading_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    detail_->setWordWrap(true);
    detail_->setTextFormat(Qt::PlainText);
    detail_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = flatButton(tr("Close"), tr("Takes this message away (Esc)"), this);
    close->setShortcut(Qt::Key_Escape);
    close->setAccessibleName(tr("Close message"));
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    action_ = button({}, tr("Takes back what was just done (Ctrl+Z)"), this);
    action_->setObjectName(QStringLiteral("messageAction"));
    action_->setAccessibleName(tr("Undo"));
    action_->hide();
    connect(action_, &QPushButton::clicked, this, [this] {
        hide();
        if (const auto deed = std::exchange(deed_, nullptr))
            deed();
    });
    leave_->setSingleShot(true);
    connect(leave_, &QTimer::timeout, this, &QWidget::hide);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(cardMargin, gap, gap, gap);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(heading_);
    texts->addWidget(detail_);
    row->addLayout(texts, 1);
    row->addWidget(action_, 0, Qt::AlignTop);
    row->addWidget(close, 0, Qt::AlignTop);
    hide();
}

void MessageBar::showError(const Error& error) {
    QStringList detail;
    if (!error.where.empty())
        detail.append(tr("Where: %1").arg(toQt(error.where)));
    if (!error.remedy.empty())
        detail.append(tr("What to do: %1").arg(toQt(error.remedy)));
    leave_->stop();
    present(QStringLiteral("error"), sentence(error.what), detail.join(u'\n'));
}

void MessageBar::showNote(const QString& text) {
    // A note never hides an error that has not been read.
    if (isVisible() && property("kind") == QStringLiteral("error"))
        return;
    // Nor an offer that can still be taken.
    if (isVisible() && deed_)
        return;
    present(QStringLiteral("note"), text, {});
    leave_->start(noteMilliseconds);
}

void MessageBar::showOffer(const QString& text, const QString& action, const std::function<void()>& deed) {
    if (isVisible() && property("kind") == QStringLiteral("error"))
        return;
    present(QStringLiteral("note"), text, {});
    deed_ = deed;
    action_->setText(action);
    action_->setShortcut(QKeySequence::Undo);
    action_->show();
    leave_->start(offerMilliseconds);
}

QString MessageBar::text() const {
    return detail_->text().isEmpty() ? heading_->text() : heading_->text() + u'\n' + detail_->text();
}

void MessageBar::present(const QString& kind, const QString& heading, const QString& detail) {
    setStyleProperty(this, "kind", kind);
    deed_ = nullptr;
    action_->hide();
    heading_->setText(heading);
    detail_->setText(detail);
    detail_->setVisible(!detail.isEmpty());
    setAccessibleName(kind == QStringLiteral("error") ? tr("Error") : tr("Message"));
    setAccessibleDescription(text());
    show();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

} // namespace tastebench::ui
