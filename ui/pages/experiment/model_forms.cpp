#include "ui/pages/experiment/model_forms.h"

#include <QSignalBlocker>
#include <QStackedWidget>

#include "core/experiment/fitness.h"
#include "ui/bridge/text.h"
#include "ui/pages/experiment/model_list.h"
#include "ui/pages/experiment/parameter_form.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

const ModelEntry* entryOf(const QString& line) {
    const auto entry = find_model(toStd(modelOfLine(line)));
    return entry ? *entry : nullptr;
}

} // namespace

ModelForms::ModelForms(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    gives_ = mutedLabel({}, this);
    gives_->setObjectName(QStringLiteral("givesAndNeeds"));
    gives_->setAccessibleName(tr("What the model gives and needs"));
    gives_->setToolTip(tr("What a run of this model can be asked for, and what the data must have, as it is set now"));
    stack_ = new QStackedWidget(this);
    column->addWidget(gives_);
    column->addWidget(stack_, 1);
}

ParameterForm* ModelForms::formOf(const QString& line) {
    if (const auto at = forms_.find(line); at != forms_.end())
        return at->second;
    const auto* entry = entryOf(line);
    if (entry == nullptr)
        return nullptr;
    auto* form = new ParameterForm(entry->schema);
    stack_->addWidget(scrolled(form, stack_));
    connect(form, &ParameterForm::changed, this, [this, line] {
        if (line == shown_)
            showGives(line);
        Q_EMIT changed(line);
    });
    forms_.emplace(line, form);
    return form;
}

void ModelForms::showLine(const QString& line) {
    auto* form = formOf(line);
    if (form == nullptr)
        return;
    shown_ = line;
    for (int at = 0; at < stack_->count(); ++at)
        if (stack_->widget(at)->isAncestorOf(form))
            stack_->setCurrentIndex(at);
    showGives(line);
}

void ModelForms::showGives(const QString& line) {
    const auto* entry = entryOf(line);
    // What the schema refuses is complained of elsewhere; the last good sentence stays.
    if (const auto parameters = entry->schema.complete(values(line)))
        gives_->setText(toQt(gives_and_needs(*entry, *parameters)));
}

Parameters ModelForms::values(const QString& line) const {
    if (const auto at = forms_.find(line); at != forms_.end())
        return at->second->values();
    const auto* entry = entryOf(line);
    return entry == nullptr ? Parameters() : entry->schema.defaults();
}

void ModelForms::copy(const QString& from, const QString& to) {
    auto* form = formOf(to);
    if (form == nullptr)
        return;
    const QSignalBlocker quiet(form);
    form->setValues(values(from));
}

void ModelForms::remove(const QString& line) {
    const auto at = forms_.find(line);
    if (at == forms_.end())
        return;
    for (int page = 0; page < stack_->count(); ++page)
        if (auto* holder = stack_->widget(page); holder->isAncestorOf(at->second)) {
            stack_->removeWidget(holder);
            holder->deleteLater();
            break;
        }
    forms_.erase(at);
}

} // namespace tastebench::ui
