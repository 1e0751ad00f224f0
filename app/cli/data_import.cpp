// `data import`: every option of the importer as a flag, a recipe to repeat it, and a preview before it.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "app/cli/data_commands.h"
#include "app/cli/job_watch.h"
#include "core/store/replace.h"

namespace tastebench::cli {

namespace {

struct ImportFlags {
    std::vector<std::string> files, tests, context, weights;
    std::string name, format, encoding, separator, header, decimal, time_format, table;
    std::string user, item, value, time, event, range;
    std::string duplicates, missing, bad_rows, sample_unit;
    std::string user_table, item_table, graph, links, social, word_vectors, entity_vectors;
    std::string recipe, save_recipe, save_recipe_as;
    std::optional<std::uint32_t> least_per_user, least_per_item;
    std::optional<double> sample;
    std::optional<std::uint64_t> sample_seed, most_bad_rows;
    bool core = false;
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
                           "write LEAST:GREATEST, such as 1:5, or 1: for no upper bound");
    const auto range = std::string_view(flags.range);
    for (const auto& [text, bound] : {std::pair(range.substr(0, colon), &options.least_value),
                                      std::pair(range.substr(colon + 1), &options.greatest_value)}) {
        if (text.empty())
            continue;
        const auto value = number_from(text, "--range");
        if (!value)
            return fail(value.error());
        *bound = *value;
    }
    return {};
}

Status read_words(const ImportFlags& flags, ImportOptions& options) {
    if (!flags.format.empty()) {
        const auto format = file_format_from(flags.format);
        if (!format) {
            std::vector<std::string> names{"guess"};
            for (int f = 1; f <= static_cast<int>(FileFormat::exported); ++f)
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

template <typename T>
void set_if_given(const std::string& text, T& out) {
    if (!text.empty())
        out = text;
}

template <typename T>
void set_if_given(const std::optional<T>& number, T& out) {
    if (number)
        out = *number;
}

/// The options of a recipe of the workspace, or else of a file.
Result<ImportOptions> find_recipe(const Workspace& workspace, const std::string& name) {
    auto body = workspace.recipe(name);
    if (!body) {
        std::error_code ignored;
        if (!std::filesystem::exists(name, ignored))
            return fail(body.error());
        body = read_text(name);
    }
    return body ? read_recipe(*body) : fail(body.error());
}

/// The recipe, if one is given, overruled by the flags.
Result<ImportOptions> read_options(const Session& session, const ImportFlags& flags) {
    ImportOptions options;
    if (!flags.recipe.empty()) {
        auto workspace = session.open();
        if (!workspace)
            return fail(workspace.error());
        auto recipe = find_recipe(**workspace, flags.recipe);
        if (!recipe)
            return recipe;
        options = std::move(*recipe);
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
    set_if_given(flags.least_per_user, options.least_per_user);
    set_if_given(flags.least_per_item, options.least_per_item);
    set_if_given(flags.sample, options.sample);
    set_if_given(flags.sample_seed, options.sample_seed);
    set_if_given(flags.most_bad_rows, options.most_bad_rows);
    options.core = options.core || flags.core;
    for (auto status : {read_words(flags, options), read_weights(flags, options), read_range(flags, options)})
        if (!status)
            return fail(status.error());
    if (!(options.sample > 0 && options.sample <= 1))
        return usage_error("the share to keep is not between 0 and 1", "--sample", "give a share such as 0.1");
    if (options.files.empty())
        return usage_error("no file was given", "FILE", "name the file to import, or give a recipe that does");
    return options;
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
    auto options = read_options(session, flags);
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
    ImportReport report;
    const auto data = read_import(session, *options, report);
    if (!data)
        return fail(data.error());
    tell(session, report);
    if (auto status = store_import(session, **workspace, **data, *options, report); !status)
        return status;
    if (!flags.save_recipe.empty())
        if (auto status = save_recipe(flags.save_recipe, *options); !status)
            return status;
    if (!flags.save_recipe_as.empty())
        if (auto status = (*workspace)->save_recipe(flags.save_recipe_as, write_recipe(*options)); !status)
            return status;
    return print_import(session, **workspace, (*data)->name(), report);
}

void add_shape_flags(CLI::App& command, ImportFlags& flags) {
    command.add_option("--format", flags.format,
                       "guess (default), csv, recbole, movielens, json_lines, libsvm, libffm, criteo, mind, dkn, "
                       "adjacency, sqlite or exported");
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
    command.add_option("--event-weight", flags.weights, "EVENT=VALUE: the rating of its rows that have none")
        ->allow_extra_args(false);
    command.add_option("--range", flags.range, "LEAST:GREATEST; a rating outside makes a bad row");
    command.add_option("--duplicates", flags.duplicates,
                       "Rows of one user, item and event: all (default), last, first, sum or mean");
    command.add_option("--missing", flags.missing, "Rows without a rating: refuse (default), keep or drop");
    command.add_option("--min-user", flags.least_per_user, "Drop users with fewer rows");
    command.add_option("--min-item", flags.least_per_item, "Drop items with fewer rows");
    command.add_flag("--core", flags.core, "Repeat the two until nothing changes (k-core)");
    command.add_option("--sample", flags.sample, "The share that is kept, such as 0.1");
    command.add_option("--sample-unit", flags.sample_unit, "rows (default) or users");
    command.add_option("--sample-seed", flags.sample_seed, "Same seed, same sample (default: 42)");
    command.add_option("--bad-rows", flags.bad_rows, "stop at the first (default), or skip and list them");
    command.add_option("--most-bad-rows", flags.most_bad_rows, "With skip: stop after so many (default: 10000)");
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

Result<DatasetPtr> read_import(const Session& session, const ImportOptions& options, ImportReport& report) {
    const Parallel parallel(session.threads);
    Progress progress;
    const JobWatch watch(progress, session.quiet);
    return import_dataset(options, parallel, progress, &report);
}

Status store_import(const Session& session, Workspace& workspace, const Dataset& data, const ImportOptions& options,
                    const ImportReport& report, bool replace) {
    const Parallel parallel(session.threads);
    Progress progress;
    const JobWatch watch(progress, session.quiet);
    const AddOptions how{.recipe = write_recipe(options),
                         .source_hash = report.source_hash,
                         .progress = &progress,
                         .parallel = &parallel};
    return replace ? replace_dataset(workspace, data, how) : workspace.add_dataset(data, how);
}

Status print_import(const Session& session, const Workspace& workspace, const std::string& name,
                    const ImportReport& report) {
    auto entry = find_entry(workspace, name);
    if (!entry)
        return fail(entry.error());
    if (!session.json)
        return print_entry(session, *entry);
    auto out = to_json(*entry);
    out["import"] = to_json(report);
    return print_json(out);
}

void add_import_command(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<ImportFlags>();
    auto* command = data.add_subcommand("import", "Import interactions from a file, an archive or a folder");
    command->add_option("FILE", flags->files, "Files of one shape, plain or compressed; ARCHIVE#FILE names one inside");
    command->add_option("--name", flags->name, "Name of the data set (default: the file's)");
    add_shape_flags(*command, *flags);
    add_rule_flags(*command, *flags);
    add_table_flags(*command, *flags);
    command->add_option("--recipe", flags->recipe, "Begin with the options of this recipe of the workspace, or file");
    command->add_option("--save-recipe", flags->save_recipe, "Write the options to this file, for --recipe");
    command->add_option("--save-recipe-as", flags->save_recipe_as, "Keep the options in the workspace under this name");
    command->add_flag("--preview", flags->preview, "Show what would be read, and import nothing");
    command->callback([&, flags] { action = [&session, flags] { return import_files(session, *flags); }; });
}

} // namespace tastebench::cli
