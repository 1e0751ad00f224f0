// A bar under the header for errors (they stay until closed) and short notes (they leave by themselves).
#pragma once

#include <functional>

#include <QFrame>

#include "core/base/error.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class MessageBar : public QFrame {
    Q_OBJECT

  public:
    explicit MessageBar(QWidget* parent = nullptr);
    void showError(const Error& error);
    void showNote(const QString& text);
    /// A note with a button, such as Undo, that stays longer; pressing it calls the deed and takes the bar away.
    void showOffer(const QString& text, const QString& action, const std::function<void()>& deed);
    QString text() const;

  private:
    void present(const QString& kind, const QString& heading, const QString& detail);
    QLabel* heading_;
    QLabel* detail_;
    QPushButton* action_;
    std::function<void()> deed_;
    QTimer* leave_;
};

} // namespace tastebench::ui
