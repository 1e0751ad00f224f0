// What the Explain page is put together from; a part of ExplainPage.
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QHeaderView>
#include <QLineEdit>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QStringListModel>

#include "ui/models/grid_model.h"
#include "ui/pages/explain/explain_page.h"
#include "ui/pages/explain/list_export.h"
#include "ui/pages/explain/profile_panel.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

QWidget* ExplainPage::makeChooser() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap);
    runs_ = new QComboBox(bar);
    runs_->setObjectName(QStringLiteral("explainRuns"));
    runs_->setAccessibleName(tr("Run"));
    runs_->setToolTip(tr("The trained model whose recommendations are explained"));
    runs_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    runs_->setMinimumContentsLength(24);
    user_ = new QLineEdit(bar);
    user_->setObjectName(QStringLiteral("explainUser"));
    user_->setAccessibleName(tr("User"));
    user_->setToolTip(tr("Type a user's id and press Enter"));
    user_->setPlaceholderText(tr("User id"));
    user_->setClearButtonEnabled(true);
    auto* completer = new QCompleter(userIds_, this);
    completer->setFilterMode(Qt::MatchContains);
    completer->setMaxVisibleItems(12);
    user_->setCompleter(completer);
    connect(completer, qOverload<const QString&>(&QCompleter::activated), this, &ExplainPage::findUser,
            Qt::QueuedConnection);
    madeUp_ = button(tr("&Made-up person"), tr("Picks what someone unknown has, and shows what they would get"), bar);
    madeUp_->setObjectName(QStringLiteral("madeUpPerson"));
    madeUp_->setCheckable(true);
    k_ = new QSpinBox(bar);
    k_->setObjectName(QStringLiteral("explainLength"));
    k_->setRange(1, static_cast<int>(longestShownList));
    k_->setValue(10);
    k_->setAccessibleName(tr("List length"));
    k_->setToolTip(tr("How many recommendations to list"));
    keepSeen_ = new QCheckBox(tr("Als&o what they have"), bar);
    keepSeen_->setObjectName(QStringLiteral("explainKeepSeen"));
    keepSeen_->setToolTip(tr("Lists things too that the person already has, such as for buying again"));
    problem_ = new QLabel(bar);
    problem_->setObjectName(QStringLiteral("explainProblem"));
    problem_->setProperty("danger", true);
    const auto labelled = [&](const QString& name, QWidget* field) {
        auto* label = new QLabel(name, bar);
        label->setBuddy(field);
        row->addWidget(label);
        row->addWidget(field);
        return label;
    };
    row->addWidget(titleLabel(tr("Explain"), bar));
    row->addSpacing(pageMargin);
    labelled(tr("R&un"), runs_);
    userLabel_ = labelled(tr("U&ser"), user_);
    row->addWidget(madeUp_);
    labelled(tr("&Top"), k_);
    row->addWidget(keepSeen_);
    row->addWidget(problem_, 1);
    connect(runs_, &QComboBox::currentIndexChanged, this, [this] { openRun(runs_->currentData().toLongLong()); });
    connect(user_, &QLineEdit::returnPressed, this, &ExplainPage::findUser);
    connect(k_, &QSpinBox::valueChanged, this, &ExplainPage::findUser);
    connect(keepSeen_, &QCheckBox::toggled, this, &ExplainPage::findUser);
    connect(madeUp_, &QPushButton::toggled, this, &ExplainPage::setMadeUp);
    return bar;
}

QWidget* ExplainPage::makeTables() {
    auto* side = new QSplitter(Qt::Vertical, stack_);
    side->setHandleWidth(cardMargin);
    side->setChildrenCollapsible(false);
    auto* listCard = new Card(tr("Recommended"), side);
    list_ = new DataTable(tr("Recommendations"), listCard);
    list_->setObjectName(QStringLiteral("recommendations"));
    listModel_->setHeader({tr("Rank"), tr("Item"), tr("Score")});
    list_->setModel(listModel_);
    listCard->column()->addWidget(list_);
    lists_ = new ListExport(workbench(), listCard);
    listCard->column()->addWidget(lists_);
    side->addWidget(listCard);
    side->addWidget(makeHistory());
    for (auto* table : {list_, history_})
        table->view()->setSelectionMode(QAbstractItemView::SingleSelection);
    connect(list_, &DataTable::selectionChanged, this, [this] {
        const auto rows = list_->selectedSourceRows();
        if (!rows.isEmpty())
            showItem(rows.first());
    });
    return side;
}

QWidget* ExplainPage::makeHistory() {
    historyCard_ = new Card(tr("History"), stack_);
    historyStack_ = new QStackedWidget(historyCard_);
    history_ = new DataTable(tr("History"), historyStack_);
    history_->setObjectName(QStringLiteral("history"));
    historyModel_->setHeader({tr("Item"), tr("Last event"), tr("Age"), tr("Weight")},
                             {{},
                              tr("The latest event in training"),
                              tr("Days before the latest event of anyone in training"),
                              tr("How much this item counts for the user: events, ratings and age")});
    history_->setModel(historyModel_);
    history_->view()->sortByColumn(3, Qt::DescendingOrder);
    profile_ = new ProfilePanel(historyStack_);
    historyStack_->addWidget(history_);
    historyStack_->addWidget(profile_);
    historyCard_->column()->addWidget(historyStack_);
    connect(profile_, &ProfilePanel::changed, this, &ExplainPage::findProfile);
    return historyCard_;
}

} // namespace tastebench::ui
