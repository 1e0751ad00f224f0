#include "core/report/lists.h"

#include <cerrno>
#include <cstring>
#include <numeric>

#include <fmt/format.h>
#include <unistd.h>

#include "core/data/export/table_file.h"

namespace tastebench {

namespace {

constexpr std::size_t users_at_once = 2048;

/// Writes the header and the rows of all users.
Status write_rows(const Recommender& model, const Dataset& data, const TopKOptions& options, TableFile& table,
                  ListsWritten& written, const Parallel& parallel, Progress& progress) {
    const bool titled = !data.parts().item_titles.empty();
    table.cell("user");
    table.cell("rank");
    table.cell("item");
    if (titled)
        table.cell("title");
    table.cell("score");
    table.end_row();
    written.users = data.users().size();
    progress.begin("Recommending", written.users);
    std::vector<UserIx> users;
    for (std::size_t first = 0; first < written.users; first += users.size()) {
        users.resize(std::min<std::size_t>(users_at_once, written.users - first));
        std::iota(users.begin(), users.end(), static_cast<UserIx>(first));
        Progress part(progress);
        const auto lists = model.top_k(users, options, parallel, part);
        if (progress.cancelled())
            return cancelled_error();
        for (std::size_t at = 0; at < users.size(); ++at) {
            written.empty += lists[at].empty() ? 1 : 0;
            for (std::size_t rank = 0; rank < lists[at].size(); ++rank) {
                const auto& [item, score] = lists[at][rank];
                table.cell(data.users().id(users[at]));
                table.integer(static_cast<std::int64_t>(rank) + 1);
                table.cell(data.items().id(item));
                if (titled)
                    table.cell(data.title(item));
                table.number(score);
                table.end_row();
            }
            written.rows += lists[at].size();
        }
        progress.advance(users.size());
    }
    return {};
}

} // namespace

Result<ListsWritten> write_lists(const Recommender& model, const Dataset& data, const TopKOptions& options,
                                 const std::filesystem::path& file, const Parallel& parallel, Progress& progress) {
    auto part = file;
    part += ".part";
    ::unlink(part.c_str()); // of a program that was killed
    ListsWritten written;
    Status status;
    {
        TableFile table(part, {});
        status = write_rows(model, data, options, table, written, parallel, progress);
        if (status)
            status = table.finish();
        written.bytes = table.bytes();
    }
    if (status && ::rename(part.c_str(), file.c_str()) != 0)
        status = run_failed(fmt::format("the file cannot be written: {}", std::strerror(errno)), file.string(),
                            "check the folder and whether you may write to it");
    if (status)
        return written;
    ::unlink(part.c_str());
    return fail(status.error());
}

} // namespace tastebench
