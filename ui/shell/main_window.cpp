#include "ui/shell/main_window.h"

#include <QApplication>
#include <QButtonGroup>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QUrl>

#include "ui/bridge/text.h"
#include "ui/shell/job_bar.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/search_field.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

struct PageEntry {
    PageId id;
    const char* name;
    const char* title;
    const char* tip;
    Page* (*make)(Workbench&, QWidget*);
};

const PageEntry entries[] = {
    {PageId::data, "data", QT_TRANSLATE_NOOP("MainWindow", "Data"),
     QT_TRANSLATE_NOOP("MainWindow", "Import data and see what it is"), makeDataPage},
    {PageId::experiment, "experiment", QT_TRANSLATE_NOOP("MainWindow", "Experiment"),
     QT_TRANSLATE_NOOP("MainWindow", "Choose models and train them"), makeExperimentPage},
    {PageId::runs, "runs", QT_TRANSLATE_NOOP("MainWindow", "Runs"),
     QT_TRANSLATE_NOOP("MainWindow", "All runs, now and ever"), makeRunsPage},
    {PageId::compare, "compare", QT_TRANSLATE_NOOP("MainWindow", "Compare"),
     QT_TRANSLATE_NOOP("MainWindow", "See which run wins and whether the difference is real"), makeComparePage},
    {PageId::explain, "explain", QT_TRANSLATE_NOOP("MainWindow", "Explain"),
     QT_TRANSLATE_NOOP("MainWindow", "See why a person got a recommendation"), makeExplainPage},
    {PageId::report, "report", QT_TRANSLATE_NOOP("MainWindow", "Report"),
     QT_TRANSLATE_NOOP("MainWindow", "Write up the runs for others"), makeReportPage},
};

QString translated(const char* text) {
    return QCoreApplication::translate("MainWindow", text);
}

const PageEntry& entryOf(PageId page) {
    return entries[static_cast<std::size_t>(page)];
}

QFrame* line(const QString& name, QWidget* parent) {
    auto* out = new QFrame(parent);
    out->setObjectName(name);
    out->setFixedHeight(1);
    return out;
}

} // namespace

QString pageName(PageId page) {
    return QString::fromLatin1(entryOf(page).name);
}

QString pageTitle(PageId page) {
    return translated(entryOf(page).title);
}

std::optional<PageId> pageFrom(const QString& name) {
    for (const auto& entry : entries)
        if (name == QLatin1String(entry.name))
            return entry.id;
    return std::nullopt;
}

MainWindow::MainWindow(Workbench& workbench, Theme& theme, QWidget* parent)
    : QMainWindow(parent), workbench_(workbench), theme_(theme), rail_(new QButtonGroup(this)),
      stack_(new QStackedWidget(this)), messages_(new MessageBar(this)) {
    setWindowTitle(tr("%1 – Tastebench").arg(QString::fromStdString(workbench_.workspace()->file().stem().string())));
    setAcceptDrops(true);
    auto* central = new QWidget(this);
    auto* row = new QHBoxLayout(central);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeRail());
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(makeHeader());
    right->addWidget(line(QStringLiteral("headerLine"), this));
    auto* messageMargin = new QVBoxLayout;
    messageMargin->setContentsMargins(pageMargin, gap, pageMargin, 0);
    messageMargin->addWidget(messages_);
    right->addLayout(messageMargin);
    right->addWidget(stack_, 1);
    row->addLayout(right, 1);
    setCentralWidget(central);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(new JobBar(workbench_, this), 1);
    makeMenus();

    connect(&workbench_, &Workbench::pageRequested, this, &MainWindow::showPage);
    connect(&workbench_, &Workbench::errorRaised, messages_, &MessageBar::showError);
    connect(&workbench_, &Workbench::messageRaised, messages_, &MessageBar::showNote);
    connect(&workbench_, &Workbench::offerRaised, messages_, &MessageBar::showOffer);
    for (std::size_t i = 0; i < pages_.size(); ++i)
        stack_->addWidget(new QWidget(stack_));
    restore();
}

MainWindow::~MainWindow() = default;

QWidget* MainWindow::makeRail() {
    auto* rail = new QWidget(this);
    rail->setObjectName(QStringLiteral("rail"));
    rail->setAttribute(Qt::WA_StyledBackground);
    rail->setFixedWidth(168);
    auto* column = new QVBoxLayout(rail);
    column->setContentsMargins(gap, cardMargin, gap, cardMargin);
    column->setSpacing(4);
    for (const auto& entry : entries) {
        auto* button = new QToolButton(rail);
        const int number = static_cast<int>(entry.id) + 1;
        button->setObjectName(QStringLiteral("rail_") + QLatin1String(entry.name));
        button->setProperty("rail", true);
        button->setText(QStringLiteral("  ") + translated(entry.title));
        button->setAccessibleName(translated(entry.title));
        button->setToolTip(tr("%1 (Ctrl+%2)").arg(translated(entry.tip)).arg(number));
        button->setCheckable(true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIconSize(QSize(20, 20));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        rail_->addButton(button, static_cast<int>(entry.id));
        column->addWidget(button);
    }
    column->addStretch(1);
    connect(rail_, &QButtonGroup::idClicked, this, [this](int id) { showPage(static_cast<PageId>(id)); });
    refreshIcons();
    return rail;
}

QWidget* MainWindow::makeHeader() {
    auto* header = new QWidget(this);
    header->setObjectName(QStringLiteral("header"));
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(pageMargin, gap, pageMargin, gap);
    auto* name = headingLabel(QString::fromStdString(workbench_.workspace()->file().stem().string()), header);
    name->setToolTip(tr("Workspace file: %1").arg(QString::fromStdString(workbench_.workspace()->file().string())));
    search_ = new SearchField(workbench_, header);
    search_->setObjectName(QStringLiteral("search"));
    search_->setMinimumWidth(360);
    row->addWidget(name);
    row->addStretch(1);
    row->addWidget(search_);
    return header;
}

void MainWindow::refreshIcons() {
    for (const auto& entry : entries)
        rail_->button(static_cast<int>(entry.id))->setIcon(themedIcon(QLatin1String(entry.name)));
}

void MainWindow::showPage(PageId id) {
    const auto at = static_cast<std::size_t>(id);
    if (pages_[at] == nullptr) {
        // Made on first sight, so that the window itself is up at once.
        pages_[at] = entryOf(id).make(workbench_, stack_);
        auto* placeholder = stack_->widget(static_cast<int>(at));
        stack_->insertWidget(static_cast<int>(at), pages_[at]);
        stack_->removeWidget(placeholder);
        delete placeholder;
    }
    stack_->setCurrentIndex(static_cast<int>(at));
    auto* entry = rail_->button(static_cast<int>(id));
    entry->setChecked(true);
    // The focus follows along the rail; a page that has it keeps it.
    if (focusWidget() == nullptr || focusWidget()->property("rail").toBool())
        entry->setFocus();
    pages_[at]->activate();
}

PageId MainWindow::currentPage() const {
    return static_cast<PageId>(stack_->currentIndex());
}

Page* MainWindow::page(PageId page) const {
    return pages_[static_cast<std::size_t>(page)];
}

void MainWindow::restore() {
    const QSettings settings;
    resize(1280, 800);
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    showPage(pageFrom(settings.value(QStringLiteral("window/page")).toString()).value_or(PageId::data));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/page"), pageName(currentPage()));
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange)
        refreshIcons();
    QMainWindow::changeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList files;
    for (const auto& url : event->mimeData()->urls())
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    if (files.isEmpty())
        return;
    event->acceptProposedAction();
    showPage(PageId::data);
    workbench_.requestImport(files);
}

} // namespace tastebench::ui
