// How the import form is built; what it does is in import_panel.cpp.
#include <QLineEdit>
#include <QProgressBar>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>

#include "ui/bridge/text.h"
#include "ui/pages/data/guess_box.h"
#include "ui/pages/data/import_fields.h"
#include "ui/pages/data/import_panel.h"
#include "ui/pages/data/import_preview_table.h"
#include "ui/pages/data/import_recipes.h"
#include "ui/pages/data/import_report_view.h"
#include "ui/pages/data/import_rules.h"
#include "ui/pages/data/import_tables.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int previewDelay = 200; // milliseconds of rest before the preview is read again

/// Whether a part of the form says anything but its defaults.
template <typename Part>
bool saysSomething(const Part& part) {
    ImportOptions options;
    part.read(options);
    return write_recipe(options) != "{}";
}

} // namespace

ImportPanel::ImportPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), stack_(new QStackedWidget(this)), refreshTimer_(new QTimer(this)),
      progressTimer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    form_ = scrolled(makeForm(), this);
    report_ = new ImportReportView(this);
    stack_->addWidget(form_);
    stack_->addWidget(report_);
    column->addWidget(stack_, 1);
    column->addWidget(makeFoot());
    refreshTimer_->setSingleShot(true);
    refreshTimer_->setInterval(previewDelay);
    connect(refreshTimer_, &QTimer::timeout, this, &ImportPanel::refreshPreview);
    progressTimer_->setInterval(100);
    connect(progressTimer_, &QTimer::timeout, this, &ImportPanel::showProgress);
    connectForm();
    reset();
}

QWidget* ImportPanel::makeForm() {
    auto* holder = new QWidget(this);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Import data"), holder));
    column->addWidget(makeFileCard());
    column->addWidget(makeReadCard(), 1);
    return holder;
}

QWidget* ImportPanel::makeFileCard() {
    auto* card = new Card({}, this);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(gap);
    grid->setVerticalSpacing(gap);
    grid->setColumnStretch(1, 1);
    path_ = new QLineEdit(card);
    path_->setObjectName(QStringLiteral("importPath"));
    path_->setAccessibleName(tr("File to import"));
    path_->setToolTip(tr("Files of one shape with \"; \" between them, an archive or a folder; plain or compressed"));
    path_->setPlaceholderText(tr("Drop a file on the window, type its path, or press Browse"));
    auto* browseButton = button(tr("Bro&wse…"), tr("Chooses files or an archive on this computer"), card);
    auto* folderButton = button(tr("Folder…"), tr("Chooses a folder, such as an unpacked data set"), card);
    name_ = new QLineEdit(card);
    name_->setObjectName(QStringLiteral("importName"));
    name_->setAccessibleName(tr("Name of the data set"));
    name_->setToolTip(tr("How the data set is called from now on; empty: as the file"));
    memberLabel_ = new QLabel(card);
    member_ = new GuessBox(QStringLiteral("importMember"), tr("File in the archive"),
                           tr("Which file or table holds the interactions"), card);
    memberLabel_->setBuddy(member_);
    replaced_ = mutedLabel({}, card);
    const auto label = [&](const QString& text, QWidget* field) {
        auto* out = new QLabel(text, card);
        out->setBuddy(field);
        return out;
    };
    grid->addWidget(label(tr("&File"), path_), 0, 0);
    grid->addWidget(path_, 0, 1);
    grid->addWidget(browseButton, 0, 2);
    grid->addWidget(folderButton, 0, 3);
    grid->addWidget(memberLabel_, 1, 0);
    grid->addWidget(member_, 1, 1, 1, 3);
    grid->addWidget(label(tr("Na&me"), name_), 2, 0);
    grid->addWidget(name_, 2, 1, 1, 3);
    grid->addWidget(replaced_, 3, 1, 1, 3);
    card->column()->addLayout(grid);
    connect(browseButton, &QPushButton::clicked, this, [this] { browse(false); });
    connect(folderButton, &QPushButton::clicked, this, [this] { browse(true); });
    return card;
}

QWidget* ImportPanel::makeReadCard() {
    auto* card = new Card({}, this);
    fields_ = new ImportFields(card);
    card->column()->addWidget(fields_);
    card->column()->addLayout(makeSections(card));
    preview_ = new ImportPreviewTable(card);
    card->column()->addWidget(preview_, 1);
    return card;
}

QLayout* ImportPanel::makeSections(QWidget* card) {
    rules_ = new ImportRules(card);
    tables_ = new ImportTables(card);
    recipes_ = new ImportRecipes(
        workbench_, [this] { return options(); }, card);
    auto* column = new QVBoxLayout;
    column->setSpacing(gap);
    auto* row = new QHBoxLayout;
    column->addLayout(row);
    const auto add = [&](const char* objectName, const QString& title, const QString& tip, QWidget* page) {
        auto* toggle = new QToolButton(card);
        toggle->setObjectName(QString::fromLatin1(objectName));
        toggle->setToolTip(tip);
        toggle->setCheckable(true);
        toggle->setAutoRaise(true);
        toggle->setFocusPolicy(Qt::StrongFocus);
        toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        toggle->setArrowType(Qt::RightArrow);
        row->addWidget(toggle);
        column->addWidget(page);
        page->hide();
        sections_.push_back({toggle, page, title});
        // One at a time, so that the preview keeps its room.
        connect(toggle, &QToolButton::clicked, this, [this, toggle](bool open) {
            for (const auto& section : sections_) {
                section.button->setChecked(open && section.button == toggle);
                section.button->setArrowType(section.button->isChecked() ? Qt::DownArrow : Qt::RightArrow);
                section.page->setVisible(section.button->isChecked());
            }
        });
    };
    add("showDetails", tr("Encoding, times, context"),
        tr("How letters, numbers and times are written; further columns"), fields_->details());
    add("showRules", tr("Rules"), tr("Repeated rows, missing ratings, minimum counts, samples, bad rows"), rules_);
    add("showTables", tr("Test set and tables"), tr("A test file, features, a knowledge graph, vectors"), tables_);
    add("showRecipe", tr("Recipe and command"), tr("Keeps these choices, takes them up again, repeats them by command"),
        recipes_);
    row->addStretch(1);
    return column;
}

void ImportPanel::showSections() {
    const bool told[] = {false, saysSomething(*rules_), saysSomething(*tables_), false};
    for (std::size_t at = 0; at < sections_.size(); ++at)
        sections_[at].button->setText(told[at] ? tr("%1 (set)").arg(sections_[at].title) : sections_[at].title);
}

void ImportPanel::showReplaced() {
    const bool replaces = !replaces_.empty() && toStd(name_->text().trimmed()) == replaces_;
    replaced_->setVisible(!replaces_.empty());
    replaced_->setText(replaces ? tr("Takes the place of the data set of this name, which goes into the bin. Give "
                                     "another name to keep both.")
                                : tr("The data set %1 stays as it is.").arg(toQt(replaces_)));
}

QWidget* ImportPanel::makeFoot() {
    auto* holder = new QWidget(this);
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 0, 0, 0);
    bar_ = new QProgressBar(holder);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the import"));
    progressText_ = mutedLabel({}, holder);
    progressText_->setObjectName(QStringLiteral("importProgress"));
    progressText_->setWordWrap(false);
    cancel_ =
        button(tr("Close"), tr("Leaves this form; a running import is cancelled and nothing of it is kept"), holder);
    cancel_->setObjectName(QStringLiteral("importCancel"));
    import_ =
        primaryButton(tr("Import"), tr("Reads the whole file and stores it in the workspace (Ctrl+Return)"), holder);
    import_->setObjectName(QStringLiteral("importButton"));
    import_->setShortcut(Qt::CTRL | Qt::Key_Return);
    row->addWidget(bar_, 1);
    row->addWidget(progressText_);
    row->addStretch(1);
    row->addWidget(cancel_);
    row->addWidget(import_);
    connect(import_, &QPushButton::clicked, this, &ImportPanel::startImport);
    connect(cancel_, &QPushButton::clicked, this, &ImportPanel::leave);
    return holder;
}

void ImportPanel::connectForm() {
    connect(path_, &QLineEdit::textEdited, this, [this] {
        reset();
        refreshSoon();
    });
    connect(name_, &QLineEdit::textChanged, this, [this] {
        showReplaced();
        recipes_->showCommand();
    });
    connect(member_, &GuessBox::changed, this, &ImportPanel::refreshSoon);
    connect(fields_, &ImportFields::changed, this, &ImportPanel::refreshSoon);
    connect(rules_, &ImportRules::changed, this, &ImportPanel::refreshSoon);
    connect(tables_, &ImportTables::changed, this, &ImportPanel::refreshSoon);
    connect(recipes_, &ImportRecipes::loaded, this, &ImportPanel::load);
    recipes_->reload();
}

} // namespace tastebench::ui
