// `data rename`, `data delete` and the bin that deleted data sets lie in until it is emptied.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/data_commands.h"

namespace tastebench::cli {

namespace {

struct Names {
    std::string name, new_name;
};

Status rename(const Session& session, const Names& names) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto entry = find_entry(**workspace, names.name); !entry)
        return fail(entry.error());
    if (auto status = (*workspace)->rename_dataset(names.name, names.new_name); !status)
        return status;
    auto entry = find_entry(**workspace, names.new_name);
    return entry ? print_entry(session, *entry) : fail(entry.error());
}

Status remove(const Session& session, const Names& names) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto entry = find_entry(**workspace, names.name); !entry)
        return fail(entry.error());
    if (auto status = (*workspace)->delete_dataset(names.name); !status)
        return status;
    if (session.json)
        return print_json(Json{{"deleted", names.name}});
    return print(fmt::format("put '{}' into the bin; 'data restore {}' takes it out again\n", names.name, names.name));
}

Status restore(const Session& session, const Names& names) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto status = (*workspace)->restore_dataset(names.name); !status)
        return status;
    auto entry = find_entry(**workspace, names.name);
    return entry ? print_entry(session, *entry) : fail(entry.error());
}

Status list_bin(const Session& session) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto entries = (*workspace)->binned_datasets();
    if (!entries)
        return fail(entries.error());
    if (session.json) {
        Json out = Json::array();
        for (const auto& entry : *entries) {
            out.push_back(to_json(entry));
            out.back()["deleted"] = iso_time(entry.deleted.value_or(0));
        }
        return print_json(out);
    }
    if (entries->empty()) {
        session.tell("the bin is empty");
        return {};
    }
    Table table;
    table.column("name");
    table.column("interactions", Table::Align::right);
    table.column("deleted");
    for (const auto& entry : *entries)
        table.row({entry.name, with_commas(entry.summary.interactions), iso_time(entry.deleted.value_or(0))});
    return print(table.text());
}

Status empty_bin(const Session& session) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    const auto entries = (*workspace)->binned_datasets();
    if (!entries)
        return fail(entries.error());
    if (auto status = (*workspace)->empty_bin(); !status)
        return status;
    if (session.json) {
        Json names = Json::array();
        for (const auto& entry : *entries)
            names.push_back(entry.name);
        return print_json(Json{{"removed", names}});
    }
    return print(
        fmt::format("removed {} {} for good\n", entries->size(), entries->size() == 1 ? "data set" : "data sets"));
}

} // namespace

void add_bin_commands(CLI::App& data, const Session& session, Action& action) {
    auto names = std::make_shared<Names>();
    auto* renamed = data.add_subcommand("rename", "Call a data set otherwise; its runs follow");
    renamed->add_option("NAME", names->name, "Name of the data set")->required();
    renamed->add_option("NEW", names->new_name, "Its new name")->required();
    renamed->callback([&, names] { action = [&session, names] { return rename(session, *names); }; });
    auto* removed = data.add_subcommand("delete", "Put a data set into the bin; refused while runs use it");
    removed->add_option("NAME", names->name, "Name of the data set")->required();
    removed->callback([&, names] { action = [&session, names] { return remove(session, *names); }; });
    auto* restored = data.add_subcommand("restore", "Take a data set out of the bin");
    restored->add_option("NAME", names->name, "Name of the data set; the one that was deleted last")->required();
    restored->callback([&, names] { action = [&session, names] { return restore(session, *names); }; });
    data.add_subcommand("bin", "The data sets in the bin")->callback([&] {
        action = [&session] { return list_bin(session); };
    });
    data.add_subcommand("empty-bin", "Remove what is in the bin for good")->callback([&] {
        action = [&session] { return empty_bin(session); };
    });
}

} // namespace tastebench::cli
