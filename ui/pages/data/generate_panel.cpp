#include "ui/pages/data/generate_panel.h"

#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QSpinBox>
#include <QTimer>

#include "ui/bridge/sample.h"
#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

GeneratePanel::GeneratePanel(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), timer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Generate data"), this));
    auto* card = new Card({}, this);
    card->column()->addWidget(
        mutedLabel(tr("A made-up catalogue of films and people with real tastes in them: themes, directors, periods, "
                      "popularity and drift. The same numbers give the same data on every computer."),
                   card));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(pageMargin);
    form->setVerticalSpacing(gap);
    name_ = new QLineEdit(QStringLiteral("films"), card);
    name_->setObjectName(QStringLiteral("generateName"));
    name_->setAccessibleName(tr("Name of the data set"));
    name_->setToolTip(tr("How the data set is called from now on"));
    const GeneratorOptions standard;
    users_ = number(QStringLiteral("generateUsers"), tr("Users"), tr("How many people there are"), 10, 5'000'000,
                    static_cast<int>(standard.users));
    items_ = number(QStringLiteral("generateItems"), tr("Items"), tr("How many films there are"), 10, 5'000'000,
                    static_cast<int>(standard.items));
    interactions_ = number(QStringLiteral("generateInteractions"), tr("Interactions"),
                           tr("How many views, list entries and ratings there are in all"), 100, 200'000'000,
                           static_cast<int>(standard.interactions));
    seed_ = number(QStringLiteral("generateSeed"), tr("Seed"), tr("Another number gives other data of the same kind"),
                   0, 2'000'000'000, static_cast<int>(standard.seed));
    form->addRow(tr("Na&me"), name_);
    form->addRow(tr("&Users"), users_);
    form->addRow(tr("&Items"), items_);
    form->addRow(tr("I&nteractions"), interactions_);
    form->addRow(tr("&Seed"), seed_);
    card->column()->addLayout(form);
    column->addWidget(card);

    auto* row = new QHBoxLayout;
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the generation"));
    bar_->hide();
    text_ = mutedLabel({}, this);
    text_->setWordWrap(false);
    close_ = button(tr("&Close"), tr("Leaves this form; a running generation is cancelled"), this);
    generate_ = primaryButton(tr("&Generate"), tr("Makes the data and stores it in the workspace"), this);
    generate_->setObjectName(QStringLiteral("generateButton"));
    row->addWidget(bar_, 1);
    row->addWidget(text_);
    row->addStretch(1);
    row->addWidget(close_);
    row->addWidget(generate_);
    column->addLayout(row);
    column->addStretch(1);

    connect(generate_, &QPushButton::clicked, this, &GeneratePanel::start);
    connect(name_, &QLineEdit::textChanged, this,
            [this](const QString& text) { generate_->setEnabled(!text.trimmed().isEmpty() && !progress_); });
    connect(close_, &QPushButton::clicked, this, [this] {
        if (progress_)
            progress_->cancel();
        else
            Q_EMIT closed();
    });
    timer_->setInterval(100);
    connect(timer_, &QTimer::timeout, this, [this] {
        const auto now = progress_->snapshot();
        bar_->setRange(0, now.total > 0 ? 1000 : 0);
        bar_->setValue(static_cast<int>(now.fraction * 1000.0));
        text_->setText(progressText(now));
    });
}

GeneratePanel::~GeneratePanel() {
    if (progress_)
        progress_->cancel();
}

QSpinBox* GeneratePanel::number(const QString& objectName, const QString& name, const QString& tip, int low, int high,
                                int value) {
    auto* out = new QSpinBox(this);
    out->setObjectName(objectName);
    out->setAccessibleName(name);
    out->setToolTip(tip);
    out->setRange(low, high);
    out->setGroupSeparatorShown(true);
    out->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    out->setValue(value);
    return out;
}

void GeneratePanel::start() {
    progress_ = std::make_shared<Progress>();
    generate_->setEnabled(false);
    close_->setText(tr("&Cancel"));
    bar_->show();
    text_->show();
    timer_->start();
    const GeneratorOptions options{
        static_cast<std::uint32_t>(users_->value()), static_cast<std::uint32_t>(items_->value()),
        static_cast<std::uint64_t>(interactions_->value()), static_cast<std::uint64_t>(seed_->value())};
    addGenerated(workbench_, options, name_->text().trimmed(), progress_,
                 [guard = QPointer(this)](const Status& status) {
                     if (!guard)
                         return;
                     guard->progress_.reset();
                     guard->timer_->stop();
                     guard->bar_->hide();
                     guard->text_->hide();
                     guard->close_->setText(tr("&Close"));
                     guard->generate_->setEnabled(true);
                     if (status)
                         Q_EMIT guard->closed();
                 });
}

} // namespace tastebench::ui
