// MovieLens as GroupLens publishes it.
#include "core/data/companions.h"
#include "core/data/readers/delimited.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

bool fits(const Sniff& file) {
    const auto name = file.input.base_name();
    return name == "u.data" || name == "ratings.csv";
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions& options) {
    auto layout = guess_delimited(file, options);
    if (!layout)
        return fail(layout.error());
    return make_delimited_reader(std::move(*layout));
}

Status complete(const InputSet& set, const ImportOptions&, DatasetParts& parts, ImportReport&) {
    return set.named() ? read_companions(set.named()->file, FileFormat::movielens, parts) : Status();
}

} // namespace

FormatEntry movielens_format() {
    return {.id = FileFormat::movielens,
            .name = "movielens",
            .title = "MovieLens",
            .endings = "u.data ratings.csv",
            .summary = "Ratings as GroupLens publishes them, with the films beside them.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = complete};
}

} // namespace tastebench
