// The window's menus; a part of MainWindow.
#include <QActionGroup>
#include <QApplication>
#include <QFileDialog>
#include <QMenuBar>
#include <QProcess>
#include <QSettings>

#include "ui/shell/about.h"
#include "ui/shell/main_window.h"
#include "ui/shell/search_field.h"

namespace tastebench::ui {

QAction* MainWindow::addCommand(QMenu* menu, const QString& text, const QKeySequence& key, const QString& tip,
                                const std::function<void()>& run) {
    auto* action = menu->addAction(text);
    action->setShortcut(key);
    action->setToolTip(tip);
    action->setStatusTip(tip);
    connect(action, &QAction::triggered, this, run);
    search_->addCommand(QString(text).remove(u'&').remove(QStringLiteral("…")), run);
    return action;
}

void MainWindow::makeMenus() {
    auto* file = menuBar()->addMenu(tr("&File"));
    addCommand(file, tr("&Import data…"), tr("Ctrl+I"), tr("Reads interactions from a file"), [this] {
        showPage(PageId::data);
        workbench_.requestImport({});
    });
    addCommand(file, tr("&Open workspace…"), QKeySequence::Open, tr("Opens another workspace in its own window"),
               [this] { chooseWorkspace(); });
    file->addSeparator();
    addCommand(file, tr("&Quit"), QKeySequence::Quit, tr("Closes the window; runs under way are interrupted"),
               [this] { close(); });

    auto* view = menuBar()->addMenu(tr("&View"));
    for (int number = 1; number <= 6; ++number) {
        const auto id = static_cast<PageId>(number - 1);
        addCommand(view, pageTitle(id), QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)),
                   tr("Shows the page"), [this, id] { showPage(id); });
    }
    view->addSeparator();
    addCommand(view, tr("&Search"), tr("Ctrl+K"), tr("Finds data sets, runs and commands"),
               [this] { search_->begin(); });
    makeThemeMenu(view->addMenu(tr("&Theme")));

    auto* runs = menuBar()->addMenu(tr("&Runs"));
    addCommand(runs, tr("&Cancel all runs"), tr("Ctrl+Shift+X"), tr("Stops what is training and empties the queue"),
               [this] { workbench_.queue().cancel_all(); });
    addCommand(runs, tr("&Resume interrupted runs"), tr("Ctrl+Shift+R"),
               tr("Goes on with every run that was under way or waiting when the program ended"),
               [this] { workbench_.resumeInterrupted(); });

    auto* help = menuBar()->addMenu(tr("&Help"));
    addCommand(help, tr("&Keyboard shortcuts"), QKeySequence::HelpContents, tr("Lists every key"),
               [this] { showShortcuts(this); });
    addCommand(help, tr("&About Tastebench"), {}, tr("Version, licence and the libraries inside"),
               [this] { showAbout(this); });
}

void MainWindow::makeThemeMenu(QMenu* menu) {
    auto* group = new QActionGroup(this);
    const std::pair<ThemeChoice, QString> choices[] = {{ThemeChoice::system, tr("As the &system")},
                                                       {ThemeChoice::light, tr("&Light")},
                                                       {ThemeChoice::dark, tr("&Dark")}};
    for (const auto& [choice, text] : choices) {
        auto* action = addCommand(menu, text, {}, tr("Sets the window's colours"), [this, choice = choice] {
            theme_.setChoice(choice);
            QSettings().setValue(QStringLiteral("window/theme"), themeText(choice));
        });
        action->setCheckable(true);
        action->setChecked(theme_.choice() == choice);
        group->addAction(action);
    }
}

void MainWindow::chooseWorkspace() {
    auto* dialog = new QFileDialog(this, tr("Open workspace"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setNameFilter(tr("Workspaces (*.tastebench)"));
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(QStringLiteral("tastebench"));
    connect(dialog, &QFileDialog::fileSelected, this, [](const QString& chosen) {
        QProcess::startDetached(QApplication::applicationFilePath(), {QStringLiteral("--workspace"), chosen});
    });
    dialog->open();
}

} // namespace tastebench::ui
