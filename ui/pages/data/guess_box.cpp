#include "ui/pages/data/guess_box.h"

#include <QLabel>
#include <QLineEdit>

#include "ui/bridge/text.h"

namespace tastebench::ui {

GuessBox::GuessBox(const QString& objectName, const QString& name, const QString& tip, QWidget* parent)
    : QComboBox(parent) {
    setObjectName(objectName);
    setAccessibleName(name);
    setToolTip(tip);
    setMinimumContentsLength(8);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    addItem(tr("Guess"), QString());
    connect(this, &QComboBox::activated, this, &GuessBox::noteEdited);
}

void GuessBox::add(const QString& text, const std::string& value) {
    addItem(text, toQt(value));
}

void GuessBox::allowFreeText() {
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);
    setCompleter(nullptr); // a typed sign stays what it is
    lineEdit()->setAccessibleName(accessibleName());
    connect(lineEdit(), &QLineEdit::editingFinished, this, &GuessBox::noteEdited);
}

std::string GuessBox::chosen() const {
    if (!isEditable())
        return toStd(currentData().toString());
    if (const int known = findText(currentText(), Qt::MatchExactly | Qt::MatchCaseSensitive); known >= 0)
        return toStd(itemData(known).toString());
    return toStd(currentText());
}

void GuessBox::choose(const std::string& value) {
    const int known = findData(toQt(value));
    if (known < 0 && !isEditable())
        add(toQt(value), value);
    if (known >= 0 || !isEditable())
        setCurrentIndex(known >= 0 ? known : count() - 1);
    else
        setEditText(toQt(value));
    told_ = value;
}

void GuessBox::showGuess(const std::string& value) {
    if (!chosen().empty())
        return;
    const int known = value.empty() ? -1 : findData(toQt(value));
    const QString text = known > 0 ? itemText(known) : toQt(value);
    setItemText(0, text.isEmpty() ? tr("Guess") : tr("%1 (guessed)").arg(text));
}

void GuessBox::clearEntries() {
    while (count() > 1)
        removeItem(1);
}

void GuessBox::noteEdited() {
    if (chosen() == told_)
        return;
    told_ = chosen();
    Q_EMIT changed();
}

void placeField(QGridLayout* grid, int row, int column, const QString& label, QWidget* field, int span) {
    auto* text = new QLabel(label, field->parentWidget());
    text->setBuddy(field);
    grid->addWidget(text, row * 2, column, 1, span);
    grid->addWidget(field, row * 2 + 1, column, 1, span);
    grid->setColumnStretch(column, 1);
}

} // namespace tastebench::ui
