#include "ui/shell/job_bar.h"

#include <unistd.h>

#include <QFile>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int memoryInterval = 2000;

std::uint64_t residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const auto fields = file.readAll().split(' ');
    return fields.size() < 2 ? 0 : fields[1].toULongLong() * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

JobBar::JobBar(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), text_(mutedLabel({}, this)), bar_(new QProgressBar(this)),
      cancel_(flatButton(tr("Cancel"), tr("Stops the run that is being trained; runs that wait go on"), this)),
      memory_(mutedLabel({}, this)) {
    text_->setWordWrap(false);
    memory_->setWordWrap(false);
    memory_->setToolTip(tr("Memory that this program uses now"));
    bar_->setTextVisible(false);
    bar_->setFixedWidth(140);
    bar_->setAccessibleName(tr("Progress of the running job"));
    cancel_->setAccessibleName(tr("Cancel the running job"));
    cancel_->setObjectName(QStringLiteral("cancelJob"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(cardMargin, 2, cardMargin, 2);
    row->setSpacing(gap);
    row->addWidget(text_);
    row->addWidget(bar_);
    row->addWidget(cancel_);
    row->addStretch(1);
    row->addWidget(memory_);
    connect(cancel_, &QPushButton::clicked, this, [this] { workbench_.queue().cancel(running_); });
    connect(&workbench_, &Workbench::jobsChanged, this, &JobBar::refresh);
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &JobBar::refreshMemory);
    timer->start(memoryInterval);
    refresh();
    refreshMemory();
}

void JobBar::refresh() {
    const JobSnapshot* running = nullptr;
    int waiting = 0;
    for (const auto& job : workbench_.jobs()) {
        if (job.state == RunState::running)
            running = &job;
        waiting += job.state == RunState::queued ? 1 : 0;
    }
    bar_->setVisible(running != nullptr);
    cancel_->setVisible(running != nullptr);
    if (running == nullptr) {
        running_ = 0;
        text_->setText(waiting > 0 ? tr("%1 runs wait").arg(waiting) : tr("Nothing is running"));
        return;
    }
    running_ = running->id;
    QString text = toQt(running->title) + QStringLiteral(": ") + progressText(running->progress);
    if (waiting > 0)
        text += QStringLiteral(" · ") + tr("%1 more wait").arg(waiting);
    text_->setText(text);
    bar_->setRange(0, running->progress.total > 0 ? 1000 : 0);
    bar_->setValue(static_cast<int>(running->progress.fraction * 1000.0));
}

void JobBar::refreshMemory() {
    memory_->setText(tr("Memory %1").arg(bytesText(residentBytes())));
}

} // namespace tastebench::ui
