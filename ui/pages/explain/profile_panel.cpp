#include "ui/pages/explain/profile_panel.h"

#include <algorithm>
#include <optional>

#include <QAbstractItemView>
#include <QCompleter>
#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QShortcut>
#include <QStringListModel>

#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {
/// Completion offers names up to this many items; beyond, one types the whole id.
constexpr std::uint32_t completedItems = 50'000;
constexpr double leastWeight = 0.01, greatestWeight = 1000;
} // namespace

ProfilePanel::ProfilePanel(QWidget* parent)
    : QWidget(parent), rows_(new GridModel(this)), names_(new QStringListModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    column->addWidget(makePicker());
    problem_ = new QLabel(this);
    problem_->setObjectName(QStringLiteral("profileProblem"));
    problem_->setProperty("role", QStringLiteral("danger"));
    problem_->setWordWrap(true);
    problem_->hide();
    column->addWidget(problem_);
    table_ = new DataTable(tr("What this person has"), this);
    table_->setObjectName(QStringLiteral("profile"));
    rows_->setHeader({tr("Item"), tr("Value")}, {{}, tr("The rating, or how much it counts")});
    table_->setModel(rows_);
    table_->hideFilter();
    table_->view()->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    table_->view()->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    column->addWidget(table_, 1);
    remove_ = button(tr("Remo&ve"), tr("Takes the chosen items away from this person (Delete)"), this);
    remove_->setObjectName(QStringLiteral("removeFromProfile"));
    column->addWidget(remove_, 0, Qt::AlignLeft);
    auto* removeKey = new QShortcut(QKeySequence::Delete, table_, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(removeKey, &QShortcut::activated, this, &ProfilePanel::removeSelected);
    connect(remove_, &QPushButton::clicked, this, &ProfilePanel::removeSelected);
    connect(table_, &DataTable::selectionChanged, this,
            [this] { remove_->setEnabled(!table_->selectedSourceRows().isEmpty()); });
    showProfile();
}

QWidget* ProfilePanel::makePicker() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap);
    search_ = new QLineEdit(bar);
    search_->setObjectName(QStringLiteral("profileSearch"));
    search_->setAccessibleName(tr("Item to add"));
    search_->setPlaceholderText(tr("Add an item: title or id"));
    search_->setToolTip(tr("Type a part of a title, choose with the arrow keys and press Enter"));
    search_->setClearButtonEnabled(true);
    auto* completer = new QCompleter(names_, this);
    completer->setFilterMode(Qt::MatchContains);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setMaxVisibleItems(12);
    completer->popup()->setAccessibleName(tr("Items found"));
    search_->setCompleter(completer);
    value_ = new QDoubleSpinBox(bar);
    value_->setObjectName(QStringLiteral("profileValue"));
    value_->setAccessibleName(tr("Weight of the next item"));
    value_->setDecimals(2);
    row->addWidget(search_, 1);
    row->addWidget(value_);
    // Queued: the completer writes its choice into the field first.
    connect(completer, qOverload<const QString&>(&QCompleter::activated), this, &ProfilePanel::pick,
            Qt::QueuedConnection);
    connect(search_, &QLineEdit::returnPressed, this, &ProfilePanel::pick, Qt::QueuedConnection);
    return bar;
}

QString ProfilePanel::nameOf(ItemIx item) const {
    const auto id = toQt(dataset_->items().id(item));
    const auto title = toQt(dataset_->title(item));
    return title == id ? id : tr("%1 (%2)").arg(title, id);
}

void ProfilePanel::setDataset(DatasetPtr dataset) {
    if (dataset_ && dataset && dataset_->fingerprint() == dataset->fingerprint())
        return;
    dataset_ = std::move(dataset);
    profile_.clear();
    byName_.clear();
    QStringList names;
    for (ItemIx item = 0; dataset_ && item < std::min(dataset_->items().size(), completedItems); ++item) {
        names.append(nameOf(item));
        byName_.insert(names.constLast(), item);
    }
    names_->setStringList(names);
    const bool rated = dataset_ && dataset_->summary().rated > 0;
    value_->setAccessibleName(rated ? tr("Rating of the next item") : tr("Weight of the next item"));
    value_->setToolTip(rated ? tr("The rating that this person gives the item that is added next")
                             : tr("How much the item that is added next counts; an event of the data counts 1"));
    value_->setPrefix(rated ? tr("rated ") : tr("weight "));
    if (rated)
        value_->setRange(dataset_->summary().least_value, dataset_->summary().greatest_value);
    else
        value_->setRange(leastWeight, greatestWeight);
    value_->setSingleStep(rated ? 1 : 0.5);
    if (dataset_)
        value_->setValue(standard_profile_value(*dataset_));
    showProfile();
}

void ProfilePanel::begin() {
    search_->setFocus(Qt::OtherFocusReason);
}

void ProfilePanel::pick() {
    const auto typed = search_->text().trimmed();
    if (typed.isEmpty() || !dataset_)
        return;
    std::optional<ItemIx> item;
    if (const auto named = byName_.constFind(typed); named != byName_.constEnd())
        item = *named;
    else
        item = dataset_->items().find(toStd(typed));
    problem_->setVisible(!item);
    if (!item) {
        problem_->setText(tr("There is no item '%1'; choose one of the list").arg(typed));
        return;
    }
    search_->clear();
    const double value = value_->value();
    std::erase_if(profile_, [&](const ProfileItem& had) { return had.item == *item; });
    profile_.push_back({*item, value});
    showProfile();
    Q_EMIT changed();
}

void ProfilePanel::removeSelected() {
    const auto rows = table_->selectedSourceRows();
    if (rows.isEmpty())
        return;
    for (auto row = rows.crbegin(); row != rows.crend(); ++row)
        profile_.erase(profile_.begin() + *row);
    showProfile();
    Q_EMIT changed();
}

void ProfilePanel::showProfile() {
    QList<QList<GridCell>> rows;
    for (const auto& had : profile_)
        rows.append({{toQt(dataset_->title(had.item))}, numberCell(had.value, 2)});
    rows_->setRows(rows);
    remove_->setEnabled(false);
}

} // namespace tastebench::ui
