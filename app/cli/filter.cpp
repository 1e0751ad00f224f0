#include "app/cli/filter.h"

#include <algorithm>
#include <array>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

namespace tastebench::cli {

namespace {

constexpr std::string_view where_filter = "--filter";
constexpr int deepest = 100;
constexpr std::string_view marks = "=!<>()'\"";

struct Field {
    std::string_view name;
    FieldValue (*get)(const Run&);
};

const std::array<Field, 13>& record_fields() {
    static const std::array<Field, 13> fields{{
        {"id", [](const Run& r) { return FieldValue(static_cast<double>(r.id)); }},
        {"model", [](const Run& r) { return FieldValue(r.spec.model); }},
        {"data", [](const Run& r) { return FieldValue(r.spec.data_name); }},
        {"state", [](const Run& r) { return FieldValue(std::string(to_text(r.state))); }},
        {"split", [](const Run& r) { return FieldValue(r.spec.split.text()); }},
        {"seed", [](const Run& r) { return FieldValue(static_cast<double>(r.spec.seed)); }},
        {"note", [](const Run& r) { return FieldValue(r.spec.note); }},
        {"train_rows", [](const Run& r) { return FieldValue(static_cast<double>(r.train_rows)); }},
        {"test_rows", [](const Run& r) { return FieldValue(static_cast<double>(r.test_rows)); }},
        {"fit_seconds", [](const Run& r) { return FieldValue(r.fit_seconds); }},
        {"evaluate_seconds", [](const Run& r) { return FieldValue(r.evaluate_seconds); }},
        {"peak_memory_bytes", [](const Run& r) { return FieldValue(static_cast<double>(r.peak_memory_bytes)); }},
        {"created", [](const Run& r) { return FieldValue(static_cast<double>(r.created)); }},
    }};
    return fields;
}

FieldValue from_parameter(const ParameterValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value))
        return *real;
    return to_text(value);
}

std::optional<double> as_number(std::string_view text) {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, code] = fast_float::from_chars(text.data(), end, value);
    return code == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

struct Token {
    enum class Kind { word, quoted, mark, end } kind = Kind::end;
    std::string text;
    std::size_t at = 0;
};

Result<std::vector<Token>> tokens_of(std::string_view text) {
    std::vector<Token> out;
    std::size_t at = 0;
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (at < text.size()) {
        const char c = text[at];
        const std::size_t begin = at;
        if (is_space(c)) {
            ++at;
        } else if (c == '\'' || c == '"') {
            const auto close = text.find(c, at + 1);
            if (close == std::string_view::npos)
                return usage_error(fmt::format("the quote at character {} is not closed", begin + 1),
                                   std::string(where_filter), fmt::format("add a {}", c));
            out.push_back({Token::Kind::quoted, std::string(text.substr(at + 1, close - at - 1)), begin});
            at = close + 1;
        } else if (marks.find(c) != std::string_view::npos) {
            const bool two = at + 1 < text.size() && text[at + 1] == '=' && c != '(' && c != ')';
            out.push_back({Token::Kind::mark, std::string(text.substr(at, two ? 2 : 1)), begin});
            at += two ? 2 : 1;
        } else {
            while (at < text.size() && !is_space(text[at]) && marks.find(text[at]) == std::string_view::npos)
                ++at;
            out.push_back({Token::Kind::word, std::string(text.substr(begin, at - begin)), begin});
        }
    }
    out.push_back({Token::Kind::end, "", text.size()});
    return out;
}

} // namespace

std::optional<FieldValue> run_field(const Run& run, std::string_view field) {
    for (const auto& known : record_fields())
        if (known.name == field)
            return known.get(run);
    if (const auto metric = run.metrics.find(std::string(field)); metric != run.metrics.end())
        return metric->second;
    if (const auto parameter = run.spec.parameters.find(field); parameter != run.spec.parameters.end())
        return from_parameter(parameter->second);
    return std::nullopt;
}

Status check_field(const std::string& field, const std::string& where) {
    std::vector<std::string> known;
    for (const auto& record : record_fields())
        known.emplace_back(record.name);
    for (const auto& model : all_models())
        for (const auto& spec : model.schema.specs())
            known.push_back(spec.name);
    if (std::find(known.begin(), known.end(), field) != known.end() || find_metric(field) != nullptr)
        return {};
    for (const auto& metric : all_metrics())
        known.push_back(metric.at_k ? metric.id + "@10" : metric.id);
    const auto guess = nearest(field, known);
    return usage_error(fmt::format("runs have no field '{}'", field), where,
                       guess.empty() ? "use model, data, state, a metric such as ndcg@10 or a parameter"
                                     : fmt::format("did you mean '{}'?", guess));
}

class FilterParser {
  public:
    explicit FilterParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Result<RunFilter> whole() {
        if (peek().kind == Token::Kind::end)
            return RunFilter{};
        auto out = any(0);
        if (out && peek().kind != Token::Kind::end)
            return unexpected("'and', 'or' or the end");
        return out;
    }

  private:
    const Token& peek() const { return tokens_[at_]; }
    Token next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool is_word(std::string_view word) const { return peek().kind == Token::Kind::word && peek().text == word; }
    bool is_mark(std::string_view mark) const { return peek().kind == Token::Kind::mark && peek().text == mark; }

    tl::unexpected<Error> unexpected(std::string_view wanted) const {
        const auto found = peek().kind == Token::Kind::end ? "the end" : "'" + peek().text + "'";
        return usage_error(fmt::format("{} was expected at character {}, not {}", wanted, peek().at + 1, found),
                           std::string(where_filter), "write it like: model = sar and ndcg@10 > 0.3");
    }

    Result<RunFilter> any(int depth) { return joined(RunFilter::Kind::any, "or", depth); }

    Result<RunFilter> joined(RunFilter::Kind kind, std::string_view word, int depth) {
        RunFilter out;
        out.kind_ = kind;
        while (true) {
            auto part = kind == RunFilter::Kind::any ? joined(RunFilter::Kind::all, "and", depth) : term(depth);
            if (!part)
                return part;
            out.parts_.push_back(std::move(*part));
            if (!is_word(word))
                return out;
            next();
        }
    }

    Result<RunFilter> term(int depth) {
        if (!is_mark("("))
            return test();
        if (depth == deepest)
            return usage_error("there are too many brackets", std::string(where_filter), "write it without some");
        next();
        auto inside = any(depth + 1);
        if (inside && !is_mark(")"))
            return unexpected("')'");
        next();
        return inside;
    }

    Result<RunFilter> test() {
        if (peek().kind != Token::Kind::word)
            return unexpected("a field");
        RunFilter out;
        out.kind_ = RunFilter::Kind::test;
        out.field_ = next().text;
        if (auto known = check_field(out.field_, std::string(where_filter)); !known)
            return fail(known.error());
        static constexpr std::array<std::pair<std::string_view, RunFilter::Operator>, 7> operators{
            {{"=", RunFilter::Operator::equal},
             {"==", RunFilter::Operator::equal},
             {"!=", RunFilter::Operator::unequal},
             {"<", RunFilter::Operator::less},
             {">", RunFilter::Operator::greater},
             {"<=", RunFilter::Operator::at_most},
             {">=", RunFilter::Operator::at_least}}};
        const auto found =
            std::find_if(operators.begin(), operators.end(), [&](const auto& known) { return is_mark(known.first); });
        if (found == operators.end())
            return unexpected("one of = != < > <= >=");
        out.operator_ = found->second;
        next();
        if (peek().kind != Token::Kind::word && peek().kind != Token::Kind::quoted)
            return unexpected("a value");
        out.text_ = next().text;
        out.number_ = as_number(out.text_);
        return out;
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

Result<RunFilter> RunFilter::parse(std::string_view text) {
    auto tokens = tokens_of(text);
    if (!tokens)
        return fail(tokens.error());
    return FilterParser(std::move(*tokens)).whole();
}

bool RunFilter::passes(const FieldValue& value) const {
    const auto compare = [&](const auto& left, const auto& right) {
        switch (operator_) {
        case Operator::equal:
            return left == right;
        case Operator::unequal:
            return left != right;
        case Operator::less:
            return left < right;
        case Operator::greater:
            return left > right;
        case Operator::at_most:
            return left <= right;
        case Operator::at_least:
            return left >= right;
        }
        return false;
    };
    if (const auto* number = std::get_if<double>(&value))
        return number_ ? compare(*number, *number_) : operator_ == Operator::unequal;
    return compare(std::get<std::string>(value), text_);
}

bool RunFilter::matches(const Run& run) const {
    const auto matching = [&](const RunFilter& part) { return part.matches(run); };
    switch (kind_) {
    case Kind::all:
        return std::all_of(parts_.begin(), parts_.end(), matching);
    case Kind::any:
        return std::any_of(parts_.begin(), parts_.end(), matching);
    case Kind::test:
        break;
    }
    const auto value = run_field(run, field_);
    return value && passes(*value);
}

} // namespace tastebench::cli
