#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/job_watch.h"
#include "app/cli/output.h"
#include "app/cli/profile.h"
#include "app/cli/session.h"
#include "core/report/lists.h"

namespace tastebench::cli {

namespace {

struct RecommendFlags {
    RunId id = 0;
    std::string user;
    std::vector<std::string> items; ///< of someone unknown, instead of a user
    bool all = false;
    std::string out; ///< all: the file to write
    std::uint32_t k = 10;
    bool keep_seen = false;
};

struct Recommended {
    std::vector<ProfileItem> profile; ///< of someone unknown
    std::vector<Scored> items;
};

Json to_json(const ReadyRun& ready, const RecommendFlags& flags, const Recommended& recommended) {
    const auto& [profile, items] = recommended;
    Json out;
    out["run"] = ready.run.id;
    out["user"] = flags.items.empty() ? Json(flags.user) : Json();
    if (!flags.items.empty())
        out["profile"] = Json::array();
    for (const auto& [item, value] : profile)
        out["profile"].push_back(
            {{"item", ready.data->items().id(item)}, {"title", ready.data->title(item)}, {"value", value}});
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

Result<Recommended> for_user(const Session& session, const ReadyRun& ready, const RecommendFlags& flags,
                             const TopKOptions& options) {
    const auto user = find_user(*ready.data, flags.user);
    if (!user)
        return fail(user.error());
    const Parallel parallel(session.threads);
    Progress progress;
    auto lists = ready.model->top_k(std::span(&*user, 1), options, parallel, progress);
    if (lists.front().empty())
        session.tell(fmt::format("there is nothing left to recommend to {}", flags.user));
    return Recommended{{}, std::move(lists.front())};
}

/// Where a model knows only the people it was trained on.
tl::unexpected<Error> knows_only_users(const std::string& model) {
    std::vector<std::string> able;
    for (const auto& entry : all_models())
        if (entry.make()->capabilities(entry.schema.defaults()).folds_in)
            able.push_back(entry.id);
    return usage_error(fmt::format("{} recommends only to people it was trained on", model), "--items",
                       able.empty() ? "name one of them with --user" : "use a run of " + listed(able));
}

Result<Recommended> for_profile(const Session& session, const ReadyRun& ready, const RecommendFlags& flags,
                                const TopKOptions& options) {
    if (!ready.model->capabilities(ready.run.spec.parameters).folds_in)
        return knows_only_users(ready.run.spec.model);
    auto profile = read_profile(*ready.data, flags.items);
    if (!profile)
        return fail(profile.error());
    if (std::none_of(profile->begin(), profile->end(),
                     [&](const ProfileItem& had) { return ready.model->item_in_training(had.item); }))
        session.tell("none of these items was in training, so they say nothing about this person");
    auto items = ready.model->recommend_profile(*profile, options);
    return Recommended{std::move(*profile), std::move(items)};
}

Status check(const RecommendFlags& flags) {
    if (flags.k < 1)
        return usage_error("a list has at least one item", "-k", "give a whole number from 1");
    if (!flags.all && flags.user.empty() == flags.items.empty())
        return usage_error("it is not said for whom", "--user",
                           "name a user with --user, what someone unknown has with --items, or everyone with --all");
    if (flags.all == flags.out.empty())
        return usage_error(flags.all ? "the lists of all users go into a file" : "one list is printed, not written",
                           "--out", flags.all ? "name one, such as --out lists.csv" : "leave --out out, or add --all");
    return {};
}

Status for_everyone(const Session& session, const ReadyRun& ready, const RecommendFlags& flags,
                    const TopKOptions& options) {
    const Parallel parallel(session.threads);
    Progress progress;
    Result<ListsWritten> written;
    {
        const JobWatch watch(progress, session.quiet);
        written = write_lists(*ready.model, *ready.data, options, flags.out, parallel, progress);
    }
    if (!written)
        return fail(written.error());
    if (session.json)
        return print_json(Json{{"run", ready.run.id},
                               {"file", flags.out},
                               {"k", options.k},
                               {"users", written->users},
                               {"empty_lists", written->empty},
                               {"rows", written->rows},
                               {"bytes", written->bytes}});
    const auto empty =
        written->empty == 0 ? std::string() : fmt::format("; {} get nothing", with_commas(written->empty));
    return print(fmt::format("wrote {} recommendations for {} users to {} ({}){}\n", with_commas(written->rows),
                             with_commas(written->users), flags.out, memory(written->bytes), empty));
}

Status recommend(const Session& session, const RecommendFlags& flags) {
    if (auto status = check(flags); !status)
        return status;
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto ready = load_run(**workspace, flags.id);
    if (!ready)
        return fail(ready.error());
    if (auto status = check_lists(*ready); !status)
        return status;
    const auto k = possible_length(flags.k, *ready->data);
    if (k < flags.k)
        session.tell(fmt::format("'{}' has {} items, so no list is longer", ready->data->name(), with_commas(k)));
    const TopKOptions options{k, ready->run.spec.evaluation.remove_seen && !flags.keep_seen};
    if (flags.all)
        return for_everyone(session, *ready, flags, options);
    const auto recommended =
        flags.items.empty() ? for_user(session, *ready, flags, options) : for_profile(session, *ready, flags, options);
    if (!recommended)
        return fail(recommended.error());
    return session.json ? print_json(to_json(*ready, flags, *recommended)) : print(as_text(*ready, recommended->items));
}

} // namespace

void add_recommend_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<RecommendFlags>();
    auto* command =
        app.add_subcommand("recommend", "What a trained model recommends to a user, to someone unknown or to everyone");
    command->add_option("ID", flags->id, "Number of the run")->required();
    auto* user = command->add_option("--user", flags->user, "Id of the user");
    command
        ->add_option("--items", flags->items,
                     "Instead of a user: what someone unknown has, as I1,I2 or I1=5,I2=3 with ratings or weights "
                     "(default: the highest rating of the data, or 1)")
        ->allow_extra_args(false)
        ->excludes(user);
    command->add_flag("--all", flags->all, "Instead of a user: everyone, written to the file of --out")
        ->excludes(user)
        ->excludes("--items");
    command->add_option("--out", flags->out,
                        "With --all: a CSV file with the columns user, rank, item, title and score; replaced if it is "
                        "there");
    command->add_option("-k,--k", flags->k, "How many items")->capture_default_str();
    command->add_flag("--keep-seen", flags->keep_seen, "Recommend items that the person already has");
    command->callback([&, flags] { action = [&session, flags] { return recommend(session, *flags); }; });
}

} // namespace tastebench::cli
