// What the parts of the store share. Only the store includes this.
#pragma once

#include <atomic>
#include <mutex>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "core/store/workspace.h"

namespace tastebench {

/// The store's exceptions become errors that say what to do.
Error to_error(const SQLite::Exception& exception, const std::filesystem::path& file);

struct Workspace::Impl {
    Impl(const std::filesystem::path& path, int flags, int busy_milliseconds)
        : file(path), db(path.string(), flags, busy_milliseconds) {}

    std::filesystem::path file;
    SQLite::Database db;
    mutable std::mutex mutex;
    std::atomic<std::uint64_t> own_changes = 0;
    mutable std::atomic<std::uint64_t> last_count = 0;

    /// Runs work() with the connection locked; exceptions become errors.
    template <typename Work>
    auto guarded(Work&& work) -> decltype(work()) {
        const std::scoped_lock lock(mutex);
        try {
            return work();
        } catch (const SQLite::Exception& exception) {
            return fail(to_error(exception, file));
        } catch (const std::bad_alloc&) {
            return run_failed("there is not enough memory", file.string(), "close other programs, or use smaller data");
        }
    }
    /// The same inside one transaction, taken at once so that two writers wait for one another.
    template <typename Work>
    Status change(Work&& work) {
        return guarded([&]() -> Status {
            SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
            if (Status status = work(); !status)
                return status;
            transaction.commit();
            ++own_changes;
            return {};
        });
    }

    /// Blobs are cut into chunks far below SQLite's limit. `table` and `key` are names of ours, never input.
    void write_part(const char* table, const char* key, std::int64_t id, std::string_view part,
                    std::span<const std::byte> bytes);
    std::vector<std::byte> read_part(const char* table, const char* key, std::int64_t id, std::string_view part);
};

/// "pid start boot" of this process, and whether the process of such a text still runs.
std::string process_identity();
bool process_runs(const std::string& identity);

} // namespace tastebench
