#include "ui/pages/experiment/parameter_form.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>

#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

/// Shows as many digits as the number needs: 0.02, 30, 0.00001.
class RealBox : public QDoubleSpinBox {
  public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override {
        return locale().toString(value, 'g', QLocale::FloatingPointShortest);
    }
};

/// A wheel turn over a form scrolls the form; it must not change a number in passing.
class WheelGuard : public QObject {
  public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus())
            return false;
        event->ignore();
        return true;
    }
};

QString suffixOf(const ParameterSpec& spec) {
    return spec.unit.empty() ? QString() : QStringLiteral(" ") + toQt(spec.unit);
}

double stepOf(const ParameterSpec& spec) {
    const double standard = std::abs(std::get<double>(spec.standard));
    if (standard > 0)
        return std::pow(10.0, std::floor(std::log10(standard)));
    return spec.maximum - spec.minimum <= 1 ? 0.01 : 1;
}

} // namespace

QString parameterTip(const ParameterSpec& spec) {
    QStringList lines{toQt(spec.help)};
    const QString unit = suffixOf(spec);
    if (spec.type != ParameterType::text || !to_text(spec.standard).empty())
        lines.append(ParameterForm::tr("Default: %1%2").arg(toQt(to_text(spec.standard)), unit));
    if (spec.type == ParameterType::integer || spec.type == ParameterType::real)
        lines.append(
            ParameterForm::tr("From %1 to %2%3")
                .arg(QLocale().toString(spec.minimum, 'g', 8), QLocale().toString(spec.maximum, 'g', 8), unit));
    for (const auto& choice : spec.choices)
        lines.append(QStringLiteral("%1: %2").arg(toQt(choice.title), toQt(choice.help)));
    lines.append(ParameterForm::tr("On the command line: --set %1=…").arg(toQt(spec.name)));
    return lines.join(u'\n');
}

ParameterForm::ParameterForm(const ParameterSchema& schema, QWidget* parent) : QWidget(parent), schema_(schema) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    if (schema.specs().empty()) {
        column->addWidget(mutedLabel(tr("This model has nothing to set."), this));
        return;
    }
    column->addWidget(makeHead());
    auto* plain = new QFormLayout;
    auto* folded = new QWidget(this);
    auto* advanced = new QFormLayout(folded);
    advanced->setContentsMargins(0, 0, 0, 0);
    for (auto* form : {plain, advanced}) {
        form->setHorizontalSpacing(pageMargin);
        form->setVerticalSpacing(gap);
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    }
    for (const auto& spec : schema.specs())
        addRow(spec.advanced ? advanced : plain, spec);
    column->addLayout(plain);
    if (advanced->rowCount() > 0) {
        auto* fold = new QToolButton(this);
        fold->setText(tr("Advanced"));
        fold->setToolTip(tr("Shows or hides what is rarely changed"));
        fold->setCheckable(true);
        fold->setAutoRaise(true);
        fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        fold->setArrowType(Qt::RightArrow);
        fold->setFocusPolicy(Qt::StrongFocus);
        folded->hide();
        connect(fold, &QToolButton::toggled, folded, [fold, folded](bool open) {
            folded->setVisible(open);
            fold->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        });
        column->addWidget(fold);
    } else {
        folded->hide();
    }
    column->addWidget(folded);
    column->addStretch(1);
}

QWidget* ParameterForm::makeHead() {
    auto* head = new QWidget(this);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    auto* resetButton = flatButton(tr("Reset"), tr("Sets every parameter back to its default"), head);
    connect(resetButton, &QPushButton::clicked, this, &ParameterForm::reset);
    if (!schema_.presets().empty()) {
        auto* label = new QLabel(tr("Preset"), head);
        presets_ = new QComboBox(head);
        presets_->setAccessibleName(tr("Preset"));
        presets_->setToolTip(tr("Sets several parameters at once"));
        presets_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        presets_->setMinimumContentsLength(12);
        presets_->addItem(tr("Own values"));
        for (const auto& preset : schema_.presets()) {
            presets_->addItem(toQt(preset.title));
            presets_->setItemData(presets_->count() - 1, toQt(preset.help), Qt::ToolTipRole);
        }
        connect(presets_, &QComboBox::activated, this, &ParameterForm::applyPreset);
        label->setBuddy(presets_);
        row->addWidget(label);
        row->addWidget(presets_, 1);
    }
    row->addStretch(1);
    row->addWidget(resetButton);
    return head;
}

void ParameterForm::addRow(QFormLayout* form, const ParameterSpec& spec) {
    auto field = makeField(spec);
    field.widget->setObjectName(QStringLiteral("parameter_") + toQt(spec.name));
    field.widget->setAccessibleName(toQt(spec.title));
    field.widget->setAccessibleDescription(toQt(spec.help));
    field.widget->setToolTip(parameterTip(spec));
    field.widget->setFocusPolicy(Qt::StrongFocus);
    field.widget->installEventFilter(new WheelGuard(field.widget));
    auto* label = new QLabel(toQt(spec.title), this);
    label->setToolTip(parameterTip(spec));
    label->setBuddy(field.widget);
    form->addRow(label, field.widget);
    field.write(spec.standard);
    fields_.emplace(spec.name, std::move(field));
}

ParameterForm::Field ParameterForm::makeField(const ParameterSpec& spec) {
    switch (spec.type) {
    case ParameterType::boolean: {
        auto* box = new QCheckBox(tr("on"), this);
        connect(box, &QCheckBox::toggled, this, &ParameterForm::changed);
        return {box, [box] { return ParameterValue(box->isChecked()); },
                [box](const ParameterValue& value) { box->setChecked(std::get<bool>(value)); }};
    }
    case ParameterType::integer:
        return makeInteger(spec);
    case ParameterType::real:
        return makeReal(spec);
    case ParameterType::choice:
        return makeChoice(spec);
    case ParameterType::text:
        break;
    }
    return makeText(spec);
}

ParameterForm::Field ParameterForm::makeInteger(const ParameterSpec& spec) {
    auto* box = new QSpinBox(this);
    const auto bounded = [](double value) {
        return static_cast<int>(std::clamp(value, static_cast<double>(std::numeric_limits<int>::min()),
                                           static_cast<double>(std::numeric_limits<int>::max())));
    };
    box->setRange(bounded(spec.minimum), bounded(spec.maximum));
    box->setSuffix(suffixOf(spec));
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    connect(box, &QSpinBox::valueChanged, this, &ParameterForm::changed);
    return {box, [box] { return ParameterValue(static_cast<std::int64_t>(box->value())); },
            [box](const ParameterValue& value) { box->setValue(static_cast<int>(std::get<std::int64_t>(value))); }};
}

ParameterForm::Field ParameterForm::makeReal(const ParameterSpec& spec) {
    auto* box = new RealBox(this);
    box->setDecimals(12);
    box->setRange(spec.minimum, spec.maximum);
    box->setSingleStep(stepOf(spec));
    box->setSuffix(suffixOf(spec));
    connect(box, &QDoubleSpinBox::valueChanged, this, &ParameterForm::changed);
    return {box, [box] { return ParameterValue(box->value()); },
            [box](const ParameterValue& value) { box->setValue(std::get<double>(value)); }};
}

ParameterForm::Field ParameterForm::makeChoice(const ParameterSpec& spec) {
    auto* box = new QComboBox(this);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(10);
    for (const auto& choice : spec.choices) {
        box->addItem(toQt(choice.title), toQt(choice.value));
        box->setItemData(box->count() - 1, toQt(choice.help), Qt::ToolTipRole);
    }
    connect(box, &QComboBox::currentIndexChanged, this, &ParameterForm::changed);
    return {box, [box] { return ParameterValue(toStd(box->currentData().toString())); },
            [box](const ParameterValue& value) {
                box->setCurrentIndex(box->findData(toQt(std::get<std::string>(value))));
            }};
}

ParameterForm::Field ParameterForm::makeText(const ParameterSpec& spec) {
    auto* edit = new QLineEdit(this);
    connect(edit, &QLineEdit::textChanged, this, [this, edit, &spec](const QString& text) {
        const auto complaint = spec.check == nullptr ? std::string() : spec.check(toStd(text));
        setStyleProperty(edit, "problem", !complaint.empty());
        edit->setToolTip(complaint.empty() ? parameterTip(spec) : toQt(complaint));
        Q_EMIT changed();
    });
    return {edit, [edit] { return ParameterValue(toStd(edit->text())); },
            [edit](const ParameterValue& value) { edit->setText(toQt(std::get<std::string>(value))); }};
}

Parameters ParameterForm::values() const {
    Parameters out;
    for (const auto& [name, field] : fields_)
        out.emplace(name, field.read());
    return out;
}

void ParameterForm::setValues(const Parameters& values) {
    for (const auto& [name, value] : values)
        if (const auto at = fields_.find(name); at != fields_.end())
            at->second.write(value);
}

void ParameterForm::reset() {
    setValues(schema_.defaults());
    if (presets_ != nullptr)
        presets_->setCurrentIndex(0);
}

void ParameterForm::applyPreset(int index) {
    if (index == 0)
        return;
    setValues(schema_.defaults());
    setValues(schema_.presets()[static_cast<std::size_t>(index - 1)].values);
}

} // namespace tastebench::ui
