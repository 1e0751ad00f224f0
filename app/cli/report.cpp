#include <algorithm>
#include <cctype>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/report/report.h"

namespace tastebench::cli {

namespace {

struct ReportFlags {
    std::vector<RunId> ids;
    std::string out, metric, title, author, question, user, item, sections;
};

Status check_format(const std::string& file) {
    auto extension = std::filesystem::path(file).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension == ".html" || extension == ".htm")
        return {};
    return usage_error(extension.empty() ? "the file has no ending that says its format"
                                         : fmt::format("reports are not written as '{}'", extension),
                       "--out", "name a file that ends in .html");
}

Result<std::vector<ReportSection>> read_sections(const std::string& text) {
    std::vector<ReportSection> out;
    std::vector<std::string> ids;
    for (const auto& known : report_sections())
        ids.push_back(known.id);
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto id = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        const auto found = std::find(ids.begin(), ids.end(), id);
        if (found == ids.end())
            return usage_error(fmt::format("there is no section '{}'", id), "--sections",
                               "the sections are " + listed(ids));
        out.push_back(report_sections()[static_cast<std::size_t>(found - ids.begin())].section);
    }
    return out;
}

/// The first choice of the model for the first user that counted: an example when none is asked for.
std::optional<Pair> example(const Workspace& workspace, const ReadyRun& ready, const std::string& metric,
                            const Parallel& parallel) {
    const auto users = workspace.per_user(ready.run.id, metric);
    if (!users || !*users || (*users)->users.empty())
        return std::nullopt;
    const UserIx user = (*users)->users.front();
    Progress progress;
    const auto lists = ready.model->top_k(std::span(&user, 1), TopKOptions{1, true}, parallel, progress);
    if (lists.front().empty())
        return std::nullopt;
    return Pair{user, lists.front().front().item};
}

/// One recommendation, explained by the first of the runs whose model gives reasons.
Result<std::vector<std::pair<RunId, Pair>>> explanations(Workspace& workspace, const std::vector<Run>& runs,
                                                         const ReportFlags& flags, const std::string& metric,
                                                         const Parallel& parallel) {
    std::vector<std::pair<RunId, Pair>> out;
    for (const auto& run : runs) {
        auto ready = load_run(workspace, run.id);
        if (!ready)
            return fail(ready.error());
        if (!ready->model->capabilities(run.spec.parameters).explains)
            continue;
        if (flags.user.empty()) {
            if (const auto pair = example(workspace, *ready, metric, parallel))
                out.emplace_back(run.id, *pair);
            return out;
        }
        const auto user = find_user(*ready->data, flags.user);
        if (!user)
            return fail(user.error());
        const auto item = find_item(*ready->data, flags.item);
        if (!item)
            return fail(item.error());
        out.emplace_back(run.id, Pair{*user, *item});
        return out;
    }
    if (!flags.user.empty())
        return usage_error("none of these models gives reasons", "--user", "add a run of sar");
    return out;
}

Result<std::vector<Run>> read_runs(const Workspace& workspace, const std::vector<RunId>& ids) {
    std::vector<Run> out;
    for (const auto id : ids) {
        auto run = find_run(workspace, id);
        if (!run)
            return fail(run.error());
        if (run->state != RunState::done)
            return usage_error(fmt::format("run {} is {}", id, to_text(run->state)), "ID",
                               "report on runs that finished");
        out.push_back(std::move(*run));
    }
    return out;
}

Status report(const Session& session, const ReportFlags& flags) {
    if (auto status = check_format(flags.out); !status)
        return status;
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto runs = read_runs(**workspace, flags.ids);
    if (!runs)
        return fail(runs.error());
    auto metric = choose_metric(*runs, flags.metric);
    if (!metric)
        return fail(metric.error());
    auto sections = read_sections(flags.sections);
    if (!sections)
        return fail(sections.error());
    const Parallel parallel(session.threads);
    auto explained = explanations(**workspace, *runs, flags, *metric, parallel);
    if (!explained)
        return fail(explained.error());

    ReportRequest request;
    request.runs = flags.ids;
    request.metric = *metric;
    if (!flags.title.empty())
        request.title = flags.title;
    request.author = flags.author;
    request.question = flags.question;
    request.sections = std::move(*sections);
    request.explanations = std::move(*explained);
    auto html = report_html(**workspace, request, parallel);
    if (!html)
        return fail(html.error());
    if (auto status = write_file_atomically(flags.out, *html); !status)
        return status;
    return session.json ? print_json(Json{{"file", flags.out}, {"runs", flags.ids}, {"bytes", html->size()}})
                        : print(fmt::format("wrote {}\n", flags.out));
}

} // namespace

void add_report_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<ReportFlags>();
    auto* command = app.add_subcommand("report", "Write a report of runs as one HTML file");
    command->add_option("ID", flags->ids, "Numbers of the runs")->required();
    command->add_option("--out", flags->out, "FILE.html")->required();
    command->add_option("--metric", flags->metric, "The metric that decides (default: ndcg@10)");
    command->add_option("--title", flags->title, "Title");
    command->add_option("--author", flags->author, "Author");
    command->add_option("--question", flags->question, "The question that the report answers");
    command->add_option("--sections", flags->sections, "Which, in order, such as question,results (default: all)");
    auto* user = command->add_option("--user", flags->user, "Explain a recommendation to this user");
    auto* item = command->add_option("--item", flags->item, "The item to explain")->needs(user);
    user->needs(item);
    command->callback([&, flags] { action = [&session, flags] { return report(session, *flags); }; });
}

} // namespace tastebench::cli
