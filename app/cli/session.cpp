#include "app/cli/session.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "app/cli/output.h"
#include "core/experiment/repeat.h"

namespace tastebench::cli {

namespace {

// Beyond this the nearest of all ids would take longer than the user waits for an error.
constexpr std::uint32_t most_ids_to_compare = 200'000;

Result<std::uint32_t> find_id(const IdMap& ids, const std::string& id, const char* kind, const std::string& data) {
    if (const auto found = ids.find(id))
        return *found;
    std::string guess;
    if (ids.size() <= most_ids_to_compare) {
        std::vector<std::string> all;
        all.reserve(ids.size());
        for (std::uint32_t i = 0; i < ids.size(); ++i)
            all.emplace_back(ids.id(i));
        guess = nearest(id, all);
    }
    return usage_error(fmt::format("there is no {} '{}' in {}", kind, id, data), fmt::format("--{}", kind),
                       guess.empty() ? fmt::format("its {}s are '{}' to '{}'", kind, ids.id(0), ids.id(ids.size() - 1))
                                     : fmt::format("did you mean '{}'?", guess));
}

} // namespace

Result<std::filesystem::path> default_workspace() {
    const std::filesystem::path file = std::filesystem::path("tastebench") / "workspace.tastebench";
    // The XDG specification: a relative path there is to be ignored.
    if (const char* set = std::getenv("XDG_DATA_HOME"); set != nullptr && *set == '/')
        return set / file;
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
        return std::filesystem::path(home) / ".local" / "share" / file;
    return usage_error("there is no place for the workspace, HOME is not set", "--workspace", "name a file");
}

Result<std::shared_ptr<Workspace>> Session::open() const {
    if (!workspace.empty())
        return Workspace::open(workspace);
    auto file = default_workspace();
    if (!file)
        return fail(file.error());
    std::error_code code;
    std::filesystem::create_directories(file->parent_path(), code);
    if (code)
        return run_failed("the folder cannot be made: " + code.message(), file->parent_path().string(),
                          "name another workspace with --workspace");
    return Workspace::open(*file);
}

void Session::tell(std::string_view line) const {
    if (!quiet)
        say(line);
}

Result<Run> find_run(const Workspace& workspace, RunId id) {
    auto all = workspace.runs();
    if (!all)
        return fail(all.error());
    if (std::any_of(all->begin(), all->end(), [&](const Run& run) { return run.id == id; }))
        return workspace.run(id);
    std::vector<std::string> ids;
    for (const auto& run : *all)
        ids.push_back(std::to_string(run.id));
    const auto guess = nearest(std::to_string(id), ids);
    return usage_error(fmt::format("there is no run {}", id), "ID",
                       ids.empty()     ? "train one with 'tastebench-cli run'"
                       : guess.empty() ? fmt::format("runs go from {} to {}", ids.back(), ids.front())
                                       : fmt::format("did you mean {}? 'runs list' shows all", guess));
}

Result<UserIx> find_user(const Dataset& data, const std::string& id) {
    return find_id(data.users(), id, "user", data.name());
}

Result<ItemIx> find_item(const Dataset& data, const std::string& id) {
    return find_id(data.items(), id, "item", data.name());
}

Result<ReadyRun> load_run(Workspace& workspace, RunId id) {
    auto run = find_run(workspace, id);
    if (!run)
        return fail(run.error());
    if (run->state != RunState::done)
        return usage_error(fmt::format("run {} is {}, so it has no model", id, to_text(run->state)), "ID",
                           fmt::format("repeat it with 'runs rerun {}'", id));
    auto data = dataset_of(workspace, *run);
    if (!data)
        return fail(data.error());
    auto model = workspace.model(id);
    if (!model)
        return fail(model.error());
    return ReadyRun{std::move(*run), std::move(*data), std::move(*model)};
}

Status check_lists(const ReadyRun& ready) {
    const bool ranks = ready.model->capabilities(ready.run.spec.parameters).recommends;
    if (ranks && ready.data->has_pairs())
        return {};
    return usage_error(
        ranks ? fmt::format("'{}' has no users and items, so nobody is recommended anything", ready.data->name())
              : fmt::format("{} ranks no items", ready.run.spec.model),
        "ID", "choose a run on data with users and items");
}

Result<std::string> choose_metric(const std::vector<Run>& runs, const std::string& asked) {
    std::vector<std::string> common;
    for (const auto& [name, value] : runs.front().metrics)
        if (std::all_of(runs.begin(), runs.end(), [&](const Run& run) { return run.metrics.contains(name); }))
            common.push_back(name);
    const auto has = [&](const std::string& name) {
        return std::find(common.begin(), common.end(), name) != common.end();
    };
    if (asked.empty()) {
        if (has("ndcg@10"))
            return std::string("ndcg@10");
        const auto ndcg = std::find_if(common.begin(), common.end(),
                                       [](const std::string& name) { return name.starts_with("ndcg@"); });
        if (ndcg != common.end())
            return *ndcg;
        // Runs without lists: the first metric of the glossary that they have.
        for (const auto& metric : all_metrics())
            if (has(metric.id))
                return metric.id;
    }
    if (has(asked))
        return asked;
    const auto guess = nearest(asked, common);
    return usage_error(asked.empty() ? "the runs have no metric in common"
                                     : fmt::format("'{}' is no metric that all these runs have", asked),
                       "--metric",
                       common.empty()   ? "compare runs that finished"
                       : !guess.empty() ? fmt::format("did you mean '{}'?", guess)
                                        : "they have " + listed(common));
}

std::string listed(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return out;
}

} // namespace tastebench::cli
