#include "core/data/import/source.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/data/utf8.h"

namespace tastebench {

namespace {

std::string listed_names(const InputSet& set) {
    std::string out;
    std::size_t n = 0;
    for (const auto& input : set.inputs()) {
        if (++n > 20)
            return out + ", ...";
        out += (out.empty() ? "" : ", ") + (input.member.empty() ? input.file.filename().string() : input.member);
    }
    return out;
}

/// The interactions of a folder or an archive of several files.
Result<Input> choose_input(const InputSet& set, const std::filesystem::path& path, FileFormat wanted) {
    if (set.named())
        return *set.named();
    for (const auto& format : all_formats())
        if (format.main_input != nullptr && (wanted == FileFormat::guess || wanted == format.id))
            if (auto input = format.main_input(set))
                return *input;
    return bad_data("it is not clear which file holds the interactions", path.string(),
                    fmt::format("name one, as in {}#FILE; there are {}", path.string(), listed_names(set)));
}

/// The first lines; of an SQLite file, which is no text, its first bytes.
Result<Head> read_first(const Input& input, const std::string& encoding) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    auto bytes = open_bytes(input);
    if (!bytes)
        return fail(bytes.error());
    std::string first(magic.size(), ' ');
    auto n = (*bytes)->read(first);
    if (!n)
        return fail(n.error());
    if (first == magic)
        return Head{std::move(first), "UTF-8", false};
    return read_head(input, encoding);
}

} // namespace

Result<Source> open_source(const std::filesystem::path& path, const ImportOptions& options, bool stand_in) {
    auto set = InputSet::open(path);
    if (!set)
        return fail(set.error());
    auto input = choose_input(*set, path, options.format);
    if (!input)
        return fail(input.error());
    auto head = read_first(*input, options.encoding);
    if (!head)
        return fail(head.error());
    Source out{std::move(*set), std::move(*input), std::move(*head), nullptr, nullptr, false};
    const Sniff sniff{out.input, out.head.text, stand_in};
    out.format = &format_entry(options.format);
    if (options.format == FileFormat::guess)
        for (const auto& format : all_formats())
            if (format.fits(sniff)) {
                out.format = &format;
                break;
            }
    if (out.format->open == nullptr)
        return out;
    auto reader = out.format->open(sniff, options);
    if (!reader)
        return fail(reader.error());
    out.reader = std::move(*reader);
    return out;
}

void read_checked(const ChunkReader& reader, std::string_view stretch, Piece& piece) {
    std::size_t begin = 0;
    while (begin < stretch.size()) {
        const auto rest = stretch.substr(begin);
        const auto nul = rest.find('\0');
        const auto wrong = find_invalid_utf8(rest.substr(0, std::min(nul, rest.size())));
        const auto bad = std::min(nul, wrong);
        if (bad == std::string_view::npos) {
            const auto known = piece.failed.size();
            reader.read(rest, piece);
            for (auto f = known; f < piece.failed.size(); ++f)
                piece.failed[f].offset += begin;
            return;
        }
        const auto newline = rest.rfind('\n', bad);
        const auto line = newline == std::string_view::npos ? 0 : newline + 1;
        const auto known = piece.failed.size();
        reader.read(rest.substr(0, line), piece);
        for (auto f = known; f < piece.failed.size(); ++f)
            piece.failed[f].offset += begin;
        if (wrong < nul)
            piece.fail(begin + line, {1, "the text is not UTF-8", "choose the encoding of the file, or convert it"});
        else
            piece.fail(begin + line, {1, "there is a NUL byte in the text", "this is no text file; export it as CSV"});
        begin += std::min(rest.find('\n', bad), rest.size() - 1) + 1;
    }
}

std::string line_text(std::string_view stretch, std::size_t offset, std::size_t most) {
    auto line = stretch.substr(offset, std::min(stretch.find('\n', offset), stretch.size()) - offset);
    std::string out(line.substr(0, most));
    for (auto bad = find_invalid_utf8(out); bad != std::string_view::npos; bad = find_invalid_utf8(out))
        out[bad] = '?';
    for (auto& c : out)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
            c = ' ';
    return out;
}

} // namespace tastebench
