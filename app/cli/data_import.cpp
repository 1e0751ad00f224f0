// `data import`: every option of the importer as a flag, a recipe to repeat it, and a preview before it.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "app/cli/data_commands.h"
#include "app/cli/job_watch.h"
#include "app/cli/records.h"

namespace tastebench::cli {

namespace {

struct ImportFlags {
    std::vector<std::string> files, tests, context, weights;
    std::string name, format, encoding, separator, header, decimal, time_format, table;
    std::string user, item, value, time, event, range;
    std::string duplicates, missing, bad_rows, sample_unit;
    std::string user_table, item_table, graph, links, social, word_vectors, entity_vectors;
    std::string recipe, save_recipe;
    ImportOptions numbers; ///< the options that are plain numbers
    bool preview = false;
};

template <typename E>
struct Word {
    const char* text;
    E value;
};

/// The value of a word; usage error listing the words.
template <typename E, std::size_t N>
Status choose(const std::string& text, const char* flag, const Word<E> (&words)[N], E& out) {
    if (text.empty())
        return {};
    std::vector<std::string> all;
    for (const auto& word : words) {
        if (text == word.text) {
            out = word.value;
            return {};
        }
        all.emplace_back(word.text);
    }
    return usage_error(fmt::format("'{}' is not possible here", text), flag, "choose one of " + listed(all));
}

std::string separator_from(const std::string& text) {
    if (text == "tab" || text == "\\t")
        return "\t";
    return text == "space" ? " " : text;
}

Result<double> number_from(std::string_view text, const char* flag) {
    double value = 0;
    const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || stop != text.data() + text.size())
        return usage_error(fmt::format("'{}' is no number", text), flag, "write it with a decimal point");
    return value;
}

Status read_weights(const ImportFlags& flags, ImportOptions& options) {
    for (const auto& weight : flags.weights) {
        const auto equals = weight.rfind('=');
        if (equals == std::string::npos || equals == 0)
            return usage_error(fmt::format("'{}' gives no value", weight), "--event-weight",
                               "write EVENT=VALUE, such as buy=5");
        auto value = number_from(std::string_view(weight).substr(equals + 1), "--event-weight");
        if (!value)
            return fail(value.error());
        options.event_weights[weight.substr(0, equals)] = static_cast<float>(*value);
    }
    return {};
}

Status read_range(const ImportFlags& flags, ImportOptions& options) {
    if (flags.range.empty())
        return {};
    const auto colon = flags.range.find(':');
    if (colon == std::string::npos)
        return usage_error(fmt::format("'{}' is no range", flags.range), "--range",
                           "write LEAST:GREATEST, such as 1:5");
    auto least = number_from(std::string_view(flags.range).substr(0, colon), "--range");
    if (!least)
        return fail(least.error());
    auto greatest = number_from(std::string_view(flags.range).substr(colon + 1), "--range");
    if (!greatest)
        return fail(greatest.error());
    options.least_value = *least;
    options.greatest_value = *greatest;
    return {};
}

Status read_words(const ImportFlags& flags, ImportOptions& options) {
    if (!flags.format.empty()) {
        const auto format = file_format_from(flags.format);
        if (!format) {
            std::vector<std::string> names{"guess"};
            for (int f = 1; f <= static_cast<int>(FileFormat::sqlite); ++f)
                names.emplace_back(to_text(static_cast<FileFormat>(f)));
            return usage_error(fmt::format("there is no format '{}'", flags.format), "--format",
                               "choose one of " + listed(names));
        }
        options.format = *format;
    }
    if (!flags.header.empty()) {
        if (flags.header != "yes" && flags.header != "no")
            return usage_error(fmt::format("'{}' is not possible here", flags.header), "--header", "give yes or no");
        options.header = flags.header == "yes";
    }
    if (!flags.decimal.empty()) {
        if (flags.decimal != "." && flags.decimal != ",")
            return usage_error(fmt::format("'{}' is no decimal sign", flags.decimal), "--decimal", "give . or ,");
        options.decimal = flags.decimal.front();
    }
    constexpr Word<DuplicateRows> duplicates[]{{"all", DuplicateRows::all},
                                            {"last", DuplicateRows::last},
                                            {"first", DuplicateRows::first},
                                            {"sum", DuplicateRows::sum},
                                            {"mean", DuplicateRows::mean}};
    constexpr Word<MissingValues> missing[]{
        {"refuse", MissingValues::refuse}, {"keep", MissingValues::keep}, {"drop", MissingValues::drop}};
    constexpr Word<BadRows> bad_rows[]{{"stop", BadRows::stop}, {"skip", BadRows::skip}};
    constexpr Word<SampleUnit> units[]{{"rows", SampleUnit::rows}, {"users", SampleUnit::users}};
    for (auto status : {choose(flags.duplicates, "--duplicates", duplicates, options.duplicates),
                        choose(flags.missing, "--missing", missing, options.missing),
                        choose(flags.bad_rows, "--bad-rows", bad_rows, options.bad_rows),
                        choose(flags.sample_unit, "--sample-unit", units, options.sample_unit)})
        if (!status)
            return status;
    return {};
}

Result<std::string> read_text(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        return bad_data("the recipe cannot be read", file, "check its name");
    return text.str();
}

void set_if_given(const std::string& text, std::string& out) {
    if (!text.empty())
        out = text;
}

void set_if_given(const std::string& text, std::filesystem::path& out) {
    if (!text.empty())
        out = text;
}

/// The recipe, if one is given, overruled by the flags.
Result<ImportOptions> read_options(const ImportFlags& flags) {
    ImportOptions options;
    if (!flags.recipe.empty()) {
        auto text = read_text(flags.recipe);
        if (!text)
            return fail(text.error());
        auto recipe = read_recipe(*text);
        if (!recipe)
            return recipe;
        options = std::move(*recipe);
    } else {
        options = flags.numbers;
    }
    if (!flags.files.empty())
        options.files.assign(flags.files.begin(), flags.files.end());
    if (!flags.tests.empty())
        options.test_files.assign(flags.tests.begin(), flags.tests.end());
    if (!flags.context.empty())
        options.context = flags.context;
    set_if_given(flags.name, options.name);
    set_if_given(flags.encoding, options.encoding);
    set_if_given(separator_from(flags.separator), options.separator);
    set_if_given(flags.time_format, options.time_format);
    set_if_given(flags.table, options.table);
    set_if_given(flags.user, options.user);
    set_if_given(flags.item, options.item);
    set_if_given(flags.value, options.value);
    set_if_given(flags.time, options.time);
    set_if_given(flags.event, options.event);
    set_if_given(flags.user_table, options.user_table);
    set_if_given(flags.item_table, options.item_table);
    set_if_given(flags.graph, options.graph);
    set_if_given(flags.links, options.links);
    set_if_given(flags.social, options.social);
    set_if_given(flags.word_vectors, options.word_vectors);
    set_if_given(flags.entity_vectors, options.entity_vectors);
    for (auto status : {read_words(flags, options), read_weights(flags, options), read_range(flags, options)})
        if (!status)
            return fail(status.error());
    if (!(options.sample > 0 && options.sample <= 1))
        return usage_error("the share to keep is not between 0 and 1", "--sample", "give a share such as 0.1");
    if (options.files.empty())
        return usage_error("no file was given", "FILE", "name the file to import, or give a recipe that does");
    return options;
}

Json to_json(const BadRow& row) {
    return {{"place", row.place}, {"reason", row.reason}, {"remedy", row.remedy}, {"text", row.text}};
}

Json to_json(const ImportReport& report) {
    Json out{{"rows_read", report.rows_read},         {"rows_kept", report.rows_kept},
             {"bad_rows", report.bad_rows},           {"missing", report.missing},
             {"duplicates", report.duplicates},       {"sampled_out", report.sampled_out},
             {"below_minimum", report.below_minimum}, {"seconds", report.seconds},
             {"source_hash", report.source_hash},     {"notes", report.notes}};
    out["bad"] = Json::array();
    for (const auto& row : report.bad)
        out["bad"].push_back(to_json(row));
    out["joined"] = Json::array();
    for (const auto& table : report.joined)
        out["joined"].push_back({{"table", table.table},
                                 {"rows", table.rows},
                                 {"matched", table.matched},
                                 {"without", table.without},
                                 {"unmatched", table.unmatched}});
    return out;
}

/// What happened on the way, on standard error.
void tell(const Session& session, const ImportReport& report) {
    for (std::size_t i = 0; i < std::min<std::size_t>(report.bad.size(), 20); ++i)
        session.tell(fmt::format("left out {}: {}", report.bad[i].place, report.bad[i].reason));
    for (const auto& [count, what] : {std::pair(report.bad_rows, "rows could not be read and were left out"),
                                      std::pair(report.missing, "rows without a rating were dropped"),
                                      std::pair(report.duplicates, "rows repeated others and were merged"),
                                      std::pair(report.sampled_out, "rows were not drawn into the sample"),
                                      std::pair(report.below_minimum, "rows belonged to users or items with too few")})
        if (count > 0)
            session.tell(fmt::format("{} {}", with_commas(count), what));
    for (const auto& table : report.joined)
        session.tell(fmt::format("{}: {} of {} rows matched; {} of the data's ids are not in it", table.table,
                                 with_commas(table.matched), with_commas(table.rows), with_commas(table.without)));
    for (const auto& note : report.notes)
        session.tell(note);
    session.tell(fmt::format("read {} rows in {}", with_commas(report.rows_read), duration(report.seconds)));
}

Status show_preview(const Session& session, const ImportOptions& options) {
    auto preview = preview_import(options, 10);
    if (!preview)
        return fail(preview.error());
    if (session.json) {
        Json out{{"format", std::string(to_text(preview->format))},
                 {"encoding", preview->encoding},
                 {"separator", preview->separator},
                 {"header", preview->header},
                 {"decimal", std::string(1, preview->decimal)},
                 {"time_format", preview->time_format},
                 {"member", preview->member},
                 {"members", preview->members},
                 {"columns", preview->columns},
                 {"user", preview->user},
                 {"item", preview->item},
                 {"value", preview->value},
                 {"time", preview->time},
                 {"event", preview->event},
                 {"context", preview->context},
                 {"rows", preview->rows}};
        out["problems"] = Json::array();
        for (const auto& problem : preview->problems)
            out["problems"].push_back(to_json(problem));
        return print_json(out);
    }
    Table table;
    for (const auto& column : preview->columns)
        table.column(column);
    for (const auto& row : preview->rows) {
        std::vector<std::string> cells;
        for (std::size_t c = 0; c < preview->columns.size(); ++c)
            cells.push_back(c < row.size() ? shortened(row[c], 40) : std::string());
        table.row(std::move(cells));
    }
    std::string text = fmt::format("format {}, encoding {}", to_text(preview->format), preview->encoding);
    for (const auto& [role, column] :
         {std::pair("user", preview->user), std::pair("item", preview->item), std::pair("rating", preview->value),
          std::pair("time", preview->time), std::pair("event", preview->event)})
        if (!column.empty())
            text += fmt::format(", {} '{}'", role, column);
    text += "\n\n" + table.text();
    for (const auto& problem : preview->problems)
        text += fmt::format("{}: {}; {}\n", problem.place, problem.reason, problem.remedy);
    return print(text);
}

Status save_recipe(const std::string& file, const ImportOptions& options) {
    std::ofstream out(file, std::ios::binary);
    out << write_recipe(options) << '\n';
    out.close();
    if (!out)
        return run_failed("the recipe cannot be written", file, "check the folder and the space on the disk");
    return {};
}

Status import_files(const Session& session, const ImportFlags& flags) {
    auto options = read_options(flags);
    if (!options)
        return fail(options.error());
    if (flags.preview)
        return show_preview(session, *options);
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (!options->name.empty())
        if (auto status = refuse_taken_name(**workspace, options->name); !status)
            return status;
    const Parallel parallel(session.threads);
    Progress progress;
    ImportReport report;
    Result<DatasetPtr> data;
    {
        const JobWatch watch(progress, session.quiet);
        data = import_dataset(*options, parallel, progress, &report);
    }
    if (!data)
        return fail(data.error());
    tell(session, report);
    if (!flags.save_recipe.empty())
        if (auto status = save_recipe(flags.save_recipe, *options); !status)
            return status;
    if (!session.json)
        return keep(session, **workspace, **data);
    if (auto status = (*workspace)->add_dataset(**data); !status)
        return status;
    auto entry = find_entry(**workspace, (*data)->name());
    if (!entry)
        return fail(entry.error());
    auto out = cli::to_json(*entry);
    out["import"] = to_json(report);
    return print_json(out);
}

void add_shape_flags(CLI::App& command, ImportFlags& flags) {
    command.add_option("--format", flags.format,
                       "guess (default), csv, recbole, movielens, json_lines, libsvm, libffm, criteo, mind, dkn, "
                       "adjacency or sqlite");
    command.add_option("--encoding", flags.encoding, "Such as UTF-8 or ISO-8859-1 (default: guessed)");
    command.add_option("--separator", flags.separator, "One or more characters, tab or space (default: guessed)");
    command.add_option("--header", flags.header, "yes or no: the first row holds names (default: guessed)");
    command.add_option("--decimal", flags.decimal, "The decimal sign, . or , (default: guessed)");
    command.add_option("--time-format", flags.time_format,
                       "s, ms, iso, or a pattern such as '%d.%m.%Y %H:%M' (default: guessed)");
    command.add_option("--table", flags.table, "The table of an SQLite file");
    command.add_option("--user", flags.user, "Column of the user ids (default: guessed)");
    command.add_option("--item", flags.item, "Column of the item ids (default: guessed)");
    command.add_option("--value", flags.value, "Column of the ratings; - for none");
    command.add_option("--time", flags.time, "Column of the times; - for none");
    command.add_option("--event", flags.event, "Column of the kinds of event; - for none");
    command.add_option("--context", flags.context, "A column kept as context of each row; * for all others")
        ->allow_extra_args(false);
}

void add_rule_flags(CLI::App& command, ImportFlags& flags) {
    auto& numbers = flags.numbers;
    command.add_option("--event-weight", flags.weights, "EVENT=VALUE: the rating of its rows that have none")
        ->allow_extra_args(false);
    command.add_option("--range", flags.range, "LEAST:GREATEST; a rating outside makes a bad row");
    command.add_option("--duplicates", flags.duplicates,
                       "Rows of one user, item and event: all (default), last, first, sum or mean");
    command.add_option("--missing", flags.missing, "Rows without a rating: refuse (default), keep or drop");
    command.add_option("--min-user", numbers.least_per_user, "Drop users with fewer rows");
    command.add_option("--min-item", numbers.least_per_item, "Drop items with fewer rows");
    command.add_flag("--core", numbers.core, "Repeat the two until nothing changes (k-core)");
    command.add_option("--sample", numbers.sample, "The share that is kept, such as 0.1");
    command.add_option("--sample-unit", flags.sample_unit, "rows (default) or users");
    command.add_option("--sample-seed", numbers.sample_seed, "Same seed, same sample")->capture_default_str();
    command.add_option("--bad-rows", flags.bad_rows, "stop at the first (default), or skip and list them");
    command.add_option("--most-bad-rows", numbers.most_bad_rows, "With skip: stop after so many")
        ->capture_default_str();
}

void add_table_flags(CLI::App& command, ImportFlags& flags) {
    command.add_option("--test", flags.tests, "Files whose rows the split 'fixed' tests on")->allow_extra_args(false);
    command.add_option("--user-table", flags.user_table, "Features of the users, joined by id");
    command.add_option("--item-table", flags.item_table, "Titles and features of the items, joined by id");
    command.add_option("--graph", flags.graph, "Knowledge graph: head, relation, tail");
    command.add_option("--links", flags.links, "Items and their entities of the graph");
    command.add_option("--social", flags.social, "Pairs of users: who follows or trusts whom");
    command.add_option("--word-vectors", flags.word_vectors, "Vectors of words, word2vec or GloVe text");
    command.add_option("--entity-vectors", flags.entity_vectors, "Vectors of entities, in the same form");
}

} // namespace

void add_import_command(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<ImportFlags>();
    auto* command = data.add_subcommand("import", "Import interactions from a file, an archive or a folder");
    command->add_option("FILE", flags->files, "Files of one shape, plain or compressed; ARCHIVE#FILE names one inside");
    command->add_option("--name", flags->name, "Name of the data set (default: the file's)");
    add_shape_flags(*command, *flags);
    add_rule_flags(*command, *flags);
    add_table_flags(*command, *flags);
    command->add_option("--recipe", flags->recipe, "Begin with the options in this file");
    command->add_option("--save-recipe", flags->save_recipe, "Write the options to this file, for --recipe");
    command->add_flag("--preview", flags->preview, "Show what would be read, and import nothing");
    command->callback([&, flags] { action = [&session, flags] { return import_files(session, *flags); }; });
}

} // namespace tastebench::cli
