#include "core/data/import/command_line.h"

#include <array>

#include <fmt/format.h>

#include "core/base/shell.h"

namespace tastebench {

namespace {

class Line {
  public:
    void flag(std::string_view name) { text_ += fmt::format(" {}", name); }
    /// Joined by "=" where the value could be taken for a flag.
    void option(std::string_view name, const std::string& value) {
        if (value.empty())
            return;
        const bool like_flag = value.size() > 1 && value.front() == '-';
        text_ += fmt::format(" {}{}{}", name, like_flag ? '=' : ' ', shell_quote(value));
    }
    template <typename T>
    void number(std::string_view name, T value, T standard) {
        if (value != standard)
            option(name, fmt::format("{}", value));
    }
    template <typename E, std::size_t N>
    void word(std::string_view name, E value, const std::array<const char*, N>& words) {
        if (value != E{})
            option(name, words[static_cast<std::size_t>(value)]);
    }
    void file(const std::filesystem::path& path) {
        const auto text = path.string();
        text_ += ' ' + shell_quote(text.starts_with('-') ? "./" + text : text);
    }
    std::string take() { return std::move(text_); }

  private:
    std::string text_ = "tastebench-cli data import";
};

std::string separator_word(const std::string& separator) {
    return separator == "\t" ? "tab" : separator == " " ? "space" : separator;
}

void add_shape(Line& line, const ImportOptions& o) {
    if (o.format != FileFormat::guess)
        line.option("--format", std::string(to_text(o.format)));
    line.option("--encoding", o.encoding);
    line.option("--separator", separator_word(o.separator));
    if (o.header)
        line.option("--header", *o.header ? "yes" : "no");
    if (o.decimal)
        line.option("--decimal", std::string(1, *o.decimal));
    line.option("--time-format", o.time_format);
    line.option("--table", o.table);
    line.option("--user", o.user);
    line.option("--item", o.item);
    line.option("--value", o.value);
    line.option("--time", o.time);
    line.option("--event", o.event);
    for (const auto& column : o.context)
        line.option("--context", column);
}

void add_rules(Line& line, const ImportOptions& o) {
    for (const auto& [event, weight] : o.event_weights)
        line.option("--event-weight", fmt::format("{}={}", event, weight));
    if (o.least_value || o.greatest_value)
        line.option("--range", fmt::format("{}:{}", o.least_value ? fmt::format("{}", *o.least_value) : "",
                                           o.greatest_value ? fmt::format("{}", *o.greatest_value) : ""));
    line.word("--duplicates", o.duplicates, std::array{"all", "last", "first", "sum", "mean"});
    line.word("--missing", o.missing, std::array{"refuse", "keep", "drop"});
    line.number("--min-user", o.least_per_user, 0U);
    line.number("--min-item", o.least_per_item, 0U);
    if (o.core)
        line.flag("--core");
    line.number("--sample", o.sample, 1.0);
    line.word("--sample-unit", o.sample_unit, std::array{"rows", "users"});
    line.number("--sample-seed", o.sample_seed, std::uint64_t{42});
    line.word("--bad-rows", o.bad_rows, std::array{"stop", "skip"});
    line.number("--most-bad-rows", o.most_bad_rows, std::uint64_t{10'000});
}

} // namespace

std::string import_command_line(const ImportOptions& options) {
    Line line;
    for (const auto& file : options.files)
        line.file(file);
    for (const auto& file : options.test_files)
        line.option("--test", file.string());
    line.option("--name", options.name);
    add_shape(line, options);
    add_rules(line, options);
    for (const auto& [flag, path] :
         {std::pair("--user-table", &options.user_table), std::pair("--item-table", &options.item_table),
          std::pair("--graph", &options.graph), std::pair("--links", &options.links),
          std::pair("--social", &options.social), std::pair("--word-vectors", &options.word_vectors),
          std::pair("--entity-vectors", &options.entity_vectors)})
        line.option(flag, path->string());
    return line.take();
}

} // namespace tastebench
