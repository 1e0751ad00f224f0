// Choosing runs by typing: `model = sar and ndcg@10 > 0.3`.
//   expression: term { and term } { or ... }, brackets allowed; `and` binds more tightly than `or`
//   term:       FIELD OPERATOR VALUE, operators = != < > <= >=
//   FIELD:      id, model, data, state, split, seed, note, train_rows, test_rows, fit_seconds, evaluate_seconds,
//               peak_memory_bytes, a metric (ndcg@10) or a parameter (similarity)
//   VALUE:      a word, or text between ' ' or " "
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/experiment/run.h"

namespace tastebench::cli {

using FieldValue = std::variant<double, std::string>;

/// What a run has in a field; none where it has no such metric or parameter.
std::optional<FieldValue> run_field(const Run& run, std::string_view field);
/// Usage error naming the nearest field.
Status check_field(const std::string& field, const std::string& where);

class RunFilter {
  public:
    /// An empty text lets every run through.
    static Result<RunFilter> parse(std::string_view text);
    /// A run that lacks a field passes no test on it, not even !=.
    bool matches(const Run& run) const;

  private:
    friend class FilterParser;
    enum class Kind { all, any, test };
    enum class Operator { equal, unequal, less, greater, at_most, at_least };
    Kind kind_ = Kind::all;
    std::vector<RunFilter> parts_; ///< all and any
    std::string field_;            ///< test
    Operator operator_ = Operator::equal;
    std::string text_;
    std::optional<double> number_; ///< of text_, where it is one

    bool passes(const FieldValue& value) const;
};

} // namespace tastebench::cli
