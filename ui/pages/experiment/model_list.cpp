#include "ui/pages/experiment/model_list.h"

#include <QSignalBlocker>

#include "core/models/recommender.h"
#include "ui/bridge/text.h"
#include "ui/pages/experiment/model_item.h"

namespace tastebench::ui {

namespace {

QString idOf(const QListWidgetItem* item) {
    return item == nullptr ? QString() : item->data(modelIdRole).toString();
}

QString sentence(const std::string& text) {
    QString out = toQt(text);
    if (!out.isEmpty())
        out[0] = out[0].toUpper();
    return out;
}

} // namespace

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
            addModel(*entry);
    }
    setCurrentRow(1); // the first is a heading
    connect(this, &QListWidget::itemChanged, this, &ModelList::takeTick);
}

void ModelList::addHeading(const QString& text) {
    auto* item = new QListWidgetItem(text, this);
    item->setFlags(Qt::NoItemFlags);
}

void ModelList::addModel(const ModelEntry& entry) {
    auto* item = new QListWidgetItem(toQt(entry.title), this);
    item->setData(modelIdRole, toQt(entry.id));
    item->setData(sentenceRole, toQt(entry.summary));
    item->setData(usableRole, true);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(Qt::Unchecked);
    item->setToolTip(entry.citation.empty() ? toQt(entry.summary) : toQt(entry.summary + "\n" + entry.citation));
    item->setData(Qt::AccessibleDescriptionRole, toQt(entry.summary));
}

QListWidgetItem* ModelList::find(const QString& id) const {
    for (int row = 0; row < count(); ++row)
        if (!id.isEmpty() && idOf(item(row)) == id)
            return item(row);
    return nullptr;
}

QStringList ModelList::ticked() const {
    QStringList out;
    for (int row = 0; row < count(); ++row)
        if (item(row)->checkState() == Qt::Checked)
            out.append(idOf(item(row)));
    return out;
}

QString ModelList::current() const {
    return idOf(currentItem());
}

void ModelList::tick(const QString& id, bool on) {
    if (auto* item = find(id); item != nullptr && item->data(usableRole).toBool())
        item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
}

void ModelList::takeTick(const QListWidgetItem* changed) {
    if (!changed->data(usableRole).toBool())
        return;
    const bool on = changed->checkState() == Qt::Checked;
    if (on == wanted_.contains(idOf(changed)))
        return;
    if (on)
        wanted_.insert(idOf(changed));
    else
        wanted_.erase(idOf(changed));
    Q_EMIT tickedChanged();
}

void ModelList::setFitness(const std::vector<Fitness>& fitness) {
    {
        const QSignalBlocker quiet(this);
        for (const auto& fit : fitness) {
            auto* item = find(toQt(fit.model));
            const auto entry = find_model(fit.model);
            if (item == nullptr || !entry)
                continue;
            const QString text = fit.usable() ? toQt((*entry)->summary) : sentence(fit.sentence) + u'.';
            item->setData(usableRole, fit.usable());
            item->setData(sentenceRole, text);
            item->setData(Qt::AccessibleDescriptionRole, text);
            item->setFlags(fit.usable() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                                        : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
            item->setCheckState(fit.usable() && wanted_.contains(idOf(item)) ? Qt::Checked : Qt::Unchecked);
        }
    }
    scheduleDelayedItemsLayout();
    Q_EMIT tickedChanged();
}

void ModelList::setTakes(const std::map<QString, QString>& takes) {
    const QSignalBlocker quiet(this);
    for (int row = 0; row < count(); ++row) {
        const auto at = takes.find(idOf(item(row)));
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
