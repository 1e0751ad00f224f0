// The words of a column of texts: which there are, how often, and each text as a list of word numbers.
#pragma once

#include <span>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/text/tokenizer.h"

namespace tastebench {

struct VocabularyOptions {
    TokenizerOptions tokens;
    std::uint64_t minimum_count = 1; ///< rarer words count as unknown
    std::uint32_t maximum_size = 0;  ///< so many of the commonest words; 0: all
};

/// Words from the commonest to the rarest, equal ones by their bytes. Index 0 is no word: it stands for all unknown.
struct Vocabulary {
    static constexpr std::uint32_t unknown = 0;
    StringColumn words;                ///< words[0] is empty
    std::vector<std::uint64_t> counts; ///< counts[0]: occurrences of words that were left out
    std::uint32_t size() const { return static_cast<std::uint32_t>(words.size()); }
};

/// Word numbers of each text: those of row r are tokens[starts[r] .. starts[r + 1]).
struct TokenLists {
    std::vector<std::uint64_t> starts; ///< rows + 1
    std::vector<std::uint32_t> tokens;
    std::size_t rows() const { return starts.size() - 1; }
    std::span<const std::uint32_t> of(std::size_t row) const {
        return std::span(tokens).subspan(starts[row], starts[row + 1] - starts[row]);
    }
};

struct TextIndex {
    Vocabulary vocabulary;
    TokenLists lists;
};

/// The same result on any number of threads. Errors: cancelled; failed if ICU or memory is missing.
Result<TextIndex> index_texts(const StringColumn& texts, const VocabularyOptions& options, const Parallel& parallel,
                              Progress& progress);

/// The texts of a data set by name: "title", or a text feature of the items, then of the users. usage error naming
/// those there are; `column` empty: the titles, or else the first text feature.
Result<const StringColumn*> find_text_column(const Dataset& data, std::string_view column);

} // namespace tastebench
