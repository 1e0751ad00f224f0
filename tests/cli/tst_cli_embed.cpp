// `embed` and `data words` as a user runs them, on a small graph imported from files.
#include <QFile>
#include <QtTest>

#include "cli/cli_process.h"

class TestEmbed : public QObject {
    Q_OBJECT
    CliWorkspace workspace_;
    nlohmann::json first_;

    /// Films of six series; each series has a director and a genre.
    bool import_films() {
        QByteArray rows = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n";
        QByteArray items = "item_id:token\tmovie_title:token_seq\n";
        QByteArray facts = "head_id:token\trelation_id:token\ttail_id:token\n";
        QByteArray links = "item_id:token\tentity_id:token\n";
        for (int film = 0; film < 48; ++film) {
            const auto number = QByteArray::number(film);
            const auto series = QByteArray::number(film / 8);
            rows +=
                "u" + QByteArray::number(film % 5) + "\t" + number + "\t4\t" + QByteArray::number(1000 + film) + "\n";
            items += number + "\tThe Part " + number + " of Series\n";
            links += number + "\tfilm" + number + "\n";
            for (const QByteArray relation : {"director", "genre", "studio"})
                facts += "film" + number + "\t" + relation + "\t" + relation + series + "\n";
        }
        workspace_.write("films.item", items);
        workspace_.write("films.kg", facts);
        workspace_.write("films.link", links);
        const auto file = workspace_.write("films.inter", rows);
        return workspace_.run({"--quiet", "data", "import", file, "--name", "films"}).code == 0;
    }

    static QString id(const nlohmann::json& record) { return QString::number(record.at("id").get<int>()); }

  private slots:
    void initTestCase() {
        QVERIFY(import_films());
        first_ = workspace_.json({"embed", "--data", "films", "--method", "transe", "--set", "epochs=150", "--set",
                                  "dimension=16", "--set", "batch=32", "--set", "held_out=0.1"});
        QVERIFY(first_.contains("metrics"));
    }

    void a_training_reports_its_record() {
        QCOMPARE(first_.at("method"), "transe");
        QCOMPARE(first_.at("data"), "films");
        QCOMPARE(first_.at("parameters").at("dimension"), 16);
        QCOMPARE(first_.at("entities"), 48 + 18);
        QCOMPARE(first_.at("train_triples").get<int>() + first_.at("test_triples").get<int>(), 144);
        QVERIFY(first_.at("metrics").at("tail_hits@10").get<double>() > 0.8);
        QVERIFY(first_.at("protocol").get<std::string>().find("filtered") != std::string::npos);
    }

    void the_shown_command_repeats_it_to_the_last_digit() {
        auto words = QString::fromStdString(first_.at("command").get<std::string>()).split(u' ');
        QCOMPARE(words.takeFirst(), QStringLiteral("tastebench-cli"));
        const auto again = workspace_.json(QStringList{"--threads", "1"} + words);
        QCOMPARE(again.at("metrics"), first_.at("metrics"));
        QVERIFY(again.at("id") != first_.at("id"));
        QCOMPARE(workspace_.run({"embed", "delete", id(again)}).code, 0);
    }

    void embeddings_are_listed_and_shown() {
        const auto list = workspace_.json({"embed", "list"});
        QCOMPARE(list.size(), std::size_t{1});
        QCOMPARE(list[0].at("metrics"), first_.at("metrics"));
        const auto shown = workspace_.json({"embed", "show", id(first_)});
        QCOMPARE(shown.at("curves").size(), std::size_t{150});
        QCOMPARE(shown.at("tables")[0].at("name"), "entities");
        const auto text = workspace_.run({"embed", "show", id(first_)});
        QVERIFY(text.out.contains("mean_rank") && text.out.contains("dimension = 16"));
        QVERIFY(workspace_.run({"embed", "list"}).out.contains("transe"));
    }

    void nearest_entities_are_of_the_same_series() {
        const auto near = workspace_.json({"embed", "nearest", id(first_), "--entity", "film3", "-k", "4"});
        QCOMPARE(near.at("title"), "The Part 3 of Series");
        QCOMPARE(near.at("neighbours").size(), std::size_t{4});
        int same = 0;
        double last = 1;
        for (const auto& neighbour : near.at("neighbours")) {
            const auto name = QString::fromStdString(neighbour.at("entity").get<std::string>());
            same += name.startsWith(QStringLiteral("film")) && name.mid(4).toInt() < 8 ? 1 : 0;
            QVERIFY(neighbour.at("similarity").get<double>() <= last);
            last = neighbour.at("similarity").get<double>();
        }
        QVERIFY2(same >= 3, near.dump().c_str());
        const auto wrong = workspace_.run({"embed", "nearest", id(first_), "--entity", "flim3"});
        QCOMPARE(wrong.code, 2);
        QVERIFY(wrong.err.contains("did you mean 'film"));
    }

    void vectors_are_exported_as_word2vec_text() {
        const auto file = workspace_.path("out.vec");
        const auto written = workspace_.json({"embed", "export", id(first_), "--out", file});
        QCOMPARE(written.at("rows"), 66);
        QFile in(file);
        QVERIFY(in.open(QIODevice::ReadOnly));
        const auto lines = in.readAll().split('\n');
        QCOMPARE(lines[0], QByteArray("66 16"));
        QCOMPARE(lines[1].split(' ').size(), 17);
        QCOMPARE(workspace_.json({"embed", "export", id(first_), "--out", file, "--table", "relations"}).at("rows"), 3);
        QCOMPARE(workspace_.run({"embed", "export", id(first_), "--out", file, "--table", "words"}).code, 2);
        QCOMPARE(workspace_.run({"embed", "export", id(first_), "--out", "/nonexistent/x.vec"}).code, 4);
    }

    void methods_are_listed_with_their_parameters() {
        const auto methods = workspace_.json({"embed", "methods"});
        QCOMPARE(methods.size(), std::size_t{3});
        const auto one = workspace_.json({"embed", "methods", "transh"});
        QVERIFY(one.at("citation").get<std::string>().find("AAAI 2014") != std::string::npos);
        bool found = false;
        for (const auto& parameter : one.at("parameters"))
            found = found || parameter.at("name") == "constraint";
        QVERIFY(found);
        QVERIFY(workspace_.run({"embed", "methods", "transd"}).out.contains("held_out = 0.05"));
    }

    void wrong_usage_is_told_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("no data") << QStringList{"embed"} << 2 << "--data is missing";
        QTest::newRow("no method") << QStringList{"embed", "--data", "films"} << 2 << "--method is missing";
        QTest::newRow("unknown method") << QStringList{"embed", "--data", "films", "--method", "transf"} << 2
                                        << "did you mean 'trans";
        QTest::newRow("parameter") << QStringList{"embed",  "--data", "films",      "--method",
                                                  "transe", "--set",  "dimension=0"}
                                   << 2 << "dimension";
        QTest::newRow("preset") << QStringList{"embed", "--data", "films", "--method", "transe", "--preset", "x"} << 2
                                << "it has fast";
        QTest::newRow("unknown id") << QStringList{"embed", "show", "99"} << 2 << "no embedding 99";
        QTest::newRow("column") << QStringList{"data", "words", "films", "--column", "movie_titel"} << 2
                                << "did you mean 'movie_title'";
    }
    void wrong_usage_is_told() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, message);
        const auto output = workspace_.run(arguments);
        QCOMPARE(output.code, code);
        QVERIFY2(output.err.contains(message.toUtf8()), output.err.constData());
    }

    void data_without_a_graph_is_bad_data() {
        QVERIFY(workspace_
                    .run({"--quiet", "data", "import", workspace_.write("plain.csv", "user,item\na,x\na,y\nb,x\n"),
                          "--name", "plain"})
                    .code == 0);
        const auto output = workspace_.run({"embed", "--data", "plain", "--method", "transe"});
        QCOMPARE(output.code, 3);
        QVERIFY(output.err.contains("no knowledge graph"));
        QCOMPARE(workspace_.run({"data", "words", "plain"}).code, 3);
    }

    void words_of_titles_are_counted() {
        const auto words = workspace_.json({"data", "words", "films", "--top", "2"});
        QCOMPARE(words.at("texts"), 48);
        QCOMPARE(words.at("texts_without_words"), 0);
        QCOMPARE(words.at("vocabulary"), 4 + 48);
        QCOMPARE(words.at("words").size(), std::size_t{2});
        QCOMPARE(words.at("words")[0].at("word"), "of");
        QCOMPARE(words.at("words")[0].at("count"), 48);
        const auto fewer = workspace_.json({"data", "words", "films", "--stop-words", "--min-count", "2"});
        QCOMPARE(fewer.at("vocabulary"), 2);
        QCOMPARE(fewer.at("unknown"), 48);
        QVERIFY(workspace_.run({"data", "words", "films"}).out.contains("52 different words"));
    }

    void deleting_ends_it() {
        QCOMPARE(workspace_.json({"embed", "delete", id(first_)}).at("deleted"), first_.at("id"));
        QCOMPARE(workspace_.json({"embed", "list"}).size(), std::size_t{0});
        QCOMPARE(workspace_.run({"embed", "delete", id(first_)}).code, 2);
    }
};

QTEST_APPLESS_MAIN(TestEmbed)
#include "tst_cli_embed.moc"
