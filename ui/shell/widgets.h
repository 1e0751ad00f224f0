// The building blocks that give all pages one look: margins, headings, cards, buttons, empty states.
#pragma once

#include <functional>

#include <QBoxLayout>
#include <QFrame>
#include <QLabel>
#include <QPushButton>

namespace tastebench::ui {

inline constexpr int pageMargin = 16;
inline constexpr int cardMargin = 12;
inline constexpr int gap = 8;

QLabel* titleLabel(const QString& text, QWidget* parent = nullptr);   ///< a page's title
QLabel* headingLabel(const QString& text, QWidget* parent = nullptr); ///< a card's title
QLabel* mutedLabel(const QString& text, QWidget* parent = nullptr);   ///< wrapped help text
QLabel* codeLabel(QWidget* parent = nullptr);                         ///< wrapped, selectable monospace text
QLabel* warningLabel(QWidget* parent = nullptr);                      ///< wrapped, on a red ground

/// A framed panel with a column layout inside.
class Card : public QFrame {
    Q_OBJECT

  public:
    explicit Card(const QString& heading = {}, QWidget* parent = nullptr);
    QVBoxLayout* column() const { return column_; }
    void setHeading(const QString& heading);

  private:
    QVBoxLayout* column_;
    QLabel* heading_ = nullptr;
};

/// A push button whose tooltip says what it does; `&` in the text gives its key.
QPushButton* button(const QString& text, const QString& tip, QWidget* parent = nullptr);
QPushButton* primaryButton(const QString& text, const QString& tip, QWidget* parent = nullptr);
QPushButton* flatButton(const QString& text, const QString& tip, QWidget* parent = nullptr);

/// What to do next where there is nothing to show, with at most one button.
class EmptyState : public QWidget {
    Q_OBJECT

  public:
    EmptyState(const QString& heading, const QString& help, QWidget* parent = nullptr);
    QPushButton* addAction(const QString& text, const QString& tip);
    void setText(const QString& heading, const QString& help);

  private:
    QLabel* heading_;
    QLabel* help_;
    QHBoxLayout* actions_;
};

/// A scroll area that takes `content` and shows no frame or ground of its own.
QWidget* scrolled(QWidget* content, QWidget* parent = nullptr);
/// Sets a property that the style sheet selects by, and repaints.
void setStyleProperty(QWidget* widget, const char* name, const QVariant& value);

} // namespace tastebench::ui
