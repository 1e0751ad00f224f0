#include "ui/pages/data/catalogue_panel.h"

#include <algorithm>

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QProgressBar>
#include <QSplitter>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

QString figureText(const Count& count) {
    if (count.value == 0)
        return CataloguePanel::tr("not given");
    return count.rounded ? CataloguePanel::tr("about %1").arg(countText(count.value)) : countText(count.value);
}

QString sizeText(std::uint64_t bytes) {
    return bytes == 0 ? CataloguePanel::tr("not published") : bytesText(bytes);
}

GridCell figureCell(std::uint64_t value, const QString& text) {
    return {text, QVariant(static_cast<qulonglong>(value)), false, {}};
}

QString filesText(const CatalogueEntry& entry) {
    QStringList lines;
    for (const auto& file : entry.files)
        lines.append(CataloguePanel::tr("%1, %2, %3")
                         .arg(toQt(file.name),
                              file.bytes == 0 ? CataloguePanel::tr("size not published") : bytesText(file.bytes),
                              file.checksum.kind == ChecksumKind::none
                                  ? CataloguePanel::tr("the publisher gives no checksum")
                                  : toQt(to_text(file.checksum))));
    return lines.join(u'\n');
}

Status refuseTakenName(const Workspace& workspace, const std::string& name) {
    const auto entries = workspace.datasets();
    if (!entries)
        return fail(entries.error());
    if (std::none_of(entries->begin(), entries->end(), [&](const auto& entry) { return entry.name == name; }))
        return {};
    return usage_error("there is already a data set '" + name + "'", {}, "delete that one first");
}

} // namespace

CataloguePanel::CataloguePanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), entries_(catalogue()), model_(new GridModel(this)),
      timer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Catalogue of public data sets"), this));
    auto* splitter = new QSplitter(this);
    splitter->setHandleWidth(cardMargin);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeList());
    splitter->addWidget(makeDetail());
    splitter->setStretchFactor(0, 4);
    splitter->setStretchFactor(1, 5);
    column->addWidget(splitter, 1);
    column->addWidget(makeFoot());
    timer_->setInterval(100);
    connect(timer_, &QTimer::timeout, this, &CataloguePanel::showProgress);
    fillList();
}

CataloguePanel::~CataloguePanel() {
    if (progress_)
        progress_->cancel();
}

QWidget* CataloguePanel::makeList() {
    model_->setHeader({tr("Data set"), tr("Interactions"), tr("Size"), tr("Terms")},
                      {tr("What it is called"), tr("Ratings, plays, clicks or check-ins"), tr("Of the download"),
                       tr("What you may do with it, in short")});
    table_ = new DataTable(tr("Public data sets"), this);
    table_->setModel(model_);
    table_->view()->setObjectName(QStringLiteral("catalogueList"));
    table_->view()->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->filterBox()->setObjectName(QStringLiteral("catalogueFilter"));
    table_->filterBox()->setPlaceholderText(tr("Filter the catalogue"));
    table_->view()->horizontalHeader()->setStretchLastSection(true);
    table_->view()->sortByColumn(-1, Qt::AscendingOrder); // the catalogue's own order, until a header is clicked
    table_->setMinimumWidth(320);
    connect(table_, &DataTable::selectionChanged, this, &CataloguePanel::showChosen);
    return table_;
}

QLabel* CataloguePanel::addFact(QGridLayout* grid, const QString& name, const QString& objectName) {
    auto* label = mutedLabel(name, this);
    label->setWordWrap(false);
    auto* value = new QLabel(this);
    value->setObjectName(objectName);
    value->setAccessibleName(name);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    const int row = grid->rowCount();
    grid->addWidget(label, row, 0, Qt::AlignTop);
    grid->addWidget(value, row, 1);
    return value;
}

QWidget* CataloguePanel::makeDetail() {
    auto* card = new Card({}, this);
    title_ = headingLabel({}, card);
    title_->setObjectName(QStringLiteral("catalogueTitle"));
    summary_ = new QLabel(card);
    summary_->setWordWrap(true);
    limits_ = warningLabel(card);
    limits_->setObjectName(QStringLiteral("catalogueLimits"));
    howToGet_ = new QLabel(card);
    howToGet_->setObjectName(QStringLiteral("catalogueHowToGet"));
    howToGet_->setWordWrap(true);
    howToGet_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(cardMargin);
    grid->setVerticalSpacing(gap);
    grid->setColumnStretch(1, 1);
    users_ = addFact(grid, tr("Users"), QStringLiteral("catalogueUsers"));
    items_ = addFact(grid, tr("Items"), QStringLiteral("catalogueItems"));
    interactions_ = addFact(grid, tr("Interactions"), QStringLiteral("catalogueInteractions"));
    counted_ = addFact(grid, tr("Counted"), QStringLiteral("catalogueCounted"));
    license_ = addFact(grid, tr("Licence"), QStringLiteral("catalogueLicense"));
    home_ = addFact(grid, tr("Home page"), QStringLiteral("catalogueHome"));
    home_->setTextFormat(Qt::RichText);
    home_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    home_->setOpenExternalLinks(true);
    home_->setToolTip(tr("Opens the publisher's page in your browser"));
    files_ = addFact(grid, tr("Files"), QStringLiteral("catalogueFiles"));
    citation_ = addFact(grid, tr("Cite as"), QStringLiteral("catalogueCitation"));
    auto* copy = flatButton(tr("C&opy citation"), tr("Copies the citation to the clipboard"), card);
    copy->setObjectName(QStringLiteral("catalogueCopy"));
    connect(copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(citation_->text());
        workbench_.showMessage(tr("Copied the citation"));
    });
    for (auto* label : {title_, summary_, limits_, howToGet_})
        card->column()->addWidget(label);
    card->column()->addLayout(grid);
    card->column()->addWidget(copy, 0, Qt::AlignLeft);
    card->column()->addStretch(1);
    auto* area = scrolled(card, this);
    area->setMinimumWidth(360);
    return area;
}

QWidget* CataloguePanel::makeFoot() {
    auto* foot = new QWidget(this);
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    bar_ = new QProgressBar(foot);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the download"));
    bar_->hide();
    text_ = mutedLabel({}, foot);
    text_->setObjectName(QStringLiteral("catalogueProgress"));
    text_->setWordWrap(false);
    text_->hide();
    close_ = button(tr("&Close"), {}, foot);
    close_->setObjectName(QStringLiteral("catalogueClose"));
    useFile_ = button(tr("&Use a file on this computer…"),
                      tr("Checks files that you have already against the published ones, then imports them"), foot);
    useFile_->setObjectName(QStringLiteral("catalogueUseFile"));
    download_ = primaryButton(tr("&Download"), {}, foot);
    download_->setObjectName(QStringLiteral("catalogueDownload"));
    row->addWidget(bar_, 1);
    row->addWidget(text_);
    row->addStretch(1);
    row->addWidget(close_);
    row->addWidget(useFile_);
    row->addWidget(download_);
    connect(download_, &QPushButton::clicked, this, &CataloguePanel::download);
    connect(useFile_, &QPushButton::clicked, this, &CataloguePanel::browse);
    connect(close_, &QPushButton::clicked, this, [this] {
        if (progress_)
            progress_->cancel();
        else
            Q_EMIT closed();
    });
    return foot;
}

void CataloguePanel::setEntries(std::vector<CatalogueEntry> entries) {
    entries_ = std::move(entries);
    fillList();
}

void CataloguePanel::setFetchOptions(const FetchOptions& options) {
    fetchOptions_ = options;
    showButtons();
}

void CataloguePanel::fillList() {
    QList<QList<GridCell>> rows;
    for (const auto& entry : entries_) {
        const auto bytes = entry.bytes();
        rows.append({{toQt(entry.title), {}, false, toQt(entry.summary)},
                     figureCell(entry.interactions.value, figureText(entry.interactions)),
                     figureCell(bytes, sizeText(bytes)),
                     {toQt(entry.terms), {}, false, toQt(entry.license)}});
    }
    model_->setRows(std::move(rows));
    table_->view()->resizeColumnsToContents();
    if (!entries_.empty())
        table_->selectSourceRow(0);
    showChosen();
}

const CatalogueEntry* CataloguePanel::chosen() const {
    const auto rows = table_->selectedSourceRows();
    return rows.isEmpty() ? nullptr : &entries_[static_cast<std::size_t>(rows.first())];
}

void CataloguePanel::showChosen() {
    showButtons();
    const auto* entry = chosen();
    if (entry == nullptr)
        return;
    title_->setText(toQt(entry->title));
    summary_->setText(toQt(entry->summary));
    limits_->setText(toQt(entry->limits));
    limits_->setVisible(!entry->limits.empty());
    howToGet_->setText(toQt(entry->how_to_get));
    howToGet_->setVisible(entry->manual);
    users_->setText(figureText(entry->users));
    items_->setText(figureText(entry->items));
    interactions_->setText(figureText(entry->interactions));
    counted_->setText(toQt(entry->counted));
    license_->setText(toQt(entry->license));
    home_->setText(QStringLiteral("<a href=\"%1\">%1</a>").arg(toQt(entry->home).toHtmlEscaped()));
    files_->setText(filesText(*entry));
    citation_->setText(toQt(entry->citation));
}

void CataloguePanel::showButtons() {
    const auto* entry = chosen();
    const bool free = entry != nullptr && !progress_;
    useFile_->setEnabled(free);
    download_->setEnabled(free && !entry->manual);
    close_->setText(progress_ ? tr("&Cancel") : tr("&Close"));
    close_->setToolTip(progress_ ? tr("Stops; what has come is kept, so that a download can go on later")
                                 : tr("Leaves the catalogue"));
    const auto folder =
        fetchOptions_.folder.empty() ? downloads_folder() : Result<std::filesystem::path>(fetchOptions_.folder);
    const auto left = entry != nullptr && folder ? left_over(*entry, *folder) : 0;
    download_->setText(left > 0 ? tr("&Resume") : tr("&Download"));
    if (entry != nullptr && entry->manual)
        download_->setToolTip(toQt(entry->how_to_get));
    else if (left > 0)
        download_->setToolTip(tr("Goes on with the %1 that are already here, then imports").arg(bytesText(left)));
    else
        download_->setToolTip(tr("Gets the files from the publisher, checks and imports them"));
}

void CataloguePanel::browse() {
    const auto* entry = chosen();
    if (entry == nullptr)
        return;
    auto* dialog = new QFileDialog(this, tr("Files of %1").arg(toQt(entry->title)));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, &CataloguePanel::useFiles);
    dialog->open();
}

void CataloguePanel::useFiles(const QStringList& files) {
    const auto* entry = chosen();
    if (entry == nullptr || progress_)
        return;
    std::vector<std::filesystem::path> given;
    for (const auto& file : files)
        given.emplace_back(toStd(file));
    start(*entry,
          [given](const CatalogueEntry& wanted, Progress& progress) { return take_files(wanted, given, progress); });
}

void CataloguePanel::download() {
    const auto* entry = chosen();
    if (entry == nullptr || progress_)
        return;
    start(*entry, [options = fetchOptions_](const CatalogueEntry& wanted, Progress& progress) {
        return fetch(wanted, options, progress);
    });
}

void CataloguePanel::start(const CatalogueEntry& entry,
                           std::function<Result<std::vector<FetchedFile>>(const CatalogueEntry&, Progress&)> get) {
    struct Outcome {
        Result<std::vector<FetchedFile>> files;
        Status imported;
    };
    progress_ = std::make_shared<Progress>();
    timer_->start();
    showProgress();
    showButtons();
    workbench_.inBackground(
        this,
        [entry, get = std::move(get), progress = progress_, workspace = workbench_.workspace(),
         &parallel = workbench_.parallel()]() -> Outcome {
            if (auto free = refuseTakenName(*workspace, entry.id); !free)
                return {fail(free.error()), {}};
            auto files = get(entry, *progress);
            if (!files)
                return {std::move(files), {}};
            const auto options = import_options(entry, paths_of(*files));
            ImportReport report;
            const auto made = import_dataset(options, parallel, *progress, &report);
            auto imported = made ? workspace->add_dataset(**made, {.recipe = write_recipe(options),
                                                                   .source_hash = report.source_hash,
                                                                   .progress = progress.get(),
                                                                   .parallel = &parallel})
                                 : Status(fail(made.error()));
            return {std::move(files), std::move(imported)};
        },
        [this, title = toQt(entry.title), name = toQt(entry.id)](const Outcome& outcome) {
            finish(title, outcome.files, outcome.imported, name);
        });
}

void CataloguePanel::finish(const QString& title, const Result<std::vector<FetchedFile>>& files, const Status& imported,
                            const QString& name) {
    progress_.reset();
    timer_->stop();
    bar_->hide();
    text_->hide();
    showButtons();
    const bool good = files && imported;
    if (!good) {
        const auto& error = files ? imported.error() : files.error();
        if (error.kind == ErrorKind::cancelled)
            workbench_.showMessage(tr("Stopped; nothing was imported, and what has come of a download is kept"));
        else
            workbench_.showError(error);
        return;
    }
    workbench_.setCurrentDataset(name);
    workbench_.notifyDatasetsChanged();
    workbench_.showMessage(tr("Imported %1: %2").arg(title, toQt(check_sentence(*files))));
    Q_EMIT closed();
}

void CataloguePanel::showProgress() {
    if (!progress_)
        return;
    const auto now = progress_->snapshot();
    bar_->show();
    bar_->setRange(0, now.total > 0 ? 1000 : 0);
    bar_->setValue(static_cast<int>(now.fraction * 1000.0));
    text_->show();
    text_->setText(progressText(now));
}

} // namespace tastebench::ui
