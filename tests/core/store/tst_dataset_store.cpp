#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/data/generator.h"
#include "core/store/column_codec.h"
#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

std::vector<std::uint64_t> rising(Rng& rng, std::size_t rows, std::uint32_t most) {
    std::vector<std::uint64_t> out{0};
    for (std::size_t row = 0; row < rows; ++row)
        out.push_back(out.back() + rng.below(most));
    return out;
}

StringColumn texts(Rng& rng, std::size_t count) {
    StringColumn out;
    for (std::size_t i = 0; i < count; ++i) {
        std::string text(rng.below(12), ' ');
        for (auto& c : text)
            c = static_cast<char>(rng.below(256));
        out.push_back(text);
    }
    return out;
}

void add_extras(DatasetParts& parts, Rng& rng) {
    const auto rows = parts.interactions.size();
    ContextColumn number{"dwell", ColumnType::number, {}, {}, {}, {}, {}};
    ContextColumn single{"device", ColumnType::category, {}, {}, {}, {}, texts(rng, 5)};
    ContextColumn several{"fields", ColumnType::multi_category, {}, {}, rising(rng, rows, 4), {}, texts(rng, 300)};
    for (std::size_t row = 0; row < rows; ++row) {
        number.numbers.push_back(rng.below(9) == 0 ? std::numeric_limits<double>::quiet_NaN() : rng.normal());
        single.codes.push_back(rng.below(4) == 0 ? ContextColumn::missing : rng.below(5));
    }
    for (std::size_t i = 0; i < several.starts.back(); ++i) {
        several.codes.push_back(rng.below(300));
        several.weights.push_back(static_cast<float>(rng.normal()));
    }
    parts.context = {number, single, several};
    Vectors words{"words", 7, texts(rng, 40), {}};
    for (int i = 0; i < 7 * 40; ++i)
        words.values.push_back(static_cast<float>(rng.normal()));
    parts.vectors = {words, {"none", 3, {}, {}}};
    for (int i = 0; i < 50; ++i)
        parts.social.push_back({rng.below(parts.users.size()), rng.below(parts.users.size())});
    for (RowIx row = 0; row < rows; row += 1 + rng.below(9))
        parts.fixed_test.push_back(row);
}

void add_sides(DatasetParts& parts, Rng& rng) {
    FeatureColumn age{"age", ColumnType::number, {}, {}};
    for (std::uint32_t u = 0; u < parts.users.size(); ++u)
        age.numbers.push_back(rng.uniform());
    parts.user_features = {age, {"job", ColumnType::category, {}, texts(rng, parts.users.size())}};
    parts.item_features = {{"text", ColumnType::text, {}, texts(rng, parts.items.size())}};
    parts.item_titles = texts(rng, parts.items.size());
    parts.graph.entities = texts(rng, 30);
    parts.graph.relations = texts(rng, 4);
    for (int i = 0; i < 200; ++i)
        parts.graph.triples.push_back({rng.below(30), rng.below(4), rng.below(30)});
    for (int i = 0; i < 20; ++i)
        parts.graph.links.push_back({rng.below(parts.items.size()), rng.below(30)});
}

/// Random data with everything in it, drawn from the seed.
DatasetParts everything(std::uint64_t seed, std::uint32_t rows) {
    Rng rng(seed);
    DatasetParts parts;
    parts.name = "all";
    parts.source = "made";
    parts.has_pairs = rng.below(4) != 0;
    const auto users = parts.has_pairs ? 1 + rng.below(500) : 1;
    const auto items = parts.has_pairs ? 1 + rng.below(70'000) : 1;
    const auto ids = [&parts](std::uint32_t count) {
        StringColumn out;
        for (std::uint32_t i = 0; i < count; ++i)
            out.push_back(parts.has_pairs ? std::to_string(i) : std::string(no_id));
        return IdMap(std::move(out));
    };
    parts.users = ids(users);
    parts.items = ids(items);
    parts.events = {"view", "buy", "rate"};
    const bool in_order = rng.below(2) == 0;
    const bool few_ratings = rng.below(2) == 0;
    auto& columns = parts.interactions;
    for (std::uint32_t row = 0; row < rows; ++row) {
        columns.user.push_back(in_order ? static_cast<UserIx>(std::uint64_t{row} * users / rows) : rng.below(users));
        columns.item.push_back(rng.below(items));
        columns.value.push_back(few_ratings ? static_cast<float>(rng.below(10)) / 2 : static_cast<float>(rng.normal()));
        columns.time.push_back((std::int64_t{1} << (20 + seed % 43)) - rng.below(1'000'000));
        columns.event.push_back(static_cast<EventIx>(rng.below(3)));
    }
    columns.value[rows / 2] = std::numeric_limits<float>::quiet_NaN();
    add_sides(parts, rng);
    add_extras(parts, rng);
    return parts;
}

template <typename T>
bool comes_back(const std::vector<T>& values) {
    std::vector<T> out;
    return decode_chunk<T>(encode_chunk(std::span<const T>(values)), values.size(), out) &&
           (values.empty() || std::memcmp(out.data(), values.data(), values.size() * sizeof(T)) == 0);
}

} // namespace

class TestDatasetStore : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    std::filesystem::path file() const { return folder_->filePath(QStringLiteral("w.tastebench")).toStdString(); }
    std::shared_ptr<Workspace> open() const { return *Workspace::open(file()); }
    int count(const std::string& table) const {
        SQLite::Database db(file().string());
        return db.execAndGet("SELECT count(*) FROM " + table).getInt();
    }

  private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void every_chunk_comes_back() {
        for (const unsigned shift : {0U, 7U, 8U, 15U, 23U, 31U, 40U, 55U, 63U}) {
            std::vector<std::int64_t> values;
            for (std::uint32_t i = 0; i < 5'000; ++i)
                values.push_back(static_cast<std::int64_t>((i * 0x9E3779B97F4A7C15ULL) >> (63 - shift)) - 1'000);
            QVERIFY(comes_back(values));
        }
        QVERIFY(comes_back(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(),
                                                     std::numeric_limits<std::int64_t>::max(), 0}));
        QVERIFY(comes_back(std::vector<std::uint32_t>{0xFFFFFFFF, 3, 0, 0x80000000, 0x7FFFFFFF}));
        QVERIFY(comes_back(std::vector<std::uint32_t>(chunk_values, 7)));
        QVERIFY(comes_back(std::vector<std::uint64_t>{0, ~0ULL, 5}));
        QVERIFY(comes_back(std::vector<std::uint8_t>{0, 255, 255, 9}));
        QVERIFY(comes_back(std::vector<float>{-0.0F, 0.0F, std::numeric_limits<float>::quiet_NaN(), 1e-40F}));
        QVERIFY(comes_back(std::vector<double>{-0.0, std::numeric_limits<double>::quiet_NaN(), 1e300}));
        QVERIFY(comes_back(std::vector<float>{}));
        // Indices that mean "none" beside small ones take one byte each, not four.
        std::vector<std::uint32_t> codes;
        for (std::uint32_t i = 0; i < 1'000; ++i)
            codes.push_back(i % 3 == 0 ? ContextColumn::missing : i % 200);
        QVERIFY(comes_back(codes));
        QVERIFY(encode_chunk(std::span<const std::uint32_t>(codes)).size() < 1'100);
    }

    void strange_bytes_are_no_chunk() {
        Rng rng(4);
        std::vector<std::uint32_t> values;
        for (int i = 0; i < 3'000; ++i)
            values.push_back(rng.below(4) == 0 ? 1U : static_cast<std::uint32_t>(i / 40));
        auto sorted = values;
        std::sort(sorted.begin(), sorted.end());
        for (const auto& column : {values, sorted}) {
            const auto sound = encode_chunk(std::span<const std::uint32_t>(column));
            for (int round = 0; round < 2'000; ++round) {
                auto bytes = sound;
                if (round % 2 == 0)
                    bytes.resize(rng.below(static_cast<std::uint32_t>(bytes.size())));
                for (int flip = 0; flip < 3 && !bytes.empty(); ++flip)
                    bytes[rng.below(std::min<std::uint32_t>(40, static_cast<std::uint32_t>(bytes.size())))] =
                        static_cast<std::byte>(rng.below(256));
                std::vector<std::uint32_t> out;
                // Never more values than asked for, whatever the bytes claim.
                if (decode_chunk(bytes, column.size(), out))
                    QCOMPARE(out.size(), column.size());
                QVERIFY(out.size() <= column.size());
                StringColumn strings;
                (void)decode_texts(bytes, 100, strings);
                QVERIFY(strings.size() <= 100);
            }
        }
    }

    void random_data_with_everything_comes_back_data() {
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<quint32>("rows");
        for (quint64 seed = 0; seed < 12; ++seed)
            QTest::addRow("seed %llu", static_cast<unsigned long long>(seed)) << seed << quint32(1 + seed * seed * 40);
        QTest::newRow("several chunks") << quint64{99} << quint32(chunk_values + 1'000);
    }
    void random_data_with_everything_comes_back() {
        QFETCH(quint64, seed);
        QFETCH(quint32, rows);
        const auto made = Dataset::make(everything(seed, rows));
        QVERIFY2(made.has_value(), made ? "" : made.error().text().c_str());
        QVERIFY(open()->add_dataset(**made).has_value());
        const auto read = open()->dataset("all");
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        QCOMPARE((*read)->fingerprint(), (*made)->fingerprint());
        // The stored digits and those of the columns that came back are the same.
        const auto again = Dataset::make((*read)->parts());
        QVERIFY2(again.has_value(), again ? "" : again.error().text().c_str());
        QCOMPARE((*again)->fingerprint(), (*made)->fingerprint());
        QCOMPARE((*read)->summary().distinct_pairs, (*again)->summary().distinct_pairs);
        QCOMPARE((*read)->summary().mean_value, (*again)->summary().mean_value);
        QCOMPARE((*read)->has_pairs(), (*made)->has_pairs());
    }

    void a_version_2_data_set_still_opens() {
        QFile script(QStringLiteral(TASTEBENCH_FIXTURES "/workspace_v2.sql"));
        QVERIFY(script.open(QFile::ReadOnly));
        {
            SQLite::Database db(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            db.exec(script.readAll().toStdString());
        }
        const auto workspace = open();
        const auto read = workspace->dataset("shop");
        QVERIFY2(read.has_value(), read ? "" : read.error().text().c_str());
        QCOMPARE((*read)->fingerprint(), std::string("52c1de7f4c89f153f51e4cc597588a63"));
        QCOMPARE((*read)->summary().distinct_pairs, std::uint64_t{48});
        QCOMPARE(workspace->datasets()->at(0).summary.interactions, std::uint64_t{60});
        SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
        db.exec("UPDATE dataset_part SET bytes = X'00' WHERE part = 'titles'");
        QVERIFY(open()->dataset("shop").has_value());
        db.exec(
            "UPDATE dataset_part SET bytes = X'010500006040000080400000803F000000400000A04001' WHERE part = 'value'");
        QVERIFY(!open()->dataset("shop"));
    }

    void damage_is_named_by_part_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const char* sql, const char* named) {
            QTest::newRow(name) << QString::fromLatin1(sql) << QString::fromLatin1(named);
        };
        row("changed", "UPDATE dataset_part SET bytes = zeroblob(length(bytes)) WHERE part = 'time'",
            "part 1 of 'time'");
        row("last byte",
            "UPDATE dataset_part SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || X'FE' AS BLOB) "
            "WHERE part = 'item'",
            "part 1 of 'item'");
        row("missing", "DELETE FROM dataset_part WHERE part = 'value'", "part 1 of 'value'");
        row("of another",
            "UPDATE dataset_part SET (bytes, hash) = (SELECT bytes, hash FROM dataset_part "
            "WHERE part = 'users') WHERE part = 'items'",
            "part 1 of 'items'");
        row("one too many",
            "INSERT INTO dataset_part SELECT dataset_id, part, 1, bytes, hash FROM dataset_part "
            "WHERE part = 'user'",
            "part 2 of 'user'");
        row("no hash", "UPDATE dataset_part SET hash = NULL WHERE part = 'user'", "part 1 of 'user'");
        row("head", "UPDATE dataset_part SET bytes = X'03' WHERE part = 'head'", "part 1 of 'head'");
        row("no head", "DELETE FROM dataset_part WHERE part = 'head'", "part 1 of 'head'");
        row("fingerprint", "UPDATE dataset SET fingerprint = 'feed'", "part 1 of 'head'");
    }
    void damage_is_named_by_part() {
        QFETCH(QString, sql);
        QFETCH(QString, named);
        const auto data = tastes();
        QVERIFY(open()->add_dataset(*data).has_value());
        QVERIFY(open()->dataset("small").has_value());
        {
            SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
            QVERIFY(db.exec(sql.toStdString()) > 0);
        }
        const auto read = open()->dataset("small");
        QVERIFY(!read);
        QCOMPARE(read.error().kind, ErrorKind::bad_data);
        QVERIFY2(read.error().text().find("'small' is damaged in " + named.toStdString()) != std::string::npos,
                 read.error().text().c_str());
    }

    void cancelling_leaves_nothing() {
        Progress made;
        const auto large = *generate_dataset({20'000, 900, 1'000'000, 4}, "large", made);
        const auto workspace = open();
        QVERIFY(workspace->add_dataset(*tastes()).has_value());
        const auto parts = count("dataset_part");
        Progress early;
        early.cancel();
        AddOptions options;
        options.progress = &early;
        QCOMPARE(workspace->add_dataset(*large, options).error().kind, ErrorKind::cancelled);
        Progress progress;
        options.progress = &progress;
        std::jthread canceller([&] {
            while (progress.snapshot().done < 3)
                std::this_thread::yield();
            progress.cancel();
        });
        QCOMPARE(workspace->add_dataset(*large, options).error().kind, ErrorKind::cancelled);
        QCOMPARE(workspace->datasets()->size(), std::size_t{1});
        QCOMPARE(count("dataset_part"), parts);
        QVERIFY(std::filesystem::file_size(file()) < 2'000'000);
        QVERIFY(std::filesystem::file_size(file().string() + "-wal") < 2'000'000);
        Progress whole;
        options.progress = &whole;
        QVERIFY(workspace->add_dataset(*large, options).has_value());
        QCOMPARE(whole.snapshot().done, whole.snapshot().total);
        QCOMPARE((*workspace->dataset("large"))->fingerprint(), large->fingerprint());
    }

    void what_was_told_at_import_is_kept() {
        AddOptions options;
        options.recipe = R"({"format": "csv"})";
        options.source_hash = "abc";
        QVERIFY(open()->add_dataset(*tastes(), options).has_value());
        const auto entry = open()->datasets()->at(0);
        QCOMPARE(entry.recipe, options.recipe);
        QCOMPARE(entry.source_hash, options.source_hash);
        QVERIFY(!entry.deleted);
    }

    void recipes_are_kept_by_name() {
        const auto workspace = open();
        QVERIFY(workspace->save_recipe("shop", "{1}").has_value());
        QVERIFY(workspace->save_recipe("films", "{2}").has_value());
        QVERIFY(workspace->save_recipe("shop", "it's {3}").has_value());
        QCOMPARE(*open()->recipe("shop"), std::string("it's {3}"));
        const auto all = *workspace->recipes();
        QCOMPARE(all.size(), std::size_t{2});
        QCOMPARE(all[0].name, std::string("films"));
        QVERIFY(workspace->recipe("shp").error().text().find("did you mean 'shop'") != std::string::npos);
        QVERIFY(workspace->delete_recipe("shop").has_value());
        QCOMPARE(workspace->delete_recipe("shop").error().kind, ErrorKind::usage);
        QCOMPARE(workspace->save_recipe("", "{}").error().kind, ErrorKind::usage);
    }

    void a_deleted_data_set_waits_in_the_bin() {
        const auto workspace = open();
        const auto first = tastes();
        const auto second = tastes(30, 20, 5);
        QVERIFY(workspace->add_dataset(*first).has_value());
        QVERIFY(workspace->delete_dataset("small").has_value());
        QCOMPARE(workspace->delete_dataset("small").error().kind, ErrorKind::usage);
        QVERIFY(!workspace->dataset("small"));
        QVERIFY(workspace->datasets()->empty());
        const auto binned = *open()->binned_datasets();
        QCOMPARE(binned.size(), std::size_t{1});
        QVERIFY(binned[0].deleted.has_value());
        // Its name is free for another, and then taken.
        QVERIFY(workspace->add_dataset(*second).has_value());
        const auto refused = workspace->restore_dataset("small");
        QVERIFY2(refused.error().text().find("rename or delete") != std::string::npos, refused.error().text().c_str());
        QVERIFY(workspace->rename_dataset("small", "other").has_value());
        QVERIFY(workspace->restore_dataset(binned[0].id).has_value());
        QCOMPARE((*workspace->dataset("small"))->fingerprint(), first->fingerprint());
        QCOMPARE((*workspace->dataset("other"))->fingerprint(), second->fingerprint());
        QVERIFY(workspace->binned_datasets()->empty());
        QCOMPARE(workspace->restore_dataset("small").error().kind, ErrorKind::usage);
    }

    void emptying_the_bin_gives_the_space_back() {
        Progress progress;
        const auto large = *generate_dataset({3'000, 900, 300'000, 4}, "large", progress);
        const auto workspace = open();
        QVERIFY(workspace->add_dataset(*large).has_value());
        QVERIFY(workspace->add_dataset(*tastes()).has_value());
        const auto before = std::filesystem::file_size(file());
        QVERIFY(workspace->empty_bin().has_value());
        QCOMPARE(std::filesystem::file_size(file()), before);
        QVERIFY(workspace->delete_dataset("large").has_value());
        QVERIFY(workspace->empty_bin().has_value());
        QVERIFY(workspace->binned_datasets()->empty());
        QVERIFY(std::filesystem::file_size(file()) < before / 3);
        QVERIFY((*workspace->dataset("small"))->fingerprint() == tastes()->fingerprint());
        SQLite::Database db(file().string());
        QCOMPARE(db.execAndGet("PRAGMA integrity_check").getString(), std::string("ok"));
        QCOMPARE(db.execAndGet("SELECT count(DISTINCT dataset_id) FROM dataset_part").getInt(), 1);
    }

    void runs_follow_a_new_name() {
        const auto workspace = open();
        const auto data = tastes();
        QVERIFY(workspace->add_dataset(*data).has_value());
        const auto id = store_run(*workspace, *data, "popularity");
        Run waiting;
        waiting.spec = make_spec(*data, "sar");
        const auto queued = *workspace->add_run(waiting);
        QVERIFY(workspace->rename_dataset("small", "new").error().text().find("under way") != std::string::npos);
        QVERIFY(workspace->delete_run(queued).has_value());
        QVERIFY(workspace->rename_dataset("small", "new").has_value());
        QCOMPARE(workspace->run(id)->spec.data_name, std::string("new"));
        QVERIFY(workspace->delete_dataset("new").error().text().find("1 run uses 'new'") != std::string::npos);
        QCOMPARE(workspace->rename_dataset("small", "x").error().kind, ErrorKind::usage);
        QVERIFY(workspace->add_dataset(*data).has_value());
        QVERIFY(workspace->rename_dataset("small", "new").error().text().find("already") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestDatasetStore)
#include "tst_dataset_store.moc"
