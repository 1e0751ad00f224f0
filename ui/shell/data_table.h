// A table with a filter box: sorts by real values (Qt::UserRole where a model gives it), filters by typing,
// copies the selected rows with their header as tab-separated text (Ctrl+C).
#pragma once

#include <QTableView>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
QT_END_NAMESPACE

namespace tastebench::ui {

inline constexpr int sortRole = Qt::UserRole;

/// The selected rows of any view as tab-separated lines under a header line.
QString selectionAsText(const QTableView& view);

class DataTable : public QWidget {
    Q_OBJECT

  public:
    /// `name` is read out by screen readers: "Runs".
    explicit DataTable(const QString& name, QWidget* parent = nullptr);

    /// Through a proxy that sorts and filters; for up to some ten thousand rows.
    void setModel(QAbstractItemModel* model);
    /// As it is: the model sorts (sort()) and its owner filters on filterEdited().
    void setPlainModel(QAbstractItemModel* model);
    QTableView* view() const { return view_; }
    QLineEdit* filterBox() const { return filter_; }
    /// For short lists that need no filtering.
    void hideFilter();
    QSortFilterProxyModel* proxy() const { return proxy_; }
    /// Rows of the source model that are selected, ascending.
    QList<int> selectedSourceRows() const;
    void selectSourceRow(int row);
    void copySelection() const;
    /// Remembers widths and sorting of the columns under this key.
    void rememberLayout(const QString& settingsKey);

  Q_SIGNALS:
    void selectionChanged();
    void filterEdited(const QString& text);
    void activated(int sourceRow);

  private:
    void connectSelection();
    void showCount();

    QTableView* view_;
    QLineEdit* filter_;
    QLabel* count_;
    QSortFilterProxyModel* proxy_;
};

} // namespace tastebench::ui
