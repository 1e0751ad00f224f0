#include "ui/pages/data/import_rules.h"

#include <cmath>
#include <limits>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>

#include <fmt/format.h>

#include "ui/bridge/text.h"
#include "ui/pages/data/guess_box.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

/// Numbers as programs write them, so that a recipe's number comes back unchanged.
std::optional<double> numberIn(const QLineEdit* field) {
    bool good = false;
    const double value = QLocale::c().toDouble(field->text().trimmed(), &good);
    return good && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> countIn(const QLineEdit* field) {
    bool good = false;
    const auto value = field->text().trimmed().toULongLong(&good);
    return good ? std::optional<std::uint64_t>(value) : std::nullopt;
}

template <typename T>
QString numberText(const T& value) {
    return toQt(fmt::format("{}", value));
}

} // namespace

ImportRules::ImportRules(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(cardMargin);
    grid->setVerticalSpacing(4);
    makeRatings(grid);
    makeCounts(grid);
    makeBadRows(grid);
    makeEvents(grid);
    set({});
}

QComboBox* ImportRules::choice(const char* objectName, const QString& name, const QString& tip) {
    auto* out = new QComboBox(this);
    out->setObjectName(QString::fromLatin1(objectName));
    out->setAccessibleName(name);
    out->setToolTip(tip);
    out->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    out->setMinimumContentsLength(8);
    connect(out, &QComboBox::activated, this, [this] {
        showNeeded();
        Q_EMIT changed();
    });
    return out;
}

QLineEdit* ImportRules::number(const char* objectName, const QString& name, const QString& tip) {
    auto* out = new QLineEdit(this);
    out->setObjectName(QString::fromLatin1(objectName));
    out->setAccessibleName(name);
    out->setToolTip(tip);
    connect(out, &QLineEdit::textEdited, this, [this] {
        showNeeded();
        Q_EMIT changed();
    });
    return out;
}

void ImportRules::makeRatings(QGridLayout* grid) {
    duplicates_ =
        choice("importDuplicates", tr("Repeated rows"), tr("What becomes of rows with the same user, item and event"));
    duplicates_->addItems(
        {tr("Keep all"), tr("Keep the last"), tr("Keep the first"), tr("Add the ratings"), tr("Average the ratings")});
    missing_ = choice("importMissing", tr("Missing ratings"), tr("What becomes of rows whose rating is empty"));
    missing_->addItems({tr("Count as bad rows"), tr("Keep without rating"), tr("Leave out")});
    least_ = number("importLeast", tr("Least rating"), tr("A lower rating makes a bad row; empty: no limit"));
    greatest_ = number("importGreatest", tr("Greatest rating"), tr("A higher rating makes a bad row; empty: no limit"));
    least_->setPlaceholderText(tr("no limit"));
    greatest_->setPlaceholderText(tr("no limit"));
    placeField(grid, 0, 0, tr("Repeated rows"), duplicates_);
    placeField(grid, 0, 1, tr("Missing ratings"), missing_);
    placeField(grid, 0, 2, tr("Least rating"), least_);
    placeField(grid, 0, 3, tr("Greatest rating"), greatest_);
}

void ImportRules::makeCounts(QGridLayout* grid) {
    const auto spin = [this](const char* objectName, const QString& name, const QString& tip) {
        auto* out = new QSpinBox(this);
        out->setObjectName(QString::fromLatin1(objectName));
        out->setAccessibleName(name);
        out->setToolTip(tip);
        out->setRange(0, std::numeric_limits<int>::max());
        out->setSpecialValueText(tr("any"));
        connect(out, &QSpinBox::valueChanged, this, [this] {
            showNeeded();
            Q_EMIT changed();
        });
        return out;
    };
    perUser_ = spin("importPerUser", tr("Rows a user needs"), tr("Users with fewer rows are left out"));
    perItem_ = spin("importPerItem", tr("Rows an item needs"), tr("Items with fewer rows are left out"));
    core_ = new QCheckBox(tr("Until nothing changes"), this);
    core_->setObjectName(QStringLiteral("importCore"));
    core_->setToolTip(tr("Leaves out again until every user and item that remains has enough rows (k-core)"));
    connect(core_, &QCheckBox::clicked, this, &ImportRules::changed);
    share_ = number("importShare", tr("Share to keep"),
                    tr("Keeps a random part, such as 0.1 for a tenth; 1 keeps everything"));
    sampleUnit_ = choice("importSampleUnit", tr("Share of"), tr("Draws single rows, or users with all their rows"));
    sampleUnit_->addItems({tr("Rows"), tr("Users")});
    seed_ = number("importSeed", tr("Seed of the sample"), tr("The same number draws the same sample"));
    placeField(grid, 1, 0, tr("Rows a user needs"), perUser_);
    placeField(grid, 1, 1, tr("Rows an item needs"), perItem_);
    grid->addWidget(core_, 3, 2, 1, 2);
    placeField(grid, 2, 0, tr("Share to keep"), share_);
    placeField(grid, 2, 1, tr("Share of"), sampleUnit_);
    placeField(grid, 2, 2, tr("Seed of the sample"), seed_);
}

void ImportRules::makeBadRows(QGridLayout* grid) {
    badRows_ = choice("importBadRows", tr("Rows that cannot be read"),
                      tr("Stop at the first one, or leave them out and list them"));
    badRows_->addItems({tr("Stop"), tr("Leave out and list")});
    mostBad_ = number("importMostBad", tr("At most"), tr("More bad rows than this end the import after all"));
    placeField(grid, 3, 0, tr("Rows that cannot be read"), badRows_, 2);
    placeField(grid, 3, 2, tr("At most"), mostBad_);
}

void ImportRules::makeEvents(QGridLayout* grid) {
    events_ = new QWidget(this);
    auto* inner = new QGridLayout(events_);
    inner->setContentsMargins(0, gap, 0, 0);
    inner->setHorizontalSpacing(cardMargin);
    grid->addWidget(events_, 8, 0, 1, 4);
}

void ImportRules::showEvents(const std::vector<std::string>& events) {
    ImportOptions now;
    read(now);
    qDeleteAll(events_->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    weights_.clear();
    known_ = now.event_weights;
    auto* grid = static_cast<QGridLayout*>(events_->layout());
    constexpr int across = 4;
    int at = 0;
    for (const auto& event : events) {
        if (weights_.count(event) > 0)
            continue;
        const auto name = tr("Weight of %1").arg(toQt(event));
        auto* field = new QLineEdit(events_);
        field->setObjectName(QStringLiteral("importWeight_") + toQt(event));
        field->setAccessibleName(name);
        field->setToolTip(tr("The rating of these rows where they have none of their own; empty: none"));
        field->setPlaceholderText(tr("none"));
        if (const auto weight = known_.find(event); weight != known_.end()) {
            field->setText(numberText(weight->second));
            known_.erase(weight);
        }
        connect(field, &QLineEdit::textEdited, this, &ImportRules::changed);
        placeField(grid, at / across, at % across, name, field);
        weights_[event] = field;
        ++at;
    }
    events_->setVisible(at > 0);
}

void ImportRules::showNeeded() {
    core_->setEnabled(perUser_->value() > 0 || perItem_->value() > 0);
    mostBad_->setEnabled(badRows_->currentIndex() == 1);
    const bool sampled = numberIn(share_).value_or(0) != 1;
    sampleUnit_->setEnabled(sampled);
    seed_->setEnabled(sampled);
}

void ImportRules::read(ImportOptions& options) const {
    options.duplicates = static_cast<DuplicateRows>(duplicates_->currentIndex());
    options.missing = static_cast<MissingValues>(missing_->currentIndex());
    options.least_value = numberIn(least_);
    options.greatest_value = numberIn(greatest_);
    options.least_per_user = static_cast<std::uint32_t>(perUser_->value());
    options.least_per_item = static_cast<std::uint32_t>(perItem_->value());
    options.core = core_->isChecked();
    options.sample = numberIn(share_).value_or(1);
    options.sample_unit = static_cast<SampleUnit>(sampleUnit_->currentIndex());
    options.sample_seed = countIn(seed_).value_or(options.sample_seed);
    options.bad_rows = static_cast<BadRows>(badRows_->currentIndex());
    options.most_bad_rows = countIn(mostBad_).value_or(options.most_bad_rows);
    options.event_weights = known_;
    for (const auto& [event, field] : weights_)
        if (const auto weight = numberIn(field))
            options.event_weights[event] = static_cast<float>(*weight);
}

void ImportRules::set(const ImportOptions& options) {
    const QSignalBlocker quiet(this);
    duplicates_->setCurrentIndex(static_cast<int>(options.duplicates));
    missing_->setCurrentIndex(static_cast<int>(options.missing));
    least_->setText(options.least_value ? numberText(*options.least_value) : QString());
    greatest_->setText(options.greatest_value ? numberText(*options.greatest_value) : QString());
    perUser_->setValue(static_cast<int>(options.least_per_user));
    perItem_->setValue(static_cast<int>(options.least_per_item));
    core_->setChecked(options.core);
    share_->setText(numberText(options.sample));
    sampleUnit_->setCurrentIndex(static_cast<int>(options.sample_unit));
    seed_->setText(numberText(options.sample_seed));
    badRows_->setCurrentIndex(static_cast<int>(options.bad_rows));
    mostBad_->setText(numberText(options.most_bad_rows));
    std::vector<std::string> events;
    for (auto& [event, field] : weights_) {
        events.push_back(event);
        field->clear();
    }
    known_ = options.event_weights;
    showEvents(events);
    showNeeded();
}

QString ImportRules::problem() const {
    for (const auto* field : {least_, greatest_})
        if (!field->text().trimmed().isEmpty() && !numberIn(field))
            return tr("%1: '%2' is no number; write it with a decimal point, or leave it empty")
                .arg(field->accessibleName(), field->text());
    if (const auto share = numberIn(share_); !share || !(*share > 0 && *share <= 1))
        return tr("Share to keep: '%1' is not between 0 and 1; write a share such as 0.1").arg(share_->text());
    for (const auto* field : {seed_, mostBad_})
        if (!countIn(field))
            return tr("%1: '%2' is no whole number; write digits only").arg(field->accessibleName(), field->text());
    for (const auto& [event, field] : weights_)
        if (!field->text().trimmed().isEmpty() && !numberIn(field))
            return tr("%1: '%2' is no number; write it with a decimal point, or leave it empty")
                .arg(field->accessibleName(), field->text());
    return {};
}

} // namespace tastebench::ui
