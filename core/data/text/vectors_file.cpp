#include "core/data/text/vectors_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <new>
#include <unordered_set>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/import/input.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr std::uint64_t lines_at_once = 1024; ///< between looks at the cancel flag
constexpr std::size_t missing_named = 10;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view line) {
    while (!line.empty() && is_blank(line.back()))
        line.remove_suffix(1);
    return line;
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using KeySet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

class VectorsReader {
  public:
    VectorsReader(std::string_view content, const std::string& file_name, const VectorsOptions& options,
                  Progress& progress)
        : content_(content), file_(file_name), options_(options), progress_(progress) {}

    Result<VectorsRead> read() {
        progress_.begin("Reading vectors", content_.size());
        out_.vectors.name = options_.name;
        note_wanted();
        if (auto status = read_first_line(); !status)
            return fail(status.error());
        while (next_line()) {
            if (out_.report.lines % lines_at_once == 0) {
                progress_.set_done(at_);
                if (progress_.cancelled())
                    return cancelled_error();
            }
            if (auto status = read_line(); !status)
                return fail(status.error());
        }
        return finish();
    }

  private:
    tl::unexpected<Error> wrong(std::string what, std::size_t field, std::string remedy) const {
        return bad_data(std::move(what), fmt::format("{}:{}:{}", file_, line_number_, field), std::move(remedy));
    }

    /// The next line that is not blank, without its end.
    bool next_line() {
        while (at_ < content_.size()) {
            const auto end = std::min(content_.find('\n', at_), content_.size());
            line_ = trimmed(content_.substr(at_, end - at_));
            at_ = end + 1;
            ++line_number_;
            if (!line_.empty())
                return true;
        }
        return false;
    }

    void note_wanted() {
        if (options_.wanted == nullptr)
            return;
        for (std::size_t i = 0; i < options_.wanted->size(); ++i)
            wanted_.emplace((*options_.wanted)[i]);
        out_.report.wanted = wanted_.size();
    }

    /// Two whole numbers and nothing else: a word2vec header.
    bool is_header(std::uint64_t& count, std::uint64_t& dimension) const {
        const auto space = line_.find(' ');
        if (space == std::string_view::npos)
            return false;
        const auto whole = [](std::string_view text, std::uint64_t& value) {
            const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
            return code == std::errc() && stop == text.data() + text.size();
        };
        return whole(line_.substr(0, space), count) && whole(line_.substr(space + 1), dimension);
    }

    Status read_first_line() {
        if (!next_line())
            return bad_data("there are no vectors in it", file_, "give a file with a key and numbers on each line");
        std::uint64_t dimension = 0;
        auto format = options_.format;
        const bool header = is_header(promised_, dimension);
        if (format == VectorsFormat::guess)
            format = header                                       ? VectorsFormat::word2vec
                     : line_.find('\t') != std::string_view::npos ? VectorsFormat::mind
                                                                  : VectorsFormat::glove;
        out_.report.format = format;
        separator_ = format == VectorsFormat::mind ? '\t' : ' ';
        if (format == VectorsFormat::word2vec) {
            if (!header)
                return wrong("the first line is not a count and a dimension", 1,
                             "choose the format glove if the file has no such line");
        } else {
            dimension = static_cast<std::uint64_t>(std::count(line_.begin(), line_.end(), separator_));
        }
        if (dimension < 1 || dimension > max_vector_dimension)
            return wrong(fmt::format("vectors of {} numbers cannot be read", dimension),
                         format == VectorsFormat::word2vec ? 2 : 1,
                         fmt::format("give a file with 1 to {} numbers on each line", max_vector_dimension));
        if (format != VectorsFormat::word2vec) {
            // The first line is a vector itself: it is read again.
            at_ = 0;
            line_number_ = 0;
        }
        out_.vectors.dimension = static_cast<std::uint32_t>(dimension);
        return {};
    }

    Status read_line() {
        const auto dimension = out_.vectors.dimension;
        auto numbers_at = line_.size();
        for (std::uint32_t i = 0; i < dimension; ++i) {
            const auto separator = numbers_at == 0 ? std::string_view::npos : line_.rfind(separator_, numbers_at - 1);
            if (separator == std::string_view::npos)
                return wrong(fmt::format("the line has a key and {} numbers rather than {}", i, dimension), i + 2,
                             "correct the line, or fetch the file again");
            numbers_at = separator;
        }
        const auto key = line_.substr(0, numbers_at);
        ++out_.report.lines;
        if (options_.wanted != nullptr && wanted_.find(key) == wanted_.end())
            return {};
        if (auto status = check_key(key); !status)
            return status;
        if (!kept_.emplace(key).second) {
            ++out_.report.repeated;
            return {};
        }
        if (auto status = read_numbers(numbers_at); !status)
            return status;
        out_.vectors.keys.push_back(key);
        return {};
    }

    Status check_key(std::string_view key) const {
        if (key.empty())
            return wrong("the key is missing", 1, "correct the line, or fetch the file again");
        if (key.size() > max_vector_key_bytes)
            return wrong(fmt::format("the key is longer than {} bytes", max_vector_key_bytes), 1,
                         "correct the line, or fetch the file again");
        if (separator_ == '\t' && key.find('\t') != std::string_view::npos)
            return wrong(fmt::format("the line has more than {} numbers", out_.vectors.dimension),
                         out_.vectors.dimension + 2, "correct the line, or fetch the file again");
        if (find_invalid_utf8(key) != std::string_view::npos)
            return wrong("the key is not UTF-8", 1, "convert the file to UTF-8");
        if (key.find('\0') != std::string_view::npos)
            return wrong("there is a NUL byte in the key", 1, "correct the line, or fetch the file again");
        return {};
    }

    Status read_numbers(std::size_t at) {
        for (std::uint32_t i = 0; i < out_.vectors.dimension; ++i) {
            const auto begin = at + 1;
            at = std::min(line_.find(separator_, begin), line_.size());
            const auto text = line_.substr(begin, at - begin);
            float value = 0;
            const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = !text.empty() && stop == text.data() + text.size();
            if (whole && (code == std::errc::result_out_of_range || (code == std::errc() && !std::isfinite(value))))
                return wrong(fmt::format("'{}' is no finite number", text.substr(0, 40)), i + 2, "correct it");
            if (code != std::errc() || !whole)
                return wrong(fmt::format("'{}' is no number", text.substr(0, 40)), i + 2,
                             "correct it; numbers have a decimal point and nothing else");
            out_.vectors.values.push_back(value);
        }
        return {};
    }

    Result<VectorsRead> finish() {
        auto& report = out_.report;
        if (report.lines == 0)
            return bad_data("there are no vectors in it", file_, "give a file with a key and numbers on each line");
        if (report.format == VectorsFormat::word2vec && report.lines != promised_)
            return bad_data(fmt::format("the first line promises {} vectors and there are {}", promised_, report.lines),
                            fmt::format("{}:1:1", file_), "fetch the file again, or correct its first line");
        if (options_.wanted != nullptr)
            for (std::size_t i = 0; i < options_.wanted->size(); ++i) {
                const auto key = (*options_.wanted)[i];
                // Taken out as it is counted, so that a key wanted twice is missing once.
                const auto at = wanted_.find(key);
                if (at == wanted_.end() || kept_.find(key) != kept_.end())
                    continue;
                wanted_.erase(at);
                ++report.missing;
                if (report.first_missing.size() < missing_named)
                    report.first_missing.emplace_back(key);
            }
        progress_.set_done(content_.size());
        return std::move(out_);
    }

    std::string_view content_;
    const std::string& file_;
    const VectorsOptions& options_;
    Progress& progress_;
    VectorsRead out_;
    KeySet wanted_, kept_;
    std::string_view line_;
    std::size_t at_ = 0;
    std::uint64_t line_number_ = 0;
    std::uint64_t promised_ = 0;
    char separator_ = ' ';
};

} // namespace

Result<VectorsRead> read_vectors(std::string_view content, const std::string& file_name, const VectorsOptions& options,
                                 Progress& progress) {
    try {
        return VectorsReader(content, file_name, options, progress).read();
    } catch (const std::bad_alloc&) {
        return run_failed("there is not enough memory for the vectors", file_name,
                          "keep only the keys that are wanted, or close other programs");
    }
}

Result<VectorsRead> read_vectors_file(const std::filesystem::path& file, const VectorsOptions& options,
                                      Progress& progress) {
    const Input input{file, {}};
    const auto text = read_whole(input, "UTF-8", max_vectors_file_bytes);
    if (!text)
        return fail(text.error());
    return read_vectors(*text, input.shown(), options, progress);
}

Status write_vectors_file(const Vectors& vectors, const std::filesystem::path& file) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    std::string line = fmt::format("{} {}\n", vectors.keys.size(), vectors.dimension);
    for (std::size_t row = 0; row < vectors.keys.size() && out; ++row) {
        const auto key = vectors.keys[row];
        if (key.empty() || key.find_first_of("\n\r") != std::string_view::npos)
            return bad_data(fmt::format("the name of vector {} cannot be written in this format", row), file.string(),
                            "names must not be empty or hold line breaks");
        line += key;
        for (const float value : vectors.of(row))
            fmt::format_to(std::back_inserter(line), " {}", value);
        line += '\n';
        out.write(line.data(), static_cast<std::streamsize>(line.size()));
        line.clear();
    }
    out.close();
    if (!out)
        return run_failed("the file cannot be written", file.string(), "check the folder and the space on the disk");
    return {};
}

} // namespace tastebench
