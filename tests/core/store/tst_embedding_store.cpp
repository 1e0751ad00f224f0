// Embeddings in the workspace: kept and read back to the last digit, listed, deleted with all their vectors, and a
// damaged record is told.
#include <QTemporaryDir>
#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/graph/make_graph.h"
#include "core/store/workspace.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestEmbeddingStore : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::shared_ptr<Workspace> workspace_;

    std::string file() const { return folder_->filePath(QStringLiteral("w.tastebench")).toStdString(); }

    static EmbeddingOutcome made(const std::string& method = "transd", std::uint64_t seed = 42) {
        const auto data = with_graph(club_graph(4, 6));
        EmbeddingSpec spec;
        spec.method = method;
        spec.seed = seed;
        spec.parameters = {{"epochs", std::int64_t{4}}, {"dimension", std::int64_t{8}}, {"margin", 1.0}};
        const Parallel parallel(2);
        Progress progress;
        auto outcome = *train_embedding(*data, *prepare_embedding(*data, spec), parallel, progress);
        outcome.record.created = 1'700'000'000;
        return outcome;
    }

  private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        workspace_ = *Workspace::open(file());
    }
    void cleanup() {
        workspace_.reset();
        folder_.reset();
    }

    void what_is_kept_is_read_back_to_the_last_digit() {
        const auto outcome = made();
        const auto id = workspace_->add_embedding(outcome);
        QVERIFY2(id.has_value(), id ? "" : id.error().text().c_str());
        workspace_.reset();
        workspace_ = *Workspace::open(file());
        const auto found = workspace_->embedding(*id);
        QVERIFY2(found.has_value(), found ? "" : found.error().text().c_str());
        const auto& a = outcome.record;
        const auto& b = found->record;
        QCOMPARE(b.id, *id);
        QCOMPARE(b.spec.data_name, a.spec.data_name);
        QCOMPARE(b.spec.data_fingerprint, a.spec.data_fingerprint);
        QCOMPARE(b.spec.method, a.spec.method);
        QVERIFY(b.spec.parameters == a.spec.parameters);
        QCOMPARE(b.spec.seed, a.spec.seed);
        QCOMPARE(b.environment.cpu, a.environment.cpu);
        QCOMPARE(b.environment.threads, a.environment.threads);
        QCOMPARE(b.created, a.created);
        QCOMPARE(b.entities, a.entities);
        QCOMPARE(b.train_triples, a.train_triples);
        QCOMPARE(b.metrics, a.metrics);
        QVERIFY(b.curves == a.curves);
        QCOMPARE(b.protocol, a.protocol);
        QCOMPARE(b.train_seconds, a.train_seconds);
        QCOMPARE(found->vectors.size(), std::size_t{4});
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(found->vectors[i].name, outcome.vectors[i].name);
            QCOMPARE(found->vectors[i].dimension, 8U);
            QVERIFY(found->vectors[i].keys == outcome.vectors[i].keys);
            QCOMPARE(found->vectors[i].values, outcome.vectors[i].values);
        }
    }

    void a_stored_spec_gives_the_same_digits_again() {
        const auto id = *workspace_->add_embedding(made("transh", 9));
        const auto stored = *workspace_->embedding(id);
        const auto data = with_graph(club_graph(4, 6));
        const Parallel parallel(1);
        Progress progress;
        const auto again = train_embedding(*data, stored.record.spec, parallel, progress);
        QVERIFY(again.has_value());
        QCOMPARE(again->record.metrics, stored.record.metrics);
        QCOMPARE(again->vectors[0].values, stored.vectors[0].values);
    }

    void the_list_is_newest_first_and_deleting_takes_the_vectors_along() {
        const auto first = *workspace_->add_embedding(made("transe"));
        const auto second = *workspace_->add_embedding(made("transh"));
        const auto list = *workspace_->embeddings();
        QCOMPARE(list.size(), std::size_t{2});
        QCOMPARE(list[0].id, second);
        QCOMPARE(list[1].spec.method, std::string("transe"));
        QVERIFY(workspace_->delete_embedding(second).has_value());
        QVERIFY(workspace_->delete_embedding(first).has_value());
        QCOMPARE(workspace_->embeddings()->size(), std::size_t{0});
        QCOMPARE(SQLite::Database(file()).execAndGet("SELECT count(*) FROM embedding_part").getInt(), 0);
        const auto gone = workspace_->embedding(first);
        QVERIFY(!gone);
        QCOMPARE(gone.error().exit_code(), 2);
        QCOMPARE(workspace_->delete_embedding(first).error().exit_code(), 2);
    }

    void damage_is_told_data() {
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("no JSON") << QByteArray("UPDATE embedding SET record = '{'");
        QTest::newRow("other JSON") << QByteArray("UPDATE embedding SET record = '{\"method\": 3}'");
        QTest::newRow("cut vectors") << QByteArray("UPDATE embedding_part SET bytes = substr(bytes, 1, 60)");
        QTest::newRow("no vectors") << QByteArray("DELETE FROM embedding_part");
    }
    void damage_is_told() {
        QFETCH(QByteArray, sql);
        const auto id = *workspace_->add_embedding(made("transe"));
        SQLite::Database(file(), SQLite::OPEN_READWRITE).exec(sql.toStdString());
        const auto found = workspace_->embedding(id);
        QVERIFY(!found);
        QCOMPARE(found.error().exit_code(), 3);
        QVERIFY(found.error().text().find("damaged") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestEmbeddingStore)
#include "tst_embedding_store.moc"
