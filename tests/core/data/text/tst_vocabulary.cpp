// Words of many scripts, the vocabulary against a count by hand, the same result on any number of threads.
#include <algorithm>
#include <map>

#include <QtTest>

#include "core/base/rng.h"
#include "core/data/text/vocabulary.h"
#include "core/ml100k.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

using Words = std::vector<std::string>;

Words cut(std::string_view text, const TokenizerOptions& options = {}) {
    auto tokenizer = Tokenizer::make(options);
    return tokenizer ? tokenizer->words(text) : Words{"no tokenizer"};
}

StringColumn column(const Words& texts) {
    StringColumn out;
    for (const auto& text : texts)
        out.push_back(text);
    return out;
}

TextIndex indexed(const StringColumn& texts, const VocabularyOptions& options = {}, int threads = 2) {
    const Parallel parallel(threads);
    Progress progress;
    return *index_texts(texts, options, parallel, progress);
}

} // namespace

class TestVocabulary : public QObject {
    Q_OBJECT

  private slots:
    void words_follow_unicode_boundaries_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<QByteArray>>("words");
        using List = QList<QByteArray>;
        QTest::newRow("English") << QByteArray("Don't stop, Toy Story (1995)!")
                                 << List{"don't", "stop", "toy", "story", "1995"};
        QTest::newRow("numbers") << QByteArray("3.14 or 1,000") << List{"3.14", "or", "1,000"};
        QTest::newRow("accents") << QByteArray("L'ÉTÉ à Málaga") << List{"l'été", "à", "málaga"};
        // A sigma at the end of a word has a small form of its own.
        QTest::newRow("Greek") << QByteArray("ΟΔΟΣ Αθηνών") << List{"οδος", "αθηνών"};
        QTest::newRow("Cyrillic") << QByteArray("Война и мир") << List{"война", "и", "мир"};
        QTest::newRow("combining") << QByteArray("cafe\xCC\x81") << List{"cafe\xCC\x81"};
        QTest::newRow("nothing") << QByteArray("  -- !? ") << List{};
        QTest::newRow("empty") << QByteArray() << List{};
        QTest::newRow("not UTF-8") << QByteArray("good \xFF\xFE bad") << List{"good", "bad"};
    }
    void words_follow_unicode_boundaries() {
        QFETCH(QByteArray, text);
        QFETCH(QList<QByteArray>, words);
        QList<QByteArray> found;
        for (const auto& word : cut(text.toStdString()))
            found << QByteArray::fromStdString(word);
        QCOMPARE(found, words);
    }

    void japanese_is_cut_into_words() {
        const auto words = cut("映画を見る");
        QVERIFY(words.size() >= 2);
        std::string joined;
        for (const auto& word : words)
            joined += word;
        QCOMPARE(joined, std::string("映画を見る"));
    }

    void lower_casing_does_not_depend_on_the_locale() {
        // Turkish rules would make a dotless i of it.
        qputenv("LC_ALL", "tr_TR.UTF-8");
        QCOMPARE(cut("TITLE"), Words{"title"});
        qunsetenv("LC_ALL");
    }

    void options_choose_what_counts() {
        TokenizerOptions options;
        options.lower = false;
        QCOMPARE(cut("The Matrix", options), (Words{"The", "Matrix"}));
        options = {};
        options.drop_numbers = true;
        QCOMPARE(cut("Ocean's 11 and 8mm", options), (Words{"ocean's", "and", "8mm"}));
        options = {};
        options.drop_stop_words = true;
        options.own_stop_words = {"Matrix"};
        QCOMPARE(cut("The Matrix of Oz", options), Words{"oz"});
        options = {};
        options.minimum_length = 3;
        QCOMPARE(cut("Ça va être là", options), Words{"être"});
    }

    void stop_words_are_ascending_and_lower_case() {
        const auto& words = english_stop_words();
        QVERIFY(std::is_sorted(words.begin(), words.end()));
        QVERIFY(std::adjacent_find(words.begin(), words.end()) == words.end());
        for (const auto& word : words)
            QCOMPARE(cut(word), Words{word});
    }

    void words_are_ordered_by_count_then_text() {
        const auto index = indexed(column({"b a", "b c!", "", "a d"}));
        const auto& v = index.vocabulary;
        Words words;
        for (std::size_t i = 0; i < v.words.size(); ++i)
            words.emplace_back(v.words[i]);
        QCOMPARE(words, (Words{"", "a", "b", "c", "d"}));
        QCOMPARE(v.counts, (std::vector<std::uint64_t>{0, 2, 2, 1, 1}));
        QCOMPARE(index.lists.rows(), std::size_t{4});
        QCOMPARE(index.lists.starts, (std::vector<std::uint64_t>{0, 2, 4, 4, 6}));
        QCOMPARE(index.lists.tokens, (std::vector<std::uint32_t>{2, 1, 2, 3, 1, 4}));
    }

    void rare_and_surplus_words_become_unknown() {
        VocabularyOptions options;
        options.minimum_count = 2;
        auto index = indexed(column({"x x y", "y z"}), options);
        QCOMPARE(index.vocabulary.size(), 3U);
        QCOMPARE(index.vocabulary.counts[0], std::uint64_t{1});
        QCOMPARE(index.lists.tokens, (std::vector<std::uint32_t>{1, 1, 2, 2, 0}));
        options = {};
        options.maximum_size = 1;
        index = indexed(column({"x x y", "y z"}), options);
        QCOMPARE(index.vocabulary.size(), 2U);
        QCOMPARE(index.vocabulary.words[1], std::string_view("x"));
        QCOMPARE(index.vocabulary.counts[0], std::uint64_t{3});
    }

    void many_texts_agree_with_a_count_by_hand_on_any_threads() {
        Rng rng(5);
        StringColumn texts;
        std::map<std::string, std::uint64_t> counts;
        for (int row = 0; row < 10'000; ++row) {
            std::string text;
            for (std::uint32_t i = rng.below(6); i > 0; --i) {
                const auto word = "w" + std::to_string(rng.below(1 + rng.below(300)));
                ++counts[word];
                text += word + " ";
            }
            texts.push_back(text);
        }
        const auto one = indexed(texts, {}, 1);
        const auto three = indexed(texts, {}, 3);
        QVERIFY(one.vocabulary.words == three.vocabulary.words);
        QCOMPARE(one.vocabulary.counts, three.vocabulary.counts);
        QCOMPARE(one.lists.starts, three.lists.starts);
        QCOMPARE(one.lists.tokens, three.lists.tokens);
        QCOMPARE(one.vocabulary.words.size(), counts.size() + 1);
        for (std::uint32_t w = 1; w < one.vocabulary.size(); ++w)
            QCOMPARE(one.vocabulary.counts[w], counts.at(std::string(one.vocabulary.words[w])));
    }

    void a_cancel_is_honoured() {
        const Parallel parallel(1);
        Progress progress;
        progress.cancel();
        QCOMPARE(index_texts(column({"a"}), {}, parallel, progress).error().exit_code(), 130);
    }

    void titles_of_movielens_have_words() {
        REQUIRE_FILE(ml100k_file());
        const auto data = *load_ml100k();
        const auto texts = find_text_column(*data, "");
        QVERIFY(texts.has_value());
        const auto index = indexed(**texts);
        QCOMPARE(index.lists.rows(), std::size_t{1682});
        QCOMPARE(index.vocabulary.words[1], std::string_view("the"));
        const auto unknown = find_text_column(*data, "movie_titel");
        QVERIFY(!unknown);
        QVERIFY(unknown.error().remedy.find("movie_title") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestVocabulary)
#include "tst_vocabulary.moc"
