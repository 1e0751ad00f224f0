// Keeping what an import form says, in the workspace or a file, taking it up again, and the command that does the same.
#pragma once

#include <functional>

#include <QWidget>

#include "core/data/importer.h"
#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
QT_END_NAMESPACE

namespace tastebench::ui {

class ImportRecipes : public QWidget {
    Q_OBJECT

  public:
    /// `options` gives what the form says now.
    ImportRecipes(Workbench& workbench, std::function<ImportOptions()> options, QWidget* parent = nullptr);
    void showCommand();
    void reload();
    void saveToFile(const QString& file);
    void loadFromFile(const QString& file);

  Q_SIGNALS:
    void loaded(const tastebench::ImportOptions& options);

  private:
    QLayout* makeSave();
    QLayout* makeLoad();
    void save();
    void load();
    void remove();
    void take(const Result<std::string>& body, const QString& name);
    void showButtons();

    Workbench& workbench_;
    std::function<ImportOptions()> options_;
    QLineEdit* name_;
    QPushButton *save_, *load_, *remove_;
    QComboBox* recipes_;
    QLabel* command_;
};

} // namespace tastebench::ui
