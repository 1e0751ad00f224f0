// One of the long tables of a data set's page: a BigTable whose filter and order are worked out in the background.
// A new question puts an end to the one before.
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/bridge/workbench.h"
#include "ui/models/row_source.h"

namespace tastebench::ui {

class TableTab : public QWidget {
    Q_OBJECT

  public:
    TableTab(Workbench& workbench, const QString& name, QWidget* parent = nullptr);
    ~TableTab() override;

    /// Null: an empty table.
    void setSource(std::shared_ptr<const RowSource> source);
    BigTable* table() const { return table_; }

  Q_SIGNALS:
    void answered(); ///< the table shows what was asked for

  private:
    void ask();
    void look();
    void showCount();

    Workbench& workbench_;
    BigTable* table_;
    std::shared_ptr<const RowSource> source_;
    RowQuery query_;
    std::shared_ptr<Progress> progress_; ///< of the question being worked out, or null
    QTimer delay_;                       ///< typing goes on: wait for the end of it
    QTimer looks_;
};

} // namespace tastebench::ui
