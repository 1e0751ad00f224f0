#include <chrono>

#include "core/store/dataset_codec.h"
#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

constexpr const char* part_table = "dataset_part";
constexpr const char* part_key = "dataset_id";

} // namespace

Result<std::vector<DatasetEntry>> Workspace::datasets() const {
    return impl_->guarded([&]() -> Result<std::vector<DatasetEntry>> {
        SQLite::Statement select(impl_->db,
                                 "SELECT id, name, source, fingerprint, created, summary FROM dataset ORDER BY id");
        std::vector<DatasetEntry> out;
        while (select.executeStep()) {
            DatasetEntry entry;
            entry.id = select.getColumn(0).getInt64();
            entry.name = select.getColumn(1).getString();
            entry.source = select.getColumn(2).getString();
            entry.fingerprint = select.getColumn(3).getString();
            entry.created = select.getColumn(4).getInt64();
            const auto blob = select.getColumn(5);
            auto summary = read_summary(
                {static_cast<const std::byte*>(blob.getBlob()), static_cast<std::size_t>(blob.getBytes())});
            if (!summary)
                return fail(summary.error());
            entry.summary = *summary;
            out.push_back(std::move(entry));
        }
        return out;
    });
}

Status Workspace::add_dataset(const Dataset& data) {
    if (data.name().empty())
        return usage_error("a data set needs a name", "name", "give it a short one, such as my-shop");
    return impl_->change([&]() -> Status {
        SQLite::Statement exists(impl_->db, "SELECT 1 FROM dataset WHERE name = ?");
        exists.bind(1, data.name());
        if (exists.executeStep())
            return usage_error(fmt::format("there is already a data set '{}'", data.name()), "name",
                               "choose another name, or delete the old one");
        SQLite::Statement insert(impl_->db, "INSERT INTO dataset (name, source, fingerprint, created, summary) "
                                            "VALUES (?, ?, ?, ?, ?)");
        insert.bind(1, data.name());
        insert.bind(2, data.source());
        insert.bind(3, data.fingerprint());
        insert.bind(
            4, std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                   .count());
        const auto summary = write_summary(data.summary());
        insert.bind(5, summary.data(), static_cast<int>(summary.size()));
        insert.exec();
        const auto id = impl_->db.getLastInsertRowid();
        write_dataset(data.parts(), [&](std::string_view part, std::span<const std::byte> bytes) {
            impl_->write_part(part_table, part_key, id, part, bytes);
        });
        return {};
    });
}

Result<DatasetPtr> Workspace::dataset(const std::string& name) {
    struct Stored {
        DatasetParts parts;
        std::string fingerprint;
    };
    auto stored = impl_->guarded([&]() -> Result<Stored> {
        SQLite::Statement select(impl_->db, "SELECT id, source, fingerprint FROM dataset WHERE name = ?");
        select.bind(1, name);
        if (!select.executeStep()) {
            std::vector<std::string> names;
            SQLite::Statement all(impl_->db, "SELECT name FROM dataset");
            while (all.executeStep())
                names.push_back(all.getColumn(0).getString());
            const auto guess = nearest(name, names);
            return usage_error(fmt::format("there is no data set '{}'", name), "data",
                               !guess.empty()  ? fmt::format("did you mean '{}'?", guess)
                               : names.empty() ? std::string("import one first")
                                               : fmt::format("the data sets are {}", fmt::join(names, ", ")));
        }
        const auto id = select.getColumn(0).getInt64();
        auto parts =
            read_dataset([&](std::string_view part) { return impl_->read_part(part_table, part_key, id, part); });
        if (!parts)
            return fail(parts.error());
        parts->name = name;
        parts->source = select.getColumn(1).getString();
        return Stored{std::move(*parts), select.getColumn(2).getString()};
    });
    if (!stored)
        return fail(stored.error());
    auto data = Dataset::make(std::move(stored->parts));
    if (data && (*data)->fingerprint() != stored->fingerprint)
        return bad_data(fmt::format("the stored data set '{}' has changed on disk", name), file().string(),
                        "restore the workspace from a copy, or import the data again");
    return data;
}

Status Workspace::delete_dataset(const std::string& name) {
    return impl_->change([&]() -> Status {
        SQLite::Statement used(impl_->db, "SELECT count(*) FROM run WHERE data_name = ?");
        used.bind(1, name);
        used.executeStep();
        if (const auto runs = used.getColumn(0).getInt64(); runs > 0)
            return usage_error(fmt::format("{} {} '{}'", runs, runs == 1 ? "run uses" : "runs use", name), "data",
                               "delete them first");
        SQLite::Statement remove(impl_->db, "DELETE FROM dataset WHERE name = ?");
        remove.bind(1, name);
        if (remove.exec() == 0)
            return usage_error(fmt::format("there is no data set '{}'", name), "data", "look at the list of data sets");
        return {};
    });
}

} // namespace tastebench
