#include "ui/pages/compare/compare_page.h"

#include <algorithm>
#include <set>

#include <QComboBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QListWidget>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>

#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

Page* makeComparePage(Workbench& workbench, QWidget* parent) {
    return new ComparePage(workbench, parent);
}

ComparePage::ComparePage(Workbench& workbench, QWidget* parent)
    : Page(workbench, parent), stack_(new QStackedWidget(this)), table_(new GridModel(this)),
      tests_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Compare"), this));
    auto* empty = new EmptyState(tr("Nothing to compare yet"),
                                 tr("Train at least two models on the same data; this page then says which is better "
                                    "and whether the difference is real."),
                                 stack_);
    connect(empty->addAction(tr("Go to &Experiment"), tr("Opens the Experiment page (Ctrl+2)")), &QPushButton::clicked,
            this, [this] { this->workbench().showPage(PageId::experiment); });
    auto* splitter = new QSplitter(Qt::Horizontal, stack_);
    splitter->setHandleWidth(cardMargin);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeChooser());
    splitter->addWidget(makeResults());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({250, 850});
    stack_->addWidget(empty);
    stack_->addWidget(splitter);
    column->addWidget(stack_, 1);
    connect(&workbench, &Workbench::runsChanged, this, &ComparePage::reloadRuns);
    connect(&workbench, &Workbench::selectedRunsChanged, this, &ComparePage::reloadRuns);
    reloadRuns();
}

QWidget* ComparePage::makeChooser() {
    auto* card = new Card(tr("Runs"), stack_);
    list_ = new QListWidget(card);
    list_->setObjectName(QStringLiteral("compareRuns"));
    list_->setAccessibleName(tr("Runs to compare"));
    list_->setToolTip(tr("Tick the runs to compare; Space ticks the current one"));
    list_->setWordWrap(true);
    card->column()->addWidget(list_, 1);
    auto* form = new QFormLayout;
    form->setRowWrapPolicy(QFormLayout::WrapAllRows);
    metric_ = new QComboBox(card);
    metric_->setObjectName(QStringLiteral("compareMetric"));
    metric_->setAccessibleName(tr("Metric"));
    baseline_ = new QComboBox(card);
    baseline_->setObjectName(QStringLiteral("compareBaseline"));
    baseline_->setAccessibleName(tr("Baseline"));
    baseline_->setToolTip(tr("The run that all others are tested against"));
    for (auto* combo : {metric_, baseline_}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(14);
        connect(combo, &QComboBox::currentIndexChanged, this, &ComparePage::compare);
    }
    form->addRow(tr("&Metric"), metric_);
    form->addRow(tr("&Baseline"), baseline_);
    card->column()->addLayout(form);
    connect(list_, &QListWidget::itemChanged, this, &ComparePage::takeTicks);
    return card;
}

QWidget* ComparePage::makeResults() {
    auto* card = new Card({}, stack_);
    verdict_ = headingLabel({}, card);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setWordWrap(true);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    verdict_->setAccessibleName(tr("Verdict"));
    warning_ = warningLabel(card);
    warning_->setObjectName(QStringLiteral("compareWarning"));
    protocol_ = mutedLabel({}, card);
    protocol_->setObjectName(QStringLiteral("compareProtocol"));
    auto* tabs = new QTabWidget(card);
    tabs->setAccessibleName(tr("Views of the comparison"));
    bars_ = new ChartPanel({}, tabs);
    byK_ = new ChartPanel({}, tabs);
    time_ = new ChartPanel(tr("Training and evaluation time"), tabs);
    tableView_ = new DataTable(tr("Metrics"), tabs);
    tableView_->setObjectName(QStringLiteral("metricTable"));
    tableView_->setModel(table_);
    auto* tests = new DataTable(tr("Tests"), tabs);
    tests->setObjectName(QStringLiteral("testTable"));
    tests->setModel(tests_);
    tests_->setHeader(
        {tr("Run"), tr("Value"), tr("95 % from"), tr("95 % to"), tr("Difference"), tr("p (Holm)"), tr("Effect (d)")},
        {{},
         tr("Mean over users"),
         tr("Lower end of the bootstrap interval over users"),
         tr("Upper end of the bootstrap interval over users"),
         tr("Mean difference to the baseline"),
         tr("Chance of a difference this large if there were none: paired permutation test over users, "
            "corrected after Holm"),
         tr("Mean difference divided by its standard deviation over users")});
    tests->view()->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    tabs->addTab(bars_, tr("Chart"));
    tabs->addTab(tableView_, tr("All metrics"));
    tabs->addTab(tests, tr("Intervals and tests"));
    tabs->addTab(byK_, tr("By list length"));
    tabs->addTab(time_, tr("Time"));
    card->column()->addWidget(verdict_);
    card->column()->addWidget(warning_);
    card->column()->addWidget(tabs, 1);
    card->column()->addWidget(protocol_);
    return card;
}

QString ComparePage::command() const {
    QString out = QStringLiteral("tastebench-cli compare");
    for (const auto& run : ticked())
        out += QStringLiteral(" %1").arg(run.id);
    return out + QStringLiteral(" --baseline %1 --metric %2")
                     .arg(baseline_->currentData().toLongLong())
                     .arg(metric_->currentData().toString());
}

void ComparePage::reloadRuns() {
    workbench().inBackground(
        this, [workspace = workbench().workspace()] { return workspace->runs(); },
        [this](Result<std::vector<Run>> runs) {
            if (runs)
                listRuns(std::move(*runs));
            else
                workbench().showError(runs.error());
        });
}

void ComparePage::listRuns(std::vector<Run> runs) {
    std::set<RunId> before;
    for (const auto& run : ticked())
        before.insert(run.id);
    std::erase_if(runs, [](const Run& run) { return run.state != RunState::done; });
    done_ = std::move(runs);
    const auto& selected = workbench().selectedRuns();
    const auto chosen =
        std::count_if(done_.begin(), done_.end(), [&](const Run& run) { return selected.contains(run.id); });
    std::set<std::string> models;
    {
        const QSignalBlocker blocker(list_);
        list_->clear();
        for (const auto& run : done_) {
            const auto entry = find_model(run.spec.model);
            auto* item = new QListWidgetItem(
                tr("%1 on %2 (run %3)")
                    .arg(entry ? toQt((*entry)->title) : toQt(run.spec.model), toQt(run.spec.data_name))
                    .arg(run.id),
                list_);
            item->setToolTip(toQt(command_line(run.spec)));
            item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
            // Nothing chosen: the newest run of each model on the newest data and split.
            const bool newest = run.spec.data_fingerprint == done_.front().spec.data_fingerprint &&
                                run.spec.split.text() == done_.front().spec.split.text() &&
                                models.insert(run.spec.model).second;
            const bool tick = chosen > 1 ? selected.contains(run.id) : newest;
            item->setCheckState(tick ? Qt::Checked : Qt::Unchecked);
        }
    }
    stack_->setCurrentIndex(done_.empty() ? 0 : 1);
    takeTicks();
}

std::vector<Run> ComparePage::ticked() const {
    std::vector<Run> out;
    for (int row = 0; row < list_->count() && row < static_cast<int>(done_.size()); ++row)
        if (list_->item(row)->checkState() == Qt::Checked)
            out.push_back(done_[static_cast<std::size_t>(row)]);
    // Oldest first, so that the order stays when runs are added.
    std::reverse(out.begin(), out.end());
    return out;
}

void ComparePage::takeTicks() {
    fillCombos(ticked());
    compare();
}

void ComparePage::fillCombos(const std::vector<Run>& runs) {
    const auto metric = metric_->count() > 0 ? metric_->currentData().toString() : QStringLiteral("ndcg@10");
    const auto baseline = baseline_->currentData();
    const QSignalBlocker blockers[] = {QSignalBlocker(metric_), QSignalBlocker(baseline_)};
    metric_->clear();
    for (const auto& name : metricsOf(runs)) {
        metric_->addItem(metricTitle(name), toQt(name));
        metric_->setItemData(metric_->count() - 1, toQt(find_metric(name)->help), Qt::ToolTipRole);
    }
    metric_->setCurrentIndex(std::max(0, metric_->findData(metric)));
    baseline_->clear();
    const auto labels = runLabels(runs);
    int popularity = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        baseline_->addItem(labels[static_cast<qsizetype>(i)], QVariant::fromValue<qlonglong>(runs[i].id));
        if (runs[i].spec.model == "popularity")
            popularity = static_cast<int>(i);
    }
    const int kept = baseline_->findData(baseline);
    baseline_->setCurrentIndex(kept >= 0 ? kept : popularity);
}

void ComparePage::compare() {
    const auto runs = ticked();
    if (runs.empty()) {
        verdict_->setText(tr("Tick at least one run."));
        warning_->hide();
        for (auto* chart : {bars_, byK_, time_})
            chart->showNothing(tr("Tick at least one run."));
        table_->setRows({});
        tests_->setRows({});
        return;
    }
    const auto asked = ++asked_;
    metric_->setToolTip(metric_->currentData(Qt::ToolTipRole).toString());
    workbench().inBackground(
        this,
        [workspace = workbench().workspace(), runs, metric = toStd(metric_->currentData().toString()),
         baseline = RunId(baseline_->currentData().toLongLong())] {
            return compareStored(*workspace, runs, metric, baseline);
        },
        [this, asked](const Result<Comparison>& comparison) {
            if (asked != asked_)
                return;
            if (comparison)
                show(*comparison);
            else
                workbench().showError(comparison.error());
        });
}

void ComparePage::show(const Comparison& comparison) {
    verdict_->setText(verdict(comparison));
    warning_->setText(comparison.warnings.join(u'\n'));
    warning_->setVisible(!comparison.warnings.isEmpty());
    const auto& first = comparison.rows.front().run;
    protocol_->setText(tr("On %1. %2").arg(toQt(first.spec.data_name), toQt(describe_protocol(first))));
    showTable(comparison);
    showTests(comparison);
    showCharts(comparison);
}

void ComparePage::showTable(const Comparison& comparison) {
    std::vector<Run> runs;
    for (const auto& row : comparison.rows)
        runs.push_back(row.run);
    QStringList header{tr("Metric")};
    for (const auto& row : comparison.rows)
        header << row.label;
    QList<QList<GridCell>> cells;
    for (const auto& name : metricsOf(runs)) {
        const auto* info = find_metric(name);
        std::optional<double> best;
        for (const auto& run : runs)
            if (const auto at = run.metrics.find(name); at != run.metrics.end())
                if (!best || (info->higher_is_better ? at->second > *best : at->second < *best))
                    best = at->second;
        QList<GridCell> row{{metricTitle(name), {}, false, toQt(info->help)}};
        for (const auto& run : runs) {
            const auto at = run.metrics.find(name);
            if (at == run.metrics.end()) {
                row.append({QStringLiteral("–"), {}, false, tr("This model does not have this metric")});
                continue;
            }
            auto cell = numberCell(at->second, 4);
            cell.strong = runs.size() > 1 && at->second == *best;
            if (cell.strong)
                cell.text.prepend(QStringLiteral("★ "));
            row.append(cell);
        }
        cells.append(row);
    }
    table_->setHeader(header);
    table_->setRows(cells);
    tableView_->view()->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
}

void ComparePage::showTests(const Comparison& comparison) {
    std::optional<double> base;
    for (const auto& row : comparison.rows)
        if (row.run.id == comparison.baseline && row.compared)
            base = row.compared->interval.mean;
    QList<QList<GridCell>> cells;
    for (const auto& row : comparison.rows) {
        const auto at = row.run.metrics.find(comparison.metric);
        if (at == row.run.metrics.end())
            continue;
        const GridCell none{QStringLiteral("–")};
        QList<GridCell> line{{row.label}, numberCell(at->second, 4)};
        if (!row.compared) {
            line << none << none << none << none << none;
            cells.append(line);
            continue;
        }
        const auto& c = *row.compared;
        line << numberCell(c.interval.low, 4) << numberCell(c.interval.high, 4);
        if (c.p_adjusted) {
            line << (base ? numberCell(c.interval.mean - *base, 4) : none) << numberCell(*c.p_adjusted, 4)
                 << numberCell(*c.effect, 2);
        } else {
            line << GridCell{row.run.id == comparison.baseline ? tr("baseline") : QStringLiteral("–")} << none << none;
        }
        cells.append(line);
    }
    tests_->setRows(cells);
}

void ComparePage::showCharts(const Comparison& comparison) {
    const auto title = metricTitle(comparison.metric);
    QStringList labels;
    BarSeries bars{title, {}, {}, {}};
    BarSeries train{tr("Training"), {}, {}, {}};
    BarSeries evaluate{tr("Evaluation"), {}, {}, {}};
    QList<LineSeries> lines;
    const auto id = comparison.metric.substr(0, comparison.metric.find('@'));
    bool intervals = true;
    for (const auto& row : comparison.rows) {
        train.values.append(row.run.fit_seconds);
        evaluate.values.append(row.run.evaluate_seconds);
        const auto at = row.run.metrics.find(comparison.metric);
        labels.append(row.label);
        bars.values.append(at == row.run.metrics.end() ? 0 : at->second);
        intervals = intervals && row.compared;
        if (row.compared) {
            bars.low.append(row.compared->interval.low);
            bars.high.append(row.compared->interval.high);
        }
        LineSeries line{row.label, {}, false};
        for (const auto k : row.run.spec.evaluation.ks)
            if (const auto value = row.run.metrics.find(id + "@" + std::to_string(k)); value != row.run.metrics.end())
                line.points.append({static_cast<double>(k), value->second});
        lines.append(line);
    }
    if (!intervals)
        bars.low = bars.high = {};
    bars_->setTitle(intervals ? tr("%1 with 95 % intervals").arg(title) : title);
    bars_->showBars(labels, {bars}, {{}, title});
    time_->showBars(labels, {train, evaluate}, {{}, tr("Seconds")});
    const auto* info = find_metric(comparison.metric);
    const bool at_k = info != nullptr && info->at_k && comparison.rows.front().run.spec.evaluation.ks.size() > 1;
    byK_->setTitle(tr("%1 by list length").arg(info != nullptr ? toQt(info->title) : title));
    if (at_k)
        byK_->showLines(lines, {tr("List length k"), toQt(info->title)});
    else
        byK_->showNothing(tr("This metric does not depend on the list length, or only one length was measured."));
}

} // namespace tastebench::ui
