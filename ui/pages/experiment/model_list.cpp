#include "ui/pages/experiment/model_list.h"

#include <QSignalBlocker>

#include "core/experiment/fitness.h"
#include "core/models/recommender.h"
#include "ui/bridge/text.h"
#include "ui/pages/experiment/model_item.h"

namespace tastebench::ui {

namespace {

QString lineOf(const QListWidgetItem* item) {
    return item == nullptr ? QString() : item->data(lineRole).toString();
}

QString tipFor(const ModelEntry& entry, const QString& gives) {
    QStringList lines{toQt(entry.summary), gives};
    if (!entry.citation.empty())
        lines.append(toQt(entry.citation));
    return lines.join(u'\n');
}

QString sentence(const std::string& text) {
    QString out = toQt(text);
    if (!out.isEmpty())
        out[0] = out[0].toUpper();
    return out;
}

} // namespace

QString modelOfLine(const QString& line) {
    return line.section(u'#', 0, 0);
}

ModelList::ModelList(QWidget* parent) : QListWidget(parent) {
    setObjectName(QStringLiteral("models"));
    setAccessibleName(tr("Models"));
    setToolTip(tr("Tick the models to train (Space); choose one to see its parameters"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setItemDelegate(new ModelItemDelegate(this));
    for (const auto family : all_families) {
        const auto models = models_of(family);
        if (!models.empty())
            addHeading(toQt(to_text(family)));
        for (const auto* entry : models)
            addItem(makeItem(*entry, toQt(entry->id), toQt(entry->title)));
    }
    setCurrentRow(1); // the first is a heading
    connect(this, &QListWidget::itemChanged, this, &ModelList::takeTick);
}

void ModelList::addHeading(const QString& text) {
    auto* item = new QListWidgetItem(text, this);
    item->setFlags(Qt::NoItemFlags);
}

QListWidgetItem* ModelList::makeItem(const ModelEntry& entry, const QString& line, const QString& title) {
    auto* item = new QListWidgetItem(title);
    item->setData(modelIdRole, toQt(entry.id));
    item->setData(lineRole, line);
    item->setData(sentenceRole, toQt(entry.summary));
    item->setData(usableRole, true);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(Qt::Unchecked);
    item->setToolTip(tipFor(entry, toQt(gives_and_needs(entry, entry.schema.defaults()))));
    item->setData(Qt::AccessibleDescriptionRole, toQt(entry.summary));
    return item;
}

QListWidgetItem* ModelList::find(const QString& line) const {
    for (int row = 0; row < count(); ++row)
        if (!line.isEmpty() && lineOf(item(row)) == line)
            return item(row);
    return nullptr;
}

QStringList ModelList::lines() const {
    QStringList out;
    for (int row = 0; row < count(); ++row)
        if (const auto line = lineOf(item(row)); !line.isEmpty())
            out.append(line);
    return out;
}

QStringList ModelList::ticked() const {
    QStringList out;
    for (int row = 0; row < count(); ++row)
        if (item(row)->checkState() == Qt::Checked)
            out.append(lineOf(item(row)));
    return out;
}

QString ModelList::current() const {
    return lineOf(currentItem());
}

QString ModelList::titleOf(const QString& line) const {
    const auto* item = find(line);
    return item == nullptr ? line : item->text();
}

void ModelList::tick(const QString& line, bool on) {
    if (auto* item = find(line); item != nullptr && item->data(usableRole).toBool())
        item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
}

QString ModelList::duplicate(const QString& line) {
    const auto* original = find(line);
    const auto entry = find_model(toStd(modelOfLine(line)));
    if (original == nullptr || !entry)
        return {};
    const auto model = modelOfLine(line);
    int number = 2;
    while (find(QStringLiteral("%1#%2").arg(model).arg(number)) != nullptr)
        ++number;
    const auto name = QStringLiteral("%1#%2").arg(model).arg(number);
    auto* copy = makeItem(**entry, name, tr("%1 (%2)").arg(toQt((*entry)->title)).arg(number));
    for (const int role : {static_cast<int>(sentenceRole), static_cast<int>(usableRole),
                           static_cast<int>(Qt::AccessibleDescriptionRole), static_cast<int>(Qt::ToolTipRole)})
        copy->setData(role, original->data(role));
    copy->setFlags(original->flags());
    insertItem(row(original) + 1, copy);
    tick(name, true);
    setCurrentItem(copy);
    return name;
}

void ModelList::removeCopy(const QString& line) {
    auto* item = find(line);
    if (item == nullptr || !isCopy(line))
        return;
    wanted_.erase(line);
    delete item;
    Q_EMIT tickedChanged();
}

void ModelList::takeTick(const QListWidgetItem* changed) {
    if (!changed->data(usableRole).toBool())
        return;
    const bool on = changed->checkState() == Qt::Checked;
    if (on == wanted_.contains(lineOf(changed)))
        return;
    if (on)
        wanted_.insert(lineOf(changed));
    else
        wanted_.erase(lineOf(changed));
    Q_EMIT tickedChanged();
}

void ModelList::setFitness(const QString& line, const Fitness& fit, const QString& gives) {
    auto* item = find(line);
    const auto entry = find_model(toStd(modelOfLine(line)));
    if (item == nullptr || !entry)
        return;
    const bool choosable = fit.usable() || fit.usable_otherwise();
    const QString text = fit.usable() ? toQt((*entry)->summary) : sentence(fit.sentence) + u'.';
    {
        const QSignalBlocker quiet(this);
        item->setData(usableRole, choosable);
        item->setData(sentenceRole, text);
        item->setData(Qt::AccessibleDescriptionRole, text);
        item->setToolTip(tipFor(**entry, gives));
        item->setFlags(choosable ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                                 : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        item->setCheckState(choosable && wanted_.contains(line) ? Qt::Checked : Qt::Unchecked);
    }
    scheduleDelayedItemsLayout();
    Q_EMIT tickedChanged();
}

void ModelList::setTakes(const std::map<QString, QString>& takes) {
    const QSignalBlocker quiet(this);
    for (int row = 0; row < count(); ++row) {
        const auto at = takes.find(lineOf(item(row)));
        item(row)->setData(takesRole, at == takes.end() ? QString() : at->second);
    }
    viewport()->update();
}

void ModelList::resizeEvent(QResizeEvent* event) {
    QListWidget::resizeEvent(event);
    // The sentences wrap anew.
    scheduleDelayedItemsLayout();
}

} // namespace tastebench::ui
