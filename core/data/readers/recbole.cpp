// RecBole's atomic files: tab-separated, with a header of names and types ("user_id:token").
#include <algorithm>

#include "core/data/companions.h"
#include "core/data/readers/delimited.h"
#include "core/data/readers/readers.h"

namespace tastebench {

namespace {

bool fits(const Sniff& file) {
    const auto line = file.head.substr(0, std::min(file.head.find_first_of("\r\n"), file.head.size()));
    std::size_t begin = 0;
    std::size_t fields = 0;
    while (begin <= line.size()) {
        const auto end = std::min(line.find('\t', begin), line.size());
        if (line.substr(begin, end - begin).find(':') == std::string_view::npos)
            return false;
        ++fields;
        begin = end + 1;
    }
    return fields >= 2;
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions& options) {
    // The header without its types is an ordinary one of the same length in lines.
    std::string text;
    const auto line_end = std::min(file.head.find('\n'), file.head.size());
    const auto line = file.head.substr(0, line_end);
    for (std::size_t begin = 0; begin < line.size();) {
        const auto end = std::min(line.find('\t', begin), line.size());
        const auto name = line.substr(begin, end - begin);
        text += (begin > 0 ? "\t" : "") + std::string(name.substr(0, name.rfind(':')));
        begin = end + 1;
    }
    text += file.head.substr(line_end);
    auto asked = options;
    asked.separator = "\t";
    asked.header = true;
    auto layout = guess_delimited({file.input, text}, asked);
    if (!layout)
        return fail(layout.error());
    layout->body = std::min(line_end + 1, file.head.size());
    layout->quotes = false;
    return make_delimited_reader(std::move(*layout));
}

Status complete(const InputSet& set, const ImportOptions&, DatasetParts& parts, ImportReport&) {
    return set.named() ? read_companions(set.named()->file, FileFormat::recbole, parts) : Status();
}

} // namespace

FormatEntry recbole_format() {
    return {.id = FileFormat::recbole,
            .name = "recbole",
            .title = "RecBole atomic files",
            .endings = "*.inter",
            .summary =
                "A tab-separated .inter file with a typed header; .item, .user, .kg and .link beside it are read "
                "too.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = complete};
}

} // namespace tastebench
