#include "ui/shell/search_field.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QStandardItemModel>

#include "ui/bridge/text.h"
#include "ui/shell/theme.h"

namespace tastebench::ui {

namespace {
constexpr int mostRunsOffered = 2000;

struct Found {
    std::vector<DatasetEntry> datasets;
    std::vector<Run> runs;
};
} // namespace

SearchField::SearchField(Workbench& workbench, QWidget* parent)
    : QLineEdit(parent), workbench_(workbench), model_(new QStandardItemModel(this)) {
    setPlaceholderText(tr("Search data, runs and commands (Ctrl+K)"));
    setAccessibleName(tr("Search data sets, runs and commands"));
    setToolTip(tr("Type a part of a name, choose with the arrow keys, press Enter (Ctrl+K)"));
    setClearButtonEnabled(true);
    addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    auto* completer = new QCompleter(model_, this);
    completer->setFilterMode(Qt::MatchContains);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setMaxVisibleItems(12);
    completer->popup()->setAccessibleName(tr("Search results"));
    setCompleter(completer);
    connect(completer, QOverload<const QString&>::of(&QCompleter::activated), this, &SearchField::choose,
            Qt::QueuedConnection);
    connect(this, &QLineEdit::returnPressed, this, [this, completer] {
        if (completer->currentRow() >= 0 && completer->completionCount() > 0 && !text().isEmpty())
            choose(completer->currentCompletion());
    });
    connect(&workbench_, &Workbench::datasetsChanged, this, &SearchField::reload);
    connect(&workbench_, &Workbench::runsChanged, this, &SearchField::reload);
    reload();
}

void SearchField::addCommand(const QString& text, const std::function<void()>& run) {
    commands_.append({text, run});
    fill();
}

void SearchField::begin() {
    setFocus(Qt::ShortcutFocusReason);
    selectAll();
    completer()->setCompletionPrefix(text());
    completer()->complete();
}

void SearchField::reload() {
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace()] {
            return Found{workspace->datasets().value_or(std::vector<DatasetEntry>{}),
                         workspace->runs().value_or(std::vector<Run>{})};
        },
        [this](const Found& found) {
            stored_.clear();
            for (const auto& entry : found.datasets) {
                const QString name = toQt(entry.name);
                stored_.append({tr("Data set: %1").arg(name), [this, name] {
                                    workbench_.setCurrentDataset(name);
                                    workbench_.showPage(PageId::data);
                                }});
            }
            for (const auto& run : found.runs) {
                if (stored_.size() >= mostRunsOffered)
                    break;
                stored_.append({tr("Run %1: %2 on %3").arg(run.id).arg(toQt(run.spec.model), toQt(run.spec.data_name)),
                                [this, id = run.id] {
                                    workbench_.setSelectedRuns({id});
                                    workbench_.showPage(PageId::runs);
                                }});
            }
            fill();
        });
}

void SearchField::fill() {
    model_->clear();
    for (const auto* entries : {&commands_, &stored_})
        for (const auto& entry : *entries)
            model_->appendRow(new QStandardItem(entry.text));
}

void SearchField::choose(const QString& text) {
    for (const auto* entries : {&commands_, &stored_})
        for (const auto& entry : *entries)
            if (entry.text == text) {
                const auto run = entry.run;
                clear();
                run();
                return;
            }
}

} // namespace tastebench::ui
