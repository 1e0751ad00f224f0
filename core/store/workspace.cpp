#include "core/store/workspace.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include <sqlite3.h>
#include <unistd.h>

#include "core/store/schema.h"
#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

constexpr int busy_milliseconds = 5000;
constexpr std::size_t chunk_bytes = std::size_t{64} << 20;
/// Large pages make large columns quick to read; a small commit still writes only a few of them.
constexpr int page_bytes = 32768;
/// The log is copied into the file when it has grown by this much, and is cut to it.
constexpr int log_bytes = 16 << 20;

/// Field 22 of /proc/PID/stat, counted after the name, which may hold spaces.
std::string start_time(const std::string& pid) {
    std::ifstream in("/proc/" + pid + "/stat");
    std::string text;
    std::getline(in, text);
    const auto after_name = text.rfind(')');
    if (after_name == std::string::npos)
        return {};
    std::istringstream fields(text.substr(after_name + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i)
        fields >> field;
    return field;
}

std::string boot_id() {
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::string id;
    in >> id;
    return id;
}

Error open_error(const std::filesystem::path& file, std::string what, std::string remedy) {
    return {ErrorKind::bad_data, std::move(what), file.string(), std::move(remedy)};
}

Status migrate(SQLite::Database& db, const std::filesystem::path& file) {
    const auto steps = schema_steps();
    const auto number = [&](const char* pragma) { return db.execAndGet(pragma).getInt(); };
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    const int found = number("PRAGMA user_version");
    const int id = number("PRAGMA application_id");
    const bool fresh = found == 0 && id == 0 && number("SELECT count(*) FROM sqlite_schema") == 0;
    if (!fresh && id != application_id)
        return fail(open_error(file, "this SQLite file is no Tastebench workspace", "choose another file"));
    if (found < 0 || found > static_cast<int>(steps.size()))
        return fail(
            open_error(file,
                       fmt::format("the workspace was made by a newer Tastebench (version {}, this one knows {})",
                                   found, steps.size()),
                       "install the newer Tastebench; the file was left as it is"));
    for (auto step = static_cast<std::size_t>(found); step < steps.size(); ++step)
        db.exec(steps[step]);
    if (found < static_cast<int>(steps.size())) {
        db.exec(fmt::format("PRAGMA application_id = {}", application_id));
        db.exec(fmt::format("PRAGMA user_version = {}", steps.size()));
    }
    transaction.commit();
    return {};
}

/// Runs that were waiting or under way in a program that is gone.
void mark_interrupted(SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT id, owner FROM run WHERE state IN ('queued', 'running')");
    std::vector<std::int64_t> dead;
    while (select.executeStep())
        if (!process_runs(select.getColumn(1).getString()))
            dead.push_back(select.getColumn(0).getInt64());
    if (dead.empty())
        return;
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(db,
                             "UPDATE run SET state = 'interrupted' WHERE id = ? AND state IN ('queued', 'running')");
    for (const auto id : dead) {
        update.bind(1, id);
        update.exec();
        update.reset();
    }
    transaction.commit();
}

void set_up(SQLite::Database& db) {
    // Saved means saved: every commit waits for the disk.
    db.exec(fmt::format("PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = {}; "
                        "PRAGMA wal_autocheckpoint = {}",
                        log_bytes, log_bytes / db.execAndGet("PRAGMA page_size").getInt()));
}

} // namespace

std::vector<std::byte> join_chunks(SQLite::Statement& select) {
    std::vector<std::byte> out;
    while (select.executeStep()) {
        const auto column = select.getColumn(0);
        const auto* bytes = static_cast<const std::byte*>(column.getBlob());
        out.insert(out.end(), bytes, bytes + column.getBytes());
    }
    return out;
}

SQLite::Database connect_to_read(const std::filesystem::path& file) {
    return {file.string(), SQLite::OPEN_READONLY, busy_milliseconds};
}

SQLite::Database connect_to_write(const std::filesystem::path& file) {
    SQLite::Database db(file.string(), SQLite::OPEN_READWRITE, busy_milliseconds);
    set_up(db);
    db.exec("PRAGMA foreign_keys = ON");
    return db;
}

std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string process_identity() {
    const auto pid = std::to_string(getpid());
    return pid + " " + start_time(pid) + " " + boot_id();
}

bool process_runs(const std::string& identity) {
    std::istringstream fields(identity);
    std::string pid;
    std::string start;
    std::string boot;
    fields >> pid >> start >> boot;
    return !start.empty() && boot == boot_id() && start == start_time(pid);
}

Error to_error(const SQLite::Exception& exception, const std::filesystem::path& file) {
    switch (exception.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return open_error(file, "another program holds the workspace locked", "close it, or try again in a moment");
    case SQLITE_CORRUPT:
        return open_error(file, "the workspace is damaged", "restore it from a copy; do not write to it any more");
    case SQLITE_NOTADB:
        return open_error(file, "this is no Tastebench workspace", "choose another file");
    case SQLITE_FULL:
        return {ErrorKind::failed, "the disk is full", file.string(),
                "free some space and try again; what was saved before is safe"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return open_error(file, "the workspace may not be written to", "change its permissions, or copy it elsewhere");
    case SQLITE_CANTOPEN:
        return open_error(file, "the workspace cannot be opened or made",
                          "check the folder and whether you may write to it");
    case SQLITE_IOERR:
        return {ErrorKind::failed, "the disk refused to read or write", file.string(),
                "check its space and health; what was saved before is safe"};
    default:
        return {ErrorKind::failed, fmt::format("the workspace refused: {}", exception.what()), file.string(),
                "try again; if it goes on, report it with this text"};
    }
}

Workspace::Workspace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Workspace::~Workspace() = default;

Result<std::shared_ptr<Workspace>> Workspace::open(const std::filesystem::path& file) {
    std::error_code code;
    if (std::filesystem::is_directory(file, code))
        return fail(open_error(file, "this is a folder", "give a file name that ends in .tastebench"));
    try {
        auto impl = std::make_unique<Impl>(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_milliseconds);
        auto& db = impl->db;
        // Only a new file takes these two.
        db.exec(fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = INCREMENTAL", page_bytes));
        db.exec("PRAGMA journal_mode = WAL");
        set_up(db);
        // A step may make a table anew, which must not take along what refers to it.
        if (auto status = migrate(db, file); !status)
            return fail(status.error());
        db.exec("PRAGMA foreign_keys = ON");
        mark_interrupted(db);
        return std::shared_ptr<Workspace>(new Workspace(std::move(impl)));
    } catch (const SQLite::Exception& exception) {
        return fail(to_error(exception, file));
    }
}

const std::filesystem::path& Workspace::file() const {
    return impl_->file;
}

std::uint64_t Workspace::change_count() const {
    // Never waits for a long write: the count of a moment ago is good enough for polling.
    const std::unique_lock lock(impl_->mutex, std::try_to_lock);
    if (lock.owns_lock()) {
        try {
            impl_->last_count =
                impl_->own_changes + static_cast<std::uint64_t>(impl_->db.execAndGet("PRAGMA data_version").getInt64());
        } catch (const SQLite::Exception&) {
            return impl_->last_count;
        }
    }
    return impl_->last_count;
}

std::string Workspace::setting(const std::string& key) const {
    const auto value = impl_->guarded([&]() -> Result<std::string> {
        SQLite::Statement select(impl_->db, "SELECT value FROM setting WHERE name = ?");
        select.bind(1, key);
        return select.executeStep() ? select.getColumn(0).getString() : std::string();
    });
    return value.value_or(std::string());
}

Status Workspace::set_setting(const std::string& key, const std::string& value) {
    return impl_->change([&]() -> Status {
        SQLite::Statement insert(impl_->db, "INSERT INTO setting (name, value) VALUES (?, ?) "
                                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        insert.bind(1, key);
        insert.bind(2, value);
        insert.exec();
        return {};
    });
}

void Workspace::Impl::write_part(SQLite::Database& connection, const char* table, const char* key, std::int64_t id,
                                 std::string_view part, std::span<const std::byte> bytes) {
    SQLite::Statement insert(connection,
                             fmt::format("INSERT INTO {} ({}, part, chunk, bytes) VALUES (?, ?, ?, ?)", table, key));
    std::size_t at = 0;
    for (int chunk = 0; chunk == 0 || at < bytes.size(); ++chunk) {
        const auto size = std::min(chunk_bytes, bytes.size() - at);
        insert.bind(1, id);
        insert.bind(2, std::string(part));
        insert.bind(3, chunk);
        // A null pointer would be stored as NULL, not as a blob of no bytes.
        insert.bindNoCopy(4, size > 0 ? static_cast<const void*>(bytes.data() + at) : "", static_cast<int>(size));
        insert.exec();
        insert.reset();
        at += size;
    }
}

std::vector<std::byte> Workspace::Impl::read_part(const char* table, const char* key, std::int64_t id,
                                                  std::string_view part) {
    SQLite::Statement select(db,
                             fmt::format("SELECT bytes FROM {} WHERE {} = ? AND part = ? ORDER BY chunk", table, key));
    select.bind(1, id);
    select.bind(2, std::string(part));
    return join_chunks(select);
}

} // namespace tastebench
