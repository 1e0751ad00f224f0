#include "core/data/text/tokenizer.h"

#include <algorithm>

#include <fmt/format.h>
#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

namespace tastebench {

namespace {

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Appends the lower-case form by the root locale's rules.
void lower_into(std::string_view word, std::string& out) {
    out.clear();
    UErrorCode code = U_ZERO_ERROR;
    icu::StringByteSink<std::string> sink(&out);
    icu::CaseMap::utf8ToLower("", 0, icu::StringPiece(word.data(), static_cast<std::int32_t>(word.size())), sink,
                              nullptr, code);
    if (U_FAILURE(code))
        out.assign(word);
}

} // namespace

const std::vector<std::string>& english_stop_words() {
    static const std::vector<std::string> words{
        "a",    "about", "after", "all",   "also",  "an",    "and",   "any",  "are",   "as",     "at",  "be",   "been",
        "but",  "by",    "can",   "could", "did",   "do",    "does",  "for",  "from",  "had",    "has", "have", "he",
        "her",  "his",   "how",   "i",     "if",    "in",    "into",  "is",   "it",    "its",    "may", "more", "my",
        "no",   "not",   "of",    "on",    "or",    "our",   "out",   "over", "she",   "should", "so",  "some", "than",
        "that", "the",   "their", "them",  "then",  "there", "these", "they", "this",  "those",  "to",  "up",   "was",
        "we",   "were",  "what",  "when",  "which", "who",   "will",  "with", "would", "you",    "your"};
    return words;
}

struct Tokenizer::State {
    TokenizerOptions options;
    std::vector<std::string> stop_words; ///< ascending
    std::unique_ptr<icu::BreakIterator> breaks;
    UText text = UTEXT_INITIALIZER;
    std::string lowered;

    ~State() { utext_close(&text); }
    bool stops(std::string_view word) const {
        return std::binary_search(stop_words.begin(), stop_words.end(), word, std::less<>());
    }
};

Tokenizer::Tokenizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Result<Tokenizer> Tokenizer::make(const TokenizerOptions& options) {
    auto state = std::make_unique<State>();
    state->options = options;
    UErrorCode code = U_ZERO_ERROR;
    state->breaks.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), code));
    if (U_FAILURE(code) || !state->breaks)
        return run_failed(fmt::format("the rules for words cannot be loaded ({})", u_errorName(code)), "ICU",
                          "install ICU's data again");
    auto& stops = state->stop_words;
    if (options.drop_stop_words)
        stops = english_stop_words();
    for (const auto& word : options.own_stop_words) {
        if (options.lower)
            lower_into(word, state->lowered);
        stops.push_back(options.lower ? state->lowered : word);
    }
    std::sort(stops.begin(), stops.end());
    return Tokenizer(std::move(state));
}

void Tokenizer::each(std::string_view text, const std::function<void(std::string_view)>& take) {
    auto& s = *state_;
    UErrorCode code = U_ZERO_ERROR;
    utext_openUTF8(&s.text, text.data(), static_cast<std::int64_t>(text.size()), &code);
    s.breaks->setText(&s.text, code);
    if (U_FAILURE(code))
        return;
    std::int32_t begin = s.breaks->first();
    for (std::int32_t end = s.breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = s.breaks->next()) {
        const auto kind = s.breaks->getRuleStatus();
        if (kind < UBRK_WORD_NONE_LIMIT || (s.options.drop_numbers && kind < UBRK_WORD_NUMBER_LIMIT))
            continue;
        auto word = text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
        if (s.options.lower) {
            lower_into(word, s.lowered);
            word = s.lowered;
        }
        if (code_points(word) >= s.options.minimum_length && !s.stops(word))
            take(word);
    }
}

std::vector<std::string> Tokenizer::words(std::string_view text) {
    std::vector<std::string> out;
    each(text, [&](std::string_view word) { out.emplace_back(word); });
    return out;
}

} // namespace tastebench
