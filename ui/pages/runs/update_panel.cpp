#include "ui/pages/runs/update_panel.h"

#include <QComboBox>
#include <QShortcut>

#include "core/experiment/repeat.h"
#include "core/experiment/update.h"
#include "ui/bridge/text.h"

namespace tastebench::ui {

UpdatePanel::UpdatePanel(Workbench& workbench, QWidget* parent) : Card({}, parent), workbench_(workbench) {
    question_ = mutedLabel({}, this);
    question_->setObjectName(QStringLiteral("updateQuestion"));
    data_ = new QComboBox(this);
    data_->setObjectName(QStringLiteral("updateData"));
    data_->setAccessibleName(tr("Newer data"));
    data_->setToolTip(tr("A data set with the events of the run's, and more"));
    data_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    auto* label = new QLabel(tr("&Newer data"), this);
    label->setBuddy(data_);
    update_ = primaryButton(tr("&Update"), tr("Puts a run of the newer data into the queue"), this);
    update_->setObjectName(QStringLiteral("updateStart"));
    auto* close = button(tr("C&lose"), tr("Leaves the model as it is (Escape)"), this);
    auto* row = new QHBoxLayout;
    row->setSpacing(gap);
    row->addWidget(label);
    row->addWidget(data_);
    row->addStretch(1);
    row->addWidget(close);
    row->addWidget(update_);
    column()->addWidget(question_);
    column()->addLayout(row);
    auto* leave = new QShortcut(QKeySequence(Qt::Key_Escape), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(leave, &QShortcut::activated, this, &QWidget::hide);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    connect(update_, &QPushButton::clicked, this, &UpdatePanel::submit);
    hide();
}

void UpdatePanel::ask(const Run& run) {
    run_ = run;
    workbench_.inBackground(
        this, [workspace = workbench_.workspace()] { return workspace->datasets(); },
        [this, id = run.id](const Result<std::vector<DatasetEntry>>& entries) {
            if (id != run_.id)
                return;
            if (entries)
                listDatasets(*entries);
            else
                workbench_.showError(entries.error());
        });
}

void UpdatePanel::listDatasets(const std::vector<DatasetEntry>& entries) {
    data_->clear();
    for (const auto& entry : entries)
        if (entry.fingerprint != run_.spec.data_fingerprint)
            data_->addItem(toQt(entry.name));
    if (data_->count() == 0) {
        hide();
        workbench_.showMessage(tr("There is no other data: import the data with the new events under another name"));
        return;
    }
    const auto entry = find_model(run_.spec.model);
    const bool takesIn = entry && (*entry)->make()->capabilities(run_.spec.parameters).updates;
    const auto how = takesIn ? tr("its model takes in the new events, with the digits of training anew")
                             : tr("this model cannot take in new events, so it is trained anew");
    question_->setText(tr("A new run from run %1 (%2 on %3): %4.")
                           .arg(run_.id)
                           .arg(modelTitle(run_.spec.model), toQt(run_.spec.data_name), how));
    show();
    data_->setFocus(Qt::OtherFocusReason);
}

void UpdatePanel::submit() {
    update_->setEnabled(false);
    workbench_.inBackground(
        this,
        [&queue = workbench_.queue(), workspace = workbench_.workspace(), run = run_,
         name = toStd(data_->currentText())]() -> Result<RunId> {
            // What the queue would find out when the run's turn comes is said at once.
            if (const auto earlier = dataset_of(*workspace, run); !earlier)
                return fail(earlier.error());
            const auto newer = workspace->dataset(name);
            if (!newer)
                return fail(newer.error());
            const auto spec = prepare_update(**newer, run);
            if (!spec)
                return fail(spec.error());
            return queue.submit_update(*spec, run.id);
        },
        [this](const Result<RunId>& id) {
            update_->setEnabled(true);
            workbench_.notifyRunsChanged();
            if (!id)
                return workbench_.showError(id.error());
            hide();
            workbench_.setSelectedRuns({*id});
        });
}

} // namespace tastebench::ui
