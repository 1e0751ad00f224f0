// A table over any number of rows, up to four billion, that scrolls, selects and copies at once: the view only ever
// holds the rows on the screen, and a scroll bar beside it stands for all of them. (A QTableView of twenty million
// rows keeps hundreds of megabytes of row positions and stalls the window for seconds.)
//
// Keys: arrows, Page Up and Down, Home and End with Ctrl, each with Shift for a range; Ctrl+A, Ctrl+C, Ctrl+G.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QScrollBar;
class QTableView;
QT_END_NAMESPACE

namespace tastebench::ui {

/// What a BigTable shows: texts by row number and column, asked for when they come into view. Read-only.
class TableSource {
  public:
    TableSource() = default;
    virtual ~TableSource() = default;
    TableSource(const TableSource&) = delete;
    TableSource& operator=(const TableSource&) = delete;

    virtual std::uint64_t rowCount() const = 0;
    virtual int columnCount() const = 0;
    virtual QString header(int column) const = 0;
    virtual QString headerTip(int) const { return {}; }
    virtual bool isNumber(int) const { return false; } ///< shown to the right
    virtual QString cell(std::uint64_t row, int column) const = 0;
};

/// Which rows of the source to show, in which order; null: all of them as they come.
using RowList = std::shared_ptr<const std::vector<std::uint32_t>>;

/// Selected positions as disjoint ranges: a selection of all rows is one range, however many there are.
class RowSelection {
  public:
    struct Range {
        std::uint64_t first, last; ///< both included
        bool operator==(const Range&) const = default;
    };
    void clear() { ranges_.clear(); }
    void add(std::uint64_t first, std::uint64_t last);
    void remove(std::uint64_t row);
    bool contains(std::uint64_t row) const;
    std::uint64_t count() const;
    const std::vector<Range>& ranges() const { return ranges_; } ///< ascending

  private:
    std::vector<Range> ranges_;
};

class WindowModel;
class WindowView;

class BigTable : public QWidget {
    Q_OBJECT

  public:
    static constexpr std::uint64_t mostRowsCopied = 1'000'000;

    /// `name` is read out by screen readers: "Rows of the data set".
    explicit BigTable(const QString& name, QWidget* parent = nullptr);
    ~BigTable() override;

    /// Begins at the top with nothing selected, in the source's own order.
    void setSource(std::shared_ptr<const TableSource> source);
    /// Shows these rows of the source; begins at the top with nothing selected. Gives the list shown before back, so
    /// that the owner can let go of a long one on another thread.
    RowList setRows(RowList rows);
    std::uint64_t shownRows() const;

    std::uint64_t firstVisible() const { return offset_; }
    std::uint64_t currentRow() const { return current_; } ///< a position, not a row of the source
    const RowSelection& selection() const { return selection_; }
    /// Scrolls so that the position is in view, makes it current and selects it alone.
    void goTo(std::uint64_t position);
    /// Scrolls only.
    void scrollTo(std::uint64_t firstVisible);
    void selectAll();
    /// Puts the selected rows on the clipboard as tab-separated lines under a header line, a slice at a time, so that
    /// the window stays alive; ends with copied() or refused().
    void copySelection();

    QTableView* view() const;
    QScrollBar* scrollBar() const { return bar_; }
    QLineEdit* filterBox() const { return filter_; }
    /// What stands at the right of the filter: how many rows, or how far a search is.
    void setStatus(const QString& text);

  Q_SIGNALS:
    void filterEdited(const QString& text);
    void orderWanted(int column, Qt::SortOrder order); ///< column -1: the source's own order
    void copied(quint64 rows);
    void refused(const QString& why);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    friend class WindowView;
    QWidget* makeTop(const QString& name);
    void makeActions();
    std::uint64_t greatestOffset() const;
    int fullRows() const; ///< rows that fit completely
    void fitWindow();     ///< after a change of size, source or rows
    void setOffset(std::uint64_t offset);
    void moveBy(std::int64_t rows);
    void showBar();
    void moveCurrent(std::uint64_t position, bool extend);
    void press(std::uint64_t position, Qt::KeyboardModifiers modifiers);
    void showSelection();
    void goToTyped();
    void copySlice();
    struct Copy;

    WindowModel* model_;
    WindowView* view_;
    QScrollBar* bar_;
    QLineEdit* filter_;
    QLineEdit* goTo_;
    QLabel* status_;
    std::uint64_t offset_ = 0, current_ = 0, anchor_ = 0;
    RowSelection selection_;
    std::unique_ptr<Copy> copy_;
    QTimer copyTimer_;
};

} // namespace tastebench::ui
