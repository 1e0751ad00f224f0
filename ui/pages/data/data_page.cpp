#include "ui/pages/data/data_page.h"

#include <utility>

#include <QGridLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>

#include "core/base/shell.h"
#include "ui/bridge/sample.h"
#include "ui/bridge/text.h"
#include "ui/pages/data/bin_panel.h"
#include "ui/pages/data/catalogue_panel.h"
#include "ui/pages/data/dataset_view.h"
#include "ui/pages/data/export_panel.h"
#include "ui/pages/data/generate_panel.h"
#include "ui/pages/data/import_panel.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

Page* makeDataPage(Workbench& workbench, QWidget* parent) {
    return new DataPage(workbench, parent);
}

DataPage::DataPage(Workbench& workbench, QWidget* parent) : Page(workbench, parent), model_(new DatasetsModel(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    auto* splitter = new QSplitter(this);
    splitter->setHandleWidth(pageMargin);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeList());
    splitter->addWidget(makeDetail());
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({320, 780});
    row->addWidget(splitter);
    connect(&workbench, &Workbench::datasetsChanged, this, &DataPage::reload);
    connect(&workbench, &Workbench::currentDatasetChanged, this, &DataPage::showCurrent);
    connect(&workbench, &Workbench::importRequested, this, &DataPage::openImport);
    reload();
}

QWidget* DataPage::makeList() {
    auto* holder = new QWidget(this);
    holder->setMinimumWidth(280);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    column->addWidget(titleLabel(tr("Data"), holder));
    column->addLayout(makeWays(holder));
    table_ = new DataTable(tr("Data sets"), holder);
    table_->setModel(model_);
    table_->view()->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->filterBox()->setPlaceholderText(tr("Filter data sets"));
    for (const int hidden : {DatasetsModel::Added, DatasetsModel::Source, DatasetsModel::Users, DatasetsModel::Items})
        table_->view()->hideColumn(hidden);
    table_->view()->horizontalHeader()->setSectionResizeMode(DatasetsModel::Name, QHeaderView::Stretch);
    table_->view()->horizontalHeader()->setStretchLastSection(false);
    table_->view()->sortByColumn(DatasetsModel::Name, Qt::AscendingOrder);
    column->addWidget(table_, 1);
    column->addLayout(makeDeeds(holder));
    connect(table_, &DataTable::selectionChanged, this, &DataPage::showSelected);
    return holder;
}

QLayout* DataPage::makeWays(QWidget* holder) {
    auto* importButton = primaryButton(tr("&Import…"), tr("Reads interactions from a file (Ctrl+I)"), holder);
    importButton->setObjectName(QStringLiteral("openImport"));
    auto* catalogueButton =
        button(tr("Cata&logue…"), tr("Well-known public data sets, with licence and citation"), holder);
    catalogueButton->setObjectName(QStringLiteral("openCatalogue"));
    auto* generateButton = button(tr("&Generate…"), tr("Makes up data of any size for trying things out"), holder);
    generateButton->setObjectName(QStringLiteral("openGenerate"));
    sample_ = button(tr("Sam&ple"), tr("Adds the embedded sample: 600 people, 800 films"), holder);
    sample_->setObjectName(QStringLiteral("addSample"));
    // The ways to get data, two in a line.
    auto* buttons = new QGridLayout;
    buttons->setSpacing(gap);
    QPushButton* const ways[] = {importButton, catalogueButton, generateButton, sample_};
    for (int way = 0; way < static_cast<int>(std::size(ways)); ++way)
        buttons->addWidget(ways[way], way / 2, way % 2);
    connect(importButton, &QPushButton::clicked, this, [this] { openImport({}); });
    connect(catalogueButton, &QPushButton::clicked, this, [this] { detail_->setCurrentWidget(catalogue_); });
    connect(generateButton, &QPushButton::clicked, this, [this] { detail_->setCurrentWidget(generate_); });
    connect(sample_, &QPushButton::clicked, this, [this] {
        sample_->setEnabled(false);
        addGenerated(this->workbench(), {}, QString::fromLatin1(sampleName), std::make_shared<Progress>(),
                     [guard = QPointer(this)](const Status&) {
                         if (guard)
                             guard->sample_->setEnabled(guard->model_->rowOf(QString::fromLatin1(sampleName)) < 0);
                     });
    });
    return buttons;
}

QLayout* DataPage::makeDeeds(QWidget* holder) {
    exportButton_ = button(tr("E&xport…"), tr("Writes the chosen data set as CSV or RecBole files"), holder);
    exportButton_->setObjectName(QStringLiteral("openExport"));
    rename_ = button(tr("R&ename"), tr("Calls the chosen data set otherwise; its runs follow (F2)"), holder);
    rename_->setObjectName(QStringLiteral("renameDataset"));
    rename_->setShortcut(Qt::Key_F2);
    delete_ = button(tr("&Delete"), tr("Puts the chosen data set into the bin; refused while runs use it"), holder);
    delete_->setObjectName(QStringLiteral("deleteDataset"));
    delete_->setProperty("danger", true);
    auto* binButton = button(tr("&Bin…"), tr("Deleted data sets: take one out again, or remove them for good"), holder);
    binButton->setObjectName(QStringLiteral("openBin"));
    newName_ = new QLineEdit(holder);
    newName_->setObjectName(QStringLiteral("newDatasetName"));
    newName_->setAccessibleName(tr("New name of the data set"));
    newName_->setToolTip(tr("Return renames, an empty name leaves it as it is"));
    newName_->hide();
    auto* buttons = new QGridLayout;
    buttons->setSpacing(gap);
    buttons->addWidget(newName_, 0, 0, 1, 2);
    QPushButton* const deeds[] = {exportButton_, rename_, delete_, binButton};
    for (int deed = 0; deed < static_cast<int>(std::size(deeds)); ++deed)
        buttons->addWidget(deeds[deed], 1 + deed / 2, deed % 2);
    connect(exportButton_, &QPushButton::clicked, this, &DataPage::showExport);
    connect(rename_, &QPushButton::clicked, this, &DataPage::startRename);
    connect(newName_, &QLineEdit::editingFinished, this, &DataPage::rename);
    connect(delete_, &QPushButton::clicked, this, &DataPage::deleteSelected);
    connect(binButton, &QPushButton::clicked, this, &DataPage::showBin);
    return buttons;
}

QWidget* DataPage::makeDetail() {
    detail_ = new QStackedWidget(this);
    empty_ = new EmptyState(tr("No data yet"),
                            tr("Drop a file on the window, import one, or try the embedded sample of films."), detail_);
    connect(empty_->addAction(tr("Import a file…"), tr("Reads interactions from a file (Ctrl+I)")),
            &QPushButton::clicked, this, [this] { openImport({}); });
    view_ = new DatasetView(workbench(), detail_);
    for (QWidget* widget : {static_cast<QWidget*>(empty_), static_cast<QWidget*>(view_)})
        detail_->addWidget(widget);
    connect(view_, &DatasetView::importAgain, this, [this](const DatasetEntry& entry) {
        detail_->setCurrentWidget(import_);
        import_->importAgain(entry);
    });
    addForms();
    return detail_;
}

/// The forms that take the place of the data set while they are open. A further one is added here and to the buttons;
/// tabs of a data set are added in DatasetView::makeTabs().
void DataPage::addForms() {
    import_ = new ImportPanel(workbench(), detail_);
    generate_ = new GeneratePanel(workbench(), detail_);
    catalogue_ = new CataloguePanel(workbench(), detail_);
    export_ = new ExportPanel(workbench(), detail_);
    bin_ = new BinPanel(workbench(), detail_);
    for (QWidget* form :
         {static_cast<QWidget*>(import_), static_cast<QWidget*>(generate_), static_cast<QWidget*>(catalogue_),
          static_cast<QWidget*>(export_), static_cast<QWidget*>(bin_)})
        detail_->addWidget(form);
    connect(import_, &ImportPanel::closed, this, &DataPage::showSelected);
    connect(generate_, &GeneratePanel::closed, this, &DataPage::showSelected);
    connect(catalogue_, &CataloguePanel::closed, this, &DataPage::showSelected);
    connect(export_, &ExportPanel::closed, this, &DataPage::showSelected);
    connect(bin_, &BinPanel::closed, this, &DataPage::showSelected);
}

void DataPage::showExport() {
    export_->setDataset(selectedName());
    detail_->setCurrentWidget(export_);
}

void DataPage::showBin() {
    detail_->setCurrentWidget(bin_);
    bin_->reload();
}

QString DataPage::selectedName() const {
    const auto rows = table_->selectedSourceRows();
    return rows.isEmpty() ? QString() : toQt(model_->entries()[static_cast<std::size_t>(rows.first())].name);
}

void DataPage::openImport(const QStringList& files) {
    detail_->setCurrentWidget(import_);
    if (files.isEmpty())
        import_->startOver();
    else
        import_->setFiles(files);
}

void DataPage::reload() {
    workbench().inBackground(
        this, [workspace = workbench().workspace()] { return workspace->datasets(); },
        [this](const Result<std::vector<DatasetEntry>>& entries) {
            if (!entries) {
                workbench().showError(entries.error());
                return;
            }
            const QSignalBlocker quiet(table_);
            model_->setEntries(*entries);
            sample_->setEnabled(model_->rowOf(QString::fromLatin1(sampleName)) < 0);
            if (const auto wanted = std::exchange(wanted_, {}); model_->rowOf(wanted) >= 0)
                workbench().setCurrentDataset(wanted);
            if (model_->rowOf(workbench().currentDataset()) < 0)
                workbench().setCurrentDataset(entries->empty() ? QString() : toQt(entries->front().name));
            showCurrent();
        });
}

void DataPage::showCurrent() {
    if (const int row = model_->rowOf(workbench().currentDataset()); row >= 0)
        table_->selectSourceRow(row);
    // A form that is open stays open; closing it comes back here.
    if (detail_->currentWidget() == view_ || detail_->currentWidget() == empty_)
        showSelected();
}

void DataPage::showSelected() {
    const auto rows = table_->selectedSourceRows();
    for (auto* deed : {delete_, rename_, exportButton_})
        deed->setEnabled(!rows.isEmpty());
    if (rows.isEmpty()) {
        detail_->setCurrentWidget(empty_);
        return;
    }
    const auto& entry = model_->entries()[static_cast<std::size_t>(rows.first())];
    detail_->setCurrentWidget(view_);
    view_->show(entry);
    workbench().setCurrentDataset(toQt(entry.name));
}

void DataPage::deleteSelected() {
    const auto name = selectedName();
    if (name.isEmpty())
        return;
    workbench().inBackground(
        this, [workspace = workbench().workspace(), name = toStd(name)] { return workspace->delete_dataset(name); },
        [this, name](const Status& status) {
            if (!status) {
                workbench().showError(status.error());
                return;
            }
            workbench().showOffer(tr("Put %1 into the bin").arg(name), tr("&Undo"), [guard = QPointer(this), name] {
                if (guard)
                    guard->restore(name);
            });
            workbench().notifyDatasetsChanged();
        });
}

void DataPage::restore(const QString& name) {
    workbench().inBackground(
        this, [workspace = workbench().workspace(), name = toStd(name)] { return workspace->restore_dataset(name); },
        [this, name](const Status& status) {
            if (!status) {
                workbench().showError(status.error());
                return;
            }
            reloadAt(name);
        });
}

void DataPage::reloadAt(const QString& name) {
    wanted_ = name;
    workbench().notifyDatasetsChanged();
}

void DataPage::startRename() {
    newName_->setText(selectedName());
    newName_->show();
    newName_->setFocus();
    newName_->selectAll();
}

void DataPage::rename() {
    if (newName_->isHidden())
        return;
    newName_->hide();
    const auto name = selectedName();
    const auto newName = newName_->text().trimmed();
    if (name.isEmpty() || newName.isEmpty() || newName == name)
        return;
    workbench().inBackground(
        this,
        [workspace = workbench().workspace(), name = toStd(name), newName = toStd(newName)] {
            return workspace->rename_dataset(name, newName);
        },
        [this, newName](const Status& status) {
            if (!status) {
                workbench().showError(status.error());
                return;
            }
            reloadAt(newName);
            workbench().notifyRunsChanged();
        });
}

QString DataPage::command() const {
    return workbench().currentDataset().isEmpty()
               ? QString()
               : QStringLiteral("tastebench-cli data show ") + toQt(shell_quote(toStd(workbench().currentDataset())));
}

} // namespace tastebench::ui
