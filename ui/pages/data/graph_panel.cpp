#include "ui/pages/data/graph_panel.h"

#include <algorithm>
#include <chrono>

#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/pages/data/graph_embeddings.h"
#include "ui/pages/experiment/parameter_form.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int progressInterval = 100; // milliseconds between looks at the progress

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

GridCell countCell(std::uint64_t count) {
    return {countText(count), QVariant::fromValue(static_cast<qulonglong>(count))};
}

} // namespace

GraphPanel::GraphPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), stack_(new QStackedWidget(this)), relations_(new GridModel(this)),
      timer_(new QTimer(this)), embeddings_(new GraphEmbeddings(workbench, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(stack_);
    auto* empty = new EmptyState(
        tr("No knowledge graph"),
        tr("This data set has no facts about its items. Import it with triples (head, relation, tail) and links from "
           "items to entities: in RecBole's format the files NAME.kg and NAME.link beside NAME.inter."),
        stack_);
    auto* importButton = empty->addAction(tr("Import data…"), tr("Opens the import form"));
    connect(importButton, &QPushButton::clicked, this, [this] { workbench_.requestImport({}); });
    stack_->addWidget(empty);
    auto* page = new QWidget(stack_);
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, cardMargin, 0, 0);
    row->setSpacing(cardMargin);
    auto* left = new QVBoxLayout;
    left->setSpacing(cardMargin);
    left->addWidget(makeGraph(), 1);
    left->addWidget(makeTraining(), 2);
    row->addLayout(left, 1);
    row->addWidget(embeddings_, 1);
    stack_->addWidget(page);
    timer_->setInterval(progressInterval);
    connect(timer_, &QTimer::timeout, this, &GraphPanel::showProgress);
}

GraphPanel::~GraphPanel() {
    if (progress_)
        progress_->cancel();
}

QWidget* GraphPanel::makeGraph() {
    auto* card = new Card(tr("Graph"), this);
    counts_ = mutedLabel({}, card);
    counts_->setObjectName(QStringLiteral("graphCounts"));
    relations_->setHeader({tr("Relation"), tr("Triples")},
                          {tr("What the fact says"), tr("How many facts of this kind there are")});
    auto* table = new DataTable(tr("Relations of the graph"), card);
    table->setObjectName(QStringLiteral("graphRelations"));
    table->setModel(relations_);
    table->filterBox()->setPlaceholderText(tr("Filter relations"));
    card->column()->addWidget(counts_);
    card->column()->addWidget(table, 1);
    return card;
}

QWidget* GraphPanel::makeTraining() {
    auto* card = new Card(tr("Train an embedding"), this);
    method_ = new QComboBox(card);
    method_->setObjectName(QStringLiteral("graphMethod"));
    method_->setAccessibleName(tr("Method"));
    method_->setToolTip(tr("How entities and relations become vectors"));
    for (const auto& method : embedding_methods()) {
        method_->addItem(toQt(method.title), toQt(method.id));
        method_->setItemData(method_->count() - 1, toQt(method.citation), Qt::ToolTipRole);
    }
    about_ = mutedLabel({}, card);
    seed_ = new QSpinBox(card);
    seed_->setObjectName(QStringLiteral("graphSeed"));
    seed_->setAccessibleName(tr("Seed"));
    seed_->setToolTip(tr("The same number gives the same vectors, digit by digit"));
    seed_->setRange(0, 2'000'000'000);
    seed_->setValue(42);
    auto* head = new QFormLayout;
    head->addRow(tr("&Method"), method_);
    head->addRow(tr("&Seed"), seed_);
    card->column()->addLayout(head);
    card->column()->addWidget(about_);
    auto* holder = new QWidget(card);
    formPlace_ = new QVBoxLayout(holder);
    formPlace_->setContentsMargins(0, 0, 0, 0);
    card->column()->addWidget(scrolled(holder, card), 1);
    bar_ = new QProgressBar(card);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the training"));
    bar_->hide();
    progressText_ = mutedLabel({}, card);
    progressText_->setObjectName(QStringLiteral("graphProgress"));
    cancel_ = button(tr("&Cancel"), tr("Stops the training; nothing is kept"), card);
    cancel_->setObjectName(QStringLiteral("graphCancel"));
    cancel_->hide();
    train_ = primaryButton(tr("&Train"), tr("Trains in the background and keeps the vectors in the workspace"), card);
    train_->setObjectName(QStringLiteral("graphTrain"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(bar_, 1);
    buttons->addWidget(progressText_, 1);
    buttons->addWidget(cancel_);
    buttons->addWidget(train_);
    card->column()->addLayout(buttons);
    connect(method_, &QComboBox::currentIndexChanged, this, &GraphPanel::showForm);
    connect(train_, &QPushButton::clicked, this, &GraphPanel::train);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (progress_)
            progress_->cancel();
    });
    showForm();
    return card;
}

void GraphPanel::setDataset(DatasetPtr dataset) {
    if (dataset == data_)
        return;
    data_ = std::move(dataset);
    const bool there = data_ && !data_->graph().triples.empty();
    stack_->setCurrentIndex(there ? 1 : 0);
    embeddings_->setDataset(there ? data_ : nullptr);
    if (there)
        showGraph();
}

void GraphPanel::showGraph() {
    const auto& graph = data_->graph();
    std::vector<std::uint64_t> counts(graph.relations.size());
    for (const auto& triple : graph.triples)
        ++counts[triple.relation];
    std::vector<std::uint8_t> linked(data_->items().size());
    for (const auto& link : graph.links)
        linked[link.item] = 1;
    counts_->setText(tr("%1 entities, %2 relations, %3 triples; %4 of %5 items are linked to an entity")
                         .arg(countText(graph.entities.size()), countText(graph.relations.size()),
                              countText(graph.triples.size()),
                              countText(static_cast<std::uint64_t>(std::count(linked.begin(), linked.end(), 1))),
                              countText(linked.size())));
    std::vector<std::uint32_t> order(counts.size());
    for (std::uint32_t r = 0; r < order.size(); ++r)
        order[r] = r;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
    QList<QList<GridCell>> rows;
    for (const auto r : order)
        rows.append({GridCell{toQt(graph.relations[r])}, countCell(counts[r])});
    relations_->setRows(std::move(rows));
}

void GraphPanel::showForm() {
    const auto& method = embedding_methods()[static_cast<std::size_t>(method_->currentIndex())];
    about_->setText(toQt(method.summary));
    about_->setToolTip(toQt(method.citation));
    delete form_;
    form_ = new ParameterForm(method.schema, this);
    form_->setObjectName(QStringLiteral("graphForm"));
    formPlace_->addWidget(form_);
}

EmbeddingSpec GraphPanel::formSpec() const {
    EmbeddingSpec spec;
    spec.method = toStd(method_->currentData().toString());
    spec.parameters = form_->values();
    spec.seed = static_cast<std::uint64_t>(seed_->value());
    if (data_)
        spec.data_name = data_->name();
    return spec;
}

QString GraphPanel::command() const {
    return toQt(command_line(formSpec()));
}

void GraphPanel::train() {
    if (progress_ || !data_)
        return;
    auto spec = prepare_embedding(*data_, formSpec());
    if (!spec) {
        workbench_.showError(spec.error());
        return;
    }
    progress_ = std::make_shared<Progress>();
    training_ = data_;
    train_->setEnabled(false);
    cancel_->show();
    bar_->show();
    timer_->start();
    workbench_.inBackground(
        this,
        [data = data_, wanted = std::move(*spec), progress = progress_, workspace = workbench_.workspace(),
         &parallel = workbench_.parallel()]() -> Result<EmbeddingId> {
            auto outcome = train_embedding(*data, wanted, parallel, *progress);
            if (!outcome)
                return fail(outcome.error());
            outcome->record.created = now();
            return workspace->add_embedding(*outcome);
        },
        [this](const Result<EmbeddingId>& id) { trained(id); });
}

void GraphPanel::trained(const Result<EmbeddingId>& id) {
    progress_.reset();
    training_.reset();
    embeddings_->endTraining();
    timer_->stop();
    bar_->hide();
    cancel_->hide();
    train_->setEnabled(true);
    if (!id) {
        progressText_->setText(id.error().kind == ErrorKind::cancelled ? tr("Cancelled") : QString());
        if (id.error().kind != ErrorKind::cancelled)
            workbench_.showError(id.error());
        return;
    }
    progressText_->setText(tr("Kept as embedding %1").arg(*id));
    embeddings_->reload(*id);
}

void GraphPanel::showProgress() {
    if (!progress_)
        return;
    const auto state = progress_->snapshot();
    bar_->setRange(0, state.total > 0 ? 1000 : 0);
    bar_->setValue(static_cast<int>(state.fraction * 1000.0));
    progressText_->setText(progressText(state));
    if (training_ == data_)
        embeddings_->showTraining(progress_->curves());
    else
        embeddings_->endTraining();
}

} // namespace tastebench::ui
