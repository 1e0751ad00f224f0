#include "ui/pages/experiment/experiment_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QStackedWidget>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/pages/experiment/model_list.h"
#include "ui/pages/experiment/parameter_form.h"
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
    right->addWidget(makeMeasure());
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
    connect(models_, &ModelList::tickedChanged, this, &ExperimentPage::checkSoon);
    connect(models_, &QListWidget::currentRowChanged, this, &ExperimentPage::showForm);
    return card;
}

QWidget* ExperimentPage::makeMeasure() {
    auto* card = new Card(tr("4  Measure"), this);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(cardMargin);
    form->setVerticalSpacing(gap);
    ks_ = new QLineEdit(QStringLiteral("5, 10, 20"), card);
    ks_->setObjectName(QStringLiteral("ks"));
    ks_->setAccessibleName(tr("List lengths k"));
    ks_->setToolTip(tr("How many recommendations a list has when it is judged; several lengths with commas"));
    removeSeen_ = new QCheckBox(tr("Leave out what users already have"), card);
    removeSeen_->setToolTip(tr("Takes the training items of a user out of that user's list"));
    removeSeen_->setChecked(true);
    sampled_ = new QCheckBox(tr("Rank test items among 99 by lot, too"), card);
    sampled_->setToolTip(tr("With a leave-one-out split: adds the sampled hit rate and nDCG of many papers, which are "
                            "not comparable with those of full lists"));
    note_ = new QLineEdit(card);
    note_->setAccessibleName(tr("Note"));
    note_->setToolTip(tr("A word to find these runs again; may be empty"));
    form->addRow(tr("List &lengths k"), ks_);
    form->addRow(tr("N&ote"), note_);
    card->column()->addLayout(form);
    card->column()->addWidget(removeSeen_);
    card->column()->addWidget(sampled_);
    connect(ks_, &QLineEdit::textChanged, this, &ExperimentPage::checkSoon);
    connect(note_, &QLineEdit::textChanged, this, &ExperimentPage::checkSoon);
    connect(removeSeen_, &QCheckBox::toggled, this, &ExperimentPage::checkSoon);
    connect(sampled_, &QCheckBox::toggled, this, &ExperimentPage::checkSoon);
    return card;
}

QWidget* ExperimentPage::makeParameters() {
    formCard_ = new Card(tr("Parameters"), this);
    forms_ = new QStackedWidget(formCard_);
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
            models_->setFitness(fitness(*dataset_));
            const auto& summary = dataset_->summary();
            dataFacts_->setText(tr("%1 users, %2 items, %3 interactions; %4, %5")
                                    .arg(countText(summary.users), countText(summary.items),
                                         countText(summary.interactions),
                                         summary.rated > 0 ? tr("with ratings") : tr("without ratings"),
                                         dataset_->has_times() ? tr("with times") : tr("without times")));
            checkSoon();
        });
}

ParameterForm* ExperimentPage::formOf(const QString& model) {
    if (const auto at = formByModel_.find(model); at != formByModel_.end())
        return at->second;
    const auto entry = find_model(toStd(model));
    if (!entry)
        return nullptr;
    auto* form = new ParameterForm((*entry)->schema);
    forms_->addWidget(scrolled(form, forms_));
    connect(form, &ParameterForm::changed, this, [this, model] {
        // Whoever sets a model's parameters wants to train it.
        models_->tick(model, true);
        checkSoon();
    });
    formByModel_.emplace(model, form);
    return form;
}

void ExperimentPage::showForm() {
    const QString model = models_->current();
    auto* form = formOf(model);
    if (form == nullptr)
        return;
    for (int at = 0; at < forms_->count(); ++at)
        if (forms_->widget(at)->isAncestorOf(form))
            forms_->setCurrentIndex(at);
    const auto* entry = find_model(toStd(model)).value();
    formCard_->setHeading(tr("Parameters of %1").arg(toQt(entry->title)));
    checkSoon(); // the hint is about the model shown
}

std::vector<std::uint32_t> ExperimentPage::listLengths() const {
    std::vector<std::uint32_t> out;
    const auto parts = ks_->text().split(u',', Qt::SkipEmptyParts);
    for (const auto& part : parts) {
        bool ok = false;
        const auto k = part.trimmed().toUInt(&ok);
        out.push_back(ok ? k : 0); // 0 is refused by prepare_spec with its remedy
    }
    return out;
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
    base.evaluation.ks = listLengths();
    base.evaluation.remove_seen = removeSeen_->isChecked();
    base.evaluation.sampled = sampled_->isChecked();
    base.note = toStd(note_->text().trimmed());
    std::vector<RunSpec> wanted;
    for (const auto& model : models_->ticked()) {
        wanted.push_back(base);
        wanted.back().model = toStd(model);
        wanted.back().parameters = formOf(model)->values();
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
    const auto complain = [&](const QString& model, const Error& error) {
        const QString text = tr("%1 – %2").arg(model, toQt(error.text()));
        if (!problems.contains(text))
            problems.append(text);
    };
    for (const auto& one : checked) {
        if (one.spec) {
            ready_.push_back(*one.spec);
            commands.append(toQt(command_line(*one.spec)));
        } else {
            complain(one.model, one.spec.error());
        }
        if (!one.memory)
            complain(one.model, one.memory.error());
    }
    if (dataset_ == nullptr)
        problems.append(tr("Choose a data set first; the Data page imports one."));
    else if (checked.empty())
        problems.append(tr("Tick at least one model."));
    hint_->setVisible(std::any_of(checked.begin(), checked.end(), [this](const auto& one) {
        return one.lacksValidation && one.model == models_->current();
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
        takes[one.model] = takesText(*one.takes);
        const auto entry = find_model(toStd(one.model));
        parts.append(tr("%1 %2").arg(entry ? toQt((*entry)->title) : one.model, takes[one.model]));
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
