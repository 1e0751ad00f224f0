// Light and dark: one palette and one small style sheet for the whole program, on Qt's Fusion style.
#pragma once

#include <QColor>
#include <QIcon>
#include <QObject>
#include <QString>

namespace tastebench::ui {

enum class ThemeChoice { system, light, dark };

ThemeChoice themeFrom(const QString& text); ///< "light", "dark"; anything else is system
QString themeText(ThemeChoice choice);

/// The named colours that the palette's roles do not cover.
struct ThemeColors {
    QColor window, card, rail, border, text, muted, accent, onAccent, accentSoft, danger, dangerSoft, good, goodSoft;
};
const ThemeColors& themeColors(); ///< of the current palette

/// Keeps the program's palette in step with the choice and, for `system`, with the desktop.
class Theme : public QObject {
    Q_OBJECT

  public:
    explicit Theme(QObject* parent = nullptr);
    ThemeChoice choice() const { return choice_; }
    void setChoice(ThemeChoice choice);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void apply();
    ThemeChoice choice_ = ThemeChoice::system;
    bool systemIsDark_ = false;
    bool applying_ = false;
};

/// An icon of resources/icons in the theme's colours: muted, and accent where checked.
QIcon themedIcon(const QString& name);

} // namespace tastebench::ui
