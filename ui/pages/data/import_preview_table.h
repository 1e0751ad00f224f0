// The first rows of a file with the roles of the columns in the header, and below them the rows that cannot be read.
#pragma once

#include <QWidget>

#include "core/data/importer.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QStandardItemModel;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class GridModel;

/// Bad rows as a table: line, column, reason, what to do, text.
class BadRowTable : public QWidget {
    Q_OBJECT

  public:
    explicit BadRowTable(QWidget* parent = nullptr);
    void setRows(const std::vector<BadRow>& rows);

  private:
    GridModel* model_;
    DataTable* table_;
};

class ImportPreviewTable : public QWidget {
    Q_OBJECT

  public:
    explicit ImportPreviewTable(QWidget* parent = nullptr);
    void clear(const QString& message);
    void show(const ImportPreview& preview, bool skipsBadRows);
    using QWidget::show;
    /// What keeps the file, or what was typed, from being read.
    void showProblem(const QString& heading, const QString& problem);

  private:
    void showRows(const ImportPreview& preview);

    QLabel* guess_;
    QLabel* problem_;
    QStandardItemModel* rows_;
    DataTable* table_;
    BadRowTable* bad_;
};

} // namespace tastebench::ui
