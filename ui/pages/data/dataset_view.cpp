#include "ui/pages/data/dataset_view.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QTabWidget>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int queryDelay = 150;

struct Loaded {
    DatasetPtr data;
    DataStatistics statistics;
};

QString shortNumber(double value) {
    return QLocale().toString(value, 'g', 4);
}

QString sentence(const Dataset& data, const DataStatistics& statistics) {
    const auto& summary = data.summary();
    QStringList out{
        QCoreApplication::translate("DatasetView", "Half of the users have %1 interactions or fewer.")
            .arg(shortNumber(statistics.medianPerUser)),
        QCoreApplication::translate("DatasetView", "The most popular tenth of the items holds %1 of all interactions.")
            .arg(percentText(statistics.topTenthShare))};
    if (statistics.itemsSeenOnce > 0)
        out.append(QCoreApplication::translate("DatasetView", "%1 items were met only once.")
                       .arg(countText(statistics.itemsSeenOnce)));
    if (!statistics.events.empty()) {
        QStringList parts;
        for (const auto& [name, rows] : statistics.events)
            parts.append(QStringLiteral("%1 %2").arg(toQt(name), countText(rows)));
        out.append(QCoreApplication::translate("DatasetView", "By type: %1.").arg(parts.join(QStringLiteral(", "))));
    }
    if (summary.rated == 0)
        out.append(QCoreApplication::translate("DatasetView", "There are no ratings, so errors of predicted ratings "
                                                              "cannot be measured."));
    return out.join(u' ');
}

} // namespace

DatasetView::DatasetView(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), title_(titleLabel({}, this)), source_(mutedLabel({}, this)),
      words_(new QLabel(this)), rows_(new InteractionsModel(this)), queryTimer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    auto* head = new QVBoxLayout;
    head->setSpacing(2);
    head->addWidget(title_);
    head->addWidget(source_);
    column->addLayout(head);
    column->addWidget(makeTiles());
    auto* tabs = new QTabWidget(this);
    tabs->setAccessibleName(tr("Views of the data set"));
    tabs->setDocumentMode(true);
    tabs->addTab(makeOverview(), tr("O&verview"));
    tabs->addTab(makeRows(), tr("R&ows"));
    tabs->setTabToolTip(0, tr("Charts and counts"));
    tabs->setTabToolTip(1, tr("Every interaction, with a filter"));
    column->addWidget(tabs, 1);
    queryTimer_->setSingleShot(true);
    queryTimer_->setInterval(queryDelay);
    connect(queryTimer_, &QTimer::timeout, this, &DatasetView::queryRows);
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
        tile.value = headingLabel({}, card);
        tile.label = mutedLabel({}, card);
        tile.label->setWordWrap(false);
        card->column()->addWidget(tile.value);
        card->column()->addWidget(tile.label);
        row->addWidget(card, 1);
    }
    return holder;
}

QWidget* DatasetView::makeOverview() {
    auto* page = new QWidget(this);
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, cardMargin, 0, 0);
    grid->setSpacing(cardMargin);
    words_->setWordWrap(true);
    words_->setTextFormat(Qt::PlainText);
    ratings_ = new ChartPanel(tr("Ratings"), page);
    popularity_ = new ChartPanel(tr("Popularity of items"), page);
    overTime_ = new ChartPanel(tr("Interactions over time"), page);
    for (auto* panel : {ratings_, popularity_, overTime_}) {
        panel->setMinimumHeight(200);
        panel->setContentsMargins(cardMargin, gap, cardMargin, gap);
    }
    grid->addWidget(words_, 0, 0, 1, 2);
    grid->addWidget(ratings_, 1, 0);
    grid->addWidget(popularity_, 1, 1);
    grid->addWidget(overTime_, 2, 0, 1, 2);
    grid->setRowStretch(1, 1);
    grid->setRowStretch(2, 1);
    return scrolled(page, this);
}

QWidget* DatasetView::makeRows() {
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, cardMargin, 0, 0);
    table_ = new DataTable(tr("Rows of the data set"), page);
    table_->setPlainModel(rows_);
    table_->view()->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    table_->filterBox()->setPlaceholderText(tr("Filter by user, item or title"));
    table_->view()->setColumnWidth(InteractionsModel::Title, 220);
    table_->view()->setColumnWidth(InteractionsModel::RowNumber, 70);
    found_ = mutedLabel({}, page);
    column->addWidget(table_, 1);
    column->addWidget(found_);
    connect(table_, &DataTable::filterEdited, this, [this](const QString& text) {
        query_.text = text;
        queryTimer_->start();
    });
    connect(rows_, &InteractionsModel::orderWanted, this, [this](int by, Qt::SortOrder order) {
        query_.column = by;
        query_.order = order;
        queryTimer_->start();
    });
    return page;
}

void DatasetView::show(const DatasetEntry& entry) {
    showEntry(entry);
    if (toQt(entry.fingerprint) == fingerprint_ && toQt(entry.name) == name_)
        return;
    fingerprint_ = toQt(entry.fingerprint);
    name_ = toQt(entry.name);
    data_.reset();
    rows_->setDataset(nullptr);
    words_->setText(tr("Counting…"));
    for (auto* panel : {ratings_, popularity_, overTime_})
        panel->showNothing(tr("Counting…"));
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace(), name = entry.name]() -> Result<Loaded> {
            auto dataset = workspace->dataset(name);
            if (!dataset)
                return fail(dataset.error());
            return Loaded{*dataset, dataStatistics(**dataset)};
        },
        [this, wanted = fingerprint_](const Result<Loaded>& loaded) {
            if (wanted != fingerprint_)
                return;
            if (!loaded) {
                workbench_.showError(loaded.error());
                return;
            }
            data_ = loaded->data;
            rows_->setDataset(data_);
            showStatistics(*data_, loaded->statistics);
            queryRows();
        });
}

void DatasetView::showEntry(const DatasetEntry& entry) {
    const auto& summary = entry.summary;
    title_->setText(toQt(entry.name));
    source_->setText(tr("From %1, added %2").arg(toQt(entry.source), timeText(entry.created)));
    source_->setToolTip(tr("Fingerprint of the content: %1").arg(toQt(entry.fingerprint)));
    const auto fill = [this](int at, const QString& value, const QString& label, const QString& tip) {
        tiles_[at].value->setText(value);
        tiles_[at].label->setText(label);
        tiles_[at].value->parentWidget()->setToolTip(tip);
    };
    fill(0, countText(summary.users), tr("users"), tr("People with at least one interaction"));
    fill(1, countText(summary.items), tr("items"), tr("Things with at least one interaction"));
    fill(2, countText(summary.interactions), tr("interactions"),
         tr("%1 different pairs of a user and an item").arg(countText(summary.distinct_pairs)));
    fill(3, percentText(summary.density), tr("density"), tr("Share of all possible pairs that are there"));
    if (summary.first_time && summary.last_time)
        fill(4, dateText(*summary.first_time).left(7) + QStringLiteral(" – ") + dateText(*summary.last_time).left(7),
             tr("from – to"), tr("From %1 to %2").arg(dateText(*summary.first_time), dateText(*summary.last_time)));
    else
        fill(4, tr("none"), tr("times"), tr("The rows have no time, so they cannot be split by time"));
}

void DatasetView::showStatistics(const Dataset& dataset, const DataStatistics& statistics) {
    words_->setText(sentence(dataset, statistics));
    if (statistics.ratings.empty()) {
        ratings_->showNothing(tr("This data set has no ratings. Ranking measures work without them."));
    } else {
        QStringList categories;
        BarSeries bars{tr("Rows"), {}, {}, {}};
        for (const auto& bin : statistics.ratings) {
            categories.append(bin.low < bin.high ? shortNumber(bin.low) + QStringLiteral("–") + shortNumber(bin.high)
                                                 : shortNumber(bin.low));
            bars.values.append(static_cast<double>(bin.rows));
        }
        ratings_->showBars(categories, {bars}, {tr("rating"), tr("rows")});
    }
    LineSeries tail{tr("Items"), {}};
    for (const auto& [rank, count] : statistics.popularity)
        tail.points.append(QPointF(rank, count));
    popularity_->showLines({tail}, {tr("rank of the item"), tr("interactions"), true, true});
    if (statistics.overTime.empty()) {
        overTime_->showNothing(tr("This data set has no times. Splits by time need them."));
        return;
    }
    constexpr double secondsPerDay = 86'400;
    const auto first = statistics.overTime.front().begin;
    LineSeries line{tr("Interactions"), {}};
    for (const auto& bin : statistics.overTime)
        line.points.append(
            QPointF(static_cast<double>(bin.begin - first) / secondsPerDay, static_cast<double>(bin.rows)));
    overTime_->showLines({line}, {tr("days since %1").arg(dateText(first)), tr("rows")});
}

void DatasetView::queryRows() {
    if (!data_)
        return;
    const int number = ++queryNumber_;
    workbench_.inBackground(
        this, [dataset = data_, query = query_] { return matchingRows(*dataset, query); },
        [this, number, queried = data_](const RowList& rows) {
            if (number != queryNumber_ || queried != data_)
                return;
            rows_->setRows(rows);
            const auto all = countText(rows_->rowsFound());
            found_->setText(rows_->rowsFound() > static_cast<std::uint64_t>(InteractionsModel::mostRowsShown)
                                ? tr("%1 rows found; the first %2 are shown. Filter to see the others.")
                                      .arg(all, countText(InteractionsModel::mostRowsShown))
                                : tr("%1 rows").arg(all));
        });
}

} // namespace tastebench::ui
