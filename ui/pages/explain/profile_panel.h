// What someone made up has: items picked from a search box, each with a rating, or a weight where the data has no
// ratings.
#pragma once

#include <vector>

#include <QHash>
#include <QWidget>

#include "core/models/recommender.h"

QT_BEGIN_NAMESPACE
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QStringListModel;
QT_END_NAMESPACE

namespace tastebench::ui {

class DataTable;
class GridModel;

class ProfilePanel : public QWidget {
    Q_OBJECT

  public:
    explicit ProfilePanel(QWidget* parent = nullptr);
    /// Items of other data are forgotten.
    void setDataset(DatasetPtr dataset);
    const std::vector<ProfileItem>& profile() const { return profile_; } ///< in the order picked
    void begin();                                                        ///< puts the focus into the search box

  Q_SIGNALS:
    void changed();

  private:
    QWidget* makePicker();
    void pick();
    void removeSelected();
    void showProfile();
    QString nameOf(ItemIx item) const;

    DatasetPtr dataset_;
    std::vector<ProfileItem> profile_;
    QHash<QString, ItemIx> byName_; ///< what the completer offers
    QLineEdit* search_;
    QDoubleSpinBox* value_;
    QLabel* problem_;
    DataTable* table_;
    GridModel* rows_;
    QStringListModel* names_;
    QPushButton* remove_;
};

} // namespace tastebench::ui
