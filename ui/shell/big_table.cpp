#include "ui/shell/big_table.h"

#include <algorithm>
#include <limits>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QScrollBar>
#include <QSignalBlocker>

#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"
#include "ui/shell/window_view.h"

namespace tastebench::ui {

namespace {

constexpr int sliceMilliseconds = 8; // of copying at a time
constexpr int greatestBar = 1'000'000'000;

QString oneLine(QString text) {
    return text.replace(u'\t', u' ').replace(u'\n', u' ');
}

} // namespace

/// A copy under way: it keeps what it reads, so that a new source or order does not disturb it.
struct BigTable::Copy {
    std::shared_ptr<const TableSource> source;
    RowList rows;
    std::vector<RowSelection::Range> ranges;
    std::vector<int> columns;
    std::size_t range = 0;
    std::uint64_t next = 0, done = 0;
    QString text;
};

BigTable::BigTable(const QString& name, QWidget* parent)
    : QWidget(parent), model_(new WindowModel(this)), view_(new WindowView(this)),
      bar_(new QScrollBar(Qt::Vertical, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    column->addWidget(makeTop(name));
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(view_, 1);
    row->addWidget(bar_);
    column->addLayout(row, 1);
    view_->setAccessibleName(name);
    view_->setModel(model_);
    view_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    bar_->setAccessibleName(tr("Position in %1").arg(name));
    makeActions();
    connect(bar_, &QScrollBar::valueChanged, this, [this](int value) {
        const auto greatest = greatestOffset();
        setOffset(greatest <= greatestBar ? static_cast<std::uint64_t>(value)
                                          : static_cast<std::uint64_t>(static_cast<double>(value) / greatestBar *
                                                                       static_cast<double>(greatest)));
    });
    connect(view_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, &BigTable::orderWanted);
    connect(&copyTimer_, &QTimer::timeout, this, &BigTable::copySlice);
    fitWindow();
}

BigTable::~BigTable() = default;

QWidget* BigTable::makeTop(const QString& name) {
    auto* top = new QWidget(this);
    auto* row = new QHBoxLayout(top);
    row->setContentsMargins(0, 0, 0, 0);
    filter_ = new QLineEdit(top);
    filter_->setAccessibleName(tr("Filter %1").arg(name));
    filter_->setPlaceholderText(tr("Filter rows by typing"));
    filter_->setToolTip(tr("Shows only the rows that contain this text"));
    filter_->setClearButtonEnabled(true);
    goTo_ = new QLineEdit(top);
    goTo_->setAccessibleName(tr("Go to a row of %1").arg(name));
    goTo_->setPlaceholderText(tr("Go to row"));
    goTo_->setToolTip(tr("Type a row's number and press Return (Ctrl+G)"));
    goTo_->setMaximumWidth(goTo_->fontMetrics().horizontalAdvance(QStringLiteral("4,000,000,000")) + 3 * gap);
    status_ = mutedLabel({}, top);
    status_->setWordWrap(false);
    row->addWidget(filter_, 1);
    row->addWidget(goTo_);
    row->addWidget(status_);
    connect(filter_, &QLineEdit::textChanged, this, &BigTable::filterEdited);
    connect(goTo_, &QLineEdit::returnPressed, this, &BigTable::goToTyped);
    return top;
}

void BigTable::makeActions() {
    const auto action = [this](const QString& text, const QKeySequence& key, auto what) {
        auto* made = new QAction(text, this);
        made->setShortcut(key);
        made->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(made, &QAction::triggered, this, what);
        view_->addAction(made);
        return made;
    };
    action(tr("Copy rows"), QKeySequence::Copy, [this] { copySelection(); });
    action(tr("Select all rows"), QKeySequence::SelectAll, [this] { selectAll(); });
    // From the fields above the table, too.
    addAction(action(tr("Go to row…"), Qt::CTRL | Qt::Key_G, [this] {
        goTo_->setFocus(Qt::ShortcutFocusReason);
        goTo_->selectAll();
    }));
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

QTableView* BigTable::view() const {
    return view_;
}

void BigTable::setSource(std::shared_ptr<const TableSource> source) {
    model_->setSource(std::move(source));
    const QSignalBlocker quiet(view_->horizontalHeader());
    view_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    setRows(nullptr);
}

RowList BigTable::setRows(RowList rows) {
    auto before = model_->setRows(std::move(rows));
    selection_.clear();
    offset_ = current_ = anchor_ = 0;
    fitWindow();
    return before;
}

std::uint64_t BigTable::shownRows() const {
    return model_->shownRows();
}

int BigTable::fullRows() const {
    return std::max(1, view_->viewport()->height() / view_->rowHeight());
}

std::uint64_t BigTable::greatestOffset() const {
    const auto full = static_cast<std::uint64_t>(fullRows());
    return shownRows() > full ? shownRows() - full : 0;
}

void BigTable::fitWindow() {
    // The numbers beside the rows keep their width however far one scrolls.
    const QString widest = QString(countText(std::max<std::uint64_t>(shownRows(), 1)).size(), u'8');
    view_->verticalHeader()->setFixedWidth(view_->fontMetrics().horizontalAdvance(widest) + 2 * gap);
    setOffset(std::min(offset_, greatestOffset()));
}

void BigTable::setOffset(std::uint64_t offset) {
    offset_ = std::min(offset, greatestOffset());
    // One more than fits, so that a row that is cut off by the lower edge is drawn.
    const auto wanted = static_cast<std::uint64_t>(fullRows()) + 1;
    model_->setWindow(offset_, static_cast<int>(std::min(wanted, shownRows() - offset_)));
    showBar();
    showSelection();
}

void BigTable::showBar() {
    const QSignalBlocker quiet(bar_);
    const auto greatest = greatestOffset();
    const bool fits = greatest <= greatestBar;
    bar_->setRange(0, fits ? static_cast<int>(greatest) : greatestBar);
    bar_->setPageStep(fits ? fullRows() : std::max(1, static_cast<int>(fullRows() / (greatest / greatestBar))));
    bar_->setSingleStep(1);
    bar_->setValue(fits ? static_cast<int>(offset_)
                        : static_cast<int>(static_cast<double>(offset_) / static_cast<double>(greatest) * greatestBar));
    bar_->setVisible(greatest > 0);
}

void BigTable::moveBy(std::int64_t rows) {
    const auto wanted = static_cast<std::int64_t>(offset_) + rows;
    setOffset(wanted < 0 ? 0 : static_cast<std::uint64_t>(wanted));
}

void BigTable::scrollTo(std::uint64_t firstVisible) {
    setOffset(firstVisible);
}

void BigTable::goTo(std::uint64_t position) {
    if (shownRows() == 0)
        return;
    position = std::min(position, shownRows() - 1);
    const auto full = static_cast<std::uint64_t>(fullRows());
    if (position < offset_ || position >= offset_ + full)
        offset_ = position > full / 2 ? position - full / 2 : 0;
    moveCurrent(position, false);
}

void BigTable::moveCurrent(std::uint64_t position, bool extend) {
    const auto full = static_cast<std::uint64_t>(fullRows());
    current_ = position;
    if (!extend)
        anchor_ = position;
    selection_.clear();
    selection_.add(std::min(anchor_, current_), std::max(anchor_, current_));
    std::uint64_t offset = offset_;
    if (position < offset)
        offset = position;
    else if (position >= offset + full)
        offset = position - full + 1;
    setOffset(offset);
}

void BigTable::press(std::uint64_t position, Qt::KeyboardModifiers modifiers) {
    if (modifiers.testFlag(Qt::ControlModifier)) {
        if (selection_.contains(position))
            selection_.remove(position);
        else
            selection_.add(position, position);
        current_ = anchor_ = position;
        showSelection();
        return;
    }
    moveCurrent(position, modifiers.testFlag(Qt::ShiftModifier));
}

void BigTable::selectAll() {
    if (shownRows() == 0)
        return;
    selection_.clear();
    selection_.add(0, shownRows() - 1);
    showSelection();
}

void BigTable::showSelection() {
    auto* model = view_->selectionModel();
    if (model == nullptr)
        return;
    QItemSelection shown;
    const int columns = model_->columnCount();
    for (int row = 0; row < model_->rowCount() && columns > 0; ++row)
        if (selection_.contains(offset_ + static_cast<std::uint64_t>(row)))
            shown.append(QItemSelectionRange(model_->index(row, 0), model_->index(row, columns - 1)));
    model->select(shown, QItemSelectionModel::ClearAndSelect);
    const bool visible = current_ >= offset_ && current_ - offset_ < static_cast<std::uint64_t>(model_->rowCount());
    const int column = std::max(0, view_->currentIndex().column());
    model->setCurrentIndex(visible ? model_->index(static_cast<int>(current_ - offset_), column) : QModelIndex(),
                           QItemSelectionModel::NoUpdate);
    view_->setAccessibleDescription(
        shownRows() == 0 ? tr("No rows")
                         : tr("Rows %1 to %2 of %3, %4 selected")
                               .arg(countText(offset_ + 1),
                                    countText(std::min(offset_ + static_cast<std::uint64_t>(fullRows()), shownRows())),
                                    countText(shownRows()), countText(selection_.count())));
}

void BigTable::goToTyped() {
    QString digits;
    for (const QChar c : goTo_->text())
        if (c.isDigit())
            digits += c;
    bool ok = false;
    const auto number = digits.toULongLong(&ok);
    if (!ok || number == 0 || number > shownRows()) {
        Q_EMIT refused(tr("There is no row %1; give a number from 1 to %2").arg(goTo_->text(), countText(shownRows())));
        return;
    }
    goTo(number - 1);
    view_->setFocus(Qt::OtherFocusReason);
}

void BigTable::setStatus(const QString& text) {
    status_->setText(text);
}

void BigTable::copySelection() {
    const auto rows = selection_.count();
    if (rows == 0)
        return;
    if (rows > mostRowsCopied) {
        Q_EMIT refused(tr("%1 rows are too many for the clipboard; select at most %2, or export the data set")
                           .arg(countText(rows), countText(mostRowsCopied)));
        return;
    }
    copy_ = std::make_unique<Copy>();
    copy_->source = model_->source();
    copy_->rows = model_->rows();
    copy_->ranges = selection_.ranges();
    copy_->next = copy_->ranges.front().first;
    QStringList header;
    for (int visual = 0; visual < model_->columnCount(); ++visual)
        if (const int column = view_->horizontalHeader()->logicalIndex(visual); !view_->isColumnHidden(column)) {
            copy_->columns.push_back(column);
            header.append(oneLine(copy_->source->header(column)));
        }
    copy_->text = header.join(u'\t') + u'\n';
    copyTimer_.start(0);
}

void BigTable::copySlice() {
    QElapsedTimer time;
    time.start();
    Copy& copy = *copy_;
    while (copy.range < copy.ranges.size()) {
        if (time.elapsed() >= sliceMilliseconds)
            return;
        for (std::size_t c = 0; c < copy.columns.size(); ++c) {
            if (c > 0)
                copy.text += u'\t';
            copy.text += oneLine(copy.source->cell(copy.rows ? (*copy.rows)[copy.next] : copy.next, copy.columns[c]));
        }
        copy.text += u'\n';
        ++copy.done;
        if (copy.next++ < copy.ranges[copy.range].last)
            continue;
        if (++copy.range < copy.ranges.size())
            copy.next = copy.ranges[copy.range].first;
    }
    copyTimer_.stop();
    QApplication::clipboard()->setText(copy.text);
    const auto rows = copy.done;
    copy_.reset();
    Q_EMIT copied(rows);
}

void BigTable::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fitWindow();
}

} // namespace tastebench::ui
