#include "core/data/text/vocabulary.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <numeric>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/parameters.h"

namespace tastebench {

namespace {

constexpr std::size_t rows_at_once = 2048;

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <typename Value>
using WordMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// What one stretch of rows holds, in numbers of its own.
struct Piece {
    std::vector<std::string> words;
    std::vector<std::uint64_t> counts;
    std::vector<std::uint32_t> tokens;
    std::vector<std::uint32_t> lengths; ///< by row
    std::optional<Error> error;
};

Piece read_piece(const StringColumn& texts, std::size_t first, std::size_t last, const TokenizerOptions& options) {
    Piece piece;
    auto tokenizer = Tokenizer::make(options);
    if (!tokenizer) {
        piece.error = tokenizer.error();
        return piece;
    }
    WordMap<std::uint32_t> index;
    for (std::size_t row = first; row < last; ++row) {
        const auto before = piece.tokens.size();
        tokenizer->each(texts[row], [&](std::string_view word) {
            auto at = index.find(word);
            if (at == index.end()) {
                at = index.emplace(std::string(word), static_cast<std::uint32_t>(piece.words.size())).first;
                piece.words.emplace_back(word);
                piece.counts.push_back(0);
            }
            ++piece.counts[at->second];
            piece.tokens.push_back(at->second);
        });
        piece.lengths.push_back(static_cast<std::uint32_t>(piece.tokens.size() - before));
    }
    return piece;
}

/// The vocabulary of all pieces, and the number of each word in it.
Vocabulary merge(const std::vector<Piece>& pieces, const VocabularyOptions& options, WordMap<std::uint32_t>& numbers) {
    WordMap<std::uint64_t> counts;
    for (const auto& piece : pieces)
        for (std::size_t w = 0; w < piece.words.size(); ++w)
            counts[piece.words[w]] += piece.counts[w];
    std::vector<std::pair<std::string_view, std::uint64_t>> order(counts.begin(), counts.end());
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    Vocabulary out;
    out.words.push_back("");
    out.counts.push_back(0);
    for (const auto& [word, count] : order) {
        const bool kept =
            count >= options.minimum_count && (options.maximum_size == 0 || out.words.size() <= options.maximum_size);
        if (!kept) {
            out.counts[Vocabulary::unknown] += count;
            continue;
        }
        numbers.emplace(word, out.size());
        out.words.push_back(word);
        out.counts.push_back(count);
    }
    return out;
}

Result<TextIndex> build(const StringColumn& texts, const VocabularyOptions& options, const Parallel& parallel,
                        Progress& progress) {
    progress.begin("Reading words", texts.size());
    std::vector<Piece> pieces((texts.size() + rows_at_once - 1) / rows_at_once);
    std::atomic<bool> no_memory = false;
    parallel.for_blocks(texts.size(), rows_at_once, [&](std::size_t first, std::size_t last) {
        if (progress.cancelled() || no_memory)
            return;
        try {
            pieces[first / rows_at_once] = read_piece(texts, first, last, options.tokens);
        } catch (const std::bad_alloc&) {
            no_memory = true;
        }
        progress.advance(last - first);
    });
    if (progress.cancelled())
        return cancelled_error();
    if (no_memory)
        throw std::bad_alloc();
    for (const auto& piece : pieces)
        if (piece.error)
            return fail(*piece.error);

    TextIndex out;
    WordMap<std::uint32_t> numbers;
    out.vocabulary = merge(pieces, options, numbers);
    out.lists.starts.reserve(texts.size() + 1);
    out.lists.starts.push_back(0);
    for (const auto& piece : pieces) {
        std::vector<std::uint32_t> number;
        for (const auto& word : piece.words) {
            const auto known = numbers.find(word);
            number.push_back(known == numbers.end() ? Vocabulary::unknown : known->second);
        }
        for (const auto token : piece.tokens)
            out.lists.tokens.push_back(number[token]);
        for (const auto length : piece.lengths)
            out.lists.starts.push_back(out.lists.starts.back() + length);
    }
    return out;
}

} // namespace

Result<TextIndex> index_texts(const StringColumn& texts, const VocabularyOptions& options, const Parallel& parallel,
                              Progress& progress) {
    try {
        return build(texts, options, parallel, progress);
    } catch (const std::bad_alloc&) {
        return run_failed("there is not enough memory for the words", {}, "close other programs, or use smaller data");
    }
}

Result<const StringColumn*> find_text_column(const Dataset& data, std::string_view column) {
    std::vector<std::pair<std::string, const StringColumn*>> there;
    if (!data.parts().item_titles.empty())
        there.emplace_back("title", &data.parts().item_titles);
    for (const auto* table : {&data.item_features(), &data.user_features()})
        for (const auto& feature : *table)
            if (feature.type == ColumnType::text)
                there.emplace_back(feature.name, &feature.texts);
    std::vector<std::string> names;
    for (const auto& [name, texts] : there) {
        if (column.empty() || name == column)
            return texts;
        names.push_back(name);
    }
    if (names.empty())
        return bad_data(fmt::format("'{}' has no texts", data.name()), "column",
                        "import the data with titles or a text feature");
    const auto guess = nearest(column, names);
    return usage_error(fmt::format("'{}' has no text called '{}'", data.name(), column), "column",
                       guess.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                                     : fmt::format("did you mean '{}'?", guess));
}

} // namespace tastebench
