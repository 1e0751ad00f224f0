#include "ui/pages/data/export_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QSpinBox>
#include <QTimer>

#include "core/split/split.h"
#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

/// What the form asks for, on its way to a background thread.
struct Order {
    std::string dataset, split;
    std::uint64_t seed = 0;
    ExportOptions options;
};

Result<ExportReport> carryOut(Workspace& workspace, Order order, Progress& progress) {
    const auto data = workspace.dataset(order.dataset);
    if (!data)
        return fail(data.error());
    if (!order.split.empty()) {
        const auto recipe = SplitRecipe::parse(order.split, order.seed);
        if (!recipe)
            return fail(recipe.error());
        const auto split = make_split(**data, *recipe);
        if (!split)
            return fail(split.error());
        order.options.parts = export_parts(*split);
        order.options.split = recipe->text();
    }
    return export_dataset(**data, order.options, progress);
}

} // namespace

ExportPanel::ExportPanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), timer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    title_ = titleLabel(tr("Export"), this);
    column->addWidget(title_);
    auto* card = new Card({}, this);
    card->column()->addWidget(
        mutedLabel(tr("Writes everything that the data set holds into a folder of its own: interactions, users, items, "
                      "graph and vectors, with a description. Importing the folder gives the same data again."),
                   card));
    card->column()->addLayout(makeForm(card));
    problem_ = warningLabel(card);
    problem_->setObjectName(QStringLiteral("exportProblem"));
    problem_->hide();
    card->column()->addWidget(problem_);
    column->addWidget(card);
    column->addLayout(makeButtons());
    column->addStretch(1);

    timer_->setInterval(100);
    connect(timer_, &QTimer::timeout, this, [this] {
        const auto now = progress_->snapshot();
        bar_->setRange(0, now.total > 0 ? 1000 : 0);
        bar_->setValue(static_cast<int>(now.fraction * 1000.0));
        text_->setText(progressText(now));
    });
    refresh();
}

ExportPanel::~ExportPanel() {
    if (progress_)
        progress_->cancel();
}

QLayout* ExportPanel::makeForm(QWidget* card) {
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(pageMargin);
    form->setVerticalSpacing(gap);
    format_ = new QComboBox(card);
    format_->setObjectName(QStringLiteral("exportFormat"));
    format_->setAccessibleName(tr("Format of the files"));
    format_->setToolTip(tr("CSV opens in spreadsheets and pandas; RecBole's atomic files feed RecBole"));
    format_->addItem(tr("CSV tables"), static_cast<int>(ExportFormat::csv));
    format_->addItem(tr("RecBole atomic files"), static_cast<int>(ExportFormat::recbole));
    folder_ = new QLineEdit(card);
    folder_->setObjectName(QStringLiteral("exportFolder"));
    folder_->setAccessibleName(tr("Folder to write"));
    folder_->setToolTip(tr("A new folder that the files go to; the folder around it must exist"));
    auto* choose = button(tr("&Browse…"), tr("Chooses where the new folder is made"), card);
    auto* place = new QHBoxLayout;
    place->addWidget(folder_, 1);
    place->addWidget(choose);
    split_ = new QLineEdit(card);
    split_->setObjectName(QStringLiteral("exportSplit"));
    split_->setAccessibleName(tr("Split to write"));
    split_->setPlaceholderText(tr("none, or for example chrono:0.75"));
    split_->setToolTip(tr("Writes the training and test rows of this split as files of their own too, such as "
                          "random:0.8, chrono:0.75 or stratified:0.75:item"));
    seed_ = new QSpinBox(card);
    seed_->setObjectName(QStringLiteral("exportSeed"));
    seed_->setAccessibleName(tr("Seed of the split"));
    seed_->setToolTip(tr("The same number gives the same split"));
    seed_->setRange(0, 2'000'000'000);
    seed_->setValue(42);
    replace_ = new QCheckBox(tr("&Replace an earlier export in the folder"), card);
    replace_->setObjectName(QStringLiteral("exportReplace"));
    replace_->setToolTip(tr("A folder that holds anything but an export is never touched"));
    form->addRow(tr("&Format"), format_);
    auto* folderLabel = new QLabel(tr("F&older"), card);
    folderLabel->setBuddy(folder_);
    form->addRow(folderLabel, place);
    form->addRow(tr("S&plit"), split_);
    form->addRow(tr("&Seed"), seed_);
    form->addRow(QString(), replace_);
    connect(choose, &QPushButton::clicked, this, &ExportPanel::chooseFolder);
    connect(folder_, &QLineEdit::textChanged, this, &ExportPanel::refresh);
    connect(split_, &QLineEdit::textChanged, this, &ExportPanel::refresh);
    return form;
}

QLayout* ExportPanel::makeButtons() {
    auto* row = new QHBoxLayout;
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the export"));
    bar_->hide();
    text_ = mutedLabel({}, this);
    text_->setWordWrap(false);
    close_ = button(tr("&Close"), tr("Leaves this form; a running export is cancelled and leaves nothing"), this);
    close_->setObjectName(QStringLiteral("exportClose"));
    export_ = primaryButton(tr("&Export"), tr("Writes the files"), this);
    export_->setObjectName(QStringLiteral("exportButton"));
    row->addWidget(bar_, 1);
    row->addWidget(text_);
    row->addStretch(1);
    row->addWidget(close_);
    row->addWidget(export_);
    connect(export_, &QPushButton::clicked, this, &ExportPanel::start);
    connect(close_, &QPushButton::clicked, this, [this] {
        if (progress_)
            progress_->cancel();
        else
            Q_EMIT closed();
    });
    return row;
}

void ExportPanel::setDataset(const QString& name) {
    dataset_ = name;
    title_->setText(name.isEmpty() ? tr("Export") : tr("Export %1").arg(name));
    folder_->setText(name.isEmpty() ? QString() : QDir::home().filePath(name));
    problem_->hide();
    refresh();
}

void ExportPanel::chooseFolder() {
    const auto parent = QFileDialog::getExistingDirectory(this, tr("Where to make the folder"));
    if (!parent.isEmpty())
        folder_->setText(QDir(parent).filePath(dataset_));
}

void ExportPanel::refresh() {
    seed_->setEnabled(!split_->text().trimmed().isEmpty());
    export_->setEnabled(!progress_ && !dataset_.isEmpty() && !folder_->text().trimmed().isEmpty());
}

void ExportPanel::start() {
    progress_ = std::make_shared<Progress>();
    problem_->hide();
    refresh();
    close_->setText(tr("&Cancel"));
    bar_->show();
    text_->show();
    timer_->start();
    Order order{toStd(dataset_), toStd(split_->text().trimmed()), static_cast<std::uint64_t>(seed_->value()), {}};
    order.options.folder = toStd(folder_->text().trimmed());
    order.options.format = static_cast<ExportFormat>(format_->currentData().toInt());
    order.options.overwrite = replace_->isChecked();
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace(), order, progress = progress_] {
            return carryOut(*workspace, order, *progress);
        },
        [this](const Result<ExportReport>& report) { finish(report); });
}

void ExportPanel::finish(const Result<ExportReport>& report) {
    progress_.reset();
    timer_->stop();
    bar_->hide();
    text_->hide();
    close_->setText(tr("&Close"));
    refresh();
    if (report) {
        workbench_.showMessage(tr("Exported %1 to %2").arg(dataset_, folder_->text().trimmed()));
        Q_EMIT closed();
        return;
    }
    if (report.error().kind == ErrorKind::cancelled)
        return;
    problem_->setText(toQt(report.error().text()));
    problem_->show();
}

} // namespace tastebench::ui
