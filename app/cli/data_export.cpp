// data export: a data set, and a split of it, as CSV or RecBole files.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/data_commands.h"
#include "app/cli/job_watch.h"
#include "app/cli/output.h"
#include "core/data/exporter.h"
#include "core/split/split.h"

namespace tastebench::cli {

namespace {

struct ExportFlags {
    std::string name, out, format = "csv", split;
    std::uint64_t seed = 42;
    bool force = false;
};

Result<ExportFormat> format_from(const std::string& text) {
    if (text == "csv")
        return ExportFormat::csv;
    if (text == "recbole")
        return ExportFormat::recbole;
    return usage_error(fmt::format("there is no export as '{}'", text), "--format", "choose csv or recbole");
}

Status split_into(ExportOptions& options, const Dataset& data, const ExportFlags& flags) {
    if (flags.split.empty())
        return {};
    const auto recipe = SplitRecipe::parse(flags.split, flags.seed);
    if (!recipe)
        return fail(recipe.error());
    const auto split = make_split(data, *recipe);
    if (!split)
        return fail(split.error());
    options.parts = export_parts(*split);
    options.split = recipe->text();
    return {};
}

Status print_report(const Session& session, const ExportFlags& flags, const ExportOptions& options, const Dataset& data,
                    const ExportReport& report) {
    if (session.json) {
        Json out{{"data", data.name()},       {"fingerprint", data.fingerprint()},
                 {"folder", flags.out},       {"format", flags.format},
                 {"rows", report.rows},       {"bytes", report.bytes},
                 {"seconds", report.seconds}, {"files", report.files}};
        if (!options.parts.empty()) {
            out["split"] = {{"recipe", options.split}, {"seed", flags.seed}};
            for (const auto& part : options.parts)
                out["split"][part.name + "_rows"] = part.rows.size();
        }
        return print_json(out);
    }
    std::string text = fmt::format("wrote {} interactions of {} to {} ({})\n", with_commas(report.rows), data.name(),
                                   flags.out, memory(report.bytes));
    for (const auto& file : report.files)
        text += fmt::format("  {}\n", file);
    return print(text);
}

Status export_data(const Session& session, const ExportFlags& flags) {
    ExportOptions options;
    options.folder = flags.out;
    options.overwrite = flags.force;
    const auto format = format_from(flags.format);
    if (!format)
        return fail(format.error());
    options.format = *format;
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto entry = find_entry(**workspace, flags.name); !entry)
        return fail(entry.error());
    const auto data = (*workspace)->dataset(flags.name);
    if (!data)
        return fail(data.error());
    if (auto status = split_into(options, **data, flags); !status)
        return status;
    Progress progress;
    Result<ExportReport> report;
    {
        const JobWatch watch(progress, session.quiet);
        report = export_dataset(**data, options, progress);
    }
    if (report)
        return print_report(session, flags, options, **data, *report);
    auto error = report.error();
    if (error.kind == ErrorKind::usage && error.remedy.find("replace the export") != std::string::npos)
        error.remedy = "choose another folder, or replace the export in it with --force";
    return fail(std::move(error));
}

} // namespace

void add_export_command(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<ExportFlags>();
    auto* command = data.add_subcommand("export", "Write a data set, and a split of it, as CSV or RecBole files");
    command->add_option("NAME", flags->name, "Name of the data set")->required();
    command->add_option("--out", flags->out, "Folder to make; its parent must exist")->required();
    command->add_option("--format", flags->format, "csv or recbole")->capture_default_str();
    command->add_option("--split", flags->split, "Write the parts of this split too, in a form that run takes");
    command->add_option("--seed", flags->seed, "Of the split")->capture_default_str();
    command->add_flag("--force", flags->force, "Replace an earlier export in the folder");
    command->callback([&, flags] { action = [&session, flags] { return export_data(session, *flags); }; });
}

} // namespace tastebench::cli
