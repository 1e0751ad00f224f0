// A stored data set whose checksums agree and whose content does not: never data with a bad index.
#include <algorithm>

#include <QTest>

#include "core/store/dataset_codec.h"
#include "core/store/dataset_codec_v2.h"

using namespace tastebench;

namespace {

using Bytes = std::vector<std::byte>;

StringColumn texts(std::initializer_list<std::string_view> all) {
    StringColumn out;
    for (const auto text : all)
        out.push_back(text);
    return out;
}

DatasetPtr two_rows() {
    DatasetParts parts;
    parts.users = IdMap(texts({"1", "u"}));
    parts.items = IdMap(texts({"a"}));
    parts.interactions.user = {1, 0};
    parts.interactions.item = {0, 0};
    parts.interactions.event = {0, 1};
    parts.events = {"view", "buy"};
    return Dataset::make(std::move(parts)).value();
}

/// The head as it is written for another summary.
Bytes head_with(const Dataset& data, const DatasetSummary& summary) {
    auto head = write_head(data);
    const auto old = write_summary(data.summary());
    const auto at = std::search(head.begin(), head.end(), old.begin(), old.end());
    if (at == head.end())
        qFatal("the head holds no summary");
    const auto other = write_summary(summary);
    std::copy(other.begin(), other.end(), at);
    return head;
}

/// The data set from its columns under this head; an empty pointer where it is refused.
DatasetPtr read_back(const Dataset& data, const Bytes& head) {
    IncomingDataset incoming;
    if (!incoming.begin(head))
        return {};
    const auto writers = columns_of(data.parts());
    const auto readers = incoming.columns();
    for (std::size_t c = 0; c < readers.size(); ++c)
        for (std::size_t chunk = 0; chunk < readers[c].chunks; ++chunk)
            if (!readers[c].append(writers[c].encode(chunk), chunk))
                return {};
    const auto summary = incoming.summary();
    return Dataset::restore(incoming.finish(), data.fingerprint(), summary).value_or(nullptr);
}

} // namespace

class TestDatasetCodec : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void what_is_written_is_read() {
        const auto data = two_rows();
        const auto same = read_back(*data, write_head(*data));
        QVERIFY(same);
        QCOMPARE(same->interactions().user, data->interactions().user);
        QCOMPARE(same->interactions().event, data->interactions().event);
    }

    void rows_beyond_what_the_head_counts_are_refused_data() {
        QTest::addColumn<uint>("users");
        QTest::addColumn<uint>("items");
        QTest::newRow("one user") << 1U << 1U;
        QTest::newRow("no user") << 0U << 1U;
        QTest::newRow("no item") << 2U << 0U;
        QTest::newRow("neither") << 0U << 0U;
    }
    void rows_beyond_what_the_head_counts_are_refused() {
        QFETCH(uint, users);
        QFETCH(uint, items);
        const auto data = two_rows();
        auto summary = data->summary();
        summary.users = users;
        summary.items = items;
        QVERIFY(!read_back(*data, head_with(*data, summary)));
    }

    void every_cut_of_the_head_is_refused() {
        const auto data = two_rows();
        const auto head = write_head(*data);
        for (std::size_t size = 0; size < head.size(); ++size)
            QVERIFY(!IncomingDataset().begin(std::span(head).first(size)));
    }

    /// Version 2 keeps a whole number as what it is above the least one, which may be any.
    void sums_beyond_the_greatest_number_wrap() {
        Writer out;
        out.varint(1);
        out.number(std::numeric_limits<std::int64_t>::max());
        out.number(std::uint8_t{1});
        out.array(std::vector<std::uint8_t>{255});
        const auto column = out.take();
        // What else there is has no values: a count of 0 for columns, none of texts, tables and graphs.
        const auto parts = read_dataset_v2([&](std::string_view part) {
            const std::size_t zeros = part == "value" ? 2 : part == "graph" ? 4 : 1;
            return part == "time" ? column : Bytes(zeros);
        });
        QVERIFY2(parts, parts ? "" : parts.error().text().c_str());
        QCOMPARE(parts->interactions.time,
                 std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min() + std::int64_t{254}});
    }
};

QTEST_APPLESS_MAIN(TestDatasetCodec)
#include "tst_dataset_codec.moc"
