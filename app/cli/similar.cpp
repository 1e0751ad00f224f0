// similar: the items that a trained model holds to be most like one.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/output.h"
#include "app/cli/session.h"
#include "core/report/lists.h"

namespace tastebench::cli {

namespace {

struct SimilarFlags {
    RunId id = 0;
    std::string item;
    std::uint32_t k = 10;
};

Json to_json(const ReadyRun& ready, ItemIx item, const std::vector<Scored>& similar) {
    const auto& data = *ready.data;
    Json out{{"run", ready.run.id}, {"item", data.items().id(item)}, {"title", data.title(item)}};
    out["items"] = Json::array();
    std::size_t rank = 0;
    for (const auto& [other, score] : similar)
        out["items"].push_back(
            {{"rank", ++rank}, {"item", data.items().id(other)}, {"title", data.title(other)}, {"similarity", score}});
    return out;
}

std::string as_text(const Dataset& data, const std::vector<Scored>& similar) {
    Table table;
    table.column("rank", Table::Align::right);
    table.column("item");
    table.column("title");
    table.column("similarity", Table::Align::right);
    std::size_t rank = 0;
    for (const auto& [other, score] : similar)
        table.row({std::to_string(++rank), std::string(data.items().id(other)), shortened(data.title(other), 60),
                   fixed(score, 4)});
    return table.text();
}

/// Usage error naming the models that can.
tl::unexpected<Error> knows_no_similar(const std::string& model) {
    std::vector<std::string> able;
    for (const auto& entry : all_models())
        if (entry.make()->capabilities(entry.schema.defaults()).similar_items)
            able.push_back(entry.id);
    return usage_error(fmt::format("{} does not say which items are alike", model), "ID",
                       "use a run of " + listed(able));
}

Status similar(const Session& session, const SimilarFlags& flags) {
    if (flags.k < 1)
        return usage_error("a list has at least one item", "-k", "give a whole number from 1");
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto ready = load_run(**workspace, flags.id);
    if (!ready)
        return fail(ready.error());
    if (!ready->model->capabilities(ready->run.spec.parameters).similar_items)
        return knows_no_similar(ready->run.spec.model);
    const auto item = find_item(*ready->data, flags.item);
    if (!item)
        return fail(item.error());
    const auto alike = ready->model->similar_items(*item, possible_length(flags.k, *ready->data));
    if (alike.empty())
        session.tell(fmt::format("training says nothing about {}", flags.item));
    return session.json ? print_json(to_json(*ready, *item, alike)) : print(as_text(*ready->data, alike));
}

} // namespace

void add_similar_command(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<SimilarFlags>();
    auto* command = app.add_subcommand("similar", "The items that a trained model holds to be most like one");
    command->add_option("ID", flags->id, "Number of the run")->required();
    command->add_option("--item", flags->item, "Id of the item")->required();
    command->add_option("-k,--k", flags->k, "How many items")->capture_default_str();
    command->callback([&, flags] { action = [&session, flags] { return similar(session, *flags); }; });
}

} // namespace tastebench::cli
