// Cuts text into words: Unicode word boundaries (UAX #29, as ICU has them), lower-cased by rules that do not depend on
// the language of the computer. Text is UTF-8; what is not valid counts as a boundary.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace tastebench {

struct TokenizerOptions {
    bool lower = true;
    bool drop_numbers = false;               ///< words without a letter, such as "1995"
    bool drop_stop_words = false;            ///< those of english_stop_words()
    std::vector<std::string> own_stop_words; ///< dropped too, compared after lower-casing where `lower`
    std::uint32_t minimum_length = 1;        ///< in code points
};

/// The commonest English function words, ascending.
const std::vector<std::string>& english_stop_words();

/// Owns ICU objects, so one thread at a time; make one for each thread.
class Tokenizer {
  public:
    /// failed if ICU's rules cannot be loaded.
    static Result<Tokenizer> make(const TokenizerOptions& options);
    ~Tokenizer();
    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;

    /// Calls take(word) for each word in order; the view is valid during the call.
    void each(std::string_view text, const std::function<void(std::string_view)>& take);
    std::vector<std::string> words(std::string_view text);

  private:
    struct State;
    explicit Tokenizer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace tastebench
