#include "ui/shell/about.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QTextBrowser>

#include "core/base/version.h"
#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("About", text);
}

void showHtml(QWidget* parent, const QString& title, const QString& html) {
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->resize(560, 520);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    auto* text = new QTextBrowser(dialog);
    text->setAccessibleName(title);
    text->setOpenExternalLinks(true);
    text->setHtml(html);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    column->addWidget(text, 1);
    column->addWidget(buttons);
    dialog->show();
}

struct Library {
    const char* name;
    const char* use;
    const char* licence;
};

const Library libraries[] = {
    {"Qt 6 and Qt Charts", QT_TRANSLATE_NOOP("About", "window and charts"), "LGPL-3.0, GPL-3.0"},
    {"SQLite, SQLiteCpp", QT_TRANSLATE_NOOP("About", "workspace file"), "public domain, MIT"},
    {"Eigen", QT_TRANSLATE_NOOP("About", "linear algebra"), "MPL-2.0"},
    {"oneTBB", QT_TRANSLATE_NOOP("About", "parallel loops"), "Apache-2.0"},
    {"fmt", QT_TRANSLATE_NOOP("About", "text"), "MIT"},
    {"nlohmann-json", QT_TRANSLATE_NOOP("About", "JSON"), "MIT"},
    {"fast_float", QT_TRANSLATE_NOOP("About", "reading numbers"), "Apache-2.0, MIT"},
    {"CLI11", QT_TRANSLATE_NOOP("About", "command line"), "BSD-3-Clause"},
    {"xxHash", QT_TRANSLATE_NOOP("About", "fingerprints"), "BSD-2-Clause"},
    {"zlib", QT_TRANSLATE_NOOP("About", "compressed files"), "Zlib"},
    {"tl::expected", QT_TRANSLATE_NOOP("About", "errors as values"), "CC0-1.0"},
};

} // namespace

void showAbout(QWidget* parent) {
    QString html = QStringLiteral("<h2>Tastebench %1</h2><p>%2</p><p>%3</p><h3>%4</h3><table cellpadding=4>")
                       .arg(toQt(version), tr("A workbench for recommender systems: train, compare, explain, report."),
                            tr("Free software under the GNU General Public License, version 3 or later. It comes "
                               "without any warranty."),
                            tr("Libraries"));
    for (const auto& library : libraries)
        html += QStringLiteral("<tr><td><b>%1</b></td><td>%2</td><td>%3</td></tr>")
                    .arg(QString::fromLatin1(library.name).toHtmlEscaped(), tr(library.use).toHtmlEscaped(),
                         QString::fromLatin1(library.licence).toHtmlEscaped());
    showHtml(parent, tr("About Tastebench"), html + QStringLiteral("</table>"));
}

void showShortcuts(QWidget* parent) {
    QString html = QStringLiteral("<h2>%1</h2><table cellpadding=4>").arg(tr("Keyboard shortcuts"));
    const auto row = [&html](const QString& keys, const QString& what) {
        html +=
            QStringLiteral("<tr><td><b>%1</b></td><td>%2</td></tr>").arg(keys.toHtmlEscaped(), what.toHtmlEscaped());
    };
    for (const auto* action : parent->window()->findChildren<QAction*>())
        if (!action->shortcut().isEmpty() && !action->text().isEmpty())
            row(action->shortcut().toString(QKeySequence::NativeText), QString(action->text()).remove(u'&'));
    row(tr("Esc"), tr("Close the message"));
    row(tr("Tab, Shift+Tab"), tr("To the next or previous field"));
    row(tr("Alt + underlined letter"), tr("Press the button or menu with that letter"));
    showHtml(parent, tr("Keyboard shortcuts"), html + QStringLiteral("</table>"));
}

} // namespace tastebench::ui
