#include "ui/pages/experiment/split_editor.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QDateEdit>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QTimer>

#include "ui/bridge/text.h"
#include "ui/bridge/workbench.h"
#include "ui/charts/split_picture.h"
#include "ui/pages/experiment/split_sentence.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int drawDelay = 200;  // milliseconds of rest before the split is drawn again
constexpr int byDateKind = 100; // a choice beside the kinds: global, by date rather than by share

constexpr int narrowestField = 72;

QWidget* inRow(std::initializer_list<QWidget*> widgets, QWidget* parent) {
    auto* row = new QWidget(parent);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    for (auto* widget : widgets) {
        // Fields share the width, however many digits they could hold; a check box takes what it needs.
        const bool field = qobject_cast<QCheckBox*>(widget) == nullptr;
        if (field)
            widget->setMinimumWidth(narrowestField);
        layout->addWidget(widget, field ? 1 : 0);
    }
    return row;
}

template <typename Box>
Box* named(Box* box, const char* objectName, const QString& accessibleName, const QString& tip) {
    box->setObjectName(QString::fromLatin1(objectName));
    box->setAccessibleName(accessibleName);
    box->setToolTip(tip);
    return box;
}

} // namespace

SplitEditor::SplitEditor(Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench), drawTimer_(new QTimer(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    form_ = new QFormLayout;
    form_->setHorizontalSpacing(cardMargin);
    form_->setVerticalSpacing(gap);
    makeKind();
    makeShares();
    makeFolds();
    makeFile();
    makeFilters();
    column->addLayout(form_);
    sentence_ = mutedLabel({}, this);
    picture_ = new SplitPicture(this);
    warnings_ = warningLabel(this);
    warnings_->setObjectName(QStringLiteral("splitWarnings"));
    warnings_->hide();
    notes_ = mutedLabel({}, this);
    notes_->setObjectName(QStringLiteral("splitNotes"));
    for (QWidget* part : std::initializer_list<QWidget*>{sentence_, picture_, warnings_, notes_})
        column->addWidget(part);
    column->addStretch(1);
    drawTimer_->setSingleShot(true);
    drawTimer_->setInterval(drawDelay);
    connect(drawTimer_, &QTimer::timeout, this, &SplitEditor::draw);
    connectFields();
    refresh();
}

void SplitEditor::addRow(const QString& text, QWidget* row, QWidget* first) {
    auto* label = new QLabel(text, this);
    label->setBuddy(first);
    form_->addRow(label, row);
}

void SplitEditor::makeKind() {
    kind_ = named(new QComboBox(this), "splitKind", tr("Kind of split"),
                  tr("How rows are divided into those that train and those that test"));
    const auto add = [this](const QString& text, SplitKind kind) { kind_->addItem(text, static_cast<int>(kind)); };
    add(tr("By time"), SplitKind::chrono);
    add(tr("By time over all rows"), SplitKind::global);
    kind_->addItem(tr("Before and after a date"), byDateKind);
    add(tr("Stratified"), SplitKind::stratified);
    add(tr("Random"), SplitKind::random);
    add(tr("Leave one out"), SplitKind::loo);
    add(tr("Folds"), SplitKind::kfold);
    add(tr("New users"), SplitKind::users);
    add(tr("The test file of the data"), SplitKind::fixed);
    add(tr("Rows from a file"), SplitKind::rows);
    seed_ = named(new QSpinBox(this), "splitSeed", tr("Seed"),
                  tr("The same number gives the same split and the same training"));
    seed_->setRange(0, 2'000'000'000);
    seed_->setValue(42);
    seed_->setPrefix(tr("seed "));
    addRow(tr("&Kind"), inRow({kind_, seed_}, this), kind_);
}

void SplitEditor::makeShares() {
    ratio_ = named(new QSpinBox(this), "splitRatio", tr("Share of training rows"),
                   tr("How many of a hundred rows train; the others test"));
    ratio_->setRange(1, 99);
    ratio_->setValue(75);
    ratio_->setSuffix(tr(" %"));
    validation_ = named(new QSpinBox(this), "splitValidation", tr("Share of validation rows"),
                        tr("How many of a hundred rows are kept back for choosing settings; they neither train nor "
                           "test"));
    validation_->setRange(0, 98);
    validation_->setPrefix(tr("validation "));
    validation_->setSuffix(tr(" %"));
    validation_->setSpecialValueText(tr("no validation"));
    group_ = named(new QComboBox(this), "splitGroup", tr("Split within each"),
                   tr("Whether every person or every item keeps the same share"));
    group_->addItem(tr("User"), static_cast<int>(SplitGroup::user));
    group_->addItem(tr("Item"), static_cast<int>(SplitGroup::item));
    date_ = named(new QDateEdit(QDate(2000, 1, 1), this), "splitDate", tr("First day of the test"),
                  tr("Rows from midnight (UTC) of this day on test, the earlier ones train"));
    date_->setCalendarPopup(true);
    date_->setDisplayFormat(QStringLiteral("yyyy-MM-dd"));
    validationDays_ = named(new QSpinBox(this), "splitValidationDays", tr("Days of validation"),
                            tr("So many days before the test are kept back for choosing settings; they neither train "
                               "nor test"));
    validationDays_->setRange(0, 36'500);
    validationDays_->setPrefix(tr("validation "));
    validationDays_->setSuffix(tr(" days"));
    validationDays_->setSpecialValueText(tr("no validation"));
    dateRow_ = inRow({date_, validationDays_}, this);
    leaveOut_ = named(new QComboBox(this), "splitLeaveOut", tr("Which row is left out"),
                      tr("The last row of each person in time, or one by lot"));
    leaveOut_->addItem(tr("The last row"), false);
    leaveOut_->addItem(tr("One by lot"), true);
    validateOne_ = named(new QCheckBox(tr("Keep one &more for validation"), this), "splitValidateOne",
                         tr("Keep one more for validation"),
                         tr("Of people with three rows or more, another one neither trains nor tests"));
    sharesRow_ = inRow({ratio_, validation_}, this);
    addRow(tr("T&raining"), sharesRow_, ratio_);
    form_->addRow(tr("Within &each"), group_);
    addRow(tr("&Date"), dateRow_, date_);
    form_->addRow(tr("Lea&ve out"), leaveOut_);
    form_->addRow({}, validateOne_);
}

void SplitEditor::makeFolds() {
    folds_ = named(new QSpinBox(this), "splitFolds", tr("Number of folds"), tr("Into how many equal parts"));
    folds_->setRange(2, 1000);
    folds_->setValue(5);
    fold_ = named(new QSpinBox(this), "splitFold", tr("Fold that tests"), tr("Which part tests; the others train"));
    fold_->setRange(1, folds_->value());
    fold_->setPrefix(tr("test "));
    wholeUsers_ = named(new QCheckBox(tr("Whole &users"), this), "splitWholeUsers", tr("Whole users"),
                        tr("Deals people rather than rows, so that those who test are unknown in training"));
    foldRow_ = inRow({folds_, fold_, wholeUsers_}, this);
    addRow(tr("&Folds"), foldRow_, folds_);
}

void SplitEditor::makeFile() {
    file_ = named(new QLineEdit(this), "splitFile", tr("File with the test rows"),
                  tr("One row number from 0 in each line, plain or .gz"));
    auto* browseButton = button(tr("Browse…"), tr("Chooses the file with the test rows"), this);
    fileRow_ = new QWidget(this);
    auto* layout = new QHBoxLayout(fileRow_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(file_, 1);
    layout->addWidget(browseButton);
    addRow(tr("&File"), fileRow_, file_);
    connect(browseButton, &QPushButton::clicked, this, &SplitEditor::browse);
}

void SplitEditor::makeFilters() {
    minUser_ = named(new QSpinBox(this), "splitMinUser", tr("Fewest rows of a user"),
                     tr("Leaves users with fewer rows out before the split"));
    minUser_->setPrefix(tr("users from "));
    minUser_->setSpecialValueText(tr("all users"));
    minItem_ = named(new QSpinBox(this), "splitMinItem", tr("Fewest rows of an item"),
                     tr("Leaves items with fewer rows out before the split"));
    minItem_->setPrefix(tr("items from "));
    minItem_->setSpecialValueText(tr("all items"));
    for (auto* box : {minUser_, minItem_}) {
        box->setRange(1, 100'000);
        box->setSuffix(tr(" rows"));
    }
    minValue_ = named(new QDoubleSpinBox(this), "splitMinValue", tr("Least value"),
                      tr("Leaves rows with a lower value, or with none, out before the split"));
    minValue_->setRange(-1'000'000, 1'000'000);
    minValue_->setDecimals(2);
    minValue_->setSingleStep(0.5);
    minValue_->setPrefix(tr("values from "));
    minValue_->setSpecialValueText(tr("all values"));
    minValue_->setValue(minValue_->minimum());
    core_ = named(new QCheckBox(tr("Repeat"), this), "splitCore", tr("Repeat until stable"),
                  tr("Filters users and items again and again until all that are left have enough rows (the k-core)"));
    filterRow_ = new QWidget(this);
    auto* rows = new QVBoxLayout(filterRow_);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(gap / 2);
    rows->addWidget(inRow({minUser_, minItem_}, filterRow_));
    rows->addWidget(inRow({minValue_, core_}, filterRow_));
    addRow(tr("Kee&p"), filterRow_, minUser_);
}

void SplitEditor::connectFields() {
    for (auto* box : {kind_, group_, leaveOut_})
        connect(box, &QComboBox::currentIndexChanged, this, &SplitEditor::refresh);
    for (auto* box : {ratio_, validation_, validationDays_, folds_, fold_, seed_, minUser_, minItem_})
        connect(box, &QSpinBox::valueChanged, this, &SplitEditor::refresh);
    for (auto* box : {validateOne_, wholeUsers_, core_})
        connect(box, &QCheckBox::toggled, this, &SplitEditor::refresh);
    connect(minValue_, &QDoubleSpinBox::valueChanged, this, &SplitEditor::refresh);
    connect(date_, &QDateEdit::dateChanged, this, &SplitEditor::refresh);
    connect(file_, &QLineEdit::textChanged, this, &SplitEditor::refresh);
}

void SplitEditor::setDataset(DatasetPtr dataset) {
    dataset_ = std::move(dataset);
    if (dataset_ && dataset_->summary().first_time && dataset_->summary().last_time) {
        // The day before which three quarters of the time lie: a start that has rows on both sides.
        const auto first = *dataset_->summary().first_time;
        const auto last = *dataset_->summary().last_time;
        const QSignalBlocker quiet(date_);
        date_->setDate(QDateTime::fromSecsSinceEpoch(first + (last - first) / 4 * 3, Qt::UTC).date());
    }
    refresh();
}

std::uint64_t SplitEditor::seed() const {
    return static_cast<std::uint64_t>(seed_->value());
}

bool SplitEditor::setValidationShare(int percent) {
    if (!validateOne_->isHidden())
        validateOne_->setChecked(percent > 0);
    else if (!sharesRow_->isHidden())
        validation_->setValue(percent);
    else if (!dateRow_->isHidden() && dataset_ && dataset_->summary().first_time) {
        const auto first = QDateTime::fromSecsSinceEpoch(*dataset_->summary().first_time, Qt::UTC).date();
        validationDays_->setValue(
            percent == 0 ? 0 : std::max(1, static_cast<int>(first.daysTo(date_->date())) * percent / 100));
    } else
        return false;
    return true;
}

SplitRecipe SplitEditor::recipe() const {
    SplitRecipe out;
    const int choice = kind_->currentData().toInt();
    out.kind = choice == byDateKind ? SplitKind::global : static_cast<SplitKind>(choice);
    out.seed = seed();
    if (out.kind == SplitKind::rows) {
        out.rows_file = toStd(file_->text().trimmed());
        return out;
    }
    if (choice == byDateKind) {
        const auto midnight = [](const QDate& day) { return day.startOfDay(Qt::UTC).toSecsSinceEpoch(); };
        const int days = validationDays_->value();
        out.train_before = midnight(date_->date().addDays(-days));
        if (days > 0)
            out.test_from = midnight(date_->date());
    }
    if (!sharesRow_->isHidden())
        out.validation = validation_->value() / 100.0;
    out.ratio = ratio_->value() / 100.0;
    if (!group_->isHidden())
        out.group = static_cast<SplitGroup>(group_->currentData().toInt());
    if (out.kind == SplitKind::loo) {
        out.by_lot = leaveOut_->currentData().toBool();
        out.validate_one = validateOne_->isChecked();
    }
    if (out.kind == SplitKind::kfold) {
        out.folds = static_cast<std::uint32_t>(folds_->value());
        out.fold = static_cast<std::uint32_t>(fold_->value());
        out.whole_users = wholeUsers_->isChecked();
    }
    out.filter.min_user = minUser_->value() > 1 ? static_cast<std::uint32_t>(minUser_->value()) : 0;
    out.filter.min_item = minItem_->value() > 1 ? static_cast<std::uint32_t>(minItem_->value()) : 0;
    if (minValue_->value() > minValue_->minimum())
        out.filter.min_value = minValue_->value();
    out.filter.core = core_->isChecked() && (out.filter.min_user > 0 || out.filter.min_item > 0);
    return out;
}

QString SplitEditor::recipeText() const {
    return toQt(recipe().text());
}

void SplitEditor::refresh() {
    const int choice = kind_->currentData().toInt();
    const auto is = [&](SplitKind kind) { return choice == static_cast<int>(kind); };
    const bool grouped = is(SplitKind::chrono) || is(SplitKind::stratified);
    const bool shares = grouped || is(SplitKind::random) || is(SplitKind::global) || is(SplitKind::users);
    const auto setShown = [this](QWidget* field, bool shown) {
        field->setVisible(shown);
        if (auto* label = form_->labelForField(field))
            label->setVisible(shown);
    };
    setShown(sharesRow_, shares);
    setShown(group_, grouped);
    setShown(dateRow_, choice == byDateKind);
    setShown(leaveOut_, is(SplitKind::loo));
    setShown(validateOne_, is(SplitKind::loo));
    setShown(foldRow_, is(SplitKind::kfold));
    setShown(fileRow_, is(SplitKind::rows));
    setShown(filterRow_, !is(SplitKind::rows));
    // The three shares make a hundred, and something is left to test on.
    validation_->setMaximum(99 - ratio_->value());
    fold_->setMaximum(folds_->value());
    core_->setEnabled(minUser_->value() > 1 || minItem_->value() > 1);
    sentence_->setText(splitSentence(recipe()));
    drawTimer_->start();
    Q_EMIT changed();
}

void SplitEditor::draw() {
    const int number = ++drawNumber_;
    if (!dataset_) {
        picture_->setPreview({});
        warnings_->hide();
        notes_->clear();
        return;
    }
    workbench_.inBackground(
        this,
        [dataset = dataset_, text = toStd(recipeText()), chosen = seed(),
         &parallel = workbench_.parallel()]() -> Result<Drawn> {
            const auto parsed = SplitRecipe::parse(text, chosen);
            if (!parsed)
                return fail(parsed.error());
            const auto split = make_split(*dataset, *parsed, parallel);
            if (!split)
                return fail(split.error());
            return Drawn{preview_split(*dataset, *split), check_split(*dataset, *split, parallel), split->fingerprint};
        },
        [this, number](const Result<Drawn>& drawn) {
            if (number == drawNumber_)
                showDrawn(drawn);
        });
}

void SplitEditor::showDrawn(const Result<Drawn>& drawn) {
    QStringList warnings, notes;
    if (drawn) {
        picture_->setPreview(drawn->preview);
        for (const auto& finding : drawn->check.findings)
            (finding.severity == Severity::warning ? warnings : notes).append(tr("• %1").arg(toQt(finding.text)));
        notes.append(tr("Fingerprint %1").arg(toQt(drawn->fingerprint)));
    } else {
        picture_->setPreview({});
        warnings.append(toQt(drawn.error().text()));
    }
    // The warnings may lie below what the window shows.
    sentence_->setText(warnings.isEmpty() ? splitSentence(recipe())
                                          : tr("%1 Mind the warnings below.").arg(splitSentence(recipe())));
    warnings_->setText(warnings.join(u'\n'));
    warnings_->setVisible(!warnings.isEmpty());
    notes_->setText(notes.join(u'\n'));
}

void SplitEditor::browse() {
    auto* dialog = new QFileDialog(this, tr("Test rows"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, file_, &QLineEdit::setText);
    dialog->open();
}

} // namespace tastebench::ui
