#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/session.h"

namespace tastebench::cli {

namespace {

struct RecommendFlags {
    RunId id = 0;
    std::string user;
    std::uint32_t k = 10;
    bool keep_seen = false;
};

Json to_json(const ReadyRun& ready, const RecommendFlags& flags, const std::vector<Scored>& items) {
    Json out;
    out["run"] = ready.run.id;
    out["user"] = flags.user;
    out["items"] = Json::array();
    std::size_t rank = 0;
    for (const auto& [item, score] : items)
        out["items"].push_back({{"rank", ++rank},
                                {"item", ready.data->items().id(item)},
                                {"title", ready.data->title(item)},
                                {"score", score}});
    return out;
}

std::string as_text(const ReadyRun& ready, const std::vector<Scored>& items) {
    Table table;
    table.column("rank", Table::Align::right);
    table.column("item");
    table.column("title");
    table.column("score", Table::Align::right);
    std::size_t rank = 0;
    for (const auto& [item, score] : items)
        table.row({std::to_string(++rank), std::string(ready.data->items().id(item)),
                   shortened(ready.data->title(item), 60), fixed(score, 4)});
    return table.text();
}

Status recommend(const Session& session, const RecommendFlags& flags) {
    if (flags.k < 1)
        return usage_error("a list has at least one item", "-k", "give a whole number from 1");
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto ready = load_run(**workspace, flags.id);
    if (!ready)
        return fail(ready.error());
    const auto user = find_user(*ready->data, flags.user);
    if (!user)
        return fail(user.error());
    const Parallel parallel(session.threads);
    Progress progress;
    const TopKOptions options{flags.k, ready->run.spec.evaluation.remove_seen && !flags.keep_seen};
    const auto lists = ready->model->top_k(std::span(&*user, 1), options, parallel, progress);
    if (session.json)
        return print_json(to_json(*ready, flags, lists.front()));
    if (lists.front().empty())
        session.tell(fmt::format("there is nothing left to recommend to {}", flags.user));
    return print(as_text(*ready, lists.front()));
}

} // namespace

void add_recommend_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<RecommendFlags>();
    auto* command = app.add_subcommand("recommend", "What a trained model recommends to a user");
    command->add_option("ID", flags->id, "Number of the run")->required();
    command->add_option("--user", flags->user, "Id of the user")->required();
    command->add_option("-k,--k", flags->k, "How many items")->capture_default_str();
    command->add_flag("--keep-seen", flags->keep_seen, "Recommend items that the user already had in training");
    command->callback([&, flags] { action = [&session, flags] { return recommend(session, *flags); }; });
}

} // namespace tastebench::cli
