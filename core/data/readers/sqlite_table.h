// A foreign SQLite file, opened to read only: its tables and their rows. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/data/import/formats.h"
#include "core/data/readers/chosen_roles.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tastebench {

struct SqliteCell {
    enum class Kind { missing, number, text, blob } kind = Kind::missing;
    std::string text; ///< of numbers too
};

struct SqliteCloser {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
};

class SqliteRows {
  public:
    Result<bool> next(); ///< false at the end; bad_data where the file is damaged; cancelled
    SqliteCell cell(std::size_t column) const;
    bool is_number(std::size_t column) const;
    std::vector<std::string> columns() const; ///< distinct

  private:
    friend class SqliteFile;
    sqlite3* database_ = nullptr;
    std::unique_ptr<sqlite3_stmt, SqliteCloser> statement_;
    std::string name_;
    const Progress* progress_ = nullptr;
};

class SqliteFile {
  public:
    /// Errors: in an archive or compressed, no SQLite file, damaged, a workspace of ours. `progress` must outlive the
    /// file: its cancellation ends a statement that runs long.
    static Result<SqliteFile> open(const Input& input, const Progress& progress);
    /// Tables and views, by name.
    Result<std::vector<std::string>> tables();
    Result<SqliteRows> select(const std::string& table);
    const std::string& name() const { return name_; }

  private:
    Result<SqliteRows> prepare(const std::string& sql);
    std::unique_ptr<sqlite3, SqliteCloser> database_;
    std::string name_;
    const Progress* progress_ = nullptr;
};

struct SqliteTable {
    std::string name;
    std::vector<std::string> others; ///< all tables, if there are several
    ChosenRoles roles;
    std::vector<ContextSpec> context;
    std::string time_format;
};
/// The table that the options name, or the only one; roles by name, types and time format by its first rows. Errors
/// list the tables.
Result<SqliteTable> choose_table(SqliteFile& file, const ImportOptions& options);

} // namespace tastebench
