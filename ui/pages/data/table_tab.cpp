#include "ui/pages/data/table_tab.h"

#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int typingDelay = 150;  // milliseconds
constexpr int lookInterval = 100; // between looks at how far a question is

} // namespace

TableTab::TableTab(Workbench& workbench, const QString& name, QWidget* parent)
    : QWidget(parent), workbench_(workbench), table_(new BigTable(name, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, cardMargin, 0, 0);
    column->addWidget(table_, 1);
    delay_.setSingleShot(true);
    delay_.setInterval(typingDelay);
    looks_.setInterval(lookInterval);
    connect(&delay_, &QTimer::timeout, this, &TableTab::ask);
    connect(&looks_, &QTimer::timeout, this, &TableTab::look);
    connect(table_, &BigTable::filterEdited, this, [this](const QString& text) {
        query_.text = text;
        delay_.start();
    });
    connect(table_, &BigTable::orderWanted, this, [this](int by, Qt::SortOrder order) {
        query_.column = by;
        query_.order = order;
        ask();
    });
    connect(table_, &BigTable::copied, this, [this](quint64 rows) {
        workbench_.showMessage(rows == 1 ? tr("Copied 1 row") : tr("Copied %1 rows").arg(countText(rows)));
    });
    connect(table_, &BigTable::refused, this, [this](const QString& why) {
        workbench_.showError({ErrorKind::usage, toStd(why), {}, {}});
    });
}

TableTab::~TableTab() {
    if (progress_)
        progress_->cancel();
}

void TableTab::setSource(std::shared_ptr<const RowSource> source) {
    if (progress_)
        progress_->cancel();
    progress_.reset();
    looks_.stop();
    delay_.stop();
    source_ = std::move(source);
    query_.column = -1;
    workbench_.letGo(std::shared_ptr<const std::vector<RowIx>>(table_->setRows(nullptr)));
    table_->setSource(source_);
    if (source_)
        table_->filterBox()->setPlaceholderText(source_->filterHint());
    // What was typed stays, and holds for the next data set too.
    if (source_ && !query_.text.isEmpty())
        ask();
    else
        showCount();
}

void TableTab::ask() {
    if (progress_)
        progress_->cancel();
    if (!source_)
        return;
    progress_ = std::make_shared<Progress>();
    looks_.start();
    workbench_.inBackground(
        this,
        [source = source_, query = query_, progress = progress_, &parallel = workbench_.parallel()] {
            return findRows(*source, query, parallel, *progress);
        },
        [this, progress = progress_](const Result<RowList>& rows) {
            if (progress != progress_)
                return;
            progress_.reset();
            looks_.stop();
            if (!rows) {
                workbench_.showError(rows.error());
                return;
            }
            workbench_.letGo(table_->setRows(*rows));
            showCount();
            Q_EMIT answered();
        });
}

void TableTab::look() {
    if (!progress_)
        return;
    const auto snapshot = progress_->snapshot();
    table_->setStatus(snapshot.stage.empty() ? tr("Waiting…") : progressText(snapshot));
}

void TableTab::showCount() {
    if (!source_) {
        table_->setStatus({});
        return;
    }
    const auto shown = table_->shownRows();
    const auto all = source_->rowCount();
    table_->setStatus(shown == all ? (all == 1 ? tr("1 row") : tr("%1 rows").arg(countText(all)))
                                   : tr("%1 of %2 rows").arg(countText(shown), countText(all)));
}

} // namespace tastebench::ui
