#include <algorithm>
#include <chrono>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/job_watch.h"
#include "app/cli/records.h"
#include "app/cli/session.h"
#include "app/cli/settings.h"
#include "core/data/text/vectors_file.h"

namespace tastebench::cli {

namespace {

struct EmbedFlags {
    std::string data, method, preset;
    std::vector<std::string> settings;
    std::uint64_t seed = 42;
};

struct WithId {
    EmbeddingId id = 0;
    std::string out, table = "entities", entity;
    std::uint32_t k = 10;
};

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

/// Everything but the curves.
Json to_json(const EmbeddingRecord& record) {
    Json out;
    out["id"] = record.id;
    out["method"] = record.spec.method;
    out["data"] = record.spec.data_name;
    out["fingerprint"] = record.spec.data_fingerprint;
    out["parameters"] = cli::to_json(record.spec.parameters);
    out["seed"] = record.spec.seed;
    out["entities"] = record.entities;
    out["relations"] = record.relations;
    out["train_triples"] = record.train_triples;
    out["test_triples"] = record.test_triples;
    out["ranked_triples"] = record.ranked_triples;
    out["metrics"] = Json::object();
    for (const auto& [name, value] : record.metrics)
        out["metrics"][name] = value;
    out["protocol"] = record.protocol;
    out["train_seconds"] = record.train_seconds;
    out["rank_seconds"] = record.rank_seconds;
    out["environment"] = cli::to_json(record.environment);
    out["created"] = iso_time(record.created);
    out["command"] = command_line(record.spec);
    return out;
}

std::string metrics_table(const EmbeddingRecord& record) {
    Table table;
    table.column("metric");
    for (const char* title : {"both", "head", "tail"})
        table.column(title, Table::Align::right);
    for (const auto& [name, value] : record.metrics) {
        if (name.starts_with("head_") || name.starts_with("tail_"))
            continue;
        const int digits = name == "mean_rank" ? 1 : 4;
        table.row({name, fixed(value, digits), fixed(record.metrics.at("head_" + name), digits),
                   fixed(record.metrics.at("tail_" + name), digits)});
    }
    return record.metrics.empty() ? std::string() : table.text();
}

std::string described(const EmbeddingRecord& record) {
    std::string out = fmt::format("embedding {}: {} on {}\n", record.id, record.spec.method, record.spec.data_name);
    const auto line = [&](std::string_view label, const std::string& text) {
        out += fmt::format("  {:<12}{}\n", label, text);
    };
    line("data", record.spec.data_fingerprint);
    line("graph", fmt::format("{} entities, {} relations, {} triples to train", with_commas(record.entities),
                              with_commas(record.relations), with_commas(record.train_triples)));
    for (const auto& [name, value] : record.spec.parameters)
        line("", fmt::format("{} = {}", name, tastebench::to_text(value)));
    line("seed", std::to_string(record.spec.seed));
    line("created", iso_time(record.created));
    line("time", fmt::format("{} to train, {} to rank", duration(record.train_seconds), duration(record.rank_seconds)));
    const auto& e = record.environment;
    line("made by", fmt::format("Tastebench {} ({}, {}), {} threads, {}, {}", e.version, e.variant, e.compiler,
                                e.threads, e.cpu, e.system));
    line("protocol", record.protocol);
    line("again", command_line(record.spec));
    return record.metrics.empty() ? out : out + '\n' + metrics_table(record);
}

Result<EmbeddingOutcome> find(const Session& session, EmbeddingId id) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    return (*workspace)->embedding(id);
}

Status train(const Session& session, const EmbedFlags& flags) {
    if (flags.data.empty() || flags.method.empty())
        return usage_error(fmt::format("{} is missing", flags.data.empty() ? "--data" : "--method"), "embed",
                           "name a data set with --data and a method with --method, or a command such as list");
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto data = (*workspace)->dataset(flags.data);
    if (!data)
        return fail(data.error());
    auto method = find_embedding_method(flags.method);
    if (!method)
        return fail(method.error());
    auto parameters = read_settings((*method)->schema, (*method)->id, flags.preset, flags.settings);
    if (!parameters)
        return fail(parameters.error());
    auto spec = prepare_embedding(**data, {{}, {}, flags.method, std::move(*parameters), flags.seed});
    if (!spec)
        return fail(spec.error());
    const Parallel parallel(session.threads);
    Progress progress;
    Result<EmbeddingOutcome> outcome;
    {
        const JobWatch watch(progress, session.quiet);
        outcome = train_embedding(**data, *spec, parallel, progress);
    }
    if (!outcome)
        return fail(outcome.error());
    outcome->record.created = now();
    auto id = (*workspace)->add_embedding(*outcome);
    if (!id)
        return fail(id.error());
    outcome->record.id = *id;
    return session.json ? print_json(to_json(outcome->record)) : print(described(outcome->record));
}

Status list(const Session& session) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    auto records = (*workspace)->embeddings();
    if (!records)
        return fail(records.error());
    if (session.json) {
        Json out = Json::array();
        for (const auto& record : *records)
            out.push_back(to_json(record));
        return print_json(out);
    }
    if (records->empty()) {
        session.tell("no embeddings yet: train one with 'tastebench-cli embed --data NAME --method transe'");
        return {};
    }
    Table table;
    table.column("id", Table::Align::right);
    table.column("method");
    table.column("data");
    for (const char* title : {"dimension", "mean rank", "MRR", "hits@10", "trained in"})
        table.column(title, Table::Align::right);
    for (const auto& record : *records) {
        const auto metric = [&](const char* name, int digits) {
            const auto at = record.metrics.find(name);
            return at == record.metrics.end() ? std::string("-") : fixed(at->second, digits);
        };
        table.row({std::to_string(record.id), record.spec.method, record.spec.data_name,
                   std::to_string(get_int(record.spec.parameters, "dimension")), metric("mean_rank", 1),
                   metric("mrr", 4), metric("hits@10", 4), duration(record.train_seconds)});
    }
    return print(table.text());
}

Status show(const Session& session, const WithId& flags) {
    auto found = find(session, flags.id);
    if (!found)
        return fail(found.error());
    if (!session.json)
        return print(described(found->record));
    Json out = to_json(found->record);
    out["curves"] = cli::to_json(found->record.curves);
    out["tables"] = Json::array();
    for (const auto& table : found->vectors)
        out["tables"].push_back({{"name", table.name}, {"rows", table.keys.size()}, {"dimension", table.dimension}});
    return print_json(out);
}

/// The table of this name; usage error naming those there are.
Result<const Vectors*> choose_table(const EmbeddingOutcome& embedding, const std::string& name) {
    if (const auto* found = find_vectors(embedding.vectors, name))
        return found;
    std::vector<std::string> names;
    for (const auto& table : embedding.vectors)
        names.push_back(table.name);
    return usage_error(fmt::format("embedding {} has no table '{}'", embedding.record.id, name), "--table",
                       "it has " + listed(names));
}

Status write_out(const Session& session, const WithId& flags) {
    auto found = find(session, flags.id);
    if (!found)
        return fail(found.error());
    auto table = choose_table(*found, flags.table);
    if (!table)
        return fail(table.error());
    if (auto status = write_vectors_file(**table, flags.out); !status)
        return status;
    const auto rows = (*table)->keys.size();
    if (session.json)
        return print_json(Json{{"file", flags.out}, {"rows", rows}, {"dimension", (*table)->dimension}});
    return print(
        fmt::format("wrote {} vectors of {} numbers to {}\n", with_commas(rows), (*table)->dimension, flags.out));
}

Status remove(const Session& session, const WithId& flags) {
    auto workspace = session.open();
    if (!workspace)
        return fail(workspace.error());
    if (auto status = (*workspace)->delete_embedding(flags.id); !status)
        return status;
    return session.json ? print_json(Json{{"deleted", flags.id}})
                        : print(fmt::format("deleted embedding {}\n", flags.id));
}

/// Titles of the items that entities stand for, by entity; empty where the data is gone or has changed.
std::vector<std::string> entity_titles(const Session& session, const EmbeddingRecord& record) {
    std::vector<std::string> out(record.entities);
    auto workspace = session.open();
    if (!workspace)
        return out;
    const auto data = (*workspace)->dataset(record.spec.data_name);
    if (!data || (*data)->fingerprint() != record.spec.data_fingerprint)
        return out;
    for (const auto& link : (*data)->graph().links)
        out[link.entity] = (*data)->title(link.item);
    return out;
}

Result<std::uint32_t> find_entity(const Vectors& entities, const std::string& name, EmbeddingId id) {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < entities.keys.size(); ++i) {
        if (entities.keys[i] == name)
            return i;
        names.emplace_back(entities.keys[i]);
    }
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("there is no entity '{}' in embedding {}", name, id), "--entity",
                       guess.empty() ? fmt::format("'embed export {} --out FILE' lists them", id)
                                     : fmt::format("did you mean '{}'?", guess));
}

Status neighbours(const Session& session, const WithId& flags) {
    auto found = find(session, flags.id);
    if (!found)
        return fail(found.error());
    auto entities = choose_table(*found, "entities");
    if (!entities)
        return fail(entities.error());
    auto entity = find_entity(**entities, flags.entity, flags.id);
    if (!entity)
        return fail(entity.error());
    const auto titles = entity_titles(session, found->record);
    const auto near = nearest_rows(**entities, *entity, flags.k);
    if (session.json) {
        Json out{{"id", flags.id}, {"entity", flags.entity}, {"title", titles[*entity]}};
        out["neighbours"] = Json::array();
        for (std::size_t i = 0; i < near.size(); ++i)
            out["neighbours"].push_back({{"rank", i + 1},
                                         {"entity", (*entities)->keys[near[i].row]},
                                         {"title", titles[near[i].row]},
                                         {"similarity", near[i].similarity}});
        return print_json(out);
    }
    Table table;
    table.column("rank", Table::Align::right);
    table.column("entity");
    table.column("title");
    table.column("similarity", Table::Align::right);
    for (std::size_t i = 0; i < near.size(); ++i)
        table.row({std::to_string(i + 1), std::string((*entities)->keys[near[i].row]), titles[near[i].row],
                   fixed(near[i].similarity, 4)});
    return print(fmt::format("{}{}\n\n", flags.entity, titles[*entity].empty() ? "" : ": " + titles[*entity]) +
                 table.text());
}

Status methods(const Session& session, const std::string& id) {
    if (id.empty() && !session.json) {
        Table table;
        table.column("method");
        table.column("title");
        table.column("what it does");
        for (const auto& method : embedding_methods())
            table.row({method.id, method.title, method.summary});
        return print(table.text());
    }
    const auto as_json = [](const EmbeddingMethod& method) {
        Json out{
            {"id", method.id}, {"title", method.title}, {"summary", method.summary}, {"citation", method.citation}};
        add_schema(out, method.schema);
        return out;
    };
    if (id.empty()) {
        Json out = Json::array();
        for (const auto& method : embedding_methods())
            out.push_back(as_json(method));
        return print_json(out);
    }
    auto method = find_embedding_method(id);
    if (!method)
        return fail(method.error());
    if (session.json)
        return print_json(as_json(**method));
    return print(fmt::format("{}: {}\n{}\n", (*method)->title, (*method)->summary, (*method)->citation) +
                 cli::described((*method)->schema));
}

using IdCommand = Status (*)(const Session&, const WithId&);

CLI::App* add_with_id(CLI::App& embed, const Session& session, Action& action, const std::shared_ptr<WithId>& flags,
                      const std::string& name, const std::string& help, IdCommand command) {
    auto* added = embed.add_subcommand(name, help);
    added->add_option("ID", flags->id, "Number of the embedding")->required();
    added->callback([&session, &action, flags, command] {
        action = [&session, flags, command] { return command(session, *flags); };
    });
    return added;
}

void add_kept_commands(CLI::App& embed, const Session& session, Action& action) {
    embed.add_subcommand("list", "All embeddings, newest first")->callback([&] {
        action = [&session] { return list(session); };
    });
    auto flags = std::make_shared<WithId>();
    add_with_id(embed, session, action, flags, "show", "Everything about one embedding", show);
    auto* written = add_with_id(embed, session, action, flags, "export", "Write vectors as word2vec text", write_out);
    written->add_option("--out", flags->out, "The file to write")->required()->type_name("FILE");
    written->add_option("--table", flags->table, "Which vectors: entities, relations, ...")->capture_default_str();
    add_with_id(embed, session, action, flags, "delete", "Delete an embedding", remove);
    auto* near = add_with_id(embed, session, action, flags, "nearest", "The entities most like one", neighbours);
    near->add_option("--entity", flags->entity, "Name of the entity")->required();
    near->add_option("-k", flags->k, "How many")->check(CLI::Range(1U, 1'000'000U))->capture_default_str();
}

} // namespace

void add_embed_commands(CLI::App& app, const Session& session, Action& action) {
    auto flags = std::make_shared<EmbedFlags>();
    auto* embed = app.add_subcommand("embed", "Learn vectors for the entities of a knowledge graph");
    embed->require_subcommand(0, 1);
    embed->add_option("--data", flags->data, "Name of the data set")->type_name("NAME");
    embed->add_option("--method", flags->method, "Which method; 'embed methods' lists them")->type_name("METHOD");
    embed->add_option("--set", flags->settings, "A parameter as name=value; may be repeated")->allow_extra_args(false);
    embed->add_option("--preset", flags->preset, "Begin with this preset of the method");
    embed->add_option("--seed", flags->seed, "Same seed, same digits")->capture_default_str();
    // The commands below were set by then where one of them was named.
    embed->callback([&, flags, embed] {
        if (embed->get_subcommands().empty())
            action = [&session, flags] { return train(session, *flags); };
    });
    add_kept_commands(*embed, session, action);
    auto id = std::make_shared<std::string>();
    auto* known = embed->add_subcommand("methods", "The methods, or one method's parameters");
    known->add_option("METHOD", *id, "Show the parameters of this method");
    known->callback([&, id] { action = [&session, id] { return methods(session, *id); }; });
}

} // namespace tastebench::cli
