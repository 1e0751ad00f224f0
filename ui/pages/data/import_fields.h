// How a file is read: format, separator, names of columns, encoding and the like. What is not chosen is guessed, and
// the guess is shown as the current entry.
#pragma once

#include <QWidget>

#include "core/data/importer.h"

QT_BEGIN_NAMESPACE
class QGridLayout;
class QListWidget;
QT_END_NAMESPACE

namespace tastebench::ui {

class GuessBox;

class ImportFields : public QWidget {
    Q_OBJECT

  public:
    explicit ImportFields(QWidget* parent = nullptr);
    /// The fields that are seldom needed, for a section of their own.
    QWidget* details() const { return details_; }
    void reset();
    void read(ImportOptions& options) const;
    void set(const ImportOptions& options);
    void show(const ImportPreview& preview);
    using QWidget::show;

  Q_SIGNALS:
    void changed();

  private:
    enum Role { UserRole, ItemRole, ValueRole, TimeRole, EventRole, RoleCount };

    void makeShape(QGridLayout* grid);
    void makeRoles(QGridLayout* grid);
    void makeDetails();
    void showRoles(const ImportPreview& preview);
    void showContext(const ImportPreview& preview);

    QWidget* details_;
    GuessBox* format_;
    GuessBox* separator_;
    GuessBox* header_;
    GuessBox* encoding_;
    GuessBox* decimal_;
    GuessBox* timeFormat_;
    GuessBox* roles_[RoleCount];
    QListWidget* context_;
    std::vector<std::string> contextChosen_; ///< by the user or a recipe; empty: as guessed
};

} // namespace tastebench::ui
