#include "ui/pages/explain/list_export.h"

#include <QDir>
#include <QFileDialog>
#include <QProgressBar>
#include <QTimer>

#include "core/report/lists.h"
#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {
constexpr int showInterval = 100; // milliseconds
} // namespace

ListExport::ListExport(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), timer_(new QTimer(this)) {
    export_ = button(tr("Export lists…"), tr("Writes the lists of all users to a CSV file (Ctrl+E)"), this);
    export_->setObjectName(QStringLiteral("exportLists"));
    export_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_E));
    cancel_ = button(tr("Cancel"), tr("Stops writing; nothing is left behind"), this);
    cancel_->setObjectName(QStringLiteral("cancelLists"));
    bar_ = new QProgressBar(this);
    bar_->setObjectName(QStringLiteral("listsProgress"));
    bar_->setTextVisible(false);
    bar_->setRange(0, 1000);
    bar_->setAccessibleName(tr("Users whose lists are written"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(gap);
    row->addWidget(export_);
    row->addWidget(bar_, 1);
    row->addWidget(cancel_);
    row->addStretch(1);
    timer_->setInterval(showInterval);
    connect(timer_, &QTimer::timeout, this, &ListExport::showProgress);
    connect(export_, &QPushButton::clicked, this, &ListExport::choose);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (progress_)
            progress_->cancel();
    });
    showProgress();
}

ListExport::~ListExport() {
    if (progress_)
        progress_->cancel();
}

void ListExport::set(ExplainSessionPtr session, const ListWish& wish) {
    session_ = std::move(session);
    wish_ = wish;
    showProgress();
}

void ListExport::choose() {
    auto* dialog = new QFileDialog(this, tr("Export lists"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Tables (*.csv)"));
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(QStringLiteral("lists-of-run-%1.csv").arg(session_->run.id));
    connect(dialog, &QFileDialog::fileSelected, this, &ListExport::writeTo);
    dialog->open();
}

void ListExport::writeTo(const QString& file) {
    if (!session_ || progress_)
        return;
    progress_ = std::make_shared<Progress>();
    timer_->start();
    showProgress();
    workbench_.inBackground(
        this,
        [session = session_, wish = wish_, file, progress = progress_,
         &parallel = workbench_.parallel()]() -> Result<QString> {
            const auto written = write_lists(*session->model, *session->data, optionsOf(*session, wish), toStd(file),
                                             parallel, *progress);
            if (!written)
                return fail(written.error());
            return tr("Wrote %1 recommendations for %2 users to %3")
                .arg(countText(written->rows), countText(written->users), QDir::toNativeSeparators(file));
        },
        [this, file](const Result<QString>& told) { finish(file, told); });
}

void ListExport::showProgress() {
    const bool writing = progress_ != nullptr;
    export_->setEnabled(!writing && session_ != nullptr);
    bar_->setVisible(writing);
    cancel_->setVisible(writing);
    if (writing)
        bar_->setValue(static_cast<int>(1000 * progress_->snapshot().fraction));
}

void ListExport::finish(const QString& file, const Result<QString>& told) {
    progress_.reset();
    timer_->stop();
    showProgress();
    if (told)
        workbench_.showMessage(*told);
    else if (told.error().kind == ErrorKind::cancelled)
        workbench_.showMessage(tr("Stopped; %1 was not written").arg(QDir::toNativeSeparators(file)));
    else
        workbench_.showError(told.error());
}

} // namespace tastebench::ui
