// data catalogue and data download: well-known public data sets, from their publishers or from files at hand.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/data_commands.h"
#include "app/cli/job_watch.h"
#include "app/cli/records.h"
#include "core/data/catalogue/fetch.h"

namespace tastebench::cli {

namespace {

struct DownloadFlags {
    std::string id, name, url;
    std::vector<std::string> from;
    std::string folder;
    bool keep_only = false;
};

std::string text_of(const Count& count) {
    if (count.value == 0)
        return "-";
    return (count.rounded ? "about " : "") + with_commas(count.value);
}

std::string size_text(std::uint64_t bytes) {
    return bytes == 0 ? "not published" : memory(bytes);
}

Json number_or_null(std::uint64_t value) {
    return value == 0 ? Json() : Json(value);
}

Json checksum_json(const Checksum& checksum) {
    if (checksum.kind == ChecksumKind::none)
        return {};
    return {{"kind", checksum.kind == ChecksumKind::md5 ? "md5" : "sha256"}, {"value", checksum.hex}};
}

Json catalogue_json(const CatalogueEntry& entry) {
    Json files = Json::array();
    for (const auto& file : entry.files)
        files.push_back({{"name", file.name},
                         {"url", file.url.empty() ? Json() : Json(file.url)},
                         {"bytes", number_or_null(file.bytes)},
                         {"checksum", checksum_json(file.checksum)}});
    return {{"name", entry.id},
            {"title", entry.title},
            {"summary", entry.summary},
            {"users", number_or_null(entry.users.value)},
            {"items", number_or_null(entry.items.value)},
            {"interactions", number_or_null(entry.interactions.value)},
            {"rounded", entry.users.rounded || entry.items.rounded || entry.interactions.rounded},
            {"counted", entry.counted},
            {"bytes", number_or_null(entry.bytes())},
            {"home", entry.home},
            {"license", entry.license},
            {"terms", entry.terms},
            {"limits", entry.limits.empty() ? Json() : Json(entry.limits)},
            {"citation", entry.citation},
            {"manual", entry.manual},
            {"how_to_get", entry.manual ? Json(entry.how_to_get) : Json()},
            {"files", files}};
}

Status list(const Session& session) {
    if (session.json) {
        Json out = Json::array();
        for (const auto& entry : catalogue())
            out.push_back(catalogue_json(entry));
        return print_json(out);
    }
    Table table;
    table.column("name");
    table.column("what");
    for (const char* title : {"users", "items", "interactions", "size"})
        table.column(title, Table::Align::right);
    table.column("licence");
    for (const auto& entry : catalogue())
        table.row({entry.id, entry.title, text_of(entry.users), text_of(entry.items), text_of(entry.interactions),
                   size_text(entry.bytes()), entry.terms});
    return print(table.text());
}

std::string described(const CatalogueEntry& entry) {
    std::string out = fmt::format("{}: {}\n", entry.title, entry.summary);
    const auto line = [&](std::string_view label, const std::string& text) {
        out += fmt::format("  {:<14}{}\n", label, text);
    };
    line("users", text_of(entry.users));
    line("items", text_of(entry.items));
    line("interactions", text_of(entry.interactions));
    line("counted", entry.counted);
    line("home", entry.home);
    line("licence", entry.license);
    if (!entry.limits.empty())
        line("note", entry.limits);
    line("cite", entry.citation);
    for (const auto& file : entry.files) {
        line("file", fmt::format("{}, {}", file.name,
                                 file.bytes == 0 ? "size not published" : with_commas(file.bytes) + " bytes"));
        line("", file.checksum.kind == ChecksumKind::none ? "the publisher gives no checksum" : to_text(file.checksum));
        if (!file.url.empty())
            line("", file.url);
    }
    line("get it", entry.manual ? entry.how_to_get : "tastebench-cli data download " + entry.id);
    if (entry.manual)
        line("then", fmt::format("tastebench-cli data download {} --from FILE", entry.id));
    return out;
}

Status show(const Session& session, const std::string& id) {
    auto entry = find_catalogue_entry(id);
    if (!entry)
        return fail(entry.error());
    return session.json ? print_json(catalogue_json(**entry)) : print(described(**entry));
}

Result<std::vector<FetchedFile>> get_files(const Session& session, const CatalogueEntry& entry,
                                           const DownloadFlags& flags) {
    if (!entry.limits.empty())
        session.tell("note: " + entry.limits);
    Progress progress;
    const JobWatch watch(progress, session.quiet);
    if (!flags.from.empty())
        return take_files(entry, {flags.from.begin(), flags.from.end()}, progress);
    FetchOptions options;
    options.folder = flags.folder;
    options.url = flags.url;
    return fetch(entry, options, progress);
}

Status print_files(const Session& session, const CatalogueEntry& entry, const std::vector<FetchedFile>& files,
                   const DatasetEntry* imported) {
    if (session.json) {
        Json list = Json::array();
        for (const auto& file : files)
            list.push_back({{"path", file.path.string()},
                            {"bytes", file.bytes},
                            {"checksum", checksum_json(file.checksum)},
                            {"checked", file.checked}});
        return print_json(
            Json{{"name", entry.id}, {"files", list}, {"data", imported == nullptr ? Json() : to_json(*imported)}});
    }
    std::string out;
    for (const auto& file : files)
        out += fmt::format("{}: {} bytes\n", file.path.string(), with_commas(file.bytes));
    out += check_sentence(files) + "\n";
    if (imported != nullptr)
        out += counted(*imported) + "\n";
    return print(out);
}

Status import_into(const Session& session, Workspace& workspace, const CatalogueEntry& entry, const std::string& name,
                   const std::vector<FetchedFile>& files) {
    auto options = import_options(entry, paths_of(files));
    options.name = name;
    ImportReport report;
    const auto data = read_import(session, options, report);
    if (!data)
        return fail(data.error());
    if (auto status = store_import(session, workspace, **data, options, report); !status)
        return status;
    auto kept = find_entry(workspace, name);
    return kept ? print_files(session, entry, files, &*kept) : fail(kept.error());
}

Status download_entry(const Session& session, const DownloadFlags& flags) {
    auto found = find_catalogue_entry(flags.id);
    if (!found)
        return fail(found.error());
    const auto& entry = **found;
    const auto name = flags.name.empty() ? entry.id : flags.name;
    std::shared_ptr<Workspace> workspace;
    if (!flags.keep_only) {
        auto opened = session.open();
        if (!opened)
            return fail(opened.error());
        workspace = *opened;
        if (auto status = refuse_taken_name(*workspace, name); !status)
            return status;
    }
    auto files = get_files(session, entry, flags);
    if (!files)
        return fail(files.error());
    return flags.keep_only ? print_files(session, entry, *files, nullptr)
                           : import_into(session, *workspace, entry, name, *files);
}

void add_download(CLI::App& data, const Session& session, Action& action) {
    auto flags = std::make_shared<DownloadFlags>();
    auto* command = data.add_subcommand("download", "Get a data set of the catalogue and import it");
    command->add_option("NAME", flags->id, "Name in the catalogue, such as ml-1m")->required();
    auto* from = command->add_option("--from", flags->from,
                                     "Files that you have already, or their folder; nothing is downloaded");
    auto* folder = command->add_option("--folder", flags->folder,
                                       "Where to keep the files (default: tastebench/downloads in the user's cache)");
    auto* url = command->add_option("--url", flags->url,
                                    "Use this address instead of the publisher's; ending with / the folder of all "
                                    "files. Size and checksum must still be the published ones");
    auto* name = command->add_option("--name", flags->name, "Name of the data set (default: as in the catalogue)");
    auto* keep = command->add_flag("--keep-only", flags->keep_only, "Keep the files and import nothing");
    from->excludes(folder)->excludes(url);
    name->excludes(keep);
    command->footer("An interrupted download goes on where it stopped when it is started again.");
    command->callback([&, flags] { action = [&session, flags] { return download_entry(session, *flags); }; });
}

} // namespace

void add_catalogue_commands(CLI::App& data, const Session& session, Action& action) {
    auto id = std::make_shared<std::string>();
    auto* command = data.add_subcommand("catalogue", "Well-known public data sets, or all about one of them");
    command->add_option("NAME", *id, "Show this one");
    command->callback(
        [&, id] { action = [&session, id] { return id->empty() ? list(session) : show(session, *id); }; });
    add_download(data, session, action);
}

} // namespace tastebench::cli
