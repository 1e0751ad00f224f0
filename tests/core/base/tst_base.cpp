#include <QTest>

#include "core/base/binary.h"
#include "core/base/parallel.h"
#include "core/base/parameters.h"
#include "core/base/progress.h"

using namespace tastebench;

namespace {

ParameterSchema schema() {
    std::vector<ParameterSpec> specs{
        {"factors", "Factors", "How many.", "", ParameterType::integer, std::int64_t{10}, 1, 100},
        {"rate", "Rate", "How fast.", "", ParameterType::real, 0.1, 0, 1},
        {"on", "On", "Whether.", "", ParameterType::boolean, true},
        {"kind", "Kind", "Which.", "", ParameterType::choice, std::string("a")}};
    specs[3].choices = {{"a", "A", ""}, {"b", "B", ""}};
    return ParameterSchema(specs);
}

} // namespace

class TestBase : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_part_is_written_in_place_and_never_read_past_its_end() {
        Writer out;
        out.number(std::uint32_t{7});
        const auto outer = out.begin_part();
        out.text("before");
        const auto inner = out.begin_part();
        out.end_part(inner);
        out.end_part(outer);
        out.number(std::uint32_t{8});
        Reader in(out.bytes());
        QCOMPARE(in.number<std::uint32_t>(), 7U);
        Reader part(in.part());
        QCOMPARE(part.text(), std::string("before"));
        QVERIFY(part.part().empty() && part.ok() && part.at_end());
        QCOMPARE(in.number<std::uint32_t>(), 8U);
        QVERIFY(in.finish("it").has_value());
        for (std::size_t length = 4; length + 4 < out.bytes().size(); ++length) {
            Reader cut(std::span(out.bytes()).first(length));
            cut.number<std::uint32_t>();
            QVERIFY(cut.part().empty());
            QVERIFY(!cut.ok());
        }
    }

    void an_error_reads_where_what_and_remedy() {
        const Error error{ErrorKind::bad_data, "the rating is no number", "a.csv:3:2", "correct it"};
        QCOMPARE(error.text(), std::string("a.csv:3:2: the rating is no number; correct it"));
        QCOMPARE(error.exit_code(), 3);
        QCOMPARE((Error{ErrorKind::cancelled, "cancelled", {}, {}}).exit_code(), 130);
    }

    void values_are_read_and_printed_alike() {
        for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
                 {"factors", "42"}, {"rate", "0.005"}, {"on", "false"}, {"kind", "b"}}) {
            const auto value = schema().parse(name, text);
            QVERIFY(value.has_value());
            QCOMPARE(to_text(*value), text);
        }
    }

    void bad_values_name_parameter_and_remedy_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("below") << "factors"
                               << "0"
                               << "from 1 to 100";
        QTest::newRow("above") << "factors"
                               << "101"
                               << "from 1 to 100";
        QTest::newRow("fraction") << "factors"
                                  << "1.5"
                                  << "whole number";
        QTest::newRow("trailing") << "factors"
                                  << "10x"
                                  << "whole number";
        QTest::newRow("nan") << "rate"
                             << "nan"
                             << "from 0 to 1";
        QTest::newRow("infinite") << "rate"
                                  << "inf"
                                  << "from 0 to 1";
        QTest::newRow("comma") << "rate"
                               << "0,5"
                               << "from 0 to 1";
        QTest::newRow("boolean") << "on"
                                 << "yes"
                                 << "true or false";
        QTest::newRow("choice") << "kind"
                                << "c"
                                << "a, b";
        QTest::newRow("name") << "factor"
                              << "1"
                              << "did you mean 'factors'";
        QTest::newRow("unknown") << "zzz"
                                 << "1"
                                 << "the parameters are factors, rate, on, kind";
    }
    void bad_values_name_parameter_and_remedy() {
        QFETCH(QString, name);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto value = schema().parse(name.toStdString(), text.toStdString());
        QVERIFY(!value);
        QCOMPARE(value.error().kind, ErrorKind::usage);
        const auto message = QString::fromStdString(value.error().text());
        QVERIFY2(message.contains(expected), qPrintable(message));
        QVERIFY2(message.startsWith(name), qPrintable(message));
    }

    void completing_fills_in_defaults() {
        const auto complete = schema().complete({{"rate", std::int64_t{1}}});
        QVERIFY(complete.has_value());
        QCOMPARE(get_real(*complete, "rate"), 1.0);
        QCOMPARE(get_int(*complete, "factors"), std::int64_t{10});
        QVERIFY(!schema().complete({{"rate", std::string("1")}}));
    }

    void bytes_come_back_as_written() {
        Writer out;
        out.number(3.5);
        out.varint(300);
        out.text("Grüße");
        out.array(std::vector<std::int64_t>{-1, 2});
        Reader in(out.bytes());
        QCOMPARE(in.number<double>(), 3.5);
        QCOMPARE(in.varint(), std::uint64_t{300});
        QCOMPARE(in.text(), std::string("Grüße"));
        QCOMPARE(in.array<std::int64_t>(), (std::vector<std::int64_t>{-1, 2}));
        QVERIFY(in.finish("it").has_value());
    }

    /// Every shorter piece of a stream is refused, and a huge length asks for no memory.
    void cut_streams_are_refused() {
        Writer out;
        out.varint(300);
        out.array(std::vector<double>{1, 2, 3});
        for (std::size_t length = 0; length < out.bytes().size(); ++length) {
            Reader in(std::span(out.bytes()).first(length));
            in.varint();
            in.array<double>();
            QVERIFY(!in.finish("it"));
        }
        Writer huge;
        huge.varint(std::uint64_t{1} << 62);
        Reader in(huge.bytes());
        QVERIFY(in.array<double>().empty());
        QVERIFY(!in.ok());
    }

    void parallel_blocks_cover_everything_once() {
        for (const int threads : {1, 2, 5}) {
            const Parallel parallel(threads);
            std::vector<int> visits(1003);
            parallel.for_blocks(visits.size(), 10, [&](std::size_t first, std::size_t last) {
                for (auto i = first; i < last; ++i)
                    ++visits[i];
            });
            QVERIFY(std::all_of(visits.begin(), visits.end(), [](int v) { return v == 1; }));
        }
    }

    void what_was_there_before_counts_as_done_but_not_as_speed() {
        Progress progress;
        progress.begin_bytes("Downloading", 1'000, 900);
        QCOMPARE(progress.snapshot().fraction, 0.9);
        QVERIFY(!progress.snapshot().seconds_left);
        QTest::qSleep(250);
        QVERIFY(!progress.snapshot().per_second);
        progress.set_done(950);
        const auto now = progress.snapshot();
        QVERIFY(now.bytes);
        // 50 bytes in at least 0.25 s, and as long again for the other 50.
        QVERIFY(now.per_second && *now.per_second <= 200);
        QVERIFY(now.seconds_left && *now.seconds_left >= 0.25);
        progress.begin("Reading", 10);
        QVERIFY(!progress.snapshot().bytes);
        QCOMPARE(progress.snapshot().done, std::uint64_t{0});
    }

    void progress_tells_fraction_and_cancel() {
        Progress progress;
        progress.begin("Training", 10);
        progress.advance(5);
        progress.add_curve_point("loss", 1, 0.5);
        QCOMPARE(progress.snapshot().fraction, 0.5);
        QVERIFY(progress.snapshot().seconds_left.has_value());
        QCOMPARE(progress.curves().size(), std::size_t{1});
        progress.cancel();
        QVERIFY(progress.snapshot().cancelled);
    }
};

QTEST_APPLESS_MAIN(TestBase)
#include "tst_base.moc"
