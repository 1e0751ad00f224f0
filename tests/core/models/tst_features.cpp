#include <QTest>

#include "core/data/any_data.h"
#include "core/models/features/batches.h"
#include "feature_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

FeatureEncoder learned(const Dataset& data, std::span<const RowIx> rows, const FeatureOptions& options = {}) {
    const Parallel parallel(2);
    return *FeatureEncoder::learn(TrainingData(data, rows), options, parallel);
}

const Field& field(const FeatureEncoder& encoder, std::string_view name) {
    return *std::find_if(encoder.fields().begin(), encoder.fields().end(),
                         [&](const Field& one) { return one.name == name; });
}

std::vector<std::string> chosen(const Dataset& data, std::string_view fields) {
    std::vector<std::string> out;
    const auto columns = choose_fields(data, fields);
    for (const auto& column : *columns)
        out.push_back(column.name);
    return out;
}

/// The index of a user's single field.
std::uint32_t index_of(const FeatureEncoder& encoder, UserIx user, std::size_t slot) {
    return encoder.users().index[user * encoder.users().singles + slot];
}

} // namespace

class TestFeatures : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void only_values_of_training_rows_are_known() {
        const auto data = featured();
        std::vector<RowIx> rows;
        for (RowIx row = 0; row < data->interactions().size(); ++row)
            if (data->interactions().user[row] % 3 == 0)
                rows.push_back(row); // group "a", or missing
        const auto encoder = learned(*data, rows);
        const auto& group = field(encoder, "user.group");
        QCOMPARE(group.size, 3U); // unknown, missing, "a"
        QCOMPARE(index_of(encoder, 0, 1), group.first + 2);
        QCOMPARE(index_of(encoder, 1, 1), group.first);      // "b" was never seen
        QCOMPARE(index_of(encoder, 10, 1), group.first + 1); // missing
        const auto& user = field(encoder, "user_id");
        QVERIFY(index_of(encoder, 0, 0) >= user.first + 2);
        QCOMPARE(index_of(encoder, 1, 0), user.first);
    }

    void numbers_are_standardised_over_training_rows() {
        const auto data = featured();
        const auto rows = all_rows(*data);
        const auto encoder = learned(*data, rows);
        const auto& users = encoder.users();
        double n = 0, sum = 0, squares = 0;
        for (const RowIx row : rows) {
            const UserIx user = data->interactions().user[row];
            if (std::isnan(data->user_features()[1].numbers[user]))
                continue;
            const auto x = static_cast<double>(users.number[user]);
            ++n;
            sum += x;
            squares += x * x;
        }
        QVERIFY(std::abs(sum / n) < 1e-5);
        QVERIFY(std::abs(squares / n - 1) < 1e-5);
        const auto& age = field(encoder, "user.age");
        QCOMPARE(index_of(encoder, 6, 2), age.first); // missing
        QCOMPARE(users.number[6], 1.0F);
        QCOMPARE(index_of(encoder, 5, 2), age.first + 1);
    }

    void several_categories_share_the_weight() {
        const auto data = featured();
        const auto encoder = learned(*data, all_rows(*data));
        const auto& items = encoder.items();
        QCOMPARE(items.starts[4] - items.starts[3], std::uint64_t{2}); // "x|y"
        QCOMPARE(items.multi_value[items.starts[3]], 0.5F);
        QCOMPARE(items.starts[1] - items.starts[0], std::uint64_t{1});
        QCOMPARE(items.multi_value[0], 1.0F);
    }

    void ranges_hold_equally_many_rows() {
        const auto data = featured();
        FeatureOptions options;
        options.numbers = NumberReading::buckets;
        options.buckets = 4;
        const auto rows = all_rows(*data);
        const auto encoder = learned(*data, rows, options);
        const auto& age = field(encoder, "user.age");
        QCOMPARE(age.kind, FieldKind::category);
        QCOMPARE(age.size, 6U); // unknown, missing, four ranges
        std::vector<std::size_t> counts(age.size);
        const std::size_t slot = encoder.users().singles - 1;
        for (const RowIx row : rows)
            ++counts[index_of(encoder, data->interactions().user[row], slot) - age.first];
        QCOMPARE(counts[0], std::size_t{0});
        const double quarter = static_cast<double>(rows.size() - counts[1]) / 4;
        for (std::size_t range = 2; range < 6; ++range)
            QVERIFY(std::abs(static_cast<double>(counts[range]) - quarter) < 0.15 * quarter);
    }

    void rare_values_count_as_unknown() {
        const auto data = *make_data({{"a", "x", 1}, {"a", "y", 2}, {"b", "x", 3}});
        FeatureOptions options;
        options.least_rows = 2;
        const auto encoder = learned(*data, all_rows(*data), options);
        QCOMPARE(field(encoder, "user_id").size, 3U); // b is rare
        QCOMPARE(encoder.users().index[1], field(encoder, "user_id").first);
    }

    void many_values_share_hash_buckets() {
        const auto data = featured(300, 20);
        FeatureOptions options;
        options.hash_buckets = 16;
        const auto encoder = learned(*data, all_rows(*data), options);
        const auto& users = field(encoder, "user_id");
        QCOMPARE(users.size, 18U); // unknown, missing, the buckets
        std::vector<int> people(18, 0);
        for (UserIx user = 0; user < 300; ++user)
            ++people[index_of(encoder, user, 0) - users.first];
        QCOMPARE(people[0] + people[1], 0);
        QVERIFY(std::all_of(people.begin() + 2, people.end(), [](int n) { return n > 3 && n < 50; }));
        QCOMPARE(field(encoder, "user.group").size, 5U); // fewer values than buckets keep a place each
        QVERIFY(learned(*data, all_rows(*data), options).users().index == encoder.users().index);
    }

    void a_hashed_value_falls_into_its_bucket_whatever_else_there_is() {
        const auto large = *make_data({{"a", "x", 1}, {"b", "x", 2}, {"c", "y", 3}, {"d", "y", 1}});
        const auto small = *make_data({{"b", "x", 2}, {"c", "y", 3}, {"d", "y", 1}});
        FeatureOptions options;
        options.hash_buckets = 2;
        const auto place = [&](const Dataset& data, const char* user) {
            const auto encoder = learned(data, all_rows(data), options);
            return encoder.users().index[*data.users().find(user)] - field(encoder, "user_id").first;
        };
        for (const char* user : {"b", "c", "d"})
            QCOMPARE(place(*large, user), place(*small, user));
    }

    void fields_are_chosen_by_name() {
        const auto data = featured();
        QCOMPARE(chosen(*data, "ids"), (std::vector<std::string>{"user_id", "item_id"}));
        QCOMPARE(chosen(*data, "features"),
                 (std::vector<std::string>{"user.group", "user.age", "item.kinds", "row.hour"}));
        QCOMPARE(chosen(*data, "ids, kinds"), (std::vector<std::string>{"user_id", "item_id", "item.kinds"}));
        QCOMPARE(chosen(*data, "-ids,-row.hour"), (std::vector<std::string>{"user.group", "user.age", "item.kinds"}));
        const auto wrong = choose_fields(*data, "ids,gruop");
        QVERIFY(!wrong);
        QVERIFY(wrong.error().text().find("did you mean 'group'?") != std::string::npos);
        QVERIFY(!choose_fields(*data, "ids,-ids"));
        QVERIFY(!check_fields("ids,,age").empty());
        QVERIFY(only_ids("ids") && only_ids("user_id,item_id") && only_ids("all,-features"));
        QVERIFY(!only_ids("all") && !only_ids("ids,age") && !only_ids("-age"));
    }

    void no_two_blocks_of_an_epoch_draw_the_same_negatives_data() {
        QTest::addColumn<int>("batch");
        QTest::addColumn<double>("distinct");
        // Twenty thousand draws out of as many items hit 0.63 of them.
        QTest::newRow("1") << 1 << 0.6;
        QTest::newRow("100") << 100 << 0.95;
        QTest::newRow("128") << 128 << 0.95;
    }
    /// Of each block the item drawn first: blocks that drew from one stream would have the same.
    void no_two_blocks_of_an_epoch_draw_the_same_negatives() {
        QFETCH(int, batch);
        QFETCH(double, distinct);
        std::vector<Row> rows;
        for (int i = 0; i < 20'000; ++i)
            rows.push_back({"u" + std::to_string(i), "i" + std::to_string(i), 1});
        const auto data = *make_data(rows);
        const auto all = all_rows(*data);
        const Parallel parallel(1);
        Progress progress;
        FitContext context{progress, parallel, 42};
        const TrainingData training(*data, all);
        const auto encoder = *FeatureEncoder::learn(training, {.fields = "ids"}, parallel);
        const auto samples = *Samples::make(training, encoder, FeatureTask::ranking, 0, parallel);
        std::set<std::uint32_t> first_drawn;
        std::size_t blocks = 0;
        Batches batches(samples, static_cast<std::uint32_t>(batch), context);
        batches.epoch(1, {}, [&](std::span<SampleBlock> of, const Batches::Ahead&) {
            for (const auto& block : of) {
                first_drawn.insert(block.singles_of(1)[1].index);
                ++blocks;
            }
            return 0.0;
        });
        QVERIFY2(static_cast<double>(first_drawn.size()) > distinct * static_cast<double>(blocks),
                 qPrintable(QString("%1 of %2").arg(first_drawn.size()).arg(blocks)));
    }

    void a_stored_field_of_another_part_is_refused() {
        auto parts = featured()->parts();
        FeatureColumn clubs{"clubs", ColumnType::multi_category, {}, {}};
        for (std::uint32_t u = 0; u < parts.users.size(); ++u)
            clubs.texts.push_back(u % 2 == 0 ? "x" : "x|y");
        parts.user_features.push_back(clubs);
        const auto data = *Dataset::make(std::move(parts));
        const auto encoder = learned(*data, all_rows(*data));
        Writer out;
        encoder.save(out);
        auto bytes = out.take();
        FeatureEncoder loaded;
        Reader whole(bytes);
        QVERIFY(loaded.load(whole));
        // What is stored last are the fields of the items' multi entries: the last one becomes the users'.
        const auto number = [&](std::string_view name) {
            return static_cast<std::uint8_t>(&field(encoder, name) - encoder.fields().data());
        };
        auto& last = bytes[bytes.size() - sizeof(std::uint16_t)];
        QCOMPARE(std::to_integer<std::uint8_t>(last), number("item.kinds"));
        last = std::byte{number("user.clubs")};
        Reader damaged(bytes);
        QVERIFY(!loaded.load(damaged));
    }

    void whatever_the_data_every_index_lies_in_its_field() {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            AnyData any(seed, Alphabet::any, seed % 4 != 0);
            const auto data = *Dataset::make(any.take());
            const auto rows = all_rows(*data);
            FeatureOptions options;
            options.numbers = static_cast<NumberReading>(seed % 4);
            options.hash_buckets = static_cast<std::uint32_t>(seed % 3 * 5);
            const auto encoder = learned(*data, std::span(rows).first(100), options);
            EncodedRows encoded;
            encoder.encode(*data, rows, encoded);
            Writer out;
            encoder.save(out);
            FeatureEncoder loaded;
            Reader in(out.bytes());
            QVERIFY(loaded.load(in) && in.at_end());
            EncodedRows again;
            loaded.encode(*data, rows, again);
            QCOMPARE(again.index, encoded.index);
            QCOMPARE(again.number, encoded.number);
            QCOMPARE(again.multi_index, encoded.multi_index);
            for (const auto* part : {&encoder.users(), &encoder.items(), &std::as_const(encoded)}) {
                QVERIFY(std::all_of(part->index.begin(), part->index.end(),
                                    [&](auto index) { return index < encoder.n_indices(); }));
                QVERIFY(
                    std::all_of(part->number.begin(), part->number.end(), [](float x) { return std::abs(x) <= 8; }));
                for (std::size_t at = 0; at < part->multi_index.size(); ++at) {
                    const auto& of = encoder.fields()[part->multi_field[at]];
                    QVERIFY(part->multi_index[at] >= of.first && part->multi_index[at] < of.first + of.size);
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestFeatures)
#include "tst_features.moc"
