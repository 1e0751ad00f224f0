// predict: what a trained model expects of chosen pairs of a user and an item.
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/data/records.h"

namespace tastebench::cli {

namespace {

struct PredictFlags {
    RunId id = 0;
    std::string user;
    std::vector<std::string> items;
    std::string pairs; ///< a file, instead of a user and items
};

/// What the numbers are.
std::string meaning(const Capabilities& can) {
    return can.predicts_ratings ? "rating" : can.predicts_clicks ? "probability" : "score";
}

Status check(const PredictFlags& flags) {
    if (!flags.pairs.empty())
        return {};
    if (flags.user.empty() || flags.items.empty())
        return usage_error("it is not said of whom and of what", "--user",
                           "name a user with --user and items with --item, or a file of pairs with --pairs");
    return {};
}

Result<std::vector<Pair>> named_pairs(const Dataset& data, const PredictFlags& flags) {
    const auto user = find_user(data, flags.user);
    if (!user)
        return fail(user.error());
    std::vector<Pair> out;
    for (const auto& word : flags.items) {
        const auto item = find_item(data, word);
        if (!item)
            return fail(item.error());
        out.push_back({*user, *item});
    }
    return out;
}

tl::unexpected<Error> bad_pair(const std::string& file, std::size_t row, const std::string& what) {
    return bad_data(what, fmt::format("{}:{}", file, row), "give rows of a user's id and an item's, such as u1,i5");
}

/// The first line is a header if neither of its words is an id of the data.
Result<std::vector<Pair>> pairs_of_file(const Dataset& data, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    if (!in)
        return usage_error("the file cannot be read", file, "check its name");
    const auto text = content.str();
    RecordReader reader(text, ',', true);
    std::vector<Field> fields;
    std::vector<Pair> out;
    std::size_t row = 0;
    while (reader.next(fields)) {
        ++row;
        if (fields.size() < 2)
            return bad_pair(file, row, "there is no comma between a user and an item");
        const auto user = data.users().find(fields[0].text());
        const auto item = data.items().find(fields[1].text());
        if (user && item)
            out.push_back({*user, *item});
        else if (row > 1 || user || item)
            return bad_pair(file, row,
                            fmt::format("there is no {} '{}' in {}", user ? "item" : "user",
                                        fields[user ? 1 : 0].text(), data.name()));
    }
    if (!reader.fault().empty())
        return bad_pair(file, row + 1, reader.fault());
    if (out.empty())
        return bad_pair(file, 1, "no row names a user and an item of the data");
    return out;
}

Json to_json(const ReadyRun& ready, const std::string& what, const std::vector<Pair>& pairs,
             const std::vector<double>& values) {
    const auto& data = *ready.data;
    Json out{{"run", ready.run.id}, {"predicts", what}, {"pairs", Json::array()}};
    for (std::size_t at = 0; at < pairs.size(); ++at)
        out["pairs"].push_back({{"user", data.users().id(pairs[at].user)},
                                {"item", data.items().id(pairs[at].item)},
                                {"title", data.title(pairs[at].item)},
                                {what, values[at]},
                                {"item_in_training", ready.model->item_in_training(pairs[at].item)},
                                {"user_in_training", !ready.model->seen(pairs[at].user).empty()}});
    return out;
}

std::string as_text(const ReadyRun& ready, const std::string& what, const std::vector<Pair>& pairs,
                    const std::vector<double>& values) {
    const auto& data = *ready.data;
    Table table;
    for (const char* title : {"user", "item", "title"})
        table.column(title);
    table.column(what, Table::Align::right);
    table.column("unknown in training");
    for (std::size_t at = 0; at < pairs.size(); ++at) {
        const auto [user, item] = pairs[at];
        std::vector<std::string> unknown;
        if (ready.model->seen(user).empty())
            unknown.emplace_back("user");
        if (!ready.model->item_in_training(item))
            unknown.emplace_back("item");
        table.row({std::string(data.users().id(user)), std::string(data.items().id(item)),
                   shortened(data.title(item), 60), fixed(values[at], 4), listed(unknown)});
    }
    return table.text();
}

Status predict(const Session& session, const PredictFlags& flags) {
    if (auto status = check(flags); !status)
        return status;
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto ready = load_run(**workspace, flags.id);
    if (!ready)
        return fail(ready.error());
    if (!ready->data->has_pairs())
        return usage_error(fmt::format("'{}' has no users and items", ready->data->name()), "ID",
                           "choose a run on data with users and items");
    const auto pairs =
        flags.pairs.empty() ? named_pairs(*ready->data, flags) : pairs_of_file(*ready->data, flags.pairs);
    if (!pairs)
        return fail(pairs.error());
    const auto can = ready->model->capabilities(ready->run.spec.parameters);
    if (can.uses_rows && !ready->data->context().empty())
        session.tell("what belongs to single rows, such as a device or a place, is left out: pairs have none");
    std::vector<double> values(pairs->size());
    ready->model->score_pairs(*pairs, values);
    const auto what = meaning(can);
    return session.json ? print_json(to_json(*ready, what, *pairs, values))
                        : print(as_text(*ready, what, *pairs, values));
}

} // namespace

void add_predict_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<PredictFlags>();
    auto* command = app.add_subcommand(
        "predict", "The rating, the probability of a click or the score that a trained model gives chosen pairs");
    command->add_option("ID", flags->id, "Number of the run")->required();
    auto* user = command->add_option("--user", flags->user, "Id of the user");
    auto* items = command->add_option("--item", flags->items, "Id of an item; may be given more than once");
    items->allow_extra_args(false);
    command->add_option("--pairs", flags->pairs, "Instead: a CSV file of users and items, with or without a header")
        ->excludes(user)
        ->excludes(items);
    command->callback([&, flags] { action = [&session, flags] { return predict(session, *flags); }; });
}

} // namespace tastebench::cli
