// Files beside the interactions: a test set of its own, features of users and items, a knowledge graph and vectors.
#pragma once

#include <QWidget>

#include "core/data/importer.h"

QT_BEGIN_NAMESPACE
class QLineEdit;
QT_END_NAMESPACE

namespace tastebench::ui {

/// File names in one line, with "; " between them.
QStringList splitFiles(const QString& text);

class ImportTables : public QWidget {
    Q_OBJECT

  public:
    explicit ImportTables(QWidget* parent = nullptr);
    void read(ImportOptions& options) const;
    void set(const ImportOptions& options);

  Q_SIGNALS:
    void changed();

  private:
    enum Field { UserTable, ItemTable, Graph, Links, Social, WordVectors, EntityVectors, FieldCount };

    QWidget* makeField(QLineEdit*& field, const char* objectName, const QString& name, const QString& tip,
                       bool several);
    void browse(QLineEdit* field, bool several);

    QLineEdit* tests_;
    QLineEdit* fields_[FieldCount];
};

} // namespace tastebench::ui
