#include "ui/pages/data/import_panel.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QStandardItemModel>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int previewDelay = 200; // milliseconds of rest before the preview is read again
constexpr qsizetype mostProblemsShown = 5;

QComboBox* combo(const QString& name, const QString& tip, QWidget* parent) {
    auto* out = new QComboBox(parent);
    out->setAccessibleName(name);
    out->setToolTip(tip);
    out->setMinimumContentsLength(8);
    return out;
}

} // namespace

ImportPanel::ImportPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), refreshTimer_(new QTimer(this)), progressTimer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Import data"), this));
    column->addWidget(makeFileCard());
    column->addWidget(makeFormatCard(), 1);
    column->addWidget(makeFoot());
    refreshTimer_->setSingleShot(true);
    refreshTimer_->setInterval(previewDelay);
    connect(refreshTimer_, &QTimer::timeout, this, &ImportPanel::refreshPreview);
    progressTimer_->setInterval(100);
    connect(progressTimer_, &QTimer::timeout, this, &ImportPanel::showProgress);
    reset();
}

ImportPanel::~ImportPanel() {
    if (progress_)
        progress_->cancel();
}

QWidget* ImportPanel::makeFileCard() {
    auto* card = new Card({}, this);
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(tr("&File"), card);
    path_ = new QLineEdit(card);
    path_->setObjectName(QStringLiteral("importPath"));
    path_->setAccessibleName(tr("File to import"));
    path_->setToolTip(tr("CSV, TSV, RecBole .inter or MovieLens files, plain or .gz"));
    path_->setPlaceholderText(tr("Drop a file on the window, type its path, or press Browse"));
    label->setBuddy(path_);
    auto* browseButton = button(tr("&Browse…"), tr("Chooses files on this computer"), card);
    row->addWidget(label);
    row->addWidget(path_, 1);
    row->addWidget(browseButton);
    card->column()->addLayout(row);
    card->column()->addWidget(
        mutedLabel(tr("One row for each interaction: who, what, and if there are any a rating, a time and a type of "
                      "event. Several files of one shape follow one another."),
                   card));
    connect(browseButton, &QPushButton::clicked, this, &ImportPanel::browse);
    connect(path_, &QLineEdit::textEdited, this, [this](const QString& text) {
        files_ = text.isEmpty() ? QStringList() : QStringList(text);
        reset();
        refreshSoon();
    });
    return card;
}

QWidget* ImportPanel::makeFormatCard() {
    auto* card = new Card({}, this);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(cardMargin);
    grid->setVerticalSpacing(4);
    const auto place = [&](int row, int at, const QString& text, QWidget* field) {
        auto* label = new QLabel(text, card);
        label->setBuddy(field);
        grid->addWidget(label, row * 2, at);
        grid->addWidget(field, row * 2 + 1, at);
        grid->setColumnStretch(at, 1);
    };
    format_ = combo(tr("Format"), tr("How the file is laid out"), card);
    format_->addItem(tr("Guess"), static_cast<int>(FileFormat::guess));
    format_->addItem(tr("Text with a header"), static_cast<int>(FileFormat::delimited));
    format_->addItem(tr("RecBole .inter"), static_cast<int>(FileFormat::recbole));
    format_->addItem(tr("MovieLens"), static_cast<int>(FileFormat::movielens));
    separator_ = combo(tr("Separator"), tr("The sign between two columns"), card);
    separator_->addItem(tr("Guess"), QString());
    separator_->addItem(tr("Tab"), QStringLiteral("\t"));
    separator_->addItem(tr("Comma ,"), QStringLiteral(","));
    separator_->addItem(tr("Semicolon ;"), QStringLiteral(";"));
    separator_->addItem(tr("Bar |"), QStringLiteral("|"));
    name_ = new QLineEdit(card);
    name_->setObjectName(QStringLiteral("importName"));
    name_->setAccessibleName(tr("Name of the data set"));
    name_->setToolTip(tr("How the data set is called from now on; empty: as the file"));
    place(0, 0, tr("Na&me"), name_);
    place(0, 1, tr("F&ormat"), format_);
    place(0, 2, tr("&Separator"), separator_);
    const QString names[RoleCount] = {tr("&User column"), tr("&Item column"), tr("&Rating column"), tr("&Time column"),
                                      tr("&Event column")};
    const QString tips[RoleCount] = {
        tr("Who: the column with the users' ids"), tr("What: the column with the items' ids"),
        tr("How much they liked it; may be missing"), tr("When: seconds since 1970; may be missing"),
        tr("What they did, such as view or buy; may be missing")};
    for (int role = 0; role < RoleCount; ++role) {
        roles_[role] = combo(QString(names[role]).remove(u'&'), tips[role], card);
        place(role < 2 ? 0 : 1, role < 2 ? 3 + role : role - 2, names[role], roles_[role]);
        connect(roles_[role], &QComboBox::activated, this, &ImportPanel::refreshSoon);
    }
    card->column()->addLayout(grid);
    guess_ = mutedLabel({}, card);
    problems_ = warningLabel(card);
    problems_->setObjectName(QStringLiteral("importProblems"));
    problems_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    card->column()->addWidget(guess_);
    card->column()->addWidget(problems_);
    rows_ = new QStandardItemModel(this);
    preview_ = new DataTable(tr("First rows of the file"), card);
    preview_->setPlainModel(rows_);
    preview_->hideFilter();
    preview_->view()->setSortingEnabled(false);
    card->column()->addWidget(preview_, 1);
    connect(format_, &QComboBox::activated, this, &ImportPanel::refreshSoon);
    connect(separator_, &QComboBox::activated, this, &ImportPanel::refreshSoon);
    return card;
}

QWidget* ImportPanel::makeFoot() {
    auto* foot = new QWidget(this);
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    bar_ = new QProgressBar(foot);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the import"));
    progressText_ = mutedLabel({}, foot);
    progressText_->setWordWrap(false);
    cancel_ =
        button(tr("&Close"), tr("Leaves the import; a running import is cancelled and leaves nothing behind"), foot);
    import_ = primaryButton(tr("Im&port"), tr("Reads the whole file and stores it in the workspace"), foot);
    import_->setObjectName(QStringLiteral("importButton"));
    row->addWidget(bar_, 1);
    row->addWidget(progressText_);
    row->addStretch(1);
    row->addWidget(cancel_);
    row->addWidget(import_);
    connect(import_, &QPushButton::clicked, this, &ImportPanel::startImport);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (progress_)
            progress_->cancel();
        else
            Q_EMIT closed();
    });
    return foot;
}

void ImportPanel::browse() {
    auto* dialog = new QFileDialog(this, tr("Import data"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("Interactions (*.csv *.tsv *.txt *.inter *.data *.dat *.gz)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, &ImportPanel::setFiles);
    dialog->open();
}

void ImportPanel::setFiles(const QStringList& files) {
    files_ = files;
    path_->setText(files.join(QStringLiteral("; ")));
    reset();
    refreshPreview();
}

void ImportPanel::reset() {
    filling_ = true;
    format_->setCurrentIndex(0);
    separator_->setCurrentIndex(0);
    for (auto* role : roles_)
        role->clear();
    name_->clear();
    name_->setPlaceholderText(files_.isEmpty() ? QString() : QFileInfo(files_.first()).completeBaseName());
    rows_->clear();
    guess_->setText(tr("The first rows are shown here as soon as a file is chosen."));
    problems_->hide();
    import_->setEnabled(false);
    bar_->hide();
    progressText_->hide();
    filling_ = false;
}

void ImportPanel::refreshSoon() {
    if (!filling_)
        refreshTimer_->start();
}

ImportOptions ImportPanel::options() const {
    ImportOptions out;
    for (const auto& file : files_)
        out.files.emplace_back(toStd(file));
    out.name = toStd(name_->text().trimmed());
    out.format = static_cast<FileFormat>(format_->currentData().toInt());
    out.separator = toStd(separator_->currentData().toString());
    std::string* names[RoleCount] = {&out.user, &out.item, &out.value, &out.time, &out.event};
    for (int role = 0; role < RoleCount; ++role)
        *names[role] = toStd(roles_[role]->currentData().toString());
    return out;
}

void ImportPanel::refreshPreview() {
    refreshTimer_->stop();
    const int number = ++previewNumber_;
    if (files_.isEmpty())
        return;
    workbench_.inBackground(
        this, [options = options()] { return preview_import(options); },
        [this, number](const Result<ImportPreview>& preview) {
            if (number != previewNumber_)
                return;
            if (preview)
                showPreview(*preview);
            else
                showProblem(preview.error());
        });
}

void ImportPanel::showPreview(const ImportPreview& preview) {
    filling_ = true;
    const std::string* chosen[RoleCount] = {&preview.user, &preview.item, &preview.value, &preview.time,
                                            &preview.event};
    for (int role = 0; role < RoleCount; ++role) {
        roles_[role]->clear();
        roles_[role]->addItem(role <= ItemRole ? tr("choose") : tr("none"), QString());
        for (const auto& name : preview.columns)
            roles_[role]->addItem(toQt(name), toQt(name));
        roles_[role]->setCurrentIndex(std::max(0, roles_[role]->findData(toQt(*chosen[role]))));
    }
    filling_ = false;
    rows_->clear();
    QStringList header;
    for (const auto& name : preview.columns)
        header.append(toQt(name));
    rows_->setHorizontalHeaderLabels(header);
    for (const auto& row : preview.rows) {
        QList<QStandardItem*> cells;
        for (const auto& cell : row)
            cells.append(new QStandardItem(toQt(cell)));
        rows_->appendRow(cells);
    }
    const int known = separator_->findData(toQt(preview.separator));
    const QString separator = known < 0 ? toQt(preview.separator) : separator_->itemText(known);
    const QString format = format_->itemText(std::max(0, format_->findData(static_cast<int>(preview.format))));
    guess_->setText(
        tr("Read as: %1; separator: %2; first rows shown: %n.", nullptr, static_cast<int>(preview.rows.size()))
            .arg(format, separator));
    QStringList problems;
    for (const auto& problem : preview.problems)
        if (problems.size() < mostProblemsShown)
            problems.append(toQt(problem.place + ": " + problem.reason + "; " + problem.remedy));
    problems_->setText(problems.join(u'\n'));
    problems_->setVisible(!problems.isEmpty());
    import_->setEnabled(!preview.user.empty() && !preview.item.empty() && !progress_);
}

void ImportPanel::showProblem(const Error& error) {
    rows_->clear();
    guess_->setText(tr("The file cannot be read as it is:"));
    problems_->setText(toQt(error.text()));
    problems_->show();
    import_->setEnabled(false);
}

void ImportPanel::startImport() {
    progress_ = std::make_shared<Progress>();
    import_->setEnabled(false);
    cancel_->setText(tr("&Cancel"));
    progressTimer_->start();
    showProgress();
    workbench_.inBackground(
        this,
        [options = options(), progress = progress_, workspace = workbench_.workspace(),
         &parallel = workbench_.parallel()]() -> Result<std::string> {
            const auto imported = import_dataset(options, parallel, *progress);
            if (!imported)
                return fail(imported.error());
            if (const auto stored = workspace->add_dataset(**imported); !stored)
                return fail(stored.error());
            return (*imported)->name();
        },
        [this](const Result<std::string>& name) {
            progress_.reset();
            progressTimer_->stop();
            bar_->hide();
            progressText_->hide();
            cancel_->setText(tr("&Close"));
            import_->setEnabled(true);
            if (!name) {
                if (name.error().kind == ErrorKind::cancelled)
                    workbench_.showMessage(tr("Import cancelled; nothing was kept"));
                else
                    workbench_.showError(name.error());
                return;
            }
            workbench_.setCurrentDataset(toQt(*name));
            workbench_.notifyDatasetsChanged();
            workbench_.showMessage(tr("Imported %1").arg(toQt(*name)));
            Q_EMIT closed();
        });
}

void ImportPanel::showProgress() {
    if (!progress_)
        return;
    const auto now = progress_->snapshot();
    bar_->show();
    bar_->setRange(0, now.total > 0 ? 1000 : 0);
    bar_->setValue(static_cast<int>(now.fraction * 1000.0));
    progressText_->show();
    progressText_->setText(progressText(now));
}

} // namespace tastebench::ui
