// What the parts of the store share. Only the store includes this.
#pragma once

#include <atomic>
#include <mutex>
#include <system_error>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "core/store/workspace.h"

namespace tastebench {

/// The store's exceptions become errors that say what to do.
Error to_error(const SQLite::Exception& exception, const std::filesystem::path& file);

/// Further connections to a workspace that is open. Throw SQLite::Exception.
SQLite::Database connect_to_read(const std::filesystem::path& file);
SQLite::Database connect_to_write(const std::filesystem::path& file);

/// The first column of all rows, one after the other.
std::vector<std::byte> join_chunks(SQLite::Statement& select);

std::int64_t unix_now();

/// Runs work(); exceptions become errors.
template <typename Work>
auto attempt(const std::filesystem::path& file, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const SQLite::Exception& exception) {
        return fail(to_error(exception, file));
    } catch (const std::bad_alloc&) {
        return run_failed("there is not enough memory", file.string(), "close other programs, or use smaller data");
    } catch (const std::system_error& error) {
        return run_failed(fmt::format("the system refused a thread: {}", error.what()), file.string(),
                          "close other programs and try again");
    }
}

struct Workspace::Impl {
    Impl(const std::filesystem::path& path, int flags, int busy_milliseconds)
        : file(path), db(path.string(), flags, busy_milliseconds) {}

    std::filesystem::path file;
    SQLite::Database db;
    mutable std::mutex mutex; ///< for db
    std::mutex writing;       ///< taken before `mutex`: long writes on other connections, to which readers are blind
    std::atomic<std::uint64_t> own_changes = 0;
    mutable std::atomic<std::uint64_t> last_count = 0;

    /// attempt() with the connection locked.
    template <typename Work>
    auto guarded(Work&& work) -> decltype(work()) {
        const std::scoped_lock lock(mutex);
        return attempt(file, work);
    }
    /// The same inside one transaction, taken at once so that two writers wait for one another.
    template <typename Work>
    Status change(Work&& work) {
        const std::scoped_lock turn(writing);
        return guarded([&]() -> Status {
            SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
            if (Status status = work(); !status)
                return status;
            transaction.commit();
            ++own_changes;
            return {};
        });
    }
    /// A usage error if a living data set has the name.
    static Status require_free_name(SQLite::Database& connection, const std::string& name);

    /// Blobs are cut into chunks far below SQLite's limit. `table` and `key` are names of ours, never input.
    void write_part(const char* table, const char* key, std::int64_t id, std::string_view part,
                    std::span<const std::byte> bytes) {
        write_part(db, table, key, id, part, bytes);
    }
    static void write_part(SQLite::Database& connection, const char* table, const char* key, std::int64_t id,
                           std::string_view part, std::span<const std::byte> bytes);
    std::vector<std::byte> read_part(const char* table, const char* key, std::int64_t id, std::string_view part);
};

tl::unexpected<Error> no_such_run(RunId id);

/// Runs have their parts here.
inline constexpr const char* run_part_table = "run_part";
inline constexpr const char* run_part_key = "run_id";
inline constexpr const char* checkpoint_part = "checkpoint";

/// "pid start boot" of this process, and whether the process of such a text still runs.
std::string process_identity();
bool process_runs(const std::string& identity);

} // namespace tastebench
