#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/job_watch.h"
#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/data/text/vocabulary.h"

namespace tastebench::cli {

namespace {

struct WordsFlags {
    std::string name, column;
    VocabularyOptions options;
    std::uint32_t top = 20;
};

std::uint64_t texts_without_words(const TokenLists& lists) {
    std::uint64_t out = 0;
    for (std::size_t row = 0; row < lists.rows(); ++row)
        out += lists.of(row).empty() ? 1 : 0;
    return out;
}

Json as_json(const TextIndex& index, std::uint32_t shown) {
    const auto& vocabulary = index.vocabulary;
    Json out;
    out["texts"] = index.lists.rows();
    out["texts_without_words"] = texts_without_words(index.lists);
    out["vocabulary"] = vocabulary.size() - 1;
    out["tokens"] = index.lists.tokens.size();
    out["unknown"] = vocabulary.counts[Vocabulary::unknown];
    out["words"] = Json::array();
    for (std::uint32_t w = 1; w < shown; ++w)
        out["words"].push_back({{"word", vocabulary.words[w]}, {"count", vocabulary.counts[w]}});
    return out;
}

std::string as_text(const TextIndex& index, std::uint32_t shown) {
    const auto& vocabulary = index.vocabulary;
    std::string out = fmt::format("{} texts, {} of them without a word\n{} different words, {} in all",
                                  with_commas(index.lists.rows()), with_commas(texts_without_words(index.lists)),
                                  with_commas(vocabulary.size() - 1), with_commas(index.lists.tokens.size()));
    const auto unknown = vocabulary.counts[Vocabulary::unknown];
    out += unknown > 0 ? fmt::format(", of which {} are too rare to keep\n", with_commas(unknown)) : "\n";
    if (shown <= 1)
        return out;
    Table table;
    table.column("word");
    table.column("count", Table::Align::right);
    for (std::uint32_t w = 1; w < shown; ++w)
        table.row({std::string(vocabulary.words[w]), with_commas(vocabulary.counts[w])});
    return out + '\n' + table.text();
}

Status words(const Session& session, const WordsFlags& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto data = (*workspace)->dataset(flags.name);
    if (!data)
        return fail(data.error());
    auto texts = find_text_column(**data, flags.column);
    if (!texts)
        return fail(texts.error());
    const Parallel parallel(session.threads);
    Progress progress;
    Result<TextIndex> index;
    {
        const JobWatch watch(progress, session.quiet);
        index = index_texts(**texts, flags.options, parallel, progress);
    }
    if (!index)
        return fail(index.error());
    const auto shown = std::min(index->vocabulary.size(), flags.top + 1);
    return session.json ? print_json(as_json(*index, shown)) : print(as_text(*index, shown));
}

} // namespace

void add_words_command(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<WordsFlags>();
    auto* command = data.add_subcommand("words", "The words of the titles, or of another text");
    command->add_option("NAME", flags->name, "Name of the data set")->required();
    command->add_option("--column", flags->column, "Which text: title, or a text feature (default: the titles)");
    command->add_flag("--stop-words", flags->options.tokens.drop_stop_words, "Leave out English function words");
    command->add_flag("--drop-numbers", flags->options.tokens.drop_numbers, "Leave out numbers");
    command->add_option("--min-count", flags->options.minimum_count, "Leave out rarer words")->capture_default_str();
    command->add_option("--top", flags->top, "How many words are shown")
        ->check(CLI::Range(0U, 1'000'000U))
        ->capture_default_str();
    command->callback([&, flags] { action = [&session, flags] { return words(session, *flags); }; });
}

} // namespace tastebench::cli
