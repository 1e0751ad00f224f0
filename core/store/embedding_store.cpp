#include <nlohmann/json.hpp>

#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

using Json = nlohmann::json;

constexpr const char* part_table = "embedding_part";
constexpr const char* part_key = "embedding_id";

Json write_environment(const Environment& e) {
    return {{"version", e.version}, {"variant", e.variant}, {"compiler", e.compiler},
            {"cpu", e.cpu},         {"system", e.system},   {"threads", e.threads}};
}

/// All but id, name and fingerprint of the data and time, which have columns of their own.
Json write_record(const EmbeddingOutcome& outcome) {
    const auto& record = outcome.record;
    Json out;
    out["method"] = record.spec.method;
    out["seed"] = record.spec.seed;
    for (const auto& [name, value] : record.spec.parameters)
        out["parameters"][name] = std::visit([](const auto& v) { return Json(v); }, value);
    out["environment"] = write_environment(record.environment);
    out["entities"] = record.entities;
    out["relations"] = record.relations;
    out["train_triples"] = record.train_triples;
    out["test_triples"] = record.test_triples;
    out["ranked_triples"] = record.ranked_triples;
    out["train_seconds"] = record.train_seconds;
    out["rank_seconds"] = record.rank_seconds;
    out["metrics"] = record.metrics;
    out["curves"] = Json::array();
    for (const auto& point : record.curves)
        out["curves"].push_back({point.series, point.x, point.y});
    out["protocol"] = record.protocol;
    out["tables"] = Json::array();
    for (const auto& table : outcome.vectors)
        out["tables"].push_back(table.name);
    return out;
}

ParameterValue read_value(const Json& value) {
    if (value.is_boolean())
        return value.get<bool>();
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    if (value.is_number())
        return value.get<double>();
    return value.get<std::string>();
}

Environment read_environment(const Json& from) {
    Environment out;
    from.at("version").get_to(out.version);
    from.at("variant").get_to(out.variant);
    from.at("compiler").get_to(out.compiler);
    from.at("cpu").get_to(out.cpu);
    from.at("system").get_to(out.system);
    from.at("threads").get_to(out.threads);
    return out;
}

/// Throws where the document is not what write_record() made.
void read_record(const Json& from, EmbeddingRecord& out, std::vector<std::string>& tables) {
    from.at("method").get_to(out.spec.method);
    from.at("seed").get_to(out.spec.seed);
    for (const auto& [name, value] : from.at("parameters").items())
        out.spec.parameters[name] = read_value(value);
    out.environment = read_environment(from.at("environment"));
    from.at("entities").get_to(out.entities);
    from.at("relations").get_to(out.relations);
    from.at("train_triples").get_to(out.train_triples);
    from.at("test_triples").get_to(out.test_triples);
    from.at("ranked_triples").get_to(out.ranked_triples);
    from.at("train_seconds").get_to(out.train_seconds);
    from.at("rank_seconds").get_to(out.rank_seconds);
    from.at("metrics").get_to(out.metrics);
    for (const auto& point : from.at("curves"))
        out.curves.push_back({point.at(0).get<std::string>(), point.at(1).get<double>(), point.at(2).get<double>()});
    from.at("protocol").get_to(out.protocol);
    from.at("tables").get_to(tables);
}

tl::unexpected<Error> damaged(EmbeddingId id, const std::filesystem::path& file) {
    return bad_data(fmt::format("the stored embedding {} is damaged", id), file.string(),
                    "delete it and train it again");
}

tl::unexpected<Error> no_such_embedding(EmbeddingId id) {
    return usage_error(fmt::format("there is no embedding {}", id), "embedding", "look at the list of embeddings");
}

Status read_row(SQLite::Statement& row, const std::filesystem::path& file, EmbeddingRecord& out,
                std::vector<std::string>& tables) {
    out.id = row.getColumn(0).getInt64();
    out.spec.data_name = row.getColumn(1).getString();
    out.spec.data_fingerprint = row.getColumn(2).getString();
    out.created = row.getColumn(3).getInt64();
    try {
        read_record(Json::parse(row.getColumn(4).getString()), out, tables);
    } catch (const Json::exception&) {
        return damaged(out.id, file);
    }
    return {};
}

std::vector<std::byte> write_vectors(const Vectors& vectors) {
    Writer out;
    out.number(vectors.dimension);
    out.varint(vectors.keys.size());
    for (std::size_t i = 0; i < vectors.keys.size(); ++i)
        out.text(vectors.keys[i]);
    out.array(vectors.values);
    return out.take();
}

Result<Vectors> read_vectors(const std::string& name, std::span<const std::byte> bytes) {
    Reader in(bytes);
    Vectors out;
    out.name = name;
    out.dimension = in.number<std::uint32_t>();
    // Each key takes at least its length, so a wrong count ends with the bytes.
    const auto n = in.varint();
    for (std::uint64_t i = 0; i < n && in.ok(); ++i)
        out.keys.push_back(in.text());
    out.values = in.array<float>();
    if (out.values.size() != out.keys.size() * out.dimension)
        in.spoil();
    if (auto status = in.finish("the table of vectors"); !status)
        return fail(status.error());
    return out;
}

constexpr const char* select_all = "SELECT id, data_name, data_fingerprint, created, record FROM embedding";

} // namespace

Result<EmbeddingId> Workspace::add_embedding(const EmbeddingOutcome& outcome) {
    EmbeddingId id = 0;
    // Made ready before the lock is taken.
    const auto record = write_record(outcome).dump(-1, ' ', false, Json::error_handler_t::replace);
    auto status = impl_->change([&]() -> Status {
        SQLite::Statement insert(
            impl_->db, "INSERT INTO embedding (data_name, data_fingerprint, created, record) VALUES (?, ?, ?, ?)");
        insert.bind(1, outcome.record.spec.data_name);
        insert.bind(2, outcome.record.spec.data_fingerprint);
        insert.bind(3, outcome.record.created);
        insert.bind(4, record);
        insert.exec();
        id = impl_->db.getLastInsertRowid();
        for (const auto& table : outcome.vectors)
            impl_->write_part(part_table, part_key, id, table.name, write_vectors(table));
        return {};
    });
    if (!status)
        return fail(status.error());
    return id;
}

Result<std::vector<EmbeddingRecord>> Workspace::embeddings() const {
    return impl_->guarded([&]() -> Result<std::vector<EmbeddingRecord>> {
        SQLite::Statement select(impl_->db, fmt::format("{} ORDER BY id DESC", select_all));
        std::vector<EmbeddingRecord> out;
        while (select.executeStep()) {
            std::vector<std::string> tables;
            if (auto status = read_row(select, file(), out.emplace_back(), tables); !status)
                return fail(status.error());
        }
        return out;
    });
}

Result<EmbeddingOutcome> Workspace::embedding(EmbeddingId id) const {
    return impl_->guarded([&]() -> Result<EmbeddingOutcome> {
        SQLite::Statement select(impl_->db, fmt::format("{} WHERE id = ?", select_all));
        select.bind(1, id);
        if (!select.executeStep())
            return no_such_embedding(id);
        EmbeddingOutcome out;
        std::vector<std::string> tables;
        if (auto status = read_row(select, file(), out.record, tables); !status)
            return fail(status.error());
        for (const auto& name : tables) {
            auto vectors = read_vectors(name, impl_->read_part(part_table, part_key, id, name));
            if (!vectors)
                return damaged(id, file());
            out.vectors.push_back(std::move(*vectors));
        }
        return out;
    });
}

Status Workspace::delete_embedding(EmbeddingId id) {
    return impl_->change([&]() -> Status {
        SQLite::Statement remove(impl_->db, "DELETE FROM embedding WHERE id = ?");
        remove.bind(1, id);
        return remove.exec() == 0 ? no_such_embedding(id) : Status();
    });
}

} // namespace tastebench
