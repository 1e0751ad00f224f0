#include "ui/pages/data/import_report_view.h"

#include <QHeaderView>

#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/pages/data/import_preview_table.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr qsizetype mostIdsShown = 5;

GridCell countCell(std::uint64_t count) {
    return {countText(count), static_cast<qulonglong>(count)};
}

} // namespace

ImportReportView::ImportReportView(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    const auto table = [](Card* card, GridModel* model, const QString& name) {
        auto* out = new DataTable(name, card);
        out->setModel(model);
        out->hideFilter();
        out->view()->horizontalHeader()->setStretchLastSection(true);
        card->column()->addWidget(out);
        return out;
    };
    heading_ = titleLabel({}, this);
    heading_->setObjectName(QStringLiteral("importReportHeading"));
    duration_ = mutedLabel({}, this);
    column->addWidget(heading_);
    column->addWidget(duration_);
    auto* rows = new Card(tr("Rows"), this);
    counts_ = new GridModel(this);
    counts_->setHeader({tr("What became of them"), tr("Rows")});
    auto* counts = table(rows, counts_, tr("What became of the rows"));
    counts->setObjectName(QStringLiteral("importCounts"));
    counts->view()->setSortingEnabled(false);
    counts->view()->setColumnWidth(0, 380);
    column->addWidget(rows, 2);
    auto* joined = new Card(tr("Tables joined by id"), this);
    joined_ = new GridModel(this);
    joined_->setHeader({tr("Table"), tr("Rows"), tr("Matched"), tr("Ids without a row"), tr("Some that did not match")},
                       {{},
                        {},
                        tr("Rows whose id the data has"),
                        tr("Users or items of the data that the table lacks"),
                        tr("Ids of the table that the data does not have")});
    joinedTable_ = table(joined, joined_, tr("Tables joined by id"));
    joinedCard_ = joined;
    column->addWidget(joined, 2);
    auto* notes = new Card(tr("Notes"), this);
    notes_ = new QLabel(notes);
    notes_->setWordWrap(true);
    notes_->setTextFormat(Qt::PlainText);
    notes_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    notes->column()->addWidget(notes_);
    notesCard_ = notes;
    column->addWidget(notes);
    auto* bad = new Card(tr("Rows that were left out because they cannot be read"), this);
    bad_ = new BadRowTable(bad);
    bad->column()->addWidget(bad_);
    badCard_ = bad;
    column->addWidget(bad);
    column->addStretch(1);
}

void ImportReportView::show(const QString& name, const ImportReport& report) {
    heading_->setText(tr("Imported %1").arg(name));
    duration_->setText(tr("%1 rows kept, in %2. The data set is in the list; close this to look at it.")
                           .arg(countText(report.rows_kept), durationText(report.seconds)));
    showCounts(report);
    showJoined(report);
    QStringList notes;
    for (const auto& note : report.notes)
        notes.append(toQt(note));
    notes_->setText(notes.join(u'\n'));
    notesCard_->setVisible(!notes.isEmpty());
    bad_->setRows(report.bad);
    badCard_->setVisible(!report.bad.empty());
}

void ImportReportView::showCounts(const ImportReport& report) {
    QList<QList<GridCell>> rows;
    rows.append({{tr("Read")}, countCell(report.rows_read + report.bad_rows)});
    for (const auto& [count, what] :
         {std::pair(report.bad_rows, tr("Left out: cannot be read")),
          std::pair(report.missing, tr("Left out: no rating")),
          std::pair(report.sampled_out, tr("Left out: not drawn into the sample")),
          std::pair(report.duplicates, tr("Merged with or replaced by repeated rows")),
          std::pair(report.below_minimum, tr("Left out: users or items with too few rows"))})
        if (count > 0)
            rows.append({{what}, countCell(count)});
    auto kept = countCell(report.rows_kept);
    kept.strong = true;
    rows.append({{tr("Kept"), {}, true}, kept});
    counts_->setRows(std::move(rows));
}

void ImportReportView::showJoined(const ImportReport& report) {
    QList<QList<GridCell>> rows;
    for (const auto& table : report.joined) {
        QStringList ids;
        for (const auto& id : table.unmatched)
            if (ids.size() < mostIdsShown)
                ids.append(toQt(id));
        const QString some = ids.join(QStringLiteral(", "));
        rows.append({{toQt(table.table)},
                     countCell(table.rows),
                     countCell(table.matched),
                     countCell(table.without),
                     {some, {}, false, some}});
    }
    joinedCard_->setVisible(!rows.isEmpty());
    joined_->setRows(std::move(rows));
    joinedTable_->view()->resizeColumnsToContents();
}

} // namespace tastebench::ui
