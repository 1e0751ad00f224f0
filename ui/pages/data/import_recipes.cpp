#include "ui/pages/data/import_recipes.h"

#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLineEdit>
#include <QSaveFile>

#include "core/data/import/command_line.h"
#include "ui/bridge/text.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

ImportRecipes::ImportRecipes(Workbench& workbench, std::function<ImportOptions()> options, QWidget* parent)
    : QWidget(parent), workbench_(workbench), options_(std::move(options)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    column->addLayout(makeSave());
    column->addLayout(makeLoad());
    auto* row = new QHBoxLayout;
    command_ = codeLabel(this);
    command_->setObjectName(QStringLiteral("importCommand"));
    command_->setAccessibleName(tr("Command line that does the same"));
    auto* copy = button(tr("Copy"), tr("Copies the command line that imports in the same way"), this);
    copy->setAccessibleName(tr("Copy command"));
    row->addWidget(command_, 1);
    row->addWidget(copy, 0, Qt::AlignTop);
    column->addLayout(row);
    connect(copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(command_->text());
        workbench_.showMessage(tr("Copied the command"));
    });
    showButtons();
}

QLayout* ImportRecipes::makeSave() {
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(tr("Keep these choices as"), this);
    name_ = new QLineEdit(this);
    name_->setObjectName(QStringLiteral("recipeName"));
    name_->setAccessibleName(tr("Name of the recipe"));
    name_->setToolTip(tr("All that the form says is kept in the workspace under this name"));
    name_->setPlaceholderText(tr("such as shop-export"));
    label->setBuddy(name_);
    save_ = button(tr("Save recipe"), tr("Keeps what the form says; one of the same name is replaced"), this);
    save_->setObjectName(QStringLiteral("saveRecipe"));
    auto* file =
        button(tr("To a file…"), tr("Writes what the form says to a file, for others or the command line"), this);
    row->addWidget(label);
    row->addWidget(name_, 1);
    row->addWidget(save_);
    row->addWidget(file);
    connect(name_, &QLineEdit::textChanged, this, &ImportRecipes::showButtons);
    connect(name_, &QLineEdit::returnPressed, save_, &QPushButton::click);
    connect(save_, &QPushButton::clicked, this, &ImportRecipes::save);
    connect(file, &QPushButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Save the recipe"), QStringLiteral("recipe.json"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setDefaultSuffix(QStringLiteral("json"));
        connect(dialog, &QFileDialog::fileSelected, this, &ImportRecipes::saveToFile);
        dialog->open();
    });
    return row;
}

QLayout* ImportRecipes::makeLoad() {
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(tr("Take up again"), this);
    recipes_ = new QComboBox(this);
    recipes_->setObjectName(QStringLiteral("recipes"));
    recipes_->setAccessibleName(tr("Saved recipes"));
    recipes_->setToolTip(tr("The recipes that are kept in the workspace"));
    label->setBuddy(recipes_);
    load_ =
        button(tr("Load recipe"), tr("Fills the form as the recipe says; files that are chosen already stay"), this);
    load_->setObjectName(QStringLiteral("loadRecipe"));
    auto* file = button(tr("From a file…"), tr("Fills the form from a recipe file"), this);
    remove_ = button(tr("Forget"), tr("Removes the recipe; data sets imported by it stay"), this);
    remove_->setObjectName(QStringLiteral("forgetRecipe"));
    row->addWidget(label);
    row->addWidget(recipes_, 1);
    row->addWidget(load_);
    row->addWidget(file);
    row->addWidget(remove_);
    connect(load_, &QPushButton::clicked, this, &ImportRecipes::load);
    connect(remove_, &QPushButton::clicked, this, &ImportRecipes::remove);
    connect(file, &QPushButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Load a recipe"), {}, tr("Recipes (*.json);;All files (*)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, this, &ImportRecipes::loadFromFile);
        dialog->open();
    });
    return row;
}

void ImportRecipes::showCommand() {
    const auto options = options_();
    command_->setText(options.files.empty() ? tr("The command line that does the same is shown once a file is chosen.")
                                            : toQt(import_command_line(options)));
}

void ImportRecipes::showButtons() {
    save_->setEnabled(!name_->text().trimmed().isEmpty());
    load_->setEnabled(recipes_->count() > 0);
    remove_->setEnabled(recipes_->count() > 0);
}

void ImportRecipes::reload() {
    workbench_.inBackground(
        this, [workspace = workbench_.workspace()] { return workspace->recipes(); },
        [this](const Result<std::vector<Recipe>>& recipes) {
            if (!recipes) {
                workbench_.showError(recipes.error());
                return;
            }
            const auto current = recipes_->currentText();
            recipes_->clear();
            for (const auto& recipe : *recipes)
                recipes_->addItem(toQt(recipe.name));
            recipes_->setCurrentText(current);
            showButtons();
        });
}

void ImportRecipes::save() {
    const auto name = name_->text().trimmed();
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace(), name = toStd(name), body = write_recipe(options_())] {
            return workspace->save_recipe(name, body);
        },
        [this, name](const Status& status) {
            if (!status) {
                workbench_.showError(status.error());
                return;
            }
            workbench_.showMessage(tr("Saved the recipe %1").arg(name));
            reload();
        });
}

void ImportRecipes::load() {
    const auto name = recipes_->currentText();
    workbench_.inBackground(
        this, [workspace = workbench_.workspace(), name = toStd(name)] { return workspace->recipe(name); },
        [this, name](const Result<std::string>& body) { take(body, name); });
}

void ImportRecipes::remove() {
    workbench_.inBackground(
        this,
        [workspace = workbench_.workspace(), name = toStd(recipes_->currentText())] {
            return workspace->delete_recipe(name);
        },
        [this](const Status& status) {
            if (!status)
                workbench_.showError(status.error());
            reload();
        });
}

void ImportRecipes::take(const Result<std::string>& body, const QString& name) {
    if (!body) {
        workbench_.showError(body.error());
        return;
    }
    const auto options = read_recipe(*body);
    if (!options) {
        workbench_.showError(options.error());
        return;
    }
    name_->setText(name);
    Q_EMIT loaded(*options);
}

void ImportRecipes::saveToFile(const QString& file) {
    QSaveFile out(file);
    const auto text = QByteArray::fromStdString(write_recipe(options_()) + "\n");
    if (out.open(QIODevice::WriteOnly) && out.write(text) == text.size() && out.commit())
        workbench_.showMessage(tr("Saved the recipe as %1").arg(file));
    else
        workbench_.showError({ErrorKind::failed, "the recipe cannot be written", toStd(file),
                              "check the folder and the space on the disk"});
}

void ImportRecipes::loadFromFile(const QString& file) {
    QFile in(file);
    if (in.open(QIODevice::ReadOnly))
        take(in.readAll().toStdString(), {});
    else
        workbench_.showError({ErrorKind::bad_data, "the recipe cannot be read", toStd(file), "check its name"});
}

} // namespace tastebench::ui
