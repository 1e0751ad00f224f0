#include "ui/pages/data/graph_embeddings.h"

#include <algorithm>

#include <QCompleter>
#include <QFormLayout>
#include <QLineEdit>

#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr std::uint32_t neighboursShown = 10;

GridCell metricCell(const EmbeddingRecord& record, const char* name, int digits) {
    const auto at = record.metrics.find(name);
    return at == record.metrics.end() ? GridCell{QStringLiteral("–")} : numberCell(at->second, digits);
}

LineSeries lossOf(const Curves& curves) {
    LineSeries loss{GraphEmbeddings::tr("Loss"), {}};
    for (const auto& point : curves)
        loss.points.append(QPointF(point.x, point.y));
    return loss;
}

} // namespace

GraphEmbeddings::GraphEmbeddings(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), kept_(new GridModel(this)), near_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    column->addWidget(makeKept(), 1);
    column->addWidget(makeLearned(), 2);
    connect(&workbench_, &Workbench::datasetsChanged, this, [this] { reload(); });
}

QWidget* GraphEmbeddings::makeKept() {
    auto* card = new Card(tr("Embeddings of this data"), this);
    kept_->setHeader(
        {tr("Number"), tr("Method"), tr("Mean rank"), tr("MRR"), tr("Hits@10"), tr("Trained in"), tr("Made")},
        {tr("Number in the workspace"), tr("How it was made"),
         tr("Where the true entity stands on average among all; 1 is best"), tr("Mean of 1 / rank; 1 is best"),
         tr("Share of true entities among the nearest ten"), tr("Time of the training"), tr("When it was trained")});
    keptTable_ = new DataTable(tr("Embeddings"), card);
    keptTable_->setObjectName(QStringLiteral("graphEmbeddings"));
    keptTable_->setModel(kept_);
    keptTable_->hideFilter();
    keptTable_->view()->setSelectionMode(QAbstractItemView::SingleSelection);
    delete_ = button(tr("&Delete"), tr("Deletes the chosen embedding from the workspace"), card);
    delete_->setObjectName(QStringLiteral("graphDelete"));
    delete_->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(delete_);
    card->column()->addWidget(keptTable_, 1);
    card->column()->addLayout(buttons);
    connect(keptTable_, &DataTable::selectionChanged, this, &GraphEmbeddings::showChosen);
    connect(delete_, &QPushButton::clicked, this, &GraphEmbeddings::removeChosen);
    return card;
}

QWidget* GraphEmbeddings::makeLearned() {
    auto* card = new Card(tr("What it learned"), this);
    protocol_ = mutedLabel({}, card);
    protocol_->setObjectName(QStringLiteral("graphProtocol"));
    curve_ = new ChartPanel(tr("Loss"), card);
    curve_->setObjectName(QStringLiteral("graphCurve"));
    curve_->setMinimumHeight(160);
    entity_ = new QLineEdit(card);
    entity_->setObjectName(QStringLiteral("graphEntity"));
    entity_->setAccessibleName(tr("Entity"));
    entity_->setToolTip(tr("Name of an entity, or title of an item; its nearest entities are listed below"));
    entity_->setPlaceholderText(tr("Entity or title"));
    near_->setHeader({tr("Entity"), tr("Title"), tr("Similarity")},
                     {tr("Name in the graph"), tr("Item it stands for"), tr("Cosine of the vectors; 1 is alike")});
    auto* table = new DataTable(tr("Nearest entities"), card);
    table->setObjectName(QStringLiteral("graphNearest"));
    table->setModel(near_);
    table->hideFilter();
    nearText_ = mutedLabel({}, card);
    nearText_->setObjectName(QStringLiteral("graphNearText"));
    auto* row = new QFormLayout;
    row->addRow(tr("&Nearest to"), entity_);
    card->column()->addWidget(protocol_);
    card->column()->addWidget(curve_, 1);
    card->column()->addLayout(row);
    card->column()->addWidget(nearText_);
    card->column()->addWidget(table, 1);
    connect(entity_, &QLineEdit::returnPressed, this, &GraphEmbeddings::showNeighbours);
    return card;
}

void GraphEmbeddings::setDataset(DatasetPtr dataset) {
    data_ = std::move(dataset);
    records_.clear();
    kept_->setRows({});
    entity_->clear();
    titles_.clear();
    showChosen();
    if (!data_)
        return;
    titles_.assign(data_->graph().entities.size(), {});
    QStringList names;
    for (const auto& link : data_->graph().links) {
        titles_[link.entity] = toQt(data_->title(link.item));
        names.append(titles_[link.entity]);
    }
    delete entity_->completer();
    auto* completer = new QCompleter(names, entity_);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    entity_->setCompleter(completer);
    // Queued: the field takes the completed text only after this signal.
    connect(completer, qOverload<const QString&>(&QCompleter::activated), this, &GraphEmbeddings::showNeighbours,
            Qt::QueuedConnection);
    reload();
}

void GraphEmbeddings::showTraining(const Curves& curves) {
    training_ = true;
    if (!curves.empty())
        curve_->showLines({lossOf(curves)}, {tr("epoch"), tr("mean loss of a pair")});
}

void GraphEmbeddings::endTraining() {
    training_ = false;
    if (learned_)
        curve_->showLines({lossOf(learned_->record.curves)}, {tr("epoch"), tr("mean loss of a pair")});
    else
        curve_->showNothing(tr("Train an embedding, or choose one above."));
}

void GraphEmbeddings::reload(EmbeddingId select) {
    if (!data_)
        return;
    if (select == 0 && chosen() != nullptr)
        select = chosen()->id;
    workbench_.inBackground(
        this, [workspace = workbench_.workspace()] { return workspace->embeddings(); },
        [this, select, asked = data_](Result<std::vector<EmbeddingRecord>> records) {
            if (asked != data_)
                return;
            if (!records)
                workbench_.showError(records.error());
            else
                showRecords(std::move(*records), select);
        });
}

void GraphEmbeddings::showRecords(std::vector<EmbeddingRecord> records, EmbeddingId select) {
    std::erase_if(records,
                  [&](const EmbeddingRecord& record) { return record.spec.data_fingerprint != data_->fingerprint(); });
    records_ = std::move(records);
    QList<QList<GridCell>> rows;
    int selected = records_.empty() ? -1 : 0;
    for (std::size_t i = 0; i < records_.size(); ++i) {
        const auto& record = records_[i];
        const auto method = find_embedding_method(record.spec.method);
        const auto tip = toQt(command_line(record.spec));
        rows.append({GridCell{QString::number(record.id), QVariant::fromValue<qlonglong>(record.id), false, tip},
                     GridCell{method ? toQt((*method)->title) : toQt(record.spec.method), {}, false, tip},
                     metricCell(record, "mean_rank", 1), metricCell(record, "mrr", 4), metricCell(record, "hits@10", 4),
                     GridCell{durationText(record.train_seconds), record.train_seconds},
                     GridCell{timeText(record.created), QVariant::fromValue<qlonglong>(record.created)}});
        if (record.id == select)
            selected = static_cast<int>(i);
    }
    kept_->setRows(std::move(rows));
    if (selected >= 0)
        keptTable_->selectSourceRow(selected);
    showChosen();
}

const EmbeddingRecord* GraphEmbeddings::chosen() const {
    const auto rows = keptTable_->selectedSourceRows();
    return rows.isEmpty() || rows.first() >= static_cast<int>(records_.size())
               ? nullptr
               : &records_[static_cast<std::size_t>(rows.first())];
}

void GraphEmbeddings::showChosen() {
    const auto* record = chosen();
    delete_->setEnabled(record != nullptr);
    if (record != nullptr && learned_ && learned_->record.id == record->id)
        return;
    learned_.reset();
    near_->setRows({});
    nearText_->clear();
    protocol_->clear();
    entity_->setEnabled(false);
    const int load = ++loads_;
    if (record == nullptr) {
        if (!training_)
            curve_->showNothing(tr("Train an embedding, or choose one above."));
        return;
    }
    workbench_.inBackground(
        this, [workspace = workbench_.workspace(), id = record->id] { return workspace->embedding(id); },
        [this, load](Result<EmbeddingOutcome> outcome) {
            if (load != loads_)
                return;
            if (!outcome)
                workbench_.showError(outcome.error());
            else
                showLearned(std::move(*outcome));
        });
}

void GraphEmbeddings::showLearned(EmbeddingOutcome outcome) {
    learned_ = std::make_shared<const EmbeddingOutcome>(std::move(outcome));
    const auto& record = learned_->record;
    protocol_->setText(toQt(record.protocol));
    if (!training_)
        curve_->showLines({lossOf(record.curves)}, {tr("epoch"), tr("mean loss of a pair")});
    entity_->setEnabled(true);
    if (entity_->text().isEmpty()) {
        const auto& links = data_->graph().links;
        entity_->setText(entityText(links.empty() ? 0 : links.front().entity));
    }
    showNeighbours();
}

QString GraphEmbeddings::entityText(std::uint32_t entity) const {
    return titles_[entity].isEmpty() ? toQt(data_->graph().entities[entity]) : titles_[entity];
}

void GraphEmbeddings::showNeighbours() {
    if (!learned_)
        return;
    near_->setRows({});
    const auto text = entity_->text().trimmed();
    const auto& names = data_->graph().entities;
    std::uint32_t found = 0;
    while (found < names.size() && toQt(names[found]) != text && titles_[found].compare(text, Qt::CaseInsensitive) != 0)
        ++found;
    if (found == names.size()) {
        nearText_->setText(
            tr("There is no entity '%1'. Type a name of the graph or the title of a linked item.").arg(text));
        return;
    }
    nearText_->setText(tr("Nearest to %1").arg(entityText(found)));
    workbench_.inBackground(
        this,
        [learned = learned_, found]() -> std::vector<Neighbour> {
            const auto* entities = find_vectors(learned->vectors, "entities");
            return entities == nullptr ? std::vector<Neighbour>() : nearest_rows(*entities, found, neighboursShown);
        },
        [this, asked = learned_](const std::vector<Neighbour>& near) {
            if (asked != learned_)
                return;
            QList<QList<GridCell>> rows;
            for (const auto& neighbour : near)
                rows.append({GridCell{toQt(data_->graph().entities[neighbour.row])}, GridCell{titles_[neighbour.row]},
                             numberCell(neighbour.similarity, 4)});
            near_->setRows(std::move(rows));
        });
}

void GraphEmbeddings::removeChosen() {
    const auto* record = chosen();
    if (record == nullptr)
        return;
    workbench_.inBackground(
        this, [workspace = workbench_.workspace(), id = record->id] { return workspace->delete_embedding(id); },
        [this, id = record->id](const Status& status) {
            if (!status)
                workbench_.showError(status.error());
            else
                workbench_.showMessage(tr("Deleted embedding %1").arg(id));
            reload();
        });
}

} // namespace tastebench::ui
