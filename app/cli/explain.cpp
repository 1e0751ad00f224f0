#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/explain/sentence.h"

namespace tastebench::cli {

namespace {

constexpr std::size_t most_shown = 15;

struct ExplainFlags {
    RunId id = 0;
    std::string user, item;
};

double share_of(const Contribution& reason, double score) {
    return score == 0 ? 0 : reason.contribution / score;
}

std::string event_name(const Dataset& data, const Contribution& reason) {
    return reason.last_event && *reason.last_event < data.events().size() ? data.events()[*reason.last_event]
                                                                          : std::string();
}

/// Not every model counts people and events; 0 would be a claim.
Json counted_or_null(std::uint32_t count) {
    return count == 0 ? Json() : Json(count);
}

Json to_json(const Dataset& data, const Contribution& reason, double score) {
    const auto event = event_name(data, reason);
    return {{"item", data.items().id(reason.item)},
            {"title", data.title(reason.item)},
            {"affinity", reason.affinity},
            {"similarity", reason.similarity},
            {"contribution", reason.contribution},
            {"share", share_of(reason, score)},
            {"common_users", counted_or_null(reason.common_users)},
            {"events", counted_or_null(reason.events)},
            {"event", event.empty() ? Json() : Json(event)},
            {"time", reason.last_time ? Json(iso_time(*reason.last_time)) : Json()},
            {"value", reason.last_value ? Json(as_printed(*reason.last_value)) : Json()}};
}

Json to_json(const ReadyRun& ready, const ExplainFlags& flags, const Explanation& explanation) {
    const auto& data = *ready.data;
    Json out;
    out["run"] = ready.run.id;
    out["user"] = flags.user;
    out["item"] = flags.item;
    out["title"] = data.title(explanation.item);
    out["score"] = explanation.score;
    out["sentence"] = explain_in_words(data, explanation);
    out["contributions"] = Json::array();
    for (const auto& reason : explanation.contributions)
        out["contributions"].push_back(to_json(data, reason, explanation.score));
    return out;
}

std::string as_text(const ReadyRun& ready, const Explanation& explanation) {
    const auto& data = *ready.data;
    Table table;
    for (const char* title : {"because of", "title", "event", "day"})
        table.column(title);
    for (const char* title : {"affinity", "similarity", "contribution", "share", "people with both"})
        table.column(title, Table::Align::right);
    double rest = 0;
    std::size_t n = 0;
    for (const auto& reason : explanation.contributions) {
        if (++n > most_shown) {
            rest += reason.contribution;
            continue;
        }
        table.row({std::string(data.items().id(reason.item)), shortened(data.title(reason.item), 40),
                   event_name(data, reason), reason.last_time ? iso_time(*reason.last_time).substr(0, 10) : "",
                   fixed(reason.affinity, 4), fixed(reason.similarity, 4), fixed(reason.contribution, 4),
                   fixed(share_of(reason, explanation.score) * 100, 1) + " %",
                   reason.common_users == 0 ? "-" : with_commas(reason.common_users)});
    }
    std::string out = fmt::format("{}\n\nscore {}\n", explain_in_words(data, explanation), fixed(explanation.score, 6));
    if (!explanation.contributions.empty())
        out += '\n' + table.text();
    if (n > most_shown)
        out += fmt::format("and {} more that add {}\n", n - most_shown, fixed(rest, 4));
    return out;
}

Status explain(const Session& session, const ExplainFlags& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto ready = load_run(**workspace, flags.id);
    if (!ready)
        return fail(ready.error());
    if (auto status = check_lists(*ready); !status)
        return status;
    const auto user = find_user(*ready->data, flags.user);
    if (!user)
        return fail(user.error());
    const auto item = find_item(*ready->data, flags.item);
    if (!item)
        return fail(item.error());
    const auto explanation = ready->model->explain(*user, *item);
    if (!explanation)
        return usage_error(fmt::format("{} gives no reasons", ready->run.spec.model), "ID",
                           "explain a run of another model, such as sar");
    return session.json ? print_json(to_json(*ready, flags, *explanation)) : print(as_text(*ready, *explanation));
}

} // namespace

void add_explain_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<ExplainFlags>();
    auto* command = app.add_subcommand("explain", "Why a model recommends an item to a user");
    command->add_option("ID", flags->id, "Number of the run")->required();
    command->add_option("--user", flags->user, "Id of the user")->required();
    command->add_option("--item", flags->item, "Id of the item")->required();
    command->callback([&, flags] { action = [&session, flags] { return explain(session, *flags); }; });
}

} // namespace tastebench::cli
