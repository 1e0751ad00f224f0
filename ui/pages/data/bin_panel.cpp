#include "ui/pages/data/bin_panel.h"

#include <QHeaderView>

#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

BinPanel::BinPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), model_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Bin"), this));
    column->addWidget(mutedLabel(tr("Deleted data sets stay here until the bin is emptied."), this));
    model_->setHeader({tr("Name"), tr("Interactions"), tr("Deleted")});
    table_ = new DataTable(tr("Data sets in the bin"), this);
    table_->setObjectName(QStringLiteral("binTable"));
    table_->setModel(model_);
    table_->hideFilter();
    table_->view()->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->view()->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table_->view()->horizontalHeader()->setStretchLastSection(false);
    column->addWidget(table_, 1);
    auto* row = new QHBoxLayout;
    restore_ = button(tr("Restore"), tr("Takes the chosen data set out of the bin"), this);
    restore_->setObjectName(QStringLiteral("restoreDataset"));
    empty_ = button(tr("Empty bin"), tr("Removes everything in the bin for good; asks once more"), this);
    empty_->setObjectName(QStringLiteral("emptyBin"));
    empty_->setProperty("danger", true);
    auto* close = button(tr("Close"), tr("Goes back to the data set"), this);
    row->addWidget(restore_);
    row->addWidget(empty_);
    row->addStretch(1);
    row->addWidget(close);
    column->addLayout(row);
    connect(table_, &DataTable::selectionChanged, this, &BinPanel::showButtons);
    connect(table_, &DataTable::activated, this, &BinPanel::restore);
    connect(restore_, &QPushButton::clicked, this, &BinPanel::restore);
    connect(empty_, &QPushButton::clicked, this, &BinPanel::emptyBin);
    connect(close, &QPushButton::clicked, this, &BinPanel::closed);
    connect(&workbench, &Workbench::datasetsChanged, this, [this] {
        if (isVisible())
            reload();
    });
    showButtons();
}

void BinPanel::reload() {
    askAgain(false);
    workbench_.inBackground(
        this, [workspace = workbench_.workspace()] { return workspace->binned_datasets(); },
        [this](Result<std::vector<DatasetEntry>> entries) {
            if (entries)
                showEntries(std::move(*entries));
            else
                workbench_.showError(entries.error());
        });
}

void BinPanel::showEntries(std::vector<DatasetEntry> entries) {
    entries_ = std::move(entries);
    QList<QList<GridCell>> rows;
    for (const auto& entry : entries_) {
        const auto deleted = entry.deleted.value_or(0);
        rows.append({{toQt(entry.name)},
                     {countText(entry.summary.interactions), static_cast<qulonglong>(entry.summary.interactions)},
                     {timeText(deleted), static_cast<qlonglong>(deleted)}});
    }
    model_->setRows(std::move(rows));
    table_->view()->resizeColumnToContents(2);
    if (!entries_.empty())
        table_->selectSourceRow(0);
    askAgain(false);
    showButtons();
}

void BinPanel::showButtons() {
    restore_->setEnabled(!table_->selectedSourceRows().isEmpty());
    empty_->setEnabled(!entries_.empty());
}

void BinPanel::askAgain(bool again) {
    asked_ = again;
    empty_->setText(again ? tr("Really remove all %n for good?", nullptr, static_cast<int>(entries_.size()))
                          : tr("Empty bin"));
}

void BinPanel::restore() {
    const auto rows = table_->selectedSourceRows();
    if (rows.isEmpty())
        return;
    const auto& entry = entries_[static_cast<std::size_t>(rows.first())];
    workbench_.inBackground(
        this, [workspace = workbench_.workspace(), id = entry.id] { return workspace->restore_dataset(id); },
        [this, name = toQt(entry.name)](const Status& status) {
            if (!status) {
                workbench_.showError(status.error());
                return;
            }
            workbench_.showMessage(tr("Restored %1").arg(name));
            workbench_.setCurrentDataset(name);
            workbench_.notifyDatasetsChanged();
        });
}

void BinPanel::emptyBin() {
    if (!asked_) {
        askAgain(true);
        return;
    }
    empty_->setEnabled(false);
    workbench_.inBackground(
        this, [workspace = workbench_.workspace()] { return workspace->empty_bin(); },
        [this](const Status& status) {
            if (status)
                workbench_.showMessage(tr("The bin is empty"));
            else
                workbench_.showError(status.error());
            reload();
        });
}

} // namespace tastebench::ui
