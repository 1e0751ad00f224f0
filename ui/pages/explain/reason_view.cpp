#include "ui/pages/explain/reason_view.h"

#include <QClipboard>
#include <QDateTime>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLocale>
#include <QTabWidget>

#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

QString lastEvent(const ExplainSession& session, const Contribution& reason) {
    QStringList parts;
    if (reason.last_event)
        parts << toQt(session.data->events()[*reason.last_event]);
    if (reason.last_value)
        parts << ReasonPanel::tr("rated %1").arg(QLocale().toString(static_cast<double>(*reason.last_value), 'g', 3));
    if (reason.last_time)
        parts << QLocale().toString(QDateTime::fromSecsSinceEpoch(*reason.last_time, Qt::UTC).date(),
                                    QLocale::ShortFormat);
    return parts.join(QStringLiteral(", "));
}

} // namespace

ReasonPanel::ReasonPanel(QWidget* parent)
    : QWidget(parent), title_(headingLabel({}, this)), sentence_(mutedLabel({}, this)),
      chart_(new ChartPanel(tr("What the score is made of"), this)), contributions_(new GridModel(this)),
      similar_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    auto* top = new QHBoxLayout;
    copy_ = button(tr("Copy &reasons"), tr("Copies the sentence and the table as text"), this);
    send_ = primaryButton(tr("Add to repor&t"), tr("Puts this explanation into the report (Ctrl+6)"), this);
    copy_->setObjectName(QStringLiteral("copyReasons"));
    send_->setObjectName(QStringLiteral("sendToReport"));
    top->addWidget(title_, 1);
    top->addWidget(copy_);
    top->addWidget(send_);
    column->addLayout(top);
    sentence_->setObjectName(QStringLiteral("sentence"));
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    sentence_->setAccessibleName(tr("The reasons in one sentence"));
    column->addWidget(sentence_);
    auto* tabs = new QTabWidget(this);
    tabs->setAccessibleName(tr("Views of the reasons"));
    table_ = new DataTable(tr("Contributions"), tabs);
    table_->setObjectName(QStringLiteral("contributions"));
    table_->setModel(contributions_);
    auto* similar = new DataTable(tr("Similar items"), tabs);
    similar->setObjectName(QStringLiteral("similarItems"));
    similar->setModel(similar_);
    tabs->addTab(chart_, tr("Chart"));
    tabs->addTab(table_, tr("Contributions"));
    tabs->addTab(similar, tr("Similar items"));
    column->addWidget(tabs, 1);
    contributions_->setHeader({tr("Because of"), tr("Last event"), tr("Weight"), tr("Similarity"), tr("Contribution"),
                               tr("Share"), tr("People with both")},
                              {{},
                               {},
                               tr("How much this item counts for the user: events, ratings and age"),
                               tr("How alike this item and the recommended one are"),
                               tr("Weight times similarity"),
                               tr("Part of the score"),
                               tr("Users who have both items in training")});
    similar_->setHeader({tr("Item"), tr("Similarity")});
    connect(send_, &QPushButton::clicked, this, &ReasonPanel::sendToReport);
    connect(copy_, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(asText());
        Q_EMIT copied();
    });
    showNothing(tr("Choose a run and a user, then a recommended item."));
}

void ReasonPanel::showNothing(const QString& why) {
    title_->setText(tr("Why?"));
    sentence_->setText(why);
    chart_->showNothing(why);
    contributions_->setRows({});
    similar_->setRows({});
    send_->setEnabled(false);
    copy_->setEnabled(false);
}

void ReasonPanel::showSimilar(const ExplainSession& session, ItemIx item, const std::vector<Scored>& similar,
                              const QString& why) {
    showNothing(why);
    title_->setText(tr("Why %1?").arg(toQt(session.data->title(item))));
    listSimilar(session, similar);
}

void ReasonPanel::listSimilar(const ExplainSession& session, const std::vector<Scored>& similar) {
    QList<QList<GridCell>> rows;
    for (const auto& other : similar)
        rows.append({{toQt(session.data->title(other.item))}, numberCell(other.score, 4)});
    similar_->setRows(rows);
}

void ReasonPanel::showReasons(const ExplainSession& session, UserIx user, ItemIx item, const ReasonView& reasons) {
    title_->setText(
        tr("Why %1 for user %2?").arg(toQt(session.data->title(item)), toQt(session.data->users().id(user))));
    listSimilar(session, reasons.similar);
    const bool explained = reasons.explanation != nullptr;
    send_->setEnabled(explained);
    copy_->setEnabled(explained);
    if (!explained) {
        const auto why =
            tr("This model scores items without naming reasons. Choose a run of one that does, such as SAR.");
        sentence_->setText(why);
        chart_->showNothing(why);
        contributions_->setRows({});
        return;
    }
    sentence_->setText(toQt(reasons.sentence));
    showContributions(session, *reasons.explanation);
}

void ReasonPanel::showContributions(const ExplainSession& session, const Explanation& explanation) {
    constexpr qsizetype bars = 10;
    QList<QList<GridCell>> rows;
    QStringList labels;
    QList<double> values;
    double rest = 0;
    for (const auto& reason : explanation.contributions) {
        const auto title = toQt(session.data->title(reason.item));
        auto share = numberCell(100 * reason.contribution / explanation.score, 1);
        share.text += QStringLiteral(" %");
        rows.append({{title},
                     {lastEvent(session, reason)},
                     numberCell(reason.affinity, 3),
                     numberCell(reason.similarity, 4),
                     numberCell(reason.contribution, 4),
                     share,
                     reason.common_users == 0
                         ? GridCell{QStringLiteral("–"), 0U, false, tr("This model does not count people")}
                         : GridCell{QLocale().toString(reason.common_users), reason.common_users}});
        if (labels.size() < bars) {
            labels.append(title);
            values.append(reason.contribution);
        } else {
            rest += reason.contribution;
        }
    }
    if (explanation.contributions.size() > static_cast<std::size_t>(bars)) {
        labels.append(tr("the other %1").arg(explanation.contributions.size() - static_cast<std::size_t>(bars)));
        values.append(rest);
    }
    auto total = numberCell(explanation.score, 4);
    total.strong = true;
    // Sorted after everything else whichever way: it is the sum, not a part.
    rows.append({{tr("Score (sum)"), {}, true}, {}, {}, {}, total, {QStringLiteral("100 %"), 100.0, true}, {}});
    contributions_->setRows(rows);
    table_->view()->resizeColumnsToContents();
    table_->view()->setColumnWidth(0, 220);
    chart_->setTitle(tr("What the score of %1 is made of").arg(QLocale().toString(explanation.score, 'f', 4)));
    chart_->showHorizontalBars(labels, values, {tr("Contribution to the score"), {}});
}

QString ReasonPanel::asText() const {
    QStringList lines{title_->text(), sentence_->text(), {}};
    QStringList header;
    for (int c = 0; c < contributions_->columnCount(); ++c)
        header << contributions_->headerData(c, Qt::Horizontal, Qt::DisplayRole).toString();
    lines << header.join(u'\t');
    for (const auto& row : contributions_->rows()) {
        QStringList cells;
        for (const auto& cell : row)
            cells << cell.text;
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

} // namespace tastebench::ui
