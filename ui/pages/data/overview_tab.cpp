#include "ui/pages/data/overview_tab.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include <QGridLayout>
#include <QLabel>
#include <QLocale>

#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/charts/sparsity_picture.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int chartHeight = 240;
constexpr int barHeight = 24; // of a chart of horizontal bars, for each, so that every one has its name
constexpr int mostBars = 14;  // of columns with missing values

QString shortNumber(double value) {
    return QLocale().toString(value, 'g', 4);
}

QString rangeText(std::uint64_t low, std::uint64_t high) {
    if (high == std::numeric_limits<std::uint64_t>::max())
        return countText(low) + u'+';
    return low == high ? countText(low) : countText(low) + QStringLiteral("–") + countText(high);
}

QString columnName(const ColumnFigures& column) {
    switch (column.place) {
    case ColumnPlace::rating:
        return OverviewTab::tr("Rating");
    case ColumnPlace::title:
        return OverviewTab::tr("Title");
    case ColumnPlace::user_feature:
        return OverviewTab::tr("User: %1").arg(toQt(column.name));
    case ColumnPlace::item_feature:
        return OverviewTab::tr("Item: %1").arg(toQt(column.name));
    case ColumnPlace::context:
        return toQt(column.name);
    }
    return {};
}

void showCounts(ChartPanel& panel, const std::vector<CountBin>& bins, const QString& series, const AxisText& axes) {
    QStringList categories;
    BarSeries bars{series, {}, {}, {}};
    for (const auto& bin : bins) {
        categories.append(rangeText(bin.low, bin.high));
        bars.values.append(static_cast<double>(bin.members));
    }
    panel.showBars(categories, {bars}, axes);
}

} // namespace

QString dataSentence(const Dataset& data, const DataStatistics& statistics) {
    QStringList out;
    if (!data.has_pairs()) {
        out.append(OverviewTab::tr("Each row is a label and its features; there are no users and items, so only models "
                                   "of features can use this data."));
    } else {
        out.append(OverviewTab::tr("Half of the users have %1 interactions or fewer, half of the items %2 or fewer.")
                       .arg(shortNumber(statistics.activity.median), shortNumber(statistics.popularity.median)));
        out.append(OverviewTab::tr("The most popular tenth of the items holds %1 of all interactions (Gini %2).")
                       .arg(percentText(statistics.popularity.top_tenth_share),
                            QLocale().toString(statistics.popularity.gini, 'f', 2)));
        if (statistics.activity.once == 0 && statistics.popularity.once > 0)
            out.append(
                OverviewTab::tr("%1 items have a single interaction.").arg(countText(statistics.popularity.once)));
        else if (statistics.activity.once > 0)
            out.append(OverviewTab::tr("%1 users and %2 items have a single interaction.")
                           .arg(countText(statistics.activity.once), countText(statistics.popularity.once)));
    }
    if (!statistics.columns.empty() && std::all_of(statistics.columns.begin(), statistics.columns.end(),
                                                   [](const ColumnFigures& column) { return column.missing == 0; }))
        out.append(OverviewTab::tr("No value is missing in any column."));
    if (data.summary().rated == 0)
        out.append(OverviewTab::tr("There are no ratings, so errors of predicted ratings cannot be measured."));
    return out.join(u' ');
}

OverviewTab::OverviewTab(QWidget* parent) : QWidget(parent), words_(new QLabel(this)), grid_(new QGridLayout(this)) {
    grid_->setContentsMargins(0, cardMargin, 0, 0);
    grid_->setSpacing(cardMargin);
    words_->setWordWrap(true);
    words_->setTextFormat(Qt::PlainText);
    words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    grid_->addWidget(words_, 0, 0, 1, 2);
    grid_->setColumnStretch(0, 1);
    grid_->setColumnStretch(1, 1);
    const auto panel = [this](const QString& title) {
        auto* made = new ChartPanel(title, this);
        made->setContentsMargins(cardMargin, gap, cardMargin, gap);
        made->setMinimumHeight(chartHeight);
        return made;
    };
    ratings_ = panel(tr("Ratings"));
    popularity_ = panel(tr("Popularity of items"));
    activity_ = panel(tr("Activity of users"));
    time_ = panel(tr("Interactions over time"));
    events_ = panel(tr("Kinds of event"));
    repeats_ = panel(tr("Repeats"));
    missing_ = panel(tr("Missing values"));
    fields_ = panel(tr("Different categories"));
    sparsity_ = new SparsityPicture(tr("Who meets what"), this);
    sparsity_->setContentsMargins(cardMargin, gap, cardMargin, gap);
    sparsity_->setMinimumHeight(chartHeight + 100);
    connect(&drawing_, &QTimer::timeout, this, &OverviewTab::drawNext);
    showCounting();
}

void OverviewTab::showCounting() {
    showWaiting(tr("Counting…"));
}

void OverviewTab::showProblem(const QString& what) {
    showWaiting(what);
    arrange({});
}

void OverviewTab::showWaiting(const QString& why) {
    toDraw_.clear();
    drawing_.stop();
    words_->setText(why);
    for (auto* panel : {ratings_, popularity_, activity_, time_, events_, repeats_, missing_, fields_})
        panel->showNothing(why);
    sparsity_->showNothing(why);
    arrange({ratings_, popularity_, activity_, time_});
}

void OverviewTab::arrange(const QList<QWidget*>& panels) {
    const QList<QWidget*> all{ratings_, popularity_, activity_, time_, sparsity_, events_, repeats_, missing_, fields_};
    for (auto* panel : all)
        grid_->removeWidget(panel);
    int place = 0;
    for (qsizetype i = 0; i < panels.size(); ++i) {
        // One that is alone in the last line takes all of it.
        const bool alone = i + 1 == panels.size() && place % 2 == 0;
        grid_->addWidget(panels[i], 1 + place / 2, place % 2, 1, alone ? 2 : 1);
        ++place;
    }
    for (auto* panel : all)
        panel->setVisible(panels.contains(panel));
    for (int line = 0; line < grid_->rowCount(); ++line)
        grid_->setRowStretch(line, line > 0 && line <= (place + 1) / 2 ? 1 : 0);
}

void OverviewTab::show(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const DataStatistics> statistics) {
    words_->setText(dataSentence(*dataset, *statistics));
    const auto& figures = *statistics;
    QList<QWidget*> panels;
    toDraw_.clear();
    const auto add = [&](QWidget* panel, auto draw) {
        panels.append(panel);
        toDraw_.push_back([this, dataset, statistics, draw] { draw(); });
    };
    add(ratings_, [this, d = dataset.get(), s = statistics.get()] { drawRatings(*d, *s); });
    if (dataset->has_pairs()) {
        add(popularity_, [this, s = statistics.get()] { drawPopularity(*s); });
        add(activity_, [this, s = statistics.get()] { drawActivity(*s); });
    }
    add(time_, [this, s = statistics.get()] { drawTime(*s); });
    if (dataset->has_pairs())
        add(sparsity_, [this, s = statistics.get()] { sparsity_->showGrid(s->sparsity); });
    if (std::any_of(figures.columns.begin(), figures.columns.end(), [](const auto& c) { return c.missing > 0; }))
        add(missing_, [this, s = statistics.get()] { drawMissing(*s); });
    if (figures.events.size() > 1)
        add(events_, [this, s = statistics.get()] { drawEvents(*s); });
    if (dataset->has_pairs() && dataset->summary().distinct_pairs < dataset->summary().interactions)
        add(repeats_, [this, s = statistics.get()] { drawRepeats(*s); });
    if (std::any_of(figures.columns.begin(), figures.columns.end(), [](const auto& c) { return c.distinct; }))
        add(fields_, [this, s = statistics.get()] { drawFields(*s); });
    arrange(panels);
    drawing_.start(0);
}

void OverviewTab::drawNext() {
    if (!toDraw_.empty()) {
        toDraw_.front()();
        toDraw_.pop_front();
    }
    if (!toDraw_.empty())
        return;
    drawing_.stop();
    Q_EMIT complete();
}

void OverviewTab::drawRatings(const Dataset& dataset, const DataStatistics& statistics) {
    ratings_->setTitle(dataset.has_pairs() ? tr("Ratings") : tr("Labels"));
    if (statistics.ratings.empty()) {
        ratings_->showNothing(dataset.has_pairs()
                                  ? tr("This data set has no ratings. Ranking measures work without them.")
                                  : tr("The rows have no label, so nothing can be learnt from them."));
        return;
    }
    QStringList categories;
    BarSeries bars{tr("Rows"), {}, {}, {}};
    for (const auto& bin : statistics.ratings) {
        categories.append(bin.low < bin.high ? shortNumber(bin.low) + QStringLiteral("–") + shortNumber(bin.high)
                                             : shortNumber(bin.low));
        bars.values.append(static_cast<double>(bin.rows));
    }
    ratings_->showBars(categories, {bars}, {dataset.has_pairs() ? tr("rating") : tr("label"), tr("rows")});
}

void OverviewTab::drawPopularity(const DataStatistics& statistics) {
    LineSeries tail{tr("Items"), {}};
    for (const auto& [rank, count] : statistics.long_tail)
        tail.points.append(QPointF(rank, count));
    popularity_->showLines({tail}, {tr("rank of the item"), tr("interactions"), true, true});
}

void OverviewTab::drawActivity(const DataStatistics& statistics) {
    QStringList categories;
    BarSeries bars{tr("Users"), {}, {}, {}};
    for (const auto& bin : statistics.activity_bins) {
        // Nobody below the first: the axis begins there.
        if (bin.members == 0 && categories.isEmpty())
            continue;
        categories.append(countText(bin.low));
        bars.values.append(static_cast<double>(bin.members));
    }
    activity_->showBars(categories, {bars}, {tr("interactions, at least"), tr("users")});
}

void OverviewTab::drawTime(const DataStatistics& statistics) {
    if (statistics.over_time.empty()) {
        time_->showNothing(tr("This data set has no times. Splits by time need them."));
        return;
    }
    constexpr double secondsPerDay = 86'400;
    const auto first = statistics.over_time.front().begin;
    LineSeries line{tr("Interactions"), {}};
    for (const auto& bin : statistics.over_time)
        line.points.append(QPointF((static_cast<double>(bin.begin) - static_cast<double>(first)) / secondsPerDay,
                                   static_cast<double>(bin.rows)));
    time_->showLines({line}, {tr("days since %1").arg(dateText(first)), tr("rows")});
}

void OverviewTab::drawEvents(const DataStatistics& statistics) {
    QStringList names;
    BarSeries bars{tr("Rows"), {}, {}, {}};
    for (const auto& [name, rows] : statistics.events) {
        names.append(toQt(name));
        bars.values.append(static_cast<double>(rows));
    }
    events_->showBars(names, {bars}, {tr("kind of event"), tr("rows")});
}

void OverviewTab::drawRepeats(const DataStatistics& statistics) {
    showCounts(*repeats_, statistics.repeats, tr("Pairs"), {tr("rows of the same user and item"), tr("pairs")});
}

void OverviewTab::drawMissing(const DataStatistics& statistics) {
    std::vector<ColumnFigures> columns;
    for (const auto& column : statistics.columns)
        if (column.missing > 0)
            columns.push_back(column);
    const auto share = [](const ColumnFigures& c) {
        return static_cast<double>(c.missing) / static_cast<double>(c.entries);
    };
    std::stable_sort(columns.begin(), columns.end(), [&](const auto& a, const auto& b) { return share(a) > share(b); });
    const bool cut = columns.size() > mostBars;
    missing_->setTitle(cut ? tr("Missing values (the %1 worst of %2 columns)").arg(mostBars).arg(columns.size())
                           : tr("Missing values"));
    QStringList names;
    QList<double> values;
    for (std::size_t i = 0; i < std::min<std::size_t>(columns.size(), mostBars); ++i) {
        names.append(columnName(columns[i]));
        values.append(100 * share(columns[i]));
    }
    missing_->setMinimumHeight(std::max(chartHeight, 110 + barHeight * static_cast<int>(names.size())));
    missing_->showHorizontalBars(names, values, {tr("missing, % of the entries"), {}});
}

void OverviewTab::drawFields(const DataStatistics& statistics) {
    std::vector<ColumnFigures> columns;
    std::copy_if(statistics.columns.begin(), statistics.columns.end(), std::back_inserter(columns),
                 [](const ColumnFigures& column) { return column.distinct.has_value(); });
    std::stable_sort(columns.begin(), columns.end(),
                     [](const auto& a, const auto& b) { return *a.distinct > *b.distinct; });
    const bool cut = columns.size() > mostBars;
    fields_->setTitle(cut ? tr("Different categories (%1 of %2 columns)").arg(mostBars).arg(columns.size())
                          : tr("Different categories"));
    QStringList names;
    QList<double> values;
    for (std::size_t i = 0; i < std::min<std::size_t>(columns.size(), mostBars); ++i) {
        names.append(columnName(columns[i]));
        values.append(static_cast<double>(*columns[i].distinct));
    }
    fields_->setMinimumHeight(std::max(chartHeight, 110 + barHeight * static_cast<int>(names.size())));
    fields_->showHorizontalBars(names, values, {tr("different categories"), {}});
}

} // namespace tastebench::ui
