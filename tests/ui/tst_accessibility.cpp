// Every page for people who cannot see or point: each widget that takes the focus has a name, each button says what
// it does, and every page can be reached and left by key.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QToolButton>

#include "support.h"

using namespace tastebench;
using namespace tastebench::ui;

namespace {

const PageId allPages[] = {PageId::data,    PageId::experiment, PageId::runs,
                           PageId::compare, PageId::explain,    PageId::report};

/// A label's name is its text, which may be empty as long as it has nothing to say.
/// Parts that Qt makes inside its own widgets have no names of their own and need none.
bool isInnerPart(const QWidget* widget) {
    for (const auto* parent = widget->parentWidget(); parent != nullptr; parent = parent->parentWidget())
        if (qobject_cast<const QAbstractSpinBox*>(parent) != nullptr ||
            qobject_cast<const QComboBox*>(parent) != nullptr || qobject_cast<const QLineEdit*>(parent) != nullptr ||
            parent->inherits("QTabBar") || parent->inherits("QScrollBar") || parent->inherits("QAbstractScrollArea") ||
            parent->inherits("QMenuBar") || parent->inherits("QToolBar"))
            if (!parent->inherits("QScrollArea") && !parent->inherits("QSplitter"))
                return true;
    return widget->objectName().startsWith(QStringLiteral("qt_"));
}

QString spokenName(QWidget* widget) {
    if (auto* interface = QAccessible::queryAccessibleInterface(widget))
        return interface->text(QAccessible::Name);
    return widget->accessibleName();
}

QString describe(const QWidget* widget) {
    QString path;
    for (const auto* at = widget; at != nullptr; at = at->parentWidget())
        path = QString::fromLatin1(at->metaObject()->className()) + u'(' + at->objectName() + u')' +
               (path.isEmpty() ? QString() : QStringLiteral(" > ") + path);
    return path;
}

} // namespace

class TestAccessibility : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        bench_ = std::make_unique<TestBench>();
        QVERIFY(bench_->workspace->add_dataset(*smallDataset()));
        window_ = std::make_unique<MainWindow>(*bench_->workbench, theme_);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }

    void cleanupTestCase() {
        window_.reset();
        bench_.reset();
    }

    void every_focusable_widget_has_a_name_data() { pages(); }
    void every_focusable_widget_has_a_name() {
        open();
        QStringList nameless;
        for (auto* widget : window_->findChildren<QWidget*>())
            if (widget->focusPolicy() != Qt::NoFocus && !isInnerPart(widget) && !widget->inherits("QScrollArea") &&
                !widget->inherits("QTabBar") && !widget->inherits("QLabel") && !widget->inherits("QGraphicsView") &&
                spokenName(widget).isEmpty())
                nameless.append(describe(widget));
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u'\n')));
    }

    void every_button_says_what_it_does_data() { pages(); }
    void every_button_says_what_it_does() {
        open();
        QStringList silent;
        for (auto* widget : window_->findChildren<QAbstractButton*>())
            if (!isInnerPart(widget) && widget->toolTip().isEmpty())
                silent.append(describe(widget) + u' ' + widget->text());
        QVERIFY2(silent.isEmpty(), qPrintable(silent.join(u'\n')));
    }

    void every_page_is_reached_by_key_data() { pages(); }
    void every_page_is_reached_by_key() {
        QFETCH(int, page);
        window_->showPage(page == 0 ? PageId::runs : PageId::data);
        QTest::keyClick(window_.get(), static_cast<Qt::Key>(Qt::Key_1 + page), Qt::ControlModifier);
        QCOMPARE(static_cast<int>(window_->currentPage()), page);
    }

    void tab_moves_the_focus_through_every_page_data() { pages(); }
    void tab_moves_the_focus_through_every_page() {
        open();
        window_->activateWindow();
        QSet<QWidget*> visited;
        for (int step = 0; step < 200; ++step) {
            QTest::keyClick(window_->focusWidget() != nullptr ? window_->focusWidget() : window_.get(), Qt::Key_Tab);
            if (window_->focusWidget() != nullptr)
                visited.insert(window_->focusWidget());
        }
        const auto* page = window_->page(window_->currentPage());
        const bool any = std::any_of(visited.cbegin(), visited.cend(),
                                     [&](const QWidget* widget) { return page->isAncestorOf(widget); });
        QVERIFY2(any, "the focus does not reach the page's own widgets");
    }

  private:
    void pages() {
        QTest::addColumn<int>("page");
        for (const auto page : allPages)
            QTest::newRow(qPrintable(pageName(page))) << static_cast<int>(page);
    }
    void open() {
        QFETCH(int, page);
        window_->showPage(static_cast<PageId>(page));
        QTRY_COMPARE_WITH_TIMEOUT(bench_->workbench->pendingWork(), 0, patience);
    }

    std::unique_ptr<TestBench> bench_;
    Theme theme_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestAccessibility)
#include "tst_accessibility.moc"
