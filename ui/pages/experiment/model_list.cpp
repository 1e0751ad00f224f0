#include "ui/pages/experiment/model_list.h"

#include "core/models/recommender.h"
#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {
constexpr int idRole = Qt::UserRole;
}

ModelList::ModelList(QWidget* parent) : QListWidget(parent) {
    setObjectName(QStringLiteral("models"));
    setAccessibleName(tr("Models"));
    setToolTip(tr("Tick the models to train (Space); choose one to see its parameters"));
    setWordWrap(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setSpacing(3);
    for (const auto& entry : all_models()) {
        auto* item = new QListWidgetItem(toQt(entry.title), this);
        item->setData(idRole, toQt(entry.id));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Unchecked);
        item->setToolTip(toQt(entry.summary) + u'\n' + toQt(entry.citation));
        item->setData(Qt::AccessibleDescriptionRole, toQt(entry.summary));
    }
    setCurrentRow(0);
    connect(this, &QListWidget::itemChanged, this, &ModelList::tickedChanged);
}

QStringList ModelList::ticked() const {
    QStringList out;
    for (int row = 0; row < count(); ++row)
        if (item(row)->checkState() == Qt::Checked)
            out.append(item(row)->data(idRole).toString());
    return out;
}

QString ModelList::current() const {
    return currentItem() == nullptr ? QString() : currentItem()->data(idRole).toString();
}

void ModelList::tick(const QString& id, bool on) {
    for (int row = 0; row < count(); ++row)
        if (item(row)->data(idRole).toString() == id)
            item(row)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
}

} // namespace tastebench::ui
