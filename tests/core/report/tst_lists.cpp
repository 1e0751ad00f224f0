// The lists of all users in one file: what is in it, and that nothing is left of one that was not finished.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "core/file_size_limit.h"
#include "core/models/fit_model.h"
#include "core/report/lists.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestLists : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    DatasetPtr data_ = tastes(70, 30);
    std::unique_ptr<Recommender> model_;

    std::filesystem::path path(const char* name) const { return folder_.filePath(QLatin1String(name)).toStdString(); }
    static QByteArray content(const std::filesystem::path& file) {
        QFile in(QString::fromStdString(file.string()));
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }
    Result<ListsWritten> write(const char* name, std::uint32_t k, int threads = 1) const {
        const Parallel parallel(threads);
        Progress progress;
        return write_lists(*model_, *data_, {k, true}, path(name), parallel, progress);
    }

  private Q_SLOTS:
    void initTestCase() {
        auto fitted = fit_model("popularity", *data_);
        QVERIFY(fitted.status.has_value());
        model_ = std::move(fitted.model);
    }

    void every_user_has_a_list_in_the_order_of_the_data() {
        const auto written = write("lists.csv", 4);
        QVERIFY2(written.has_value(), written ? "" : written.error().text().c_str());
        QCOMPARE(written->users, std::uint64_t{70});
        const auto lines = content(path("lists.csv")).trimmed().split('\n');
        QCOMPARE(lines.front(), QByteArray("user,rank,item,score"));
        QCOMPARE(static_cast<std::uint64_t>(lines.size()), written->rows + 1);
        QCOMPARE(static_cast<std::uint64_t>(content(path("lists.csv")).size()), written->bytes);
        const Parallel parallel(1);
        Progress progress;
        std::vector<UserIx> users(70);
        std::iota(users.begin(), users.end(), UserIx{0});
        const auto lists = model_->top_k(users, {4, true}, parallel, progress);
        qsizetype at = 0;
        for (const UserIx user : users)
            for (std::size_t rank = 0; rank < lists[user].size(); ++rank) {
                const auto cells = lines[++at].split(',');
                QCOMPARE(cells.size(), qsizetype{4});
                QCOMPARE(cells[0].toStdString(), std::string(data_->users().id(user)));
                QCOMPARE(cells[1].toInt(), static_cast<int>(rank) + 1);
                QCOMPARE(cells[2].toStdString(), std::string(data_->items().id(lists[user][rank].item)));
                QCOMPARE(cells[3].toDouble(), lists[user][rank].score);
            }
    }

    void an_earlier_file_is_replaced_and_digits_do_not_depend_on_threads() {
        QVERIFY(write("one.csv", 10, 1).has_value());
        QVERIFY(write("two.csv", 5, 2).has_value());
        QVERIFY(content(path("one.csv")) != content(path("two.csv")));
        QVERIFY(write("two.csv", 10, 2).has_value());
        QVERIFY(content(path("one.csv")) == content(path("two.csv")));
    }

    void a_cancel_leaves_what_was_there() {
        QVERIFY(write("kept.csv", 3).has_value());
        const auto before = content(path("kept.csv"));
        const Parallel parallel(1);
        Progress progress;
        progress.cancel();
        const auto stopped = write_lists(*model_, *data_, {5, true}, path("kept.csv"), parallel, progress);
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().kind, ErrorKind::cancelled);
        QVERIFY(content(path("kept.csv")) == before);
        QVERIFY(!std::filesystem::exists(path("kept.csv.part")));
    }

    void a_file_that_cannot_be_written_is_told_and_leaves_nothing() {
        const auto refused = write("no/such/folder.csv", 3);
        QVERIFY(!refused);
        QVERIFY(!refused.error().remedy.empty());
        const FileSizeLimit limit(1000);
        const auto full = write("full.csv", 10);
        QVERIFY(!full);
        QVERIFY(!std::filesystem::exists(path("full.csv")));
        QVERIFY(!std::filesystem::exists(path("full.csv.part")));
    }

    void no_list_is_longer_than_the_items() {
        QCOMPARE(possible_length(4'294'967'295, *data_), 30U);
        QCOMPARE(possible_length(7, *data_), 7U);
    }
};

QTEST_GUILESS_MAIN(TestLists)
#include "tst_lists.moc"
