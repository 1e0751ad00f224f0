#include "ui/pages/report/report_page.h"

#include <algorithm>
#include <set>

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTextBrowser>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/pages/report/report_basket.h"
#include "ui/pages/report/report_document.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int idRole = Qt::UserRole;

QListWidgetItem* addTick(QListWidget* list, const QString& text, const QVariant& id, bool ticked) {
    auto* item = new QListWidgetItem(text, list);
    item->setData(idRole, id);
    item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
    item->setCheckState(ticked ? Qt::Checked : Qt::Unchecked);
    return item;
}

QString runLabel(const Run& run) {
    const auto entry = find_model(run.spec.model);
    return ReportPage::tr("%1 on %2 (run %3)")
        .arg(entry ? toQt((*entry)->title) : toQt(run.spec.model), toQt(run.spec.data_name))
        .arg(run.id);
}

} // namespace

Page* makeReportPage(Workbench& workbench, QWidget* parent) {
    return new ReportPage(workbench, parent);
}

ReportPage::ReportPage(Workbench& workbench, QWidget* parent) : Page(workbench, parent), settle_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(cardMargin);
    auto* top = new QHBoxLayout;
    html_ = primaryButton(tr("Save &HTML ..."), tr("Saves the report as one HTML file that needs no network"), this);
    html_->setObjectName(QStringLiteral("saveHtml"));
    pdf_ = button(tr("Save &PDF ..."), tr("Saves the report as a PDF with page numbers"), this);
    pdf_->setObjectName(QStringLiteral("savePdf"));
    top->addWidget(titleLabel(tr("Report"), this), 1);
    top->addWidget(pdf_);
    top->addWidget(html_);
    column->addLayout(top);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(cardMargin);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeForm());
    splitter->addWidget(makePreview());
    splitter->setSizes({360, 740});
    column->addWidget(splitter, 1);
    settle_->setSingleShot(true);
    settle_->setInterval(300);
    connect(settle_, &QTimer::timeout, this, &ReportPage::preview);
    connect(html_, &QPushButton::clicked, this, [this] { askFile(false); });
    connect(pdf_, &QPushButton::clicked, this, [this] { askFile(true); });
    connect(&workbench, &Workbench::runsChanged, this, &ReportPage::reloadRuns);
    connect(&workbench, &Workbench::selectedRunsChanged, this, &ReportPage::reloadRuns);
    connect(&ReportBasket::of(workbench), &ReportBasket::changed, this, &ReportPage::listBasket);
    reloadRuns();
}

QWidget* ReportPage::makeForm() {
    auto* card = new Card(tr("What goes in"), this);
    auto* form = new QFormLayout;
    form->setRowWrapPolicy(QFormLayout::WrapAllRows);
    form->setVerticalSpacing(gap);
    const auto defaults = ReportRequest();
    title_ = new QLineEdit(toQt(defaults.title), card);
    title_->setObjectName(QStringLiteral("reportTitle"));
    title_->setToolTip(tr("The report's headline"));
    author_ = new QLineEdit(card);
    author_->setToolTip(tr("Who answers for the report; shown under the title"));
    question_ = new QPlainTextEdit(card);
    question_->setToolTip(tr("What the readers want to know"));
    question_->setMaximumHeight(70);
    question_->setTabChangesFocus(true);
    runs_ = new QListWidget(card);
    runs_->setObjectName(QStringLiteral("reportRuns"));
    runs_->setToolTip(tr("The runs to compare"));
    metric_ = new QComboBox(card);
    metric_->setToolTip(tr("The metric that decides which run does best"));
    sections_ = new QListWidget(card);
    sections_->setToolTip(tr("Tick what to include; drag, or use Alt+Up and Alt+Down, to reorder"));
    sections_->setDragDropMode(QAbstractItemView::InternalMove);
    for (const auto& info : report_sections())
        addTick(sections_, tr(info.title.c_str()), static_cast<int>(info.section), true)
            ->setToolTip(tr(info.help.c_str()));
    basket_ = new QListWidget(card);
    basket_->setToolTip(tr("Explanations sent here from the Explain page; untick to remove"));
    form->addRow(tr("&Title"), title_);
    form->addRow(tr("&Author"), author_);
    form->addRow(tr("&Question"), question_);
    form->addRow(tr("R&uns"), runs_);
    form->addRow(tr("&Metric"), metric_);
    form->addRow(tr("&Sections"), sections_);
    form->addRow(tr("E&xplanations"), basket_);
    for (int row = 0; row < form->rowCount(); ++row) {
        auto* label = qobject_cast<QLabel*>(form->itemAt(row, QFormLayout::LabelRole)->widget());
        form->itemAt(row, QFormLayout::FieldRole)->widget()->setAccessibleName(label->text().remove(u'&'));
    }
    for (auto* list : {runs_, basket_})
        list->setMaximumHeight(110);
    sections_->setMaximumHeight(170);
    card->column()->addLayout(form);
    card->column()->addStretch(1);
    for (const int by : {-1, 1}) {
        auto* move = new QAction(by < 0 ? tr("Move section up") : tr("Move section down"), sections_);
        move->setShortcut(QKeySequence(Qt::ALT | (by < 0 ? Qt::Key_Up : Qt::Key_Down)));
        move->setShortcutContext(Qt::WidgetShortcut);
        connect(move, &QAction::triggered, this, [this, by] { moveSection(by); });
        sections_->addAction(move);
    }
    sections_->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto later = [this] { settle_->start(); };
    for (auto* line : {title_, author_})
        connect(line, &QLineEdit::textChanged, this, later);
    connect(question_, &QPlainTextEdit::textChanged, this, later);
    connect(metric_, &QComboBox::currentIndexChanged, this, later);
    connect(sections_, &QListWidget::itemChanged, this, later);
    connect(sections_->model(), &QAbstractItemModel::rowsMoved, this, later);
    connect(runs_, &QListWidget::itemChanged, this, [this] {
        listMetrics();
        settle_->start();
    });
    connect(basket_, &QListWidget::itemChanged, this,
            [this](QListWidgetItem* item) { ReportBasket::of(workbench()).removeAt(basket_->row(item)); });
    listBasket();
    return scrolled(card, this);
}

QWidget* ReportPage::makePreview() {
    auto* card = new Card(tr("Preview"), this);
    preview_ = new QTextBrowser(card);
    preview_->setObjectName(QStringLiteral("reportPreview"));
    preview_->setAccessibleName(tr("Preview of the report"));
    preview_->setOpenLinks(false);
    // A report is printed on paper, so it is shown on paper in a dark window too.
    QPalette paper = preview_->palette();
    paper.setColor(QPalette::Base, Qt::white);
    paper.setColor(QPalette::Text, QColor(0x1d2530));
    preview_->setPalette(paper);
    preview_->setStyleSheet(QStringLiteral("QTextBrowser { background: white; color: #1d2530; padding: 12px; }"));
    card->column()->addWidget(preview_);
    return card;
}

void ReportPage::activate() {
    settle_->start();
}

QString ReportPage::command() const {
    QString out = QStringLiteral("tastebench-cli report");
    for (const auto id : tickedRuns())
        out += QStringLiteral(" %1").arg(id);
    return out + QStringLiteral(" --out report.html");
}

void ReportPage::reloadRuns() {
    workbench().inBackground(
        this, [workspace = workbench().workspace()] { return workspace->runs(); },
        [this](Result<std::vector<Run>> runs) {
            if (runs)
                listRuns(*runs);
            else
                workbench().showError(runs.error());
        });
}

void ReportPage::listRuns(const std::vector<Run>& runs) {
    done_.clear();
    for (const auto& run : runs)
        if (run.state == RunState::done)
            done_.push_back(run);
    const auto& chosen = workbench().selectedRuns();
    const bool any = std::any_of(done_.begin(), done_.end(), [&](const Run& run) { return chosen.contains(run.id); });
    std::set<std::string> models;
    {
        const QSignalBlocker blocker(runs_);
        runs_->clear();
        for (const auto& run : done_) {
            // Without a choice: the newest run of each model on the newest data.
            const bool newest = run.spec.data_fingerprint == done_.front().spec.data_fingerprint &&
                                run.spec.split.text() == done_.front().spec.split.text() &&
                                models.insert(run.spec.model).second;
            addTick(runs_, runLabel(run), QVariant::fromValue<qlonglong>(run.id),
                    any ? chosen.contains(run.id) : newest);
        }
    }
    listMetrics();
    settle_->start();
}

void ReportPage::listMetrics() {
    std::set<std::string> shared;
    bool first = true;
    const auto ticked = tickedRuns();
    for (const auto& run : done_) {
        if (!ticked.contains(run.id))
            continue;
        std::set<std::string> mine;
        for (const auto& [name, value] : run.metrics)
            if (first || shared.contains(name))
                mine.insert(name);
        shared = std::move(mine);
        first = false;
    }
    const auto before = metric_->count() > 0 ? metric_->currentData().toString() : QStringLiteral("ndcg@10");
    const QSignalBlocker blocker(metric_);
    metric_->clear();
    for (const auto& info : all_metrics())
        for (const auto& name : shared)
            if (find_metric(name)->id == info.id)
                metric_->addItem(toQt(info.title) + (info.at_k ? toQt(name.substr(name.find('@'))) : QString()),
                                 toQt(name));
    metric_->setCurrentIndex(std::max(0, metric_->findData(before)));
}

void ReportPage::listBasket() {
    const QSignalBlocker blocker(basket_);
    basket_->clear();
    for (const auto& entry : ReportBasket::of(workbench()).entries())
        addTick(basket_, entry.title, {}, true);
    if (basket_->count() == 0) {
        auto* hint = new QListWidgetItem(tr("Add some on the Explain page (Ctrl+5)"), basket_);
        hint->setFlags(Qt::NoItemFlags);
    }
    settle_->start();
}

QList<RunId> ReportPage::tickedRuns() const {
    QList<RunId> out;
    for (int row = 0; row < runs_->count(); ++row)
        if (runs_->item(row)->checkState() == Qt::Checked)
            out.append(runs_->item(row)->data(idRole).toLongLong());
    return out;
}

ReportRequest ReportPage::request() const {
    ReportRequest out;
    const auto runs = tickedRuns();
    out.runs.assign(runs.begin(), runs.end());
    out.metric = toStd(metric_->currentData().toString());
    out.title = toStd(title_->text());
    out.author = toStd(author_->text());
    out.question = toStd(question_->toPlainText());
    for (int row = 0; row < sections_->count(); ++row)
        if (sections_->item(row)->checkState() == Qt::Checked)
            out.sections.push_back(static_cast<ReportSection>(sections_->item(row)->data(idRole).toInt()));
    for (const auto& entry : ReportBasket::of(workbench()).entries())
        out.explanations.emplace_back(entry.run, entry.pair);
    return out;
}

void ReportPage::moveSection(int by) {
    const int row = sections_->currentRow();
    const int to = row + by;
    if (row < 0 || to < 0 || to >= sections_->count())
        return;
    auto* item = sections_->takeItem(row);
    sections_->insertItem(to, item);
    sections_->setCurrentRow(to);
    settle_->start();
}

void ReportPage::preview() {
    if (!isVisible())
        return;
    const auto wanted = request();
    const bool possible = !wanted.runs.empty() && !wanted.sections.empty();
    html_->setEnabled(possible);
    pdf_->setEnabled(possible);
    if (!possible) {
        made_.clear();
        preview_->setPlainText(done_.empty() ? tr("Nothing to report yet. Train some models on the Experiment page.")
                                             : tr("Tick at least one run and one section."));
        return;
    }
    const auto asked = ++asked_;
    struct Made {
        Result<std::string> html;
        PreparedReport prepared;
    };
    const int width = preview_->viewport()->width() - 40;
    workbench().inBackground(
        this,
        [workspace = workbench().workspace(), &parallel = workbench().parallel(), wanted, width] {
            Made made{report_html(*workspace, wanted, parallel), {}};
            if (made.html)
                made.prepared = prepareReport(toQt(*made.html), width);
            return made;
        },
        [this, asked](const Made& made) {
            if (asked != asked_)
                return;
            if (!made.html) {
                made_.clear();
                preview_->setPlainText(toQt(made.html.error().text()));
                return;
            }
            made_ = toQt(*made.html);
            fillDocument(*preview_->document(), made.prepared);
        });
}

void ReportPage::askFile(bool pdf) {
    QSettings settings;
    const auto folder = settings.value(QStringLiteral("report/folder"), QDir::homePath()).toString();
    const auto name = folder + (pdf ? QStringLiteral("/report.pdf") : QStringLiteral("/report.html"));
    auto* dialog = new QFileDialog(this, pdf ? tr("Save the report as PDF") : tr("Save the report as HTML"), name,
                                   pdf ? tr("PDF (*.pdf)") : tr("HTML (*.html)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(name);
    dialog->setDefaultSuffix(pdf ? QStringLiteral("pdf") : QStringLiteral("html"));
    connect(dialog, &QFileDialog::fileSelected, this, &ReportPage::save);
    dialog->open();
}

void ReportPage::save(const QString& file) {
    QSettings().setValue(QStringLiteral("report/folder"), QFileInfo(file).absolutePath());
    const bool pdf = file.endsWith(QStringLiteral(".pdf"), Qt::CaseInsensitive);
    workbench().inBackground(
        this,
        [workspace = workbench().workspace(), &parallel = workbench().parallel(), wanted = request(), file,
         pdf]() -> Status {
            const auto html = report_html(*workspace, wanted, parallel);
            if (!html)
                return fail(html.error());
            if (!pdf)
                return write_file_atomically(toStd(file), *html);
            const auto complaint = writePdf(toQt(*html), toQt(wanted.title), file);
            if (!complaint.isEmpty())
                return run_failed(toStd(complaint), toStd(file), "check the folder and the space on the disk");
            return {};
        },
        [this, file](const Status& status) {
            if (status)
                workbench().showMessage(tr("Saved %1").arg(QDir::toNativeSeparators(file)));
            else
                workbench().showError(status.error());
        });
}

} // namespace tastebench::ui
