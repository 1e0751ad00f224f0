#include <algorithm>
#include <thread>

#include "core/store/dataset_codec.h"
#include "core/store/dataset_codec_v2.h"
#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

/// More threads than the large columns of usual data bring nothing.
constexpr unsigned most_threads = 4;
/// Columns of fewer bytes than this together are read by one thread.
constexpr std::size_t few_bytes = std::size_t{4} << 20;

struct Entry {
    std::int64_t id = 0;
    std::string name, source, fingerprint;
};

tl::unexpected<Error> no_such_dataset(SQLite::Database& db, const std::string& name) {
    std::vector<std::string> names;
    SQLite::Statement all(db, "SELECT name FROM dataset WHERE deleted IS NULL");
    while (all.executeStep())
        names.push_back(all.getColumn(0).getString());
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("there is no data set '{}'", name), "data",
                       !guess.empty()  ? fmt::format("did you mean '{}'?", guess)
                       : names.empty() ? std::string("import one first")
                                       : fmt::format("the data sets are {}", fmt::join(names, ", ")));
}

Result<Entry> find_entry(SQLite::Database& db, const std::string& name) {
    SQLite::Statement select(db, "SELECT id, source, fingerprint FROM dataset WHERE name = ? AND deleted IS NULL");
    select.bind(1, name);
    if (!select.executeStep())
        return no_such_dataset(db, name);
    return Entry{select.getColumn(0).getInt64(), name, select.getColumn(1).getString(),
                 select.getColumn(2).getString()};
}

class DatasetReader {
  public:
    DatasetReader(std::filesystem::path file, Entry entry) : file_(std::move(file)), entry_(std::move(entry)) {}

    /// None: the data set is older than the head. Throws SQLite::Exception.
    Result<std::optional<DatasetPtr>> read(SQLite::Database& db) {
        Status begun;
        bool found = false;
        const auto status = for_each_chunk(db, head_part, 1, [&](std::span<const std::byte> bytes, std::size_t) {
            found = true;
            begun = incoming_.begin(bytes);
            return begun.has_value();
        });
        if (!found && !has_hashes(db))
            return std::optional<DatasetPtr>();
        if (!status)
            return fail(status.error());
        if (auto done = read_columns(db); !done)
            return fail(done.error());
        const auto summary = incoming_.summary();
        auto parts = incoming_.finish();
        parts.name = entry_.name;
        parts.source = entry_.source;
        auto data = Dataset::restore(std::move(parts), entry_.fingerprint, summary);
        if (!data)
            return fail(data.error());
        return std::optional(*data);
    }

  private:
    bool has_hashes(SQLite::Database& db) const {
        SQLite::Statement select(db, "SELECT 1 FROM dataset_part WHERE dataset_id = ? AND hash IS NOT NULL LIMIT 1");
        select.bind(1, entry_.id);
        return select.executeStep();
    }

    tl::unexpected<Error> damaged(std::string_view part, std::size_t chunk) const {
        return bad_data(
            fmt::format("the stored data set '{}' is damaged in part {} of '{}'", entry_.name, chunk + 1, part),
            file_.string(), "restore the workspace from a copy, or import the data again");
    }

    /// Verifies the chunks of a part and hands them to take() in order. Throws SQLite::Exception.
    template <typename Take>
    Status for_each_chunk(SQLite::Database& db, std::string_view part, std::size_t chunks, Take&& take) const {
        SQLite::Statement select(db, "SELECT chunk, hash, bytes FROM dataset_part WHERE dataset_id = ? AND part = ? "
                                     "ORDER BY chunk");
        select.bind(1, entry_.id);
        select.bind(2, std::string(part));
        std::size_t next = 0;
        while (select.executeStep()) {
            const auto blob = select.getColumn(2);
            const std::span bytes(static_cast<const std::byte*>(blob.getBlob()),
                                  static_cast<std::size_t>(blob.getBytes()));
            const auto hash = select.getColumn(1);
            if (next >= chunks || select.getColumn(0).getInt64() != static_cast<std::int64_t>(next) || hash.isNull() ||
                static_cast<std::uint64_t>(hash.getInt64()) != chunk_hash(bytes, entry_.fingerprint, part, next) ||
                !take(bytes, next))
                return damaged(part, next);
            ++next;
        }
        return next == chunks ? Status() : Status(damaged(part, next));
    }

    Status read_column(SQLite::Database& db, const ColumnReader& column) const {
        if (column.chunks == 0)
            return {};
        column.reserve();
        return for_each_chunk(db, column.name, column.chunks, column.append);
    }

    /// Large columns first, each on the thread that is free next; the first error wins.
    Status read_columns(SQLite::Database& db) {
        auto columns = incoming_.columns();
        std::stable_sort(columns.begin(), columns.end(),
                         [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
        std::size_t bytes = 0;
        for (const auto& column : columns)
            bytes += column.bytes;
        std::atomic<std::size_t> next = 0;
        std::mutex mutex;
        Status status;
        const auto work = [&](SQLite::Database& connection) {
            for (auto i = next++; i < columns.size(); i = next++) {
                const auto read = attempt(file_, [&] { return read_column(connection, columns[i]); });
                if (read)
                    continue;
                next = columns.size();
                const std::scoped_lock lock(mutex);
                if (status)
                    status = read;
            }
        };
        std::vector<std::jthread> helpers;
        if (bytes >= few_bytes)
            for (unsigned t = 1; t < std::min(most_threads, std::thread::hardware_concurrency()); ++t)
                helpers.emplace_back([&] {
                    // A helper that cannot open the file leaves its share to the others.
                    (void)attempt(file_, [&]() -> Status {
                        auto connection = connect_to_read(file_);
                        work(connection);
                        return {};
                    });
                });
        work(db);
        helpers.clear();
        return status;
    }

    std::filesystem::path file_;
    Entry entry_;
    IncomingDataset incoming_;
};

/// Versions 1 and 2 kept no hashes: the fingerprint is computed anew.
Result<DatasetPtr> read_old(SQLite::Database& db, const Entry& entry, const std::filesystem::path& file) {
    auto parts = read_dataset_v2([&](std::string_view part) {
        SQLite::Statement select(db, "SELECT bytes FROM dataset_part WHERE dataset_id = ? AND part = ? ORDER BY chunk");
        select.bind(1, entry.id);
        select.bind(2, std::string(part));
        return join_chunks(select);
    });
    if (!parts)
        return fail(parts.error());
    parts->name = entry.name;
    parts->source = entry.source;
    auto data = Dataset::make(std::move(*parts));
    if (data && (*data)->fingerprint() != entry.fingerprint)
        return bad_data(fmt::format("the stored data set '{}' has changed on disk", entry.name), file.string(),
                        "restore the workspace from a copy, or import the data again");
    return data;
}

} // namespace

Result<DatasetPtr> Workspace::dataset(const std::string& name) {
    return attempt(impl_->file, [&]() -> Result<DatasetPtr> {
        auto db = connect_to_read(impl_->file);
        const auto entry = find_entry(db, name);
        if (!entry)
            return fail(entry.error());
        DatasetReader reader(impl_->file, *entry);
        auto data = reader.read(db);
        if (!data)
            return fail(data.error());
        return *data ? **data : read_old(db, *entry, impl_->file);
    });
}

} // namespace tastebench
