#include "ui/pages/experiment/experiment_page.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QShortcut>
#include <QTimer>

#include "core/experiment/fitness.h"
#include "ui/bridge/text.h"
#include "ui/pages/experiment/measure_card.h"
#include "ui/pages/experiment/model_forms.h"
#include "ui/pages/experiment/model_list.h"
#include "ui/pages/experiment/split_editor.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {
constexpr int checkDelay = 150;     // milliseconds of rest before the experiment is checked again
constexpr int usualValidation = 10; // of a hundred rows
constexpr qsizetype shownCommands = 3, shownEstimates = 4;

} // namespace

Page* makeExperimentPage(Workbench& workbench, QWidget* parent) {
    return new ExperimentPage(workbench, parent);
}

ExperimentPage::ExperimentPage(Workbench& workbench, QWidget* parent)
    : Page(workbench, parent), checkTimer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(cardMargin);
    column->addWidget(titleLabel(tr("Experiment"), this));
    auto* row = new QHBoxLayout;
    row->setSpacing(cardMargin);
    row->addWidget(makeSetup(), 5);
    row->addWidget(makeModels(), 5);
    auto* right = new QVBoxLayout;
    right->setSpacing(cardMargin);
    right->addWidget(makeParameters(), 1);
    measure_ = new MeasureCard(this);
    connect(measure_, &MeasureCard::changed, this, &ExperimentPage::checkSoon);
    right->addWidget(measure_);
    row->addLayout(right, 5);
    column->addLayout(row, 1);
    column->addWidget(makeFoot());
    checkTimer_->setSingleShot(true);
    checkTimer_->setInterval(checkDelay);
    connect(checkTimer_, &QTimer::timeout, this, &ExperimentPage::check);
    connect(&workbench, &Workbench::datasetsChanged, this, &ExperimentPage::reloadDatasets);
    connect(split_, &SplitEditor::changed, this, &ExperimentPage::checkSoon);
    for (const char* id : {"popularity", "sar"})
        models_->tick(QString::fromLatin1(id), true);
    showForm();
    reloadDatasets();
}

QWidget* ExperimentPage::makeSetup() {
    auto* holder = new QWidget(this);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(cardMargin);
    auto* dataCard = new Card(tr("1  Data"), holder);
    data_ = new QComboBox(dataCard);
    data_->setObjectName(QStringLiteral("experimentData"));
    data_->setAccessibleName(tr("Data set"));
    data_->setToolTip(tr("The interactions to learn from"));
    dataFacts_ = mutedLabel({}, dataCard);
    dataCard->column()->addWidget(data_);
    dataCard->column()->addWidget(dataFacts_);
    auto* splitCard = new Card(tr("2  Split"), holder);
    split_ = new SplitEditor(workbench(), splitCard);
    splitCard->column()->addWidget(split_);
    column->addWidget(dataCard);
    column->addWidget(splitCard, 1);
    connect(data_, &QComboBox::activated, this, [this] { workbench().setCurrentDataset(data_->currentText()); });
    connect(data_, &QComboBox::currentTextChanged, this, &ExperimentPage::loadDataset);
    return scrolled(holder, this);
}

QWidget* ExperimentPage::makeModels() {
    auto* card = new Card(tr("3  Models"), this);
    models_ = new ModelList(card);
    card->column()->addWidget(models_, 1);
    auto* duplicate =
        button(tr("D&uplicate"), tr("Lists the chosen model once more, to train two settings of it (Ctrl+D)"), card);
    duplicate->setObjectName(QStringLiteral("duplicateModel"));
    duplicate->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_D));
    removeCopy_ = button(tr("Remo&ve copy"), tr("Takes the chosen copy of a model off the list (Delete)"), card);
    removeCopy_->setObjectName(QStringLiteral("removeCopy"));
    auto* row = new QHBoxLayout;
    row->setSpacing(gap);
    row->addWidget(duplicate);
    row->addWidget(removeCopy_);
    row->addStretch(1);
    card->column()->addLayout(row);
    auto* removeKey = new QShortcut(QKeySequence::Delete, models_, nullptr, nullptr, Qt::WidgetShortcut);
    connect(removeKey, &QShortcut::activated, this, &ExperimentPage::removeCopy);
    connect(removeCopy_, &QPushButton::clicked, this, &ExperimentPage::removeCopy);
    connect(duplicate, &QPushButton::clicked, this, &ExperimentPage::duplicate);
    connect(models_, &ModelList::tickedChanged, this, &ExperimentPage::checkSoon);
    connect(models_, &QListWidget::currentRowChanged, this, &ExperimentPage::showForm);
    return card;
}

QWidget* ExperimentPage::makeParameters() {
    formCard_ = new Card(tr("Parameters"), this);
    forms_ = new ModelForms(formCard_);
    connect(forms_, &ModelForms::changed, this, [this](const QString& line) {
        judge(line);
        // Whoever sets a model's parameters wants to train it.
        models_->tick(line, true);
        checkSoon();
    });
    formCard_->column()->addWidget(makeHint());
    formCard_->column()->addWidget(forms_, 1);
    return formCard_;
}

QWidget* ExperimentPage::makeHint() {
    hint_ = new QWidget(formCard_);
    hint_->setObjectName(QStringLiteral("validationHint"));
    auto* column = new QVBoxLayout(hint_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    auto* text = warningLabel(hint_);
    text->setText(tr("Patience stops training by what is measured on validation rows, and the split has none. Give it "
                     "some, or set patience to 0."));
    auto* keep = button(tr("&Keep back %1 % to validate").arg(usualValidation),
                        tr("Sets the validation share of the split"), hint_);
    keep->setObjectName(QStringLiteral("addValidation"));
    column->addWidget(text);
    column->addWidget(keep, 0, Qt::AlignLeft);
    hint_->hide();
    connect(keep, &QPushButton::clicked, this, [this] {
        if (!split_->setValidationShare(usualValidation))
            workbench().showMessage(tr("This kind of split has no validation share; choose another kind"));
    });
    return hint_;
}

QWidget* ExperimentPage::makeFoot() {
    auto* card = new Card({}, this);
    warnings_ = warningLabel(card);
    warnings_->setObjectName(QStringLiteral("warnings"));
    warnings_->hide();
    estimate_ = mutedLabel({}, card);
    estimate_->setObjectName(QStringLiteral("estimate"));
    estimate_->setAccessibleName(tr("What training will take"));
    estimate_->setToolTip(tr("Worked out from the size of the data and the speed of this machine; measuring comes on "
                             "top"));
    command_ = codeLabel(card);
    command_->setAccessibleName(tr("The same on the command line"));
    command_->setToolTip(tr("What does the same on the command line"));
    copy_ = button(tr("&Copy command"), tr("Copies the command lines to the clipboard"), card);
    train_ = primaryButton(tr("&Train"), tr("Puts one run for each ticked model into the queue (Ctrl+Return)"), card);
    train_->setObjectName(QStringLiteral("trainButton"));
    train_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    train_->setMinimumWidth(120);
    auto* row = new QHBoxLayout;
    row->setSpacing(cardMargin);
    row->addWidget(command_, 1);
    row->addWidget(copy_, 0, Qt::AlignBottom);
    row->addWidget(train_, 0, Qt::AlignBottom);
    card->column()->addWidget(warnings_);
    card->column()->addWidget(estimate_);
    card->column()->addLayout(row);
    connect(copy_, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(command());
        workbench().showMessage(tr("Copied the command"));
    });
    connect(train_, &QPushButton::clicked, this, &ExperimentPage::train);
    return card;
}

void ExperimentPage::activate() {
    if (const int at = data_->findText(workbench().currentDataset()); at >= 0)
        data_->setCurrentIndex(at);
}

void ExperimentPage::reloadDatasets() {
    workbench().inBackground(
        this, [workspace = workbench().workspace()] { return workspace->datasets(); },
        [this](const Result<std::vector<DatasetEntry>>& entries) {
            if (!entries) {
                workbench().showError(entries.error());
                return;
            }
            const QString kept = data_->currentText().isEmpty() ? workbench().currentDataset() : data_->currentText();
            {
                const QSignalBlocker quiet(data_);
                data_->clear();
                for (const auto& entry : *entries)
                    data_->addItem(toQt(entry.name));
                data_->setCurrentIndex(std::max(0, data_->findText(kept)));
            }
            loadDataset();
        });
}

void ExperimentPage::loadDataset() {
    loading_ = data_->currentText();
    if (loading_.isEmpty()) {
        dataset_.reset();
        split_->setDataset({});
        dataFacts_->setText(tr("No data yet: import a file or add the sample on the Data page."));
        checkSoon();
        return;
    }
    workbench().inBackground(
        this, [workspace = workbench().workspace(), name = toStd(loading_)] { return workspace->dataset(name); },
        [this, name = loading_](const Result<DatasetPtr>& loaded) {
            if (name != loading_)
                return;
            if (!loaded) {
                workbench().showError(loaded.error());
                return;
            }
            dataset_ = *loaded;
            split_->setDataset(dataset_);
            for (const auto& line : models_->lines())
                judge(line);
            const auto& summary = dataset_->summary();
            dataFacts_->setText(tr("%1 users, %2 items, %3 interactions; %4, %5")
                                    .arg(countText(summary.users), countText(summary.items),
                                         countText(summary.interactions),
                                         summary.rated > 0 ? tr("with ratings") : tr("without ratings"),
                                         dataset_->has_times() ? tr("with times") : tr("without times")));
            checkSoon();
        });
}

void ExperimentPage::showForm() {
    const QString line = models_->current();
    removeCopy_->setEnabled(models_->isCopy(line));
    if (line.isEmpty())
        return;
    forms_->showLine(line);
    formCard_->setHeading(tr("Parameters of %1").arg(models_->titleOf(line)));
    checkSoon(); // the hint is about the model shown
}

void ExperimentPage::judge(const QString& line) {
    const auto entry = find_model(toStd(modelOfLine(line)));
    if (!dataset_ || !entry)
        return;
    // What the schema refuses is complained of by the check; the list keeps its last judgement.
    if (const auto parameters = (*entry)->schema.complete(forms_->values(line)))
        models_->setFitness(line, fitness_of(*dataset_, **entry, *parameters),
                            toQt(gives_and_needs(**entry, *parameters)));
}

void ExperimentPage::duplicate() {
    const QString line = models_->current();
    const QString copy = models_->duplicate(line);
    if (copy.isEmpty())
        return;
    forms_->copy(line, copy);
    judge(copy);
    showForm();
}

void ExperimentPage::removeCopy() {
    const QString line = models_->current();
    if (!models_->isCopy(line))
        return;
    models_->removeCopy(line);
    forms_->remove(line);
}

void ExperimentPage::checkSoon() {
    train_->setEnabled(false);
    checkTimer_->start();
}

void ExperimentPage::check() {
    const int number = ++checkNumber_;
    if (!dataset_) {
        showChecked({});
        return;
    }
    RunSpec base;
    base.seed = split_->seed();
    base.evaluation = measure_->options();
    base.note = toStd(measure_->note());
    std::vector<WantedRun> wanted;
    for (const auto& line : models_->ticked()) {
        wanted.push_back({line, base});
        wanted.back().spec.model = toStd(modelOfLine(line));
        wanted.back().spec.parameters = forms_->values(line);
    }
    workbench().inBackground(
        this,
        [dataset = dataset_, wanted, recipe = toStd(split_->recipeText()), seed = split_->seed(),
         threads = workbench().parallel().threads()] { return checkRuns(*dataset, wanted, recipe, seed, threads); },
        [this, number](const std::vector<CheckedRun>& checked) {
            if (number == checkNumber_)
                showChecked(checked);
        });
}

void ExperimentPage::showChecked(const std::vector<CheckedRun>& checked) {
    ready_.clear();
    QStringList problems, commands;
    const auto complain = [&](const QString& line, const Error& error) {
        const QString text = tr("%1 – %2").arg(models_->titleOf(line), toQt(error.text()));
        if (!problems.contains(text))
            problems.append(text);
    };
    for (const auto& one : checked) {
        if (one.spec) {
            ready_.push_back(*one.spec);
            commands.append(toQt(command_line(*one.spec)));
        } else {
            complain(one.line, one.spec.error());
        }
        if (!one.memory)
            complain(one.line, one.memory.error());
    }
    if (dataset_ == nullptr)
        problems.append(tr("Choose a data set first; the Data page imports one."));
    else if (checked.empty())
        problems.append(tr("Tick at least one model."));
    hint_->setVisible(std::any_of(checked.begin(), checked.end(), [this](const auto& one) {
        return one.lacksValidation && one.line == models_->current();
    }));
    warnings_->setText(problems.join(u'\n'));
    warnings_->setVisible(!problems.isEmpty());
    if (commands.size() > shownCommands) {
        const auto more = commands.size() - shownCommands;
        commands = commands.mid(0, shownCommands);
        commands.append(tr("… and %1 more; 'Copy command' takes all of them").arg(more));
    }
    command_->setText(commands.join(u'\n'));
    command_->setVisible(!commands.isEmpty());
    copy_->setVisible(!commands.isEmpty());
    showEstimates(checked);
    train_->setEnabled(!ready_.empty());
    train_->setText(ready_.size() > 1 ? tr("&Train %1 models").arg(ready_.size()) : tr("&Train"));
    train_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
}

void ExperimentPage::showEstimates(const std::vector<CheckedRun>& checked) {
    std::map<QString, QString> takes;
    QStringList parts;
    double seconds = 0;
    double bytes = 0;
    for (const auto& one : checked) {
        if (!one.takes)
            continue;
        bytes = std::max(bytes, one.takes->memory_bytes);
        takes[one.line] = takesText(*one.takes);
        parts.append(tr("%1 %2").arg(models_->titleOf(one.line), takes[one.line]));
        seconds += one.takes->fit_seconds;
    }
    models_->setTakes(takes);
    if (parts.size() > shownEstimates) // each is told in the list
        parts = {tr("%1 models one after another %2, at most %3")
                     .arg(parts.size())
                     .arg(roughDurationText(seconds), bytesText(static_cast<std::uint64_t>(bytes)))};
    else if (parts.size() > 1)
        parts.append(tr("together %1").arg(roughDurationText(seconds)));
    estimate_->setText(parts.isEmpty() ? QString() : tr("Training: %1").arg(parts.join(QStringLiteral("  ·  "))));
    estimate_->setVisible(!parts.isEmpty());
}

void ExperimentPage::train() {
    train_->setEnabled(false);
    workbench().inBackground(
        this,
        [&queue = workbench().queue(), specs = ready_]() -> Result<QList<RunId>> {
            QList<RunId> ids;
            for (const auto& spec : specs) {
                const auto id = queue.submit(spec);
                if (!id)
                    return fail(id.error());
                ids.append(*id);
            }
            return ids;
        },
        [this](const Result<QList<RunId>>& ids) {
            train_->setEnabled(true);
            workbench().notifyRunsChanged();
            if (!ids) {
                workbench().showError(ids.error());
                return;
            }
            workbench().setSelectedRuns(*ids);
            workbench().showPage(PageId::runs);
        });
}

QString ExperimentPage::command() const {
    QStringList lines;
    for (const auto& spec : ready_)
        lines.append(toQt(command_line(spec)));
    return lines.join(u'\n');
}

} // namespace tastebench::ui
