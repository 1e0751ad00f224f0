#include "ui/shell/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>
#include <QSvgRenderer>

/// A static library's resources are only there once this has run; the macro wants the global namespace.
static void loadResources() {
    Q_INIT_RESOURCE(tastebench);
}

namespace tastebench::ui {

namespace {

const ThemeColors light{QColor(0xf4f6f8), QColor(0xffffff), QColor(0xe9edf2), QColor(0xd7dde5), QColor(0x18212d),
                        QColor(0x5b6878), QColor(0x2f5bd7), QColor(0xffffff), QColor(0xdde6fb), QColor(0xb3261e),
                        QColor(0xfce8e6), QColor(0x1c7c4a), QColor(0xe0f3e8)};
const ThemeColors dark{QColor(0x14181e), QColor(0x1c222a), QColor(0x10141a), QColor(0x333c48), QColor(0xe7ebf0),
                       QColor(0x9dabbb), QColor(0x7ea2ff), QColor(0x0d1526), QColor(0x26345a), QColor(0xff8a80),
                       QColor(0x43211f), QColor(0x6fd39a), QColor(0x1b3a2a)};

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QPalette paletteFor(const ThemeColors& c) {
    QPalette p;
    p.setColor(QPalette::Window, c.window);
    p.setColor(QPalette::WindowText, c.text);
    p.setColor(QPalette::Base, c.card);
    p.setColor(QPalette::AlternateBase, c.window);
    p.setColor(QPalette::Text, c.text);
    p.setColor(QPalette::Button, c.card);
    p.setColor(QPalette::ButtonText, c.text);
    p.setColor(QPalette::BrightText, c.danger);
    p.setColor(QPalette::PlaceholderText, c.muted);
    p.setColor(QPalette::ToolTipBase, c.card);
    p.setColor(QPalette::ToolTipText, c.text);
    p.setColor(QPalette::Highlight, c.accent);
    p.setColor(QPalette::HighlightedText, c.onAccent);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::LinkVisited, c.accent);
    p.setColor(QPalette::Light, c.card.lighter(108));
    p.setColor(QPalette::Midlight, c.border.lighter(105));
    p.setColor(QPalette::Mid, c.border);
    p.setColor(QPalette::Dark, c.border.darker(120));
    p.setColor(QPalette::Shadow, c.border.darker(160));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role,
                   QColor::fromRgb(c.muted.rgb()).darker(c.text.lightness() > 128 ? 150 : 80));
    p.setColor(QPalette::Disabled, QPalette::Highlight, c.border);
    return p;
}

QString styleSheetFor(const ThemeColors& c) {
    QFile file(QStringLiteral(":/theme.css"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    sheet.replace(QLatin1String("@checkmark"),
                  &c == &dark ? QStringLiteral(":/icons/check_dark.svg") : QStringLiteral(":/icons/check_light.svg"));
    const std::pair<const char*, QColor> names[] = {
        {"@window", c.window},     {"@card", c.card},
        {"@rail", c.rail},         {"@border", c.border},
        {"@text", c.text},         {"@muted", c.muted},
        {"@onAccent", c.onAccent}, {"@accentSoft", c.accentSoft},
        {"@accent", c.accent},     {"@dangerSoft", c.dangerSoft},
        {"@danger", c.danger},     {"@goodSoft", c.goodSoft},
        {"@good", c.good},
    };
    for (const auto& [name, color] : names)
        sheet.replace(QLatin1String(name), color.name());
    return sheet;
}

QPixmap renderIcon(QByteArray svg, const QColor& color, int size) {
    svg.replace("#7a8797", color.name().toLatin1());
    QSvgRenderer renderer(svg);
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return pixmap;
}

} // namespace

ThemeChoice themeFrom(const QString& text) {
    if (text == QLatin1String("light"))
        return ThemeChoice::light;
    return text == QLatin1String("dark") ? ThemeChoice::dark : ThemeChoice::system;
}

QString themeText(ThemeChoice choice) {
    switch (choice) {
    case ThemeChoice::light:
        return QStringLiteral("light");
    case ThemeChoice::dark:
        return QStringLiteral("dark");
    case ThemeChoice::system:
        break;
    }
    return QStringLiteral("system");
}

const ThemeColors& themeColors() {
    return isDark(QApplication::palette()) ? dark : light;
}

Theme::Theme(QObject* parent) : QObject(parent), systemIsDark_(isDark(QApplication::palette())) {
    loadResources();
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    qApp->installEventFilter(this);
    apply();
}

void Theme::setChoice(ThemeChoice choice) {
    choice_ = choice;
    apply();
}

bool Theme::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ThemeChange && !applying_) {
        // Our own palette hides the desktop's; taking it off for a moment shows what the desktop has now.
        applying_ = true;
        QApplication::setPalette(QPalette());
        systemIsDark_ = isDark(QApplication::palette());
        applying_ = false;
        apply();
    }
    return QObject::eventFilter(watched, event);
}

void Theme::apply() {
    const bool darkNow = choice_ == ThemeChoice::dark || (choice_ == ThemeChoice::system && systemIsDark_);
    const auto& colors = darkNow ? dark : light;
    applying_ = true;
    QApplication::setPalette(paletteFor(colors));
    qApp->setStyleSheet(styleSheetFor(colors));
    applying_ = false;
}

QIcon themedIcon(const QString& name) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray svg = file.readAll();
    const auto& colors = themeColors();
    QIcon icon;
    for (const int size : {16, 20, 32, 40, 64}) {
        icon.addPixmap(renderIcon(svg, colors.muted, size), QIcon::Normal, QIcon::Off);
        icon.addPixmap(renderIcon(svg, colors.accent, size), QIcon::Normal, QIcon::On);
    }
    return icon;
}

} // namespace tastebench::ui
