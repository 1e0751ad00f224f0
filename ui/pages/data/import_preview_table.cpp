#include "ui/pages/data/import_preview_table.h"

#include <algorithm>
#include <array>

#include <QHeaderView>
#include <QStandardItemModel>

#include "core/data/import/formats.h"
#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int badTableHeight = 128;
constexpr int previewHeight = 150;
constexpr int mostColumnWidth = 260;

/// "FILE:LINE:COLUMN" in its three parts; file names may hold colons.
std::array<QString, 3> partsOf(const QString& place) {
    const auto column = place.lastIndexOf(u':');
    const auto line = column > 0 ? place.lastIndexOf(u':', column - 1) : -1;
    if (line < 0)
        return {place, {}, {}};
    return {place.left(line), place.mid(line + 1, column - line - 1), place.mid(column + 1)};
}

GridCell wholeNumber(const QString& text) {
    return {text, text.toULongLong()};
}

} // namespace

BadRowTable::BadRowTable(QWidget* parent) : QWidget(parent), model_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    model_->setHeader({tr("Line"), tr("Column"), tr("What is wrong"), tr("What to do"), tr("The row")});
    table_ = new DataTable(tr("Rows that cannot be read"), this);
    table_->setObjectName(QStringLiteral("importBadRowTable"));
    table_->setModel(model_);
    table_->hideFilter();
    table_->view()->horizontalHeader()->setStretchLastSection(true);
    column->addWidget(table_);
    setFixedHeight(badTableHeight);
}

void BadRowTable::setRows(const std::vector<BadRow>& rows) {
    QList<QList<GridCell>> cells;
    for (const auto& row : rows) {
        const auto [file, line, column] = partsOf(toQt(row.place));
        auto first = wholeNumber(line);
        first.tip = toQt(row.place);
        cells.append({first,
                      wholeNumber(column),
                      {toQt(row.reason), {}, false, toQt(row.reason)},
                      {toQt(row.remedy), {}, false, toQt(row.remedy)},
                      {toQt(row.text), {}, false, toQt(row.text)}});
    }
    model_->setRows(std::move(cells));
    table_->view()->resizeColumnsToContents();
    for (int column = 0; column + 1 < model_->columnCount(); ++column)
        table_->view()->setColumnWidth(column, std::min(table_->view()->columnWidth(column), mostColumnWidth));
}

ImportPreviewTable::ImportPreviewTable(QWidget* parent)
    : QWidget(parent), guess_(mutedLabel({}, this)), problem_(warningLabel(this)), rows_(new QStandardItemModel(this)),
      table_(new DataTable(tr("First rows of the file"), this)), bad_(new BadRowTable(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    guess_->setObjectName(QStringLiteral("importGuess"));
    problem_->setObjectName(QStringLiteral("importProblems"));
    problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    table_->setObjectName(QStringLiteral("importPreview"));
    table_->setPlainModel(rows_);
    table_->hideFilter();
    table_->view()->setSortingEnabled(false);
    table_->view()->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->setMinimumHeight(previewHeight);
    for (auto* widget : {static_cast<QWidget*>(guess_), static_cast<QWidget*>(problem_), static_cast<QWidget*>(bad_)})
        column->addWidget(widget);
    column->addWidget(table_, 1);
    clear({});
}

void ImportPreviewTable::clear(const QString& message) {
    rows_->clear();
    guess_->setText(message);
    problem_->hide();
    bad_->hide();
}

void ImportPreviewTable::showProblem(const QString& heading, const QString& problem) {
    clear(heading);
    problem_->setText(problem);
    problem_->show();
}

void ImportPreviewTable::show(const ImportPreview& preview, bool skipsBadRows) {
    showRows(preview);
    const auto& format = format_entry(preview.format);
    guess_->setText(tr("%1. %2").arg(toQt(format.title), toQt(format.summary)));
    const bool bad = !preview.problems.empty();
    problem_->setVisible(bad);
    bad_->setVisible(bad);
    if (!bad)
        return;
    const auto& first = preview.problems.front();
    problem_->setText(
        tr("Among the first rows, %n cannot be read. ", nullptr, static_cast<int>(preview.problems.size())) +
        (skipsBadRows ? tr("They will be left out and listed; the first is %1: %2.")
                      : tr("The import would stop at %1: %2. Rules can leave such rows out."))
            .arg(toQt(first.place), toQt(first.reason)));
    bad_->setRows(preview.problems);
}

void ImportPreviewTable::showRows(const ImportPreview& preview) {
    rows_->clear();
    const std::pair<const std::string*, QString> roles[] = {{&preview.user, tr("user")},
                                                            {&preview.item, tr("item")},
                                                            {&preview.value, tr("rating")},
                                                            {&preview.time, tr("time")},
                                                            {&preview.event, tr("event")}};
    for (std::size_t c = 0; c < preview.columns.size(); ++c) {
        const auto& name = preview.columns[c];
        QString role;
        for (const auto& [column, word] : roles)
            if (*column == name)
                role = word;
        if (std::find(preview.context.begin(), preview.context.end(), name) != preview.context.end())
            role = tr("context");
        auto* item = new QStandardItem(toQt(name) + u'\n' + (role.isEmpty() ? tr("not kept") : tr("→ %1").arg(role)));
        QFont font = table_->font();
        font.setBold(!role.isEmpty());
        item->setFont(font);
        rows_->setHorizontalHeaderItem(static_cast<int>(c), item);
    }
    for (const auto& row : preview.rows) {
        QList<QStandardItem*> cells;
        for (const auto& cell : row)
            cells.append(new QStandardItem(toQt(cell)));
        rows_->appendRow(cells);
    }
    auto* view = table_->view();
    view->resizeColumnsToContents();
    for (int column = 0; column < rows_->columnCount(); ++column)
        view->setColumnWidth(column, std::clamp(view->columnWidth(column) + gap, 80, mostColumnWidth));
}

} // namespace tastebench::ui
