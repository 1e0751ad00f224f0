// What happened on the way of an import: rows read, kept and left out and why, tables joined, notes, bad rows.
#pragma once

#include <QWidget>

#include "core/data/importer.h"

QT_BEGIN_NAMESPACE
class QLabel;
QT_END_NAMESPACE

namespace tastebench::ui {

class BadRowTable;
class DataTable;
class GridModel;

class ImportReportView : public QWidget {
    Q_OBJECT

  public:
    explicit ImportReportView(QWidget* parent = nullptr);
    void show(const QString& name, const ImportReport& report);
    using QWidget::show;

  private:
    void showCounts(const ImportReport& report);
    void showJoined(const ImportReport& report);

    QLabel* heading_;
    QLabel* duration_;
    GridModel* counts_;
    QWidget* joinedCard_;
    GridModel* joined_;
    DataTable* joinedTable_;
    QWidget* notesCard_;
    QLabel* notes_;
    QWidget* badCard_;
    BadRowTable* bad_;
};

} // namespace tastebench::ui
