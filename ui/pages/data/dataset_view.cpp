#include "ui/pages/data/dataset_view.h"

#include <algorithm>

#include <QHeaderView>
#include <QLocale>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/models/interaction_rows.h"
#include "ui/pages/data/fit_tab.h"
#include "ui/pages/data/graph_panel.h"
#include "ui/pages/data/overview_tab.h"
#include "ui/pages/data/table_tab.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int titleWidth = 240;
constexpr int columnSpare = 20; // pixels
constexpr int mostWidth = 400;

/// Rows of features and a label count neither users nor items.
bool mayLackPairs(const DatasetSummary& summary) {
    return summary.users == 0;
}

} // namespace

DatasetView::DatasetView(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), title_(titleLabel({}, this)), source_(mutedLabel({}, this)),
      tabs_(new QTabWidget(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    auto* head = new QVBoxLayout;
    head->setSpacing(2);
    head->addWidget(title_);
    head->addWidget(source_);
    column->addLayout(head);
    column->addWidget(makeSource());
    column->addWidget(makeTiles());
    column->addWidget(makeTabs(), 1);
}

QWidget* DatasetView::makeSource() {
    sourceBar_ = new QWidget(this);
    auto* row = new QHBoxLayout(sourceBar_);
    row->setContentsMargins(0, 0, 0, 0);
    sourceState_ = warningLabel(sourceBar_);
    sourceState_->setObjectName(QStringLiteral("sourceState"));
    auto* again =
        button(tr("Import again…"), tr("Opens the import form, filled as this data set was imported"), sourceBar_);
    again->setObjectName(QStringLiteral("importAgain"));
    row->addWidget(sourceState_, 1);
    row->addWidget(again);
    sourceBar_->hide();
    connect(again, &QPushButton::clicked, this, [this] { Q_EMIT importAgain(entry_); });
    return sourceBar_;
}

QWidget* DatasetView::makeTiles() {
    auto* holder = new QWidget(this);
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap);
    for (auto& tile : tiles_) {
        auto* card = new Card({}, holder);
        card->column()->setSpacing(0);
        card->column()->setContentsMargins(cardMargin, gap, cardMargin, gap);
        tile.card = card;
        tile.value = headingLabel({}, card);
        tile.label = mutedLabel({}, card);
        tile.label->setWordWrap(false);
        card->column()->addWidget(tile.value);
        card->column()->addWidget(tile.label);
        row->addWidget(card, 1);
    }
    return holder;
}

QTabWidget* DatasetView::makeTabs() {
    tabs_->setAccessibleName(tr("Views of the data set"));
    tabs_->setDocumentMode(true);
    tabs_->setObjectName(QStringLiteral("datasetTabs"));
    overview_ = new OverviewTab(tabs_);
    rows_ = new TableTab(workbench_, tr("Rows of the data set"), tabs_);
    users_ = new TableTab(workbench_, tr("Users of the data set"), tabs_);
    items_ = new TableTab(workbench_, tr("Items of the data set"), tabs_);
    entities_ = new TableTab(workbench_, tr("Entities of the knowledge graph"), tabs_);
    graph_ = new GraphPanel(workbench_, tabs_);
    fit_ = new FitTab(tabs_);
    const auto add = [this](QWidget* page, const QString& text, const QString& tip) {
        tabs_->setTabToolTip(tabs_->addTab(page, text), tip);
    };
    add(scrolled(overview_, tabs_), tr("O&verview"), tr("Charts and counts"));
    add(rows_, tr("R&ows"), tr("Every interaction, with a filter"));
    add(users_, tr("&Users"), tr("Every user with interactions, times, ratings and features"));
    add(items_, tr("Ite&ms"), tr("Every item with interactions, times, ratings and features"));
    add(entities_, tr("Entities"), tr("What the knowledge graph speaks of, and the items linked to it"));
    add(graph_, tr("&Knowledge graph"), tr("The relations of the graph, and training embeddings of its entities"));
    add(fit_, tr("&Fit for"), tr("Which models can use this data, and what the others lack"));
    for (auto* hidden : {static_cast<QWidget*>(users_), static_cast<QWidget*>(items_), static_cast<QWidget*>(entities_),
                         static_cast<QWidget*>(graph_)})
        tabs_->setTabVisible(tabs_->indexOf(hidden), false);
    connect(overview_, &OverviewTab::complete, this, &DatasetView::complete);
    return tabs_;
}

Result<DatasetView::LoadedPtr> DatasetView::load(Workspace& workspace, const std::string& name,
                                                 const Parallel& parallel) {
    auto dataset = workspace.dataset(name);
    if (!dataset)
        return fail(dataset.error());
    auto out = std::make_shared<Loaded>();
    out->data = *dataset;
    out->statistics = std::make_shared<const DataStatistics>(data_statistics(*out->data, parallel));
    out->rows = std::make_shared<InteractionRows>(out->data);
    if (out->data->has_pairs()) {
        out->users = std::make_shared<GroupRows>(out->data, out->statistics, GroupRows::Of::users);
        out->items = std::make_shared<GroupRows>(out->data, out->statistics, GroupRows::Of::items);
    }
    if (out->data->graph().entities.size() > 0)
        out->entities = std::make_shared<EntityRows>(out->data);
    out->fits = fitness(*out->data);
    out->materials = materials(*out->data);
    return LoadedPtr(std::move(out));
}

void DatasetView::show(const DatasetEntry& entry) {
    showEntry(entry);
    checkSource();
    if (toQt(entry.fingerprint) == fingerprint_ && toQt(entry.name) == name_)
        return;
    fingerprint_ = toQt(entry.fingerprint);
    name_ = toQt(entry.name);
    forget();
    showTiles(entry.summary, nullptr);
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace(), name = entry.name, &parallel = workbench_.parallel()] {
            return load(*workspace, name, parallel);
        },
        [this, wanted = fingerprint_, name = name_](Result<LoadedPtr> loaded) {
            const bool current = wanted == fingerprint_ && name == name_;
            if (!loaded) {
                workbench_.showError(loaded.error());
                if (current)
                    overview_->showProblem(tr("The data set could not be read."));
                return;
            }
            if (current)
                showLoaded(*loaded);
            workbench_.letGo(std::move(*loaded));
        });
}

void DatasetView::forget() {
    overview_->showCounting();
    for (auto* tab : {rows_, users_, items_, entities_})
        tab->setSource(nullptr);
    graph_->setDataset(nullptr);
    fit_->show({}, {});
    workbench_.letGo(std::move(loaded_));
    loaded_.reset();
}

void DatasetView::showEntry(const DatasetEntry& entry) {
    entry_ = entry;
    title_->setText(toQt(entry.name));
    source_->setText(tr("From %1, added %2").arg(toQt(entry.source), timeText(entry.created)));
    source_->setToolTip(tr("Fingerprint of the content: %1").arg(toQt(entry.fingerprint)));
}

void DatasetView::checkSource() {
    sourceBar_->hide();
    if (entry_.recipe.empty() || entry_.source_hash.empty())
        return;
    workbench_.inBackground(
        this, [recipe = entry_.recipe, hash = entry_.source_hash] { return source_state(recipe, hash); },
        [this, id = entry_.id](SourceState state) {
            if (id == entry_.id)
                showSource(state);
        });
}

void DatasetView::showSource(SourceState state) {
    sourceBar_->setVisible(state == SourceState::changed || state == SourceState::gone);
    sourceState_->setText(state == SourceState::gone
                              ? tr("A file that this was imported from is no longer there. The data set is complete "
                                   "without it.")
                              : tr("The file has changed since this was imported from it."));
}

void DatasetView::fillTile(int at, const QString& value, const QString& label, const QString& tip) {
    tiles_[at].value->setText(value);
    tiles_[at].label->setText(label);
    tiles_[at].card->setToolTip(tip);
    tiles_[at].card->setVisible(!label.isEmpty());
}

void DatasetView::showTiles(const DatasetSummary& summary, const Loaded* loaded) {
    if (loaded != nullptr ? !loaded->data->has_pairs() : mayLackPairs(summary)) {
        const std::size_t fields = loaded == nullptr ? 0 : loaded->data->context().size();
        std::uint64_t missing = 0, entries = 0;
        for (const auto& column : loaded == nullptr ? std::vector<ColumnFigures>() : loaded->statistics->columns)
            if (column.place == ColumnPlace::context) {
                missing += column.missing;
                entries += column.entries;
            }
        fillTile(0, countText(summary.interactions), tr("rows"), tr("Each a label with its features"));
        fillTile(1, loaded == nullptr ? QStringLiteral("…") : countText(fields), tr("fields"),
                 tr("Features that each row may have"));
        fillTile(2, loaded == nullptr ? QStringLiteral("…") : percentText(loaded->statistics->positive_share),
                 tr("positive labels"), tr("Share of the labelled rows whose label is above 0"));
        fillTile(3,
                 entries == 0 ? QStringLiteral("…")
                              : percentText(static_cast<double>(missing) / static_cast<double>(entries)),
                 tr("missing"), tr("Share of the fields' values that are not there"));
        fillTile(4, {}, {}, {});
    } else {
        fillTile(0, countText(summary.users), tr("users"), tr("People with at least one interaction"));
        fillTile(1, countText(summary.items), tr("items"), tr("Things with at least one interaction"));
        fillTile(2, countText(summary.interactions), tr("interactions"),
                 tr("%1 different pairs of a user and an item").arg(countText(summary.distinct_pairs)));
        fillTile(3, percentText(summary.density), tr("density"), tr("Share of all possible pairs that are there"));
        const auto repeats = summary.interactions - summary.distinct_pairs;
        fillTile(4, countText(repeats), tr("repeats"),
                 tr("Rows whose user and item have met before: %1 of all rows")
                     .arg(percentText(static_cast<double>(repeats) / static_cast<double>(summary.interactions))));
    }
    if (summary.first_time && summary.last_time)
        fillTile(5,
                 dateText(*summary.first_time).left(7) + QStringLiteral(" – ") + dateText(*summary.last_time).left(7),
                 tr("from – to"), tr("From %1 to %2").arg(dateText(*summary.first_time), dateText(*summary.last_time)));
    else
        fillTile(5, tr("none"), tr("times"), tr("The rows have no time, so they cannot be split by time"));
}

void DatasetView::showLoaded(const LoadedPtr& loaded) {
    loaded_ = loaded;
    showTiles(loaded->data->summary(), loaded.get());
    fit_->show(loaded->fits, loaded->materials);
    overview_->show(loaded->data, loaded->statistics);
    // One table in each round of events, as the charts are drawn, so that the window answers in between.
    const std::pair<TableTab*, std::shared_ptr<const RowSource>> tables[] = {
        {rows_, loaded->rows}, {users_, loaded->users}, {items_, loaded->items}, {entities_, loaded->entities}};
    for (const auto& [tab, source] : tables) {
        tabs_->setTabVisible(tabs_->indexOf(tab), source != nullptr);
        if (source)
            QTimer::singleShot(0, this, [this, tab = tab, source = source, of = std::weak_ptr(loaded)] {
                if (of.lock() != loaded_)
                    return;
                tab->setSource(source);
                setWidths(*tab);
            });
    }
    const bool hasGraph = !loaded->data->graph().triples.empty();
    tabs_->setTabVisible(tabs_->indexOf(graph_), hasGraph);
    graph_->setDataset(hasGraph ? loaded->data : nullptr);
}

void DatasetView::setWidths(const TableTab& tab) {
    auto* view = tab.table()->view();
    view->resizeColumnsToContents();
    // Room for the mark of the order, and for later rows that are a little longer.
    for (int column = 0; column < view->model()->columnCount(); ++column)
        view->setColumnWidth(column, std::min(view->columnWidth(column) + columnSpare, mostWidth));
    const auto widen = [&](int column) {
        if (column >= 0)
            view->setColumnWidth(column, titleWidth);
    };
    if (&tab == rows_)
        widen(static_cast<const InteractionRows&>(*loaded_->rows).columnOf(InteractionRows::Field::title));
    if (&tab == items_)
        widen(static_cast<const GroupRows&>(*loaded_->items).columnOf(GroupRows::Field::title));
    if (&tab == entities_)
        for (const int column : {EntityRows::Name, EntityRows::Items})
            widen(column);
}

} // namespace tastebench::ui
