#include "ui/pages/data/data_page.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QStackedWidget>

#include "ui/bridge/sample.h"
#include "ui/bridge/text.h"
#include "ui/pages/data/dataset_view.h"
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
    auto* importButton = primaryButton(tr("&Import…"), tr("Reads interactions from a file (Ctrl+I)"), holder);
    importButton->setObjectName(QStringLiteral("openImport"));
    auto* generateButton = button(tr("&Generate…"), tr("Makes up data of any size for trying things out"), holder);
    generateButton->setObjectName(QStringLiteral("openGenerate"));
    sample_ = button(tr("Sam&ple"), tr("Adds the embedded sample: 600 people, 800 films"), holder);
    sample_->setObjectName(QStringLiteral("addSample"));
    // The ways to get data, two in a line. A further one (a catalogue) is one more entry.
    auto* buttons = new QGridLayout;
    buttons->setSpacing(gap);
    QPushButton* const ways[] = {importButton, generateButton, sample_};
    for (int way = 0; way < static_cast<int>(std::size(ways)); ++way)
        buttons->addWidget(ways[way], way / 2, way % 2);
    column->addLayout(buttons);
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
    delete_ = button(tr("&Delete"), tr("Removes the chosen data set; refused while runs use it"), holder);
    delete_->setProperty("danger", true);
    delete_->setEnabled(false);
    // What can be done with the chosen data set. A further deed (an export) is one more button here.
    auto* deeds = new QHBoxLayout;
    deeds->addWidget(delete_);
    deeds->addStretch();
    column->addLayout(deeds);
    connect(table_, &DataTable::selectionChanged, this, &DataPage::showSelected);
    connect(importButton, &QPushButton::clicked, this, [this] { openImport({}); });
    connect(generateButton, &QPushButton::clicked, this, [this] { detail_->setCurrentWidget(generate_); });
    connect(sample_, &QPushButton::clicked, this, [this] {
        sample_->setEnabled(false);
        addGenerated(this->workbench(), {}, QString::fromLatin1(sampleName), std::make_shared<Progress>(),
                     [guard = QPointer(this)](const Status&) {
                         if (guard)
                             guard->sample_->setEnabled(guard->model_->rowOf(QString::fromLatin1(sampleName)) < 0);
                     });
    });
    connect(delete_, &QPushButton::clicked, this, &DataPage::deleteSelected);
    return holder;
}

QWidget* DataPage::makeDetail() {
    detail_ = new QStackedWidget(this);
    empty_ = new EmptyState(tr("No data yet"),
                            tr("Drop a file on the window, import one, or try the embedded sample of films."), detail_);
    connect(empty_->addAction(tr("Import a file…"), tr("Reads interactions from a file (Ctrl+I)")),
            &QPushButton::clicked, this, [this] { openImport({}); });
    view_ = new DatasetView(workbench(), detail_);
    import_ = new ImportPanel(workbench(), detail_);
    generate_ = new GeneratePanel(workbench(), detail_);
    // The forms that take the place of the data set while they are open. A further one is added here and to the
    // buttons of makeList(); tabs of a data set are added in DatasetView::makeTabs().
    for (QWidget* widget : {static_cast<QWidget*>(empty_), static_cast<QWidget*>(view_), static_cast<QWidget*>(import_),
                            static_cast<QWidget*>(generate_)})
        detail_->addWidget(widget);
    connect(import_, &ImportPanel::closed, this, &DataPage::showSelected);
    connect(generate_, &GeneratePanel::closed, this, &DataPage::showSelected);
    return detail_;
}

void DataPage::openImport(const QStringList& files) {
    detail_->setCurrentWidget(import_);
    if (!files.isEmpty())
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
    delete_->setEnabled(!rows.isEmpty());
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
    const auto rows = table_->selectedSourceRows();
    if (rows.isEmpty())
        return;
    const auto name = model_->entries()[static_cast<std::size_t>(rows.first())].name;
    workbench().inBackground(
        this, [workspace = workbench().workspace(), name] { return workspace->delete_dataset(name); },
        [this, name](const Status& status) {
            if (!status) {
                workbench().showError(status.error());
                return;
            }
            workbench().showMessage(tr("Deleted %1").arg(toQt(name)));
            workbench().notifyDatasetsChanged();
        });
}

QString DataPage::command() const {
    return workbench().currentDataset().isEmpty()
               ? QString()
               : QStringLiteral("tastebench-cli data show ") + workbench().currentDataset();
}

} // namespace tastebench::ui
