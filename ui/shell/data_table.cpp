#include "ui/shell/data_table.h"

#include <algorithm>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

QString selectionAsText(const QTableView& view) {
    const auto* model = view.model();
    if (model == nullptr || view.selectionModel() == nullptr)
        return {};
    QList<int> columns;
    for (int visual = 0; visual < model->columnCount(); ++visual)
        if (const int column = view.horizontalHeader()->logicalIndex(visual); !view.isColumnHidden(column))
            columns.append(column);
    const auto field = [](const QVariant& value) { return value.toString().replace(u'\t', u' ').replace(u'\n', u' '); };
    QStringList header;
    for (const int column : columns)
        header.append(field(model->headerData(column, Qt::Horizontal)));
    QStringList lines{header.join(u'\t')};
    auto rows = view.selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const auto& row : rows) {
        QStringList cells;
        for (const int column : columns)
            cells.append(field(model->index(row.row(), column).data()));
        lines.append(cells.join(u'\t'));
    }
    return lines.join(u'\n') + u'\n';
}

DataTable::DataTable(const QString& name, QWidget* parent)
    : QWidget(parent), view_(new QTableView(this)), filter_(new QLineEdit(this)), count_(mutedLabel({}, this)),
      proxy_(new QSortFilterProxyModel(this)) {
    filter_->setPlaceholderText(tr("Filter rows by typing"));
    filter_->setAccessibleName(tr("Filter %1").arg(name));
    filter_->setToolTip(tr("Shows only the rows in which any column contains this text"));
    filter_->setClearButtonEnabled(true);
    count_->setWordWrap(false);
    view_->setAccessibleName(name);
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setAlternatingRowColors(true);
    view_->setShowGrid(false);
    view_->setWordWrap(false);
    view_->setSortingEnabled(true);
    view_->setTabKeyNavigation(false);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(view_->fontMetrics().height() + 12);
    view_->horizontalHeader()->setHighlightSections(false);
    view_->horizontalHeader()->setSectionsMovable(true);
    view_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    view_->horizontalHeader()->setStretchLastSection(true);
    proxy_->setSortRole(sortRole);
    proxy_->setFilterKeyColumn(-1);
    proxy_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    proxy_->setSortCaseSensitivity(Qt::CaseInsensitive);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    auto* top = new QHBoxLayout;
    top->addWidget(filter_, 1);
    top->addWidget(count_);
    column->addLayout(top);
    column->addWidget(view_, 1);

    auto* copy = new QAction(tr("Copy rows"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this, &DataTable::copySelection);
    view_->addAction(copy);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        proxy_->setFilterFixedString(text);
        Q_EMIT filterEdited(text);
        showCount();
    });
    connect(view_, &QTableView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT activated(view_->model() == proxy_ ? proxy_->mapToSource(index).row() : index.row());
    });
}

void DataTable::setModel(QAbstractItemModel* model) {
    proxy_->setSourceModel(model);
    view_->setModel(proxy_);
    connectSelection();
}

void DataTable::setPlainModel(QAbstractItemModel* model) {
    view_->setModel(model);
    connectSelection();
}

void DataTable::hideFilter() {
    filter_->hide();
    count_->hide();
}

void DataTable::connectSelection() {
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &DataTable::selectionChanged);
    connect(view_->model(), &QAbstractItemModel::modelReset, this, &DataTable::showCount);
    connect(view_->model(), &QAbstractItemModel::rowsInserted, this, &DataTable::showCount);
    connect(view_->model(), &QAbstractItemModel::rowsRemoved, this, &DataTable::showCount);
    showCount();
}

void DataTable::showCount() {
    if (view_->model() != proxy_ || proxy_->sourceModel() == nullptr) {
        count_->clear();
        return;
    }
    const auto shown = static_cast<std::uint64_t>(proxy_->rowCount());
    const auto all = static_cast<std::uint64_t>(proxy_->sourceModel()->rowCount());
    count_->setText(shown == all ? (all == 1 ? tr("1 row") : tr("%1 rows").arg(countText(all)))
                                 : tr("%1 of %2 rows").arg(countText(shown), countText(all)));
}

QList<int> DataTable::selectedSourceRows() const {
    QList<int> rows;
    if (view_->selectionModel() == nullptr)
        return rows;
    const auto selected = view_->selectionModel()->selectedRows();
    for (const auto& index : selected)
        rows.append(view_->model() == proxy_ ? proxy_->mapToSource(index).row() : index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

void DataTable::selectSourceRow(int row) {
    const auto source = proxy_->sourceModel()->index(row, 0);
    const auto index = proxy_->mapFromSource(source);
    if (!index.isValid())
        return;
    view_->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    view_->scrollTo(index);
}

void DataTable::copySelection() const {
    QApplication::clipboard()->setText(selectionAsText(*view_));
}

void DataTable::rememberLayout(const QString& settingsKey) {
    const QString key = QStringLiteral("tables/") + settingsKey;
    view_->horizontalHeader()->restoreState(QSettings().value(key).toByteArray());
    const auto save = [this, key] { QSettings().setValue(key, view_->horizontalHeader()->saveState()); };
    connect(view_->horizontalHeader(), &QHeaderView::sectionResized, this, save);
    connect(view_->horizontalHeader(), &QHeaderView::sectionMoved, this, save);
    connect(view_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, save);
}

} // namespace tastebench::ui
