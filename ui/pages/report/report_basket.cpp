#include "ui/pages/report/report_basket.h"

namespace tastebench::ui {

ReportBasket& ReportBasket::of(Workbench& workbench) {
    if (auto* existing = workbench.findChild<ReportBasket*>(QString(), Qt::FindDirectChildrenOnly))
        return *existing;
    return *new ReportBasket(&workbench);
}

void ReportBasket::add(const BasketEntry& entry) {
    for (const auto& known : entries_)
        if (known.run == entry.run && known.pair.user == entry.pair.user && known.pair.item == entry.pair.item)
            return;
    entries_.append(entry);
    Q_EMIT changed();
}

void ReportBasket::removeAt(int index) {
    if (index < 0 || index >= entries_.size())
        return;
    entries_.removeAt(index);
    Q_EMIT changed();
}

} // namespace tastebench::ui
