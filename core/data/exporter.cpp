#include "core/data/exporter.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/data/export/export_job.h"
#include "core/split/split.h"

namespace tastebench {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view csv_description = "dataset.json";

/// The data set's name as the first part of a file name.
std::string file_stem(std::string_view name) {
    std::string out;
    for (const char c : name.substr(0, 100))
        out += c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? '_' : c;
    if (out.empty() || out.front() == '.')
        out.insert(out.begin(), '_');
    return out;
}

bool is_description(std::string_view file) {
    return file == csv_description || file.ends_with(".dataset.json");
}

/// The files that an earlier export left in the folder; an error if it holds anything else.
Status refuse_foreign(const fs::path& folder) {
    std::error_code code;
    std::set<std::string> present;
    std::set<std::string> ours;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        const auto name = entry.path().filename().string();
        present.insert(name);
        if (!is_description(name))
            continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        if (const auto description = read_description(text.str(), entry.path().string()))
            ours.insert(description->files.begin(), description->files.end());
    }
    if (code)
        return run_failed("the folder cannot be read: " + code.message(), folder.string(), "choose another folder");
    for (const auto& name : present)
        if (!ours.contains(name))
            return usage_error(fmt::format("the folder holds '{}', which is of no export", name), folder.string(),
                               "choose another folder: only exports are replaced");
    return {};
}

/// Whether something is there that would be replaced.
Result<bool> check_target(const ExportOptions& options) {
    const auto& folder = options.folder;
    std::error_code code;
    const auto about = fs::status(folder, code);
    if (about.type() == fs::file_type::not_found)
        return false;
    if (about.type() != fs::file_type::directory)
        return usage_error("there is a file of this name", folder.string(), "choose another folder");
    if (fs::is_empty(folder, code) && !code)
        return false;
    if (!options.overwrite)
        return usage_error("the folder is not empty", folder.string(),
                           "choose another, or ask to replace the export in it");
    if (auto status = refuse_foreign(folder); !status)
        return fail(status.error());
    return true;
}

void make_durable(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

/// The folder beside the target that is written to; gone again unless it was moved into place.
class PartialFolder {
  public:
    explicit PartialFolder(const fs::path& target)
        : target_(target),
          path_(target.parent_path() / fmt::format(".{}.partial-{}", target.filename().string(), ::getpid())) {}
    ~PartialFolder() {
        std::error_code ignored;
        if (made_)
            fs::remove_all(path_, ignored);
    }
    PartialFolder(const PartialFolder&) = delete;
    PartialFolder& operator=(const PartialFolder&) = delete;

    const fs::path& path() const { return path_; }
    Status make() {
        std::error_code code;
        made_ = fs::create_directory(path_, code);
        if (made_)
            return {};
        return run_failed("the folder cannot be made: " + (code ? code.message() : "it is there already"),
                          path_.string(), "check that you may write there");
    }
    Status move_into_place(bool replace) {
        make_durable(path_);
        int code = 0;
        if (replace) {
            // Exchanged in one step, so that there is always a whole export; the old one goes with this object.
            code = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE);
            if (code != 0 && (errno == EINVAL || errno == ENOSYS))
                return replace_in_steps();
        } else {
            code = ::rename(path_.c_str(), target_.c_str());
            made_ = code != 0;
        }
        if (code != 0)
            return cannot_move();
        make_durable(parent());
        return {};
    }

  private:
    fs::path parent() const { return target_.parent_path().empty() ? fs::path(".") : target_.parent_path(); }
    Status cannot_move() const {
        return run_failed(fmt::format("the export cannot be moved into place: {}", std::strerror(errno)),
                          target_.string(), "check that you may write there; nothing was kept");
    }
    /// Where the file system cannot exchange two folders.
    Status replace_in_steps() {
        const auto old = fs::path(path_.string() + "-old");
        if (::rename(target_.c_str(), old.c_str()) != 0)
            return cannot_move();
        if (::rename(path_.c_str(), target_.c_str()) != 0) {
            auto status = cannot_move();
            ::rename(old.c_str(), target_.c_str());
            return status;
        }
        made_ = false;
        std::error_code ignored;
        fs::remove_all(old, ignored);
        make_durable(parent());
        return {};
    }
    fs::path target_, path_;
    bool made_ = false;
};

Status check_parts(const Dataset& data, const ExportOptions& options) {
    for (const auto& part : options.parts) {
        const auto bad = std::find_if(part.rows.begin(), part.rows.end(),
                                      [&](RowIx row) { return row >= data.interactions().size(); });
        if (bad != part.rows.end())
            return usage_error(fmt::format("the part '{}' names row {}, which does not exist", part.name, *bad),
                               "split", "split this data set, not another one");
    }
    return {};
}

Status write_all(ExportJob& job) {
    for (const auto& write : {write_interactions, write_features, write_graph, write_social, write_vectors}) {
        if (auto status = write(job); !status)
            return status;
        if (job.progress.cancelled())
            return cancelled_error();
    }
    const auto name = job.file_name(csv_description, ".dataset.json");
    TableFile file(job.folder / name, job.style);
    file.raw(write_description(job.description));
    return job.finish(file);
}

fs::path without_trailing_slash(const fs::path& folder) {
    const auto whole = folder.lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

} // namespace

std::string ExportJob::file_name(std::string_view csv, std::string_view recbole_ending) {
    auto name = recbole() ? stem + std::string(recbole_ending) : std::string(csv);
    description.files.push_back(name);
    return name;
}

std::string ExportJob::heading(std::string_view name, std::set<std::string>& taken, bool recbole) {
    std::string base(name);
    if (recbole)
        std::replace_if(
            base.begin(), base.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, '_');
    if (base.empty())
        base = "column";
    auto out = base;
    for (int i = 2; !taken.insert(out).second; ++i)
        out = fmt::format("{}_{}", base, i);
    return out;
}

std::string_view recbole_type(const DescribedColumn& column) {
    switch (column.role) {
    case ColumnRole::value:
    case ColumnRole::time:
    case ColumnRole::fixed_test:
        return "float";
    case ColumnRole::weights:
        return "float_seq";
    case ColumnRole::title:
        return "token_seq";
    case ColumnRole::context:
    case ColumnRole::feature:
        break;
    default:
        return "token";
    }
    switch (column.type) {
    case ColumnType::number:
    case ColumnType::date:
        return "float";
    case ColumnType::category:
        return "token";
    default:
        return "token_seq";
    }
}

void ExportJob::write_header(TableFile& file, const DescribedTable& table) const {
    for (const auto& column : table.columns)
        file.cell(recbole() ? fmt::format("{}:{}", column.heading, recbole_type(column)) : column.heading);
    file.end_row();
}

Status ExportJob::finish(TableFile& file) {
    auto status = file.finish();
    bytes += file.bytes();
    return status;
}

std::vector<ExportPart> export_parts(const Split& split) {
    std::vector<ExportPart> out{{"train", split.train}};
    if (!split.validation.empty())
        out.push_back({"valid", split.validation});
    out.push_back({"test", split.test});
    return out;
}

Result<ExportReport> export_dataset(const Dataset& data, const ExportOptions& asked, Progress& progress) {
    const auto began = std::chrono::steady_clock::now();
    auto options = asked;
    options.folder = without_trailing_slash(asked.folder);
    if (options.folder.filename().empty() || options.folder.filename() == "." || options.folder.filename() == "..")
        return usage_error("this names no folder of its own", asked.folder.string(), "give the name of a new folder");
    if (auto status = check_parts(data, options); !status)
        return fail(status.error());
    const auto replace = check_target(options);
    if (!replace)
        return fail(replace.error());
    PartialFolder partial(options.folder);
    if (auto status = partial.make(); !status)
        return fail(status.error());
    const bool recbole = options.format == ExportFormat::recbole;
    ExportJob job{data, options, progress, partial.path(), file_stem(data.name()), {}, {}, 0};
    if (recbole)
        job.style = {'\t', false};
    auto& d = job.description;
    d.recbole = recbole;
    d.name = data.name();
    d.source = data.source();
    d.fingerprint = data.fingerprint();
    d.split = options.split;
    d.has_pairs = data.has_pairs();
    d.rows = data.interactions().size();
    d.events = data.events();
    if (auto status = write_all(job); !status)
        return fail(status.error());
    if (auto status = partial.move_into_place(*replace); !status)
        return fail(status.error());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    return ExportReport{d.files, d.rows, job.bytes, seconds.count()};
}

} // namespace tastebench
