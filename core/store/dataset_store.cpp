#include <algorithm>
#include <future>

#include "core/store/dataset_codec.h"
#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

/// Data sets below this many rows are packed on the calling thread: starting others takes longer.
constexpr std::size_t few_rows = 200'000;

struct PackedChunk {
    std::size_t column = 0, chunk = 0;
    std::vector<std::byte> bytes;
    std::uint64_t hash = 0;
};
/// Empty: memory ran out.
using Batch = std::optional<std::vector<PackedChunk>>;

/// Packs the chunks of a data set in their order, a batch at a time.
class Packer {
  public:
    Packer(const Dataset& data, const Parallel& parallel)
        : columns_(columns_of(data.parts())), fingerprint_(data.fingerprint()), parallel_(parallel) {
        for (std::size_t column = 0; column < columns_.size(); ++column)
            for (std::size_t chunk = 0; chunk < columns_[column].chunks; ++chunk)
                places_.emplace_back(column, chunk);
    }
    std::size_t chunks() const { return places_.size(); }
    std::size_t batch() const { return 2 * static_cast<std::size_t>(parallel_.threads()); }
    const std::string& name(const PackedChunk& packed) const { return columns_[packed.column].name; }

    /// Chunks [first, first + batch()); none past the end.
    Batch pack(std::size_t first) const {
        std::vector<PackedChunk> out(first < chunks() ? std::min(batch(), chunks() - first) : 0);
        std::atomic<bool> fits = true;
        parallel_.for_blocks(out.size(), 1, [&](std::size_t i, std::size_t) {
            try {
                auto& packed = out[i];
                std::tie(packed.column, packed.chunk) = places_[first + i];
                packed.bytes = columns_[packed.column].encode(packed.chunk);
                packed.hash = chunk_hash(packed.bytes, fingerprint_, name(packed), packed.chunk);
            } catch (const std::bad_alloc&) {
                fits = false;
            }
        });
        return fits ? Batch(std::move(out)) : Batch();
    }

  private:
    std::vector<ColumnWriter> columns_;
    std::string fingerprint_;
    const Parallel& parallel_;
    std::vector<std::pair<std::size_t, std::size_t>> places_;
};

class ChunkInsert {
  public:
    ChunkInsert(SQLite::Database& db, std::int64_t dataset)
        : insert_(db, "INSERT INTO dataset_part (dataset_id, part, chunk, bytes, hash) VALUES (?, ?, ?, ?, ?)"),
          dataset_(dataset) {}
    void operator()(std::string_view part, std::size_t chunk, std::span<const std::byte> bytes, std::uint64_t hash) {
        insert_.bind(1, dataset_);
        insert_.bind(2, std::string(part));
        insert_.bind(3, static_cast<std::int64_t>(chunk));
        insert_.bindNoCopy(4, bytes.data(), static_cast<int>(bytes.size()));
        insert_.bind(5, static_cast<std::int64_t>(hash));
        insert_.exec();
        insert_.reset();
    }

  private:
    SQLite::Statement insert_;
    std::int64_t dataset_;
};

std::int64_t insert_entry(SQLite::Database& db, const Dataset& data, const AddOptions& options) {
    SQLite::Statement insert(db, "INSERT INTO dataset (name, source, fingerprint, created, summary, recipe, "
                                 "source_hash) VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, data.name());
    insert.bind(2, data.source());
    insert.bind(3, data.fingerprint());
    insert.bind(4, unix_now());
    const auto summary = write_summary(data.summary());
    insert.bind(5, summary.data(), static_cast<int>(summary.size()));
    insert.bind(6, options.recipe);
    insert.bind(7, options.source_hash);
    insert.exec();
    return db.getLastInsertRowid();
}

/// One batch is packed while the one before is written. Throws SQLite::Exception.
Status insert_columns(ChunkInsert& insert, const Packer& packer, bool ahead, Progress& progress) {
    progress.begin("Saving", packer.chunks());
    const auto policy = ahead ? std::launch::async : std::launch::deferred;
    std::future<Batch> next = std::async(policy, [&] { return packer.pack(0); });
    for (std::size_t first = 0; first < packer.chunks();) {
        const auto batch = next.get();
        if (!batch)
            return run_failed("there is not enough memory", {}, "close other programs, or use smaller data");
        first += batch->size();
        next = std::async(policy, [&packer, first] { return packer.pack(first); });
        for (const auto& packed : *batch) {
            if (progress.cancelled())
                return cancelled_error();
            insert(packer.name(packed), packed.chunk, packed.bytes, packed.hash);
            progress.advance();
        }
    }
    return progress.cancelled() ? Status(cancelled_error()) : Status();
}

DatasetEntry read_entry(SQLite::Statement& row) {
    DatasetEntry entry;
    entry.id = row.getColumn(0).getInt64();
    entry.name = row.getColumn(1).getString();
    entry.source = row.getColumn(2).getString();
    entry.fingerprint = row.getColumn(3).getString();
    entry.created = row.getColumn(4).getInt64();
    entry.recipe = row.getColumn(5).getString();
    entry.source_hash = row.getColumn(6).getString();
    if (const auto deleted = row.getColumn(7); !deleted.isNull())
        entry.deleted = deleted.getInt64();
    return entry;
}

Result<std::vector<DatasetEntry>> read_entries(SQLite::Database& db, const std::string& which) {
    SQLite::Statement select(db, "SELECT id, name, source, fingerprint, created, recipe, source_hash, deleted, "
                                 "summary FROM dataset WHERE " +
                                     which);
    std::vector<DatasetEntry> out;
    while (select.executeStep()) {
        auto entry = read_entry(select);
        const auto blob = select.getColumn(8);
        auto summary =
            read_summary({static_cast<const std::byte*>(blob.getBlob()), static_cast<std::size_t>(blob.getBytes())});
        if (!summary)
            return fail(summary.error());
        entry.summary = *summary;
        out.push_back(std::move(entry));
    }
    return out;
}

tl::unexpected<Error> no_such_dataset(const std::string& name) {
    return usage_error(fmt::format("there is no data set '{}'", name), "data", "look at the list of data sets");
}

std::int64_t count_runs(SQLite::Database& db, const std::string& name, const char* which) {
    SQLite::Statement runs(db, fmt::format("SELECT count(*) FROM run WHERE data_name = ?{}", which));
    runs.bind(1, name);
    runs.executeStep();
    return runs.getColumn(0).getInt64();
}

} // namespace

Status Workspace::Impl::require_free_name(SQLite::Database& connection, const std::string& name) {
    if (name.empty())
        return usage_error("a data set needs a name", "name", "give it a short one, such as my-shop");
    SQLite::Statement exists(connection, "SELECT 1 FROM dataset WHERE name = ? AND deleted IS NULL");
    exists.bind(1, name);
    if (exists.executeStep())
        return usage_error(fmt::format("there is already a data set '{}'", name), "name",
                           "choose another name, or delete or rename the old one");
    return {};
}

Result<std::vector<DatasetEntry>> Workspace::datasets() const {
    return impl_->guarded([&] { return read_entries(impl_->db, "deleted IS NULL ORDER BY id"); });
}

Result<std::vector<DatasetEntry>> Workspace::binned_datasets() const {
    return impl_->guarded(
        [&] { return read_entries(impl_->db, "deleted IS NOT NULL ORDER BY deleted DESC, id DESC"); });
}

Status Workspace::add_dataset(const Dataset& data, const AddOptions& options) {
    const auto few = data.interactions().size() < few_rows;
    const auto own = options.parallel ? nullptr : std::make_unique<Parallel>(few ? 1 : 0, true);
    const auto& parallel = options.parallel ? *options.parallel : *own;
    Progress unheard;
    auto& progress = options.progress ? *options.progress : unheard;
    const std::scoped_lock turn(impl_->writing);
    return attempt(impl_->file, [&]() -> Status {
        auto db = connect_to_write(impl_->file);
        Status status;
        {
            SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
            if (status = Impl::require_free_name(db, data.name()); !status)
                return status;
            ChunkInsert insert(db, insert_entry(db, data, options));
            const auto head = write_head(data);
            insert(head_part, 0, head, chunk_hash(head, data.fingerprint(), head_part, 0));
            const Packer packer(data, parallel);
            status = insert_columns(insert, packer, !few, progress);
            if (status)
                transaction.commit();
        }
        // Done or given up, its log does not stay behind. Whoever still reads from it may keep it a while.
        if (!few)
            db.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
        impl_->own_changes += status ? 1 : 0;
        return status;
    });
}

Status Workspace::rename_dataset(const std::string& name, const std::string& new_name) {
    return impl_->change([&]() -> Status {
        if (const auto runs = count_runs(impl_->db, name, " AND state IN ('queued', 'running')"); runs > 0)
            return usage_error(fmt::format("{} of '{}' {} waiting or under way", runs == 1 ? "a run" : "runs", name,
                                           runs == 1 ? "is" : "are"),
                               "data", "wait until they have ended, or cancel them");
        if (auto status = Impl::require_free_name(impl_->db, new_name); !status)
            return status;
        bool found = false;
        for (const char* sql : {"UPDATE dataset SET name = ? WHERE name = ? AND deleted IS NULL",
                                "UPDATE run SET data_name = ? WHERE data_name = ?",
                                "UPDATE embedding SET data_name = ? WHERE data_name = ?"}) {
            SQLite::Statement update(impl_->db, sql);
            update.bind(1, new_name);
            update.bind(2, name);
            const auto changed = update.exec();
            // The first one is the data set itself.
            if (!found && changed == 0)
                return no_such_dataset(name);
            found = true;
        }
        return {};
    });
}

Status Workspace::delete_dataset(const std::string& name) {
    return impl_->change([&]() -> Status {
        if (const auto runs = count_runs(impl_->db, name, ""); runs > 0)
            return usage_error(fmt::format("{} {} '{}'", runs, runs == 1 ? "run uses" : "runs use", name), "data",
                               "delete them first");
        SQLite::Statement remove(impl_->db, "UPDATE dataset SET deleted = ? WHERE name = ? AND deleted IS NULL");
        remove.bind(1, unix_now());
        remove.bind(2, name);
        return remove.exec() > 0 ? Status() : Status(no_such_dataset(name));
    });
}

Status Workspace::restore_dataset(std::int64_t id) {
    return impl_->change([&]() -> Status {
        SQLite::Statement find(impl_->db, "SELECT name FROM dataset WHERE id = ? AND deleted IS NOT NULL");
        find.bind(1, id);
        if (!find.executeStep())
            return usage_error("this data set is not in the bin", "data", "look at what the bin holds");
        const auto name = find.getColumn(0).getString();
        if (!Impl::require_free_name(impl_->db, name))
            return usage_error(fmt::format("another data set is called '{}' now", name), "data",
                               "rename or delete that one first");
        SQLite::Statement restore(impl_->db, "UPDATE dataset SET deleted = NULL WHERE id = ?");
        restore.bind(1, id);
        restore.exec();
        return {};
    });
}

Status Workspace::restore_dataset(const std::string& name) {
    const auto binned = binned_datasets();
    if (!binned)
        return fail(binned.error());
    const auto found =
        std::find_if(binned->begin(), binned->end(), [&](const DatasetEntry& entry) { return entry.name == name; });
    if (found == binned->end())
        return usage_error(fmt::format("there is no data set '{}' in the bin", name), "data",
                           "look at what the bin holds");
    return restore_dataset(found->id);
}

Status Workspace::empty_bin() {
    // On its own connection: others go on reading meanwhile.
    const std::scoped_lock turn(impl_->writing);
    return attempt(impl_->file, [&]() -> Status {
        auto db = connect_to_write(impl_->file);
        if (db.exec("DELETE FROM dataset WHERE deleted IS NOT NULL") == 0)
            return {};
        ++impl_->own_changes;
        constexpr int incremental = 2;
        const bool by_page = db.execAndGet("PRAGMA auto_vacuum").getInt() == incremental;
        db.exec(by_page ? "PRAGMA incremental_vacuum" : "VACUUM");
        db.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
        return {};
    });
}

} // namespace tastebench
