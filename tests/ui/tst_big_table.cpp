// The table over billions of rows: scrolling, keys, selections across windows, copying, and its bounds.
#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QtTest>

#include "ui/shell/big_table.h"

using namespace tastebench::ui;

namespace {

/// Row r holds "r" and "r squared's last digit"; any number of rows, none stored.
class Numbers : public TableSource {
  public:
    explicit Numbers(std::uint64_t rows) : rows_(rows) {}
    std::uint64_t rowCount() const override { return rows_; }
    int columnCount() const override { return 2; }
    QString header(int column) const override {
        return column == 0 ? QStringLiteral("number") : QStringLiteral("digit");
    }
    QString cell(std::uint64_t row, int column) const override {
        ++asked;
        return QString::number(column == 0 ? row : row * row % 10);
    }
    mutable int asked = 0;

  private:
    std::uint64_t rows_;
};

constexpr std::uint64_t billions = 4'000'000'000;

} // namespace

class TestBigTable : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        table_ = std::make_unique<BigTable>(QStringLiteral("Numbers"));
        table_->resize(500, 400);
        table_->show();
        QVERIFY(QTest::qWaitForWindowExposed(table_.get()));
        table_->activateWindow();
        table_->view()->setFocus();
    }
    void cleanup() { table_.reset(); }

    void ranges_merge_split_and_count() {
        RowSelection selection;
        selection.add(10, 19);
        selection.add(30, 39);
        selection.add(20, 29);
        QCOMPARE(selection.ranges(), (std::vector<RowSelection::Range>{{10, 39}}));
        selection.remove(25);
        QCOMPARE(selection.ranges(), (std::vector<RowSelection::Range>{{10, 24}, {26, 39}}));
        QCOMPARE(selection.count(), std::uint64_t{29});
        QVERIFY(selection.contains(24) && !selection.contains(25) && selection.contains(26) && !selection.contains(40));
        selection.remove(10);
        selection.remove(39);
        QCOMPARE(selection.ranges(), (std::vector<RowSelection::Range>{{11, 24}, {26, 38}}));
        selection.add(0, 100);
        QCOMPARE(selection.count(), std::uint64_t{101});
    }

    void only_the_rows_on_the_screen_are_asked_for() {
        const auto source = std::make_shared<Numbers>(billions);
        table_->setSource(source);
        QTest::qWait(50);
        source->asked = 0;
        table_->scrollTo(2'999'999'999);
        QTest::qWait(50);
        QVERIFY(table_->view()->model()->rowCount() < 60);
        QVERIFY2(source->asked < 2'000, qPrintable(QString::number(source->asked)));
        QCOMPARE(first(), QStringLiteral("2999999999"));
    }

    void the_scroll_bar_reaches_both_ends() {
        for (const std::uint64_t rows : {std::uint64_t{3}, std::uint64_t{1'000}, billions}) {
            table_->setSource(std::make_shared<Numbers>(rows));
            auto* bar = table_->scrollBar();
            bar->setValue(bar->maximum());
            QVERIFY(lastShown() == QString::number(rows - 1));
            bar->setValue(0);
            QCOMPARE(first(), QStringLiteral("0"));
        }
    }

    void the_wheel_moves_by_rows() {
        table_->setSource(std::make_shared<Numbers>(billions));
        auto* view = table_->view()->viewport();
        QWheelEvent down(QPointF(20, 20), view->mapToGlobal(QPointF(20, 20)), {}, {0, -120}, Qt::NoButton,
                         Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(view, &down);
        QCOMPARE(table_->firstVisible(), std::uint64_t(QApplication::wheelScrollLines()));
    }

    void keys_move_through_all_rows() {
        table_->setSource(std::make_shared<Numbers>(billions));
        auto* view = table_->view();
        QTest::keyClick(view, Qt::Key_Down);
        QTest::keyClick(view, Qt::Key_Down);
        QTest::keyClick(view, Qt::Key_Up);
        QCOMPARE(table_->currentRow(), std::uint64_t{1});
        QTest::keyClick(view, Qt::Key_PageDown);
        const auto page = table_->currentRow() - 1;
        QVERIFY(page > 2);
        QTest::keyClick(view, Qt::Key_PageDown);
        QCOMPARE(table_->currentRow(), 1 + 2 * page);
        QVERIFY(table_->firstVisible() > 0);
        QTest::keyClick(view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(table_->currentRow(), billions - 1);
        QCOMPARE(lastShown(), QString::number(billions - 1));
        QTest::keyClick(view, Qt::Key_PageUp);
        QCOMPARE(table_->currentRow(), billions - 1 - page);
        QTest::keyClick(view, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(table_->currentRow(), std::uint64_t{0});
        QCOMPARE(first(), QStringLiteral("0"));
    }

    void a_range_reaches_across_windows_and_is_copied() {
        table_->setSource(std::make_shared<Numbers>(billions));
        table_->goTo(5);
        auto* view = table_->view();
        for (int page = 0; page < 3; ++page)
            QTest::keyClick(view, Qt::Key_PageDown, Qt::ShiftModifier);
        const auto last = table_->currentRow();
        QVERIFY(last > 20);
        QCOMPARE(table_->selection().ranges(), (std::vector<RowSelection::Range>{{5, last}}));
        QSignalSpy copied(table_.get(), &BigTable::copied);
        QTest::keyClick(view, Qt::Key_C, Qt::ControlModifier);
        QTRY_COMPARE(copied.count(), 1);
        const auto lines = QApplication::clipboard()->text().split(u'\n');
        QCOMPARE(lines.first(), QStringLiteral("number\tdigit"));
        QCOMPARE(lines[1], QStringLiteral("5\t5"));
        QCOMPARE(lines.size(), qsizetype(last - 5 + 1) + 2); // with the header and the end of the last line
    }

    void clicks_select_one_more_or_a_range() {
        table_->setSource(std::make_shared<Numbers>(1'000));
        auto* view = table_->view();
        const auto click = [&](int row, Qt::KeyboardModifiers modifiers) {
            const auto at = view->visualRect(view->model()->index(row, 0)).center();
            QTest::mouseClick(view->viewport(), Qt::LeftButton, modifiers, at);
        };
        click(2, {});
        click(5, Qt::ControlModifier);
        QCOMPARE(table_->selection().ranges(), (std::vector<RowSelection::Range>{{2, 2}, {5, 5}}));
        QCOMPARE(view->selectionModel()->selectedRows().size(), 2);
        click(2, Qt::ControlModifier);
        QCOMPARE(table_->selection().ranges(), (std::vector<RowSelection::Range>{{5, 5}}));
        click(3, {});
        table_->scrollTo(500);
        click(0, Qt::ShiftModifier);
        QCOMPARE(table_->selection().ranges(), (std::vector<RowSelection::Range>{{3, 500}}));
    }

    void everything_is_selected_at_once_and_too_much_is_not_copied() {
        table_->setSource(std::make_shared<Numbers>(billions));
        QElapsedTimer time;
        time.start();
        QTest::keyClick(table_->view(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(table_->selection().count(), billions);
        QSignalSpy refused(table_.get(), &BigTable::refused);
        table_->copySelection();
        QCOMPARE(refused.count(), 1);
        QVERIFY(time.elapsed() < 1'000);
    }

    void shown_rows_follow_the_list_of_the_owner() {
        table_->setSource(std::make_shared<Numbers>(1'000));
        table_->goTo(900);
        const auto list = std::make_shared<const std::vector<std::uint32_t>>(std::vector<std::uint32_t>{7, 3, 999});
        QCOMPARE(table_->setRows(list), RowList());
        QCOMPARE(table_->shownRows(), std::uint64_t{3});
        QCOMPARE(first(), QStringLiteral("7"));
        QCOMPARE(lastShown(), QStringLiteral("999"));
        QCOMPARE(table_->selection().count(), std::uint64_t{0});
        QCOMPARE(table_->setRows(nullptr), list);
        QCOMPARE(table_->shownRows(), std::uint64_t{1'000});
        table_->setSource(nullptr);
        QCOMPARE(table_->shownRows(), std::uint64_t{0});
        QTest::keyClick(table_->view(), Qt::Key_End, Qt::ControlModifier);
    }

    void a_header_click_asks_for_an_order() {
        table_->setSource(std::make_shared<Numbers>(1'000));
        QSignalSpy wanted(table_.get(), &BigTable::orderWanted);
        auto* header = table_->view()->horizontalHeader();
        const QPoint at(header->sectionViewportPosition(1) + 10, header->height() / 2);
        for (int click = 0; click < 3; ++click)
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(wanted.count(), 3);
        QCOMPARE(wanted[0][0].toInt(), 1);
        QCOMPARE(wanted[0][1].value<Qt::SortOrder>(), Qt::AscendingOrder);
        QCOMPARE(wanted[1][1].value<Qt::SortOrder>(), Qt::DescendingOrder);
        QCOMPARE(wanted[2][0].toInt(), -1);
    }

    void a_typed_row_number_is_gone_to() {
        table_->setSource(std::make_shared<Numbers>(billions));
        QTest::keyClick(table_->view(), Qt::Key_G, Qt::ControlModifier);
        auto* field = qobject_cast<QLineEdit*>(table_->focusWidget());
        QVERIFY(field != nullptr);
        QTest::keyClicks(field, QStringLiteral("3,000,000,001"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(table_->currentRow(), std::uint64_t{3'000'000'000});
        QVERIFY(table_->selection().contains(3'000'000'000));
        QSignalSpy refused(table_.get(), &BigTable::refused);
        field->setText(QStringLiteral("4000000001"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(refused.count(), 1);
    }

    void scrolling_is_instant() {
        table_->setSource(std::make_shared<Numbers>(billions));
        qint64 longest = 0;
        for (int step = 0; step < 50; ++step) {
            QElapsedTimer time;
            time.start();
            table_->scrollTo(static_cast<std::uint64_t>(step) * 79'999'999);
            table_->view()->viewport()->repaint();
            longest = std::max(longest, time.elapsed());
        }
        qInfo("longest step %lld ms", static_cast<long long>(longest));
        QVERIFY(longest < 100);
    }

  private:
    QString first() const { return table_->view()->model()->index(0, 0).data().toString(); }
    QString lastShown() const {
        const auto* model = table_->view()->model();
        return model->index(model->rowCount() - 1, 0).data().toString();
    }
    std::unique_ptr<BigTable> table_;
};

QTEST_MAIN(TestBigTable)
#include "tst_big_table.moc"
