// The window: the left rail, the header, the message bar, the pages and the status bar. It only wires them.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include <QMainWindow>

#include "ui/shell/page.h"
#include "ui/shell/theme.h"

QT_BEGIN_NAMESPACE
class QActionGroup;
class QButtonGroup;
class QStackedWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class MessageBar;
class SearchField;

/// "data", "experiment", ...: as the --page option and the settings name them.
QString pageName(PageId page);
QString pageTitle(PageId page); ///< as the rail shows it
std::optional<PageId> pageFrom(const QString& name);

class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    MainWindow(Workbench& workbench, Theme& theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    void showPage(PageId page);
    PageId currentPage() const;
    Page* page(PageId page) const; ///< null until it has been shown once
    MessageBar* messages() const { return messages_; }

  protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    QWidget* makeRail();
    QWidget* makeHeader();
    void makeMenus();
    void makeThemeMenu(QMenu* menu);
    void chooseWorkspace();
    QAction* addCommand(QMenu* menu, const QString& text, const QKeySequence& key, const QString& tip,
                        const std::function<void()>& run);
    void refreshIcons();
    void restore();

    Workbench& workbench_;
    Theme& theme_;
    QButtonGroup* rail_;
    QStackedWidget* stack_;
    SearchField* search_ = nullptr;
    MessageBar* messages_;
    std::array<Page*, 6> pages_{};
};

} // namespace tastebench::ui
