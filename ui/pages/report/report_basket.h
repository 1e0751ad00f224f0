// The explanations put aside on the Explain page for the report. GUI thread only; lives as long as the workbench.
#pragma once

#include <QObject>
#include <QString>

#include "ui/bridge/workbench.h"

namespace tastebench::ui {

struct BasketEntry {
    RunId run = 0;
    Pair pair{};
    QString title; ///< "Alien for user 12"
};

class ReportBasket : public QObject {
    Q_OBJECT

  public:
    static ReportBasket& of(Workbench& workbench);
    const QList<BasketEntry>& entries() const { return entries_; }
    void add(const BasketEntry& entry);
    void removeAt(int index);

  Q_SIGNALS:
    void changed();

  private:
    using QObject::QObject;
    QList<BasketEntry> entries_;
};

} // namespace tastebench::ui
