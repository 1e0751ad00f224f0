// data split: what a split of a data set looks like, and its rows as files.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/split/checks.h"

namespace tastebench::cli {

namespace {

struct SplitFlags {
    std::string data, form, out;
    std::uint64_t seed = 42;
};

struct Made {
    DatasetPtr data;
    Split split;
    SplitCheck check;
    std::vector<std::string> files;
};

constexpr std::array side_names{"train", "validation", "test"};

std::string_view to_text(Severity severity) {
    return severity == Severity::warning ? "warning" : "note";
}

Json to_json(const SplitFinding& finding) {
    Json out{{"id", finding.id},       {"severity", to_text(finding.severity)},
             {"count", finding.count}, {"total", finding.total},
             {"unit", finding.unit},   {"share", finding.share()}};
    if (finding.groups > 0)
        out["groups"] = finding.groups;
    out["text"] = finding.text;
    return out;
}

double share_of_rows(const Made& made, std::uint64_t rows) {
    return static_cast<double>(rows) / static_cast<double>(made.data->interactions().size());
}

Json as_json(const Made& made) {
    const auto& recipe = made.split.recipe;
    Json out{{"data", made.data->name()},
             {"data_fingerprint", made.data->fingerprint()},
             {"recipe", recipe.text()},
             {"seed", recipe.uses_seed() ? Json(recipe.seed) : Json()},
             {"fingerprint", made.split.fingerprint},
             {"rows", made.data->interactions().size()},
             {"left_out", made.check.left_out}};
    for (std::size_t side = 0; side < side_names.size(); ++side) {
        const auto& counts = made.check.sides[side];
        Json one{{"rows", counts.rows}, {"share", share_of_rows(made, counts.rows)}};
        one["users"] = made.data->has_pairs() ? Json(counts.users) : Json();
        one["items"] = made.data->has_pairs() ? Json(counts.items) : Json();
        out[side_names[side]] = one;
    }
    out["findings"] = Json::array();
    for (const auto& finding : made.check.findings)
        out["findings"].push_back(to_json(finding));
    out["files"] = made.files;
    return out;
}

std::string as_text(const Made& made) {
    const auto& recipe = made.split.recipe;
    Table table;
    table.column("side");
    for (const char* title : {"rows", "share", "users", "items"})
        table.column(title, Table::Align::right);
    const auto counted = [&](std::uint64_t n) { return made.data->has_pairs() ? with_commas(n) : "-"; };
    for (std::size_t side = 0; side < side_names.size(); ++side) {
        const auto& counts = made.check.sides[side];
        if (counts.rows > 0)
            table.row({side_names[side], with_commas(counts.rows),
                       fixed(100 * share_of_rows(made, counts.rows), 2) + " %", counted(counts.users),
                       counted(counts.items)});
    }
    if (made.check.left_out > 0)
        table.row({"left out", with_commas(made.check.left_out),
                   fixed(100 * share_of_rows(made, made.check.left_out), 2) + " %", "", ""});
    std::string out = fmt::format("{} of {}{}\n\n{}\nfingerprint {}\n", recipe.text(), made.data->name(),
                                  recipe.uses_seed() ? fmt::format(", seed {}", recipe.seed) : "", table.text(),
                                  made.split.fingerprint);
    for (const auto& finding : made.check.findings)
        out += fmt::format("{}: {}\n", to_text(finding.severity), finding.text);
    for (const auto& file : made.files)
        out += fmt::format("wrote {}\n", file);
    return out;
}

Status split(const Session& session, const SplitFlags& flags) {
    auto recipe = SplitRecipe::parse(flags.form, flags.seed);
    if (!recipe)
        return fail(recipe.error());
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto data = (*workspace)->dataset(flags.data);
    if (!data)
        return fail(data.error());
    const Parallel parallel(session.threads);
    auto made = make_split(**data, *recipe, parallel);
    if (!made)
        return fail(made.error());
    Made out{*data, std::move(*made), {}, {}};
    out.check = check_split(*out.data, out.split, parallel);
    if (!flags.out.empty()) {
        auto files = write_row_lists(out.split, flags.out);
        if (!files)
            return fail(files.error());
        out.files = std::move(*files);
    }
    return session.json ? print_json(as_json(out)) : print(as_text(out));
}

} // namespace

void add_split_command(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<SplitFlags>();
    auto* command = data.add_subcommand("split", "What a split looks like: sizes, fingerprint and what may be wrong");
    command->add_option("NAME", flags->data, "Name of the data set")->required();
    command->add_option("--split", flags->form, split_help)->required()->type_name("FORM");
    command->add_option("--seed", flags->seed, "Of the kinds that draw lots")->capture_default_str();
    command
        ->add_option("--out", flags->out,
                     "Write train.rows, validation.rows and test.rows, one row number a line, into this folder")
        ->type_name("FOLDER");
    command->callback([&, flags] { action = [&session, flags] { return split(session, *flags); }; });
}

} // namespace tastebench::cli
