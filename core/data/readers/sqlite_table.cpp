#include "core/data/readers/sqlite_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/data/utf8.h"

namespace tastebench {

namespace {

/// What our own files are marked with ("TbWs"); the store has the same number.
constexpr int workspace_id = 0x54625773;
constexpr int longest_cell = 16 << 20;
constexpr std::size_t sample_rows = 200;

tl::unexpected<Error> describe(sqlite3* database, int code, const std::string& name) {
    const auto kind = code & 0xFF;
    const std::string why = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        return bad_data("another program is writing to the file", name, "try again when it has finished");
    if (kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY || kind == SQLITE_PERM)
        return bad_data(fmt::format("the file cannot be opened: {}", why), name,
                        "check whether you may read it, or open it once with the program that wrote it");
    if (kind == SQLITE_AUTH)
        return bad_data(fmt::format("the table wants more than to be read: {}", why), name,
                        "choose a plain table, or copy its rows to one");
    if (kind == SQLITE_NOMEM)
        return run_failed("there is not enough memory", name, "import a part of the data");
    return bad_data(fmt::format("the SQLite file is damaged or cannot be read: {}", why), name,
                    "check it with PRAGMA integrity_check, or export the table as CSV");
}

/// Nothing but reading: a view of the file cannot attach, write or load anything.
int allow_reading(void*, int action, const char*, const char*, const char*, const char*) {
    return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE
               ? SQLITE_OK
               : SQLITE_DENY;
}

int stop_if_cancelled(void* progress) {
    return static_cast<const Progress*>(progress)->cancelled() ? 1 : 0;
}

int number_of(sqlite3* database, const char* sql) {
    sqlite3_stmt* statement = nullptr;
    int out = 0;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        out = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return out;
}

std::string quoted(const std::string& name) {
    std::string out = "\"";
    for (const char c : name)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

void harden(sqlite3* database, const Progress& progress) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, longest_cell);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_exec(database, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA query_only = ON", nullptr,
                 nullptr, nullptr);
    sqlite3_set_authorizer(database, allow_reading, nullptr);
    sqlite3_progress_handler(database, 10'000, stop_if_cancelled, const_cast<Progress*>(&progress));
}

} // namespace

void SqliteCloser::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

void SqliteCloser::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Result<SqliteFile> SqliteFile::open(const Input& input, const Progress& progress) {
    SqliteFile out;
    out.name_ = input.shown();
    out.progress_ = &progress;
    if (!input.member.empty())
        return bad_data("an SQLite file in an archive cannot be read in place", out.name_, "unpack it first");
    std::error_code ignored;
    // An absolute path is never taken for a URI.
    const auto path = std::filesystem::absolute(input.file, ignored);
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    out.database_.reset(database);
    if (code != SQLITE_OK)
        return describe(database, code, out.name_);
    const int id = number_of(database, "PRAGMA application_id");
    harden(database, progress);
    if (id == workspace_id)
        return bad_data("this is a workspace of Tastebench, not data", out.name_,
                        "open it as the workspace, or export a data set from it and import that");
    auto tables = out.tables();
    if (!tables)
        return fail(tables.error());
    if (tables->empty())
        return bad_data("the SQLite file has no table", out.name_, "choose another file");
    return out;
}

Result<SqliteRows> SqliteFile::prepare(const std::string& sql) {
    SqliteRows out;
    out.database_ = database_.get();
    out.name_ = name_;
    out.progress_ = progress_;
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    out.statement_.reset(statement);
    if (code != SQLITE_OK)
        return describe(database_.get(), code, name_);
    return out;
}

Result<std::vector<std::string>> SqliteFile::tables() {
    auto rows = prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> "
                        "'sqlite_' ORDER BY name");
    if (!rows)
        return fail(rows.error());
    std::vector<std::string> out;
    while (true) {
        auto next = rows->next();
        if (!next)
            return fail(next.error());
        if (!*next)
            return out;
        out.push_back(rows->cell(0).text);
    }
}

Result<SqliteRows> SqliteFile::select(const std::string& table) {
    // A name cannot be bound; quoted, it is never more than a name.
    if (table.find('\0') != std::string::npos)
        return bad_data("a table's name has a NUL byte in it", name_, "choose another table");
    auto rows = prepare("SELECT * FROM " + quoted(table));
    if (rows && rows->columns().empty())
        return bad_data(fmt::format("the table '{}' has no columns", table), name_, "choose another table");
    return rows;
}

Result<bool> SqliteRows::next() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    if (code == SQLITE_INTERRUPT && progress_->cancelled())
        return cancelled_error();
    return describe(database_, code, name_);
}

bool SqliteRows::is_number(std::size_t column) const {
    const int type = sqlite3_column_type(statement_.get(), static_cast<int>(column));
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

SqliteCell SqliteRows::cell(std::size_t column) const {
    auto* statement = statement_.get();
    const int c = static_cast<int>(column);
    switch (sqlite3_column_type(statement, c)) {
    case SQLITE_INTEGER:
        return {SqliteCell::Kind::number, fmt::format_int(sqlite3_column_int64(statement, c)).str()};
    case SQLITE_FLOAT: {
        // Whole numbers as such: an id that a tool stored as 5.0 is the id 5.
        const double number = sqlite3_column_double(statement, c);
        if (std::abs(number) < 9e15 && number == std::floor(number))
            return {SqliteCell::Kind::number, fmt::format_int(static_cast<std::int64_t>(number)).str()};
        return {SqliteCell::Kind::number, fmt::format("{}", number)};
    }
    case SQLITE_TEXT: {
        const auto* text = sqlite3_column_text(statement, c);
        const auto size = static_cast<std::size_t>(std::max(0, sqlite3_column_bytes(statement, c)));
        return {SqliteCell::Kind::text,
                text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size)};
    }
    case SQLITE_BLOB:
        return {SqliteCell::Kind::blob, {}};
    default:
        return {};
    }
}

std::vector<std::string> SqliteRows::columns() const {
    std::vector<std::string> out;
    for (int c = 0; c < sqlite3_column_count(statement_.get()); ++c) {
        const char* name = sqlite3_column_name(statement_.get(), c);
        const std::string first = name == nullptr ? "" : name;
        auto distinct = first;
        for (int n = 2; std::find(out.begin(), out.end(), distinct) != out.end(); ++n)
            distinct = fmt::format("{} ({})", first, n);
        out.push_back(std::move(distinct));
    }
    return out;
}

namespace {

Result<std::string> table_name(SqliteFile& file, const std::vector<std::string>& tables, const ImportOptions& options) {
    const auto listed = fmt::format("the tables are {}", fmt::join(tables, ", "));
    if (!options.table.empty()) {
        if (std::find(tables.begin(), tables.end(), options.table) == tables.end())
            return usage_error(fmt::format("there is no table '{}'", options.table), file.name(), listed);
        return options.table;
    }
    if (tables.size() == 1)
        return tables.front();
    return bad_data("the SQLite file has several tables", file.name(), "say which one to import; " + listed);
}

Status look_at_rows(SqliteFile& file, SqliteTable& table) {
    auto rows = file.select(table.name);
    if (!rows)
        return fail(rows.error());
    std::vector<bool> numbers(table.roles.context.size(), true);
    std::vector<std::string> times;
    for (std::size_t n = 0; n < sample_rows; ++n) {
        auto next = rows->next();
        if (!next)
            return fail(next.error());
        if (!*next)
            break;
        for (std::size_t c = 0; c < numbers.size(); ++c) {
            const auto kind = rows->cell(table.roles.context[c]).kind;
            numbers[c] = numbers[c] && (kind == SqliteCell::Kind::number || kind == SqliteCell::Kind::missing);
        }
        if (const auto time = table.roles.at(Role::time))
            if (auto text = rows->cell(*time).text; !text.empty())
                times.push_back(std::move(text));
    }
    for (std::size_t c = 0; c < numbers.size(); ++c)
        table.context.push_back({table.roles.columns[table.roles.context[c]],
                                 numbers[c] ? ColumnType::number : ColumnType::category, false});
    if (table.time_format.empty())
        table.time_format = guess_time_format({times.begin(), times.end()});
    return {};
}

} // namespace

Result<SqliteTable> choose_table(SqliteFile& file, const ImportOptions& options) {
    auto tables = file.tables();
    if (!tables)
        return fail(tables.error());
    auto name = table_name(file, *tables, options);
    if (!name)
        return fail(name.error());
    auto rows = file.select(*name);
    if (!rows)
        return fail(rows.error());
    auto roles = choose_roles(rows->columns(), {}, options, file.name() + ":1:1", "column");
    if (!roles)
        return fail(roles.error());
    SqliteTable out{std::move(*name), {}, std::move(*roles), {}, options.time_format};
    if (tables->size() > 1)
        out.others = std::move(*tables);
    if (auto status = look_at_rows(file, out); !status)
        return fail(status.error());
    return out;
}

} // namespace tastebench
