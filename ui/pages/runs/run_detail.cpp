#include "ui/pages/runs/run_detail.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QTabWidget>

#include "core/experiment/repeat.h"
#include "core/models/recommender.h"
#include "ui/bridge/text.h"
#include "ui/charts/curves_view.h"
#include "ui/models/facts_model.h"
#include "ui/models/runs_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

QList<Fact> metricFacts(const Run& run) {
    QList<Fact> out;
    for (const auto& metric : orderedMetrics({run})) {
        const auto name = toStd(metric);
        const double value = run.metrics.at(name);
        const auto* info = find_metric(name);
        out.append({metricTitle(name), metricText(value), info == nullptr ? QString() : toQt(info->help), value});
    }
    return out;
}

QList<Fact> parameterFacts(const Run& run) {
    QList<Fact> out;
    const auto entry = find_model(run.spec.model);
    for (const auto& [name, value] : run.spec.parameters) {
        const auto* spec = entry ? (*entry)->schema.find(name) : nullptr;
        out.append(
            {spec == nullptr ? toQt(name) : toQt(spec->title),
             toQt(to_text(value)) + (spec == nullptr || spec->unit.empty() ? QString() : u' ' + toQt(spec->unit)),
             spec == nullptr ? QString() : toQt(spec->help),
             {}});
    }
    return out;
}

QList<Fact> environmentFacts(const Run& run) {
    const auto& e = run.environment;
    const auto fact = [](const QString& name, const QString& value) { return Fact{name, value, {}, {}}; };
    const auto tr = [](const char* text) { return RunDetail::tr(text); };
    return {fact(tr("Tastebench"), toQt(e.version)),
            fact(tr("Processor code"), toQt(e.variant)),
            fact(tr("Processor"), toQt(e.cpu)),
            fact(tr("System"), toQt(e.system)),
            fact(tr("Compiler"), toQt(e.compiler)),
            fact(tr("Threads"), QString::number(e.threads)),
            fact(tr("Seed"), QString::number(run.spec.seed)),
            fact(tr("Data fingerprint"), toQt(run.spec.data_fingerprint)),
            fact(tr("Split fingerprint"), run.split_fingerprint.empty() ? tr("–") : toQt(run.split_fingerprint)),
            fact(tr("Training rows"), countText(run.train_rows)),
            fact(tr("Validation rows"), countText(run.validation_rows)),
            fact(tr("Test rows"), countText(run.test_rows)),
            fact(tr("Users counted"), countText(run.users_counted)),
            fact(tr("Training took"), durationText(run.fit_seconds)),
            fact(tr("Measuring took"), durationText(run.evaluate_seconds)),
            fact(tr("Peak memory"), bytesText(run.peak_memory_bytes)),
            fact(tr("Created"), timeText(run.created)),
            fact(tr("Finished"), timeText(run.finished))};
}

/// What a done run repeats, and whether its digits are the same; empty: nothing.
QString verdictOn(const Run& run, const std::vector<Run>& all) {
    const Run* first = nullptr;
    for (const auto& other : all)
        if (other.id < run.id && other.state == RunState::done && same_request(other.spec, run.spec) &&
            (first == nullptr || other.id < first->id))
            first = &other;
    if (run.state != RunState::done || first == nullptr)
        return {};
    QStringList lines{toQt(repeat_verdict(*first, run)) + u'.'};
    lines.front()[0] = lines.front()[0].toUpper();
    const auto text = [](const std::optional<double>& value) {
        return value ? QString::number(*value, 'g', 17) : RunDetail::tr("none");
    };
    constexpr int mostShown = 5;
    for (const auto& [metric, before, after] : metric_differences(*first, run))
        if (lines.size() <= mostShown)
            lines.append(RunDetail::tr("%1: %2, now %3").arg(metricTitle(metric), text(before), text(after)));
    return lines.join(u'\n');
}

DataTable* factsTable(const QString& name, FactsModel* model, QWidget* parent) {
    auto* table = new DataTable(name, parent);
    table->setModel(model);
    table->hideFilter();
    table->view()->setSortingEnabled(true);
    table->view()->sortByColumn(-1, Qt::AscendingOrder);
    table->view()->setColumnWidth(0, 260);
    return table;
}

} // namespace

RunDetail::RunDetail(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), title_(headingLabel({}, this)), error_(warningLabel(this)),
      metrics_(new FactsModel(this)), parameters_(new FactsModel(this)), environment_(new FactsModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    column->addWidget(title_);
    column->addWidget(error_);
    error_->hide();
    verdict_ = mutedLabel({}, this);
    verdict_->setObjectName(QStringLiteral("repeatVerdict"));
    verdict_->setAccessibleName(tr("Whether it repeats an earlier run"));
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    column->addWidget(verdict_);
    verdict_->hide();
    tabs_ = new QTabWidget(this);
    tabs_->setDocumentMode(true);
    tabs_->setAccessibleName(tr("Details of the run"));
    curves_ = new CurvesView(tabs_);
    const auto add = [this](QWidget* page, const QString& text, const QString& tip) {
        tabs_->setTabToolTip(tabs_->addTab(page, text), tip);
    };
    add(factsTable(tr("Metrics of the run"), metrics_, tabs_), tr("&Metrics"),
        tr("What was measured on the test rows"));
    add(curves_, tr("C&urves"), tr("How the loss and the metric on the validation rows went while training, live"));
    add(factsTable(tr("Parameters of the run"), parameters_, tabs_), tr("&Parameters"), tr("How the model was set"));
    add(factsTable(tr("Environment of the run"), environment_, tabs_), tr("En&vironment"),
        tr("Where and on what it ran"));
    add(makeAbout(), tr("Prot&ocol"), tr("How it was measured and how to repeat it"));
    column->addWidget(tabs_, 1);
    connect(&workbench_, &Workbench::jobsChanged, this, &RunDetail::showLive);
    show(0);
}

QWidget* RunDetail::makeAbout() {
    auto* page = new QWidget(tabs_);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, cardMargin, 0, 0);
    column->setSpacing(gap);
    protocol_ = new QLabel(page);
    protocol_->setWordWrap(true);
    protocol_->setTextFormat(Qt::PlainText);
    protocol_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    command_ = codeLabel(page);
    command_->setAccessibleName(tr("Command that repeats the run"));
    auto* copy = button(tr("Cop&y command"), tr("Copies the command that repeats this run"), page);
    column->addWidget(protocol_);
    column->addWidget(command_);
    column->addWidget(copy, 0, Qt::AlignLeft);
    column->addStretch(1);
    connect(copy, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(command());
        workbench_.showMessage(tr("Copied the command"));
    });
    return page;
}

void RunDetail::show(RunId id) {
    if (id == id_ && id != 0)
        return;
    id_ = id;
    livePoints_ = 0;
    live_ = false;
    setVisible(id != 0);
    if (id != 0)
        reload();
}

void RunDetail::reload() {
    if (id_ == 0)
        return;
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace(), id = id_]() -> Result<std::pair<Run, QString>> {
            auto run = workspace->run(id);
            if (!run)
                return fail(run.error());
            const auto all = workspace->runs();
            auto verdict = all ? verdictOn(*run, *all) : QString();
            return std::pair(std::move(*run), std::move(verdict));
        },
        [this, id = id_](const Result<std::pair<Run, QString>>& found) {
            if (id != id_)
                return;
            if (found)
                showRun(found->first, found->second);
            else
                show(0); // deleted meanwhile
        });
}

void RunDetail::showRun(const Run& run, const QString& verdict) {
    title_->setText(tr("Run %1: %2 on %3").arg(run.id).arg(modelTitle(run.spec.model), toQt(run.spec.data_name)));
    error_->setText(toQt(run.error));
    error_->setVisible(!run.error.empty());
    verdict_->setText(verdict);
    verdict_->setVisible(!verdict.isEmpty());
    metrics_->setFacts(metricFacts(run));
    parameters_->setFacts(parameterFacts(run));
    environment_->setFacts(environmentFacts(run));
    protocol_->setText(toQt(describe_protocol(run)));
    command_->setText(toQt(command_line(run.spec)));
    live_ = run.state == RunState::queued || run.state == RunState::running;
    if (!live_)
        showCurves(run.curves, run.state);
    else
        showLive();
}

void RunDetail::showCurves(const Curves& curves, RunState state) {
    if (!curves.empty()) {
        curves_->showCurves(curves);
        return;
    }
    if (state == RunState::queued)
        curves_->showNothing(tr("This run waits for its turn."));
    else if (state == RunState::running)
        curves_->showNothing(tr("The first point comes with the first epoch."));
    else if (state != RunState::done)
        curves_->showNothing(tr("This run was not finished, so it has no learning curve yet."));
    else
        curves_->showNothing(tr("This model learns in one step, so it has no learning curve."));
}

void RunDetail::showLive() {
    if (!live_)
        return;
    for (const auto& job : workbench_.jobs())
        if (job.id == id_ && (job.state == RunState::queued || job.state == RunState::running)) {
            if (job.curves.empty() || job.curves.size() != livePoints_)
                showCurves(job.curves, job.state);
            livePoints_ = job.curves.size();
            error_->setText(toQt(job.warning));
            error_->setVisible(!job.warning.empty());
        }
}

QString RunDetail::command() const {
    return id_ == 0 ? QString() : command_->text();
}

} // namespace tastebench::ui
