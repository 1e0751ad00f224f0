// Lists of row numbers as files: one a line, counted from 0.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <zlib.h>

#include "core/split/split.h"

namespace tastebench {

namespace fs = std::filesystem;

Result<std::vector<RowIx>> read_row_list(const std::string& file) {
    const auto refuse = [&](const std::string& what, std::size_t line) {
        return bad_data(what, line > 0 ? fmt::format("{}:{}:1", file, line) : file,
                        "give one row number a line, counted from 0");
    };
    gzFile in = gzopen(file.c_str(), "rb");
    if (in == nullptr)
        return refuse("the row list cannot be opened", 0);
    gzbuffer(in, 1 << 18);
    std::vector<RowIx> rows;
    std::array<char, 64> buffer{};
    std::size_t line = 0;
    z_off_t at = 0;
    std::string problem;
    while (problem.empty() && gzgets(in, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
        ++line;
        const auto read = static_cast<std::size_t>(gztell(in) - at);
        at = gztell(in);
        const std::string_view whole(buffer.data(), std::min(read, buffer.size() - 1));
        // A line longer than any number, or with a NUL in it, is none.
        if (whole.find('\0') != std::string_view::npos || (whole.size() + 1 == buffer.size() && whole.back() != '\n'))
            problem = "this is no row number";
        auto text = whole;
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
            text.remove_suffix(1);
        if (text.empty())
            continue;
        RowIx row = 0;
        const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), row);
        if (code != std::errc() || stop != text.data() + text.size())
            problem = "this is no row number";
        rows.push_back(row);
    }
    int code = Z_OK;
    gzerror(in, &code);
    const bool broken = code != Z_OK && code != Z_STREAM_END;
    gzclose(in);
    if (!problem.empty())
        return refuse(problem, line);
    if (broken)
        return refuse("the file is cut short or damaged", line);
    std::sort(rows.begin(), rows.end());
    if (const auto twice = std::adjacent_find(rows.begin(), rows.end()); twice != rows.end())
        return refuse(fmt::format("row {} is listed twice", *twice), 0);
    if (rows.empty())
        return refuse("the row list is empty", 0);
    return rows;
}

namespace {

bool write_rows(const std::vector<RowIx>& rows, const fs::path& file) {
    std::FILE* out = std::fopen(file.c_str(), "wb");
    if (out == nullptr)
        return false;
    constexpr std::size_t full = 1 << 18;
    constexpr std::size_t longest = 12; // ten digits, the line's end, and one to spare
    std::string buffer(full + longest, '\0');
    std::size_t used = 0;
    bool sound = true;
    const auto flush = [&] {
        sound = sound && std::fwrite(buffer.data(), 1, used, out) == used;
        used = 0;
    };
    for (const RowIx row : rows) {
        char* end = std::to_chars(buffer.data() + used, buffer.data() + buffer.size(), row).ptr;
        *end++ = '\n';
        used = static_cast<std::size_t>(end - buffer.data());
        if (used >= full)
            flush();
    }
    flush();
    return std::fclose(out) == 0 && sound;
}

} // namespace

Result<std::vector<std::string>> write_row_lists(const Split& split, const std::string& folder) {
    const fs::path place(folder);
    std::error_code code;
    const bool made = fs::create_directories(place, code);
    if (code)
        return run_failed("the folder cannot be made: " + code.message(), folder, "choose another folder");
    std::vector<std::pair<fs::path, const std::vector<RowIx>*>> lists;
    for (const auto& [name, rows] :
         {std::pair{"train.rows", &split.train}, std::pair{"validation.rows", &split.validation},
          std::pair{"test.rows", &split.test}})
        if (!rows->empty())
            lists.emplace_back(place / name, rows);
    // A list of an earlier split beside these would be taken for one of them.
    for (const char* name : {"train.rows", "validation.rows", "test.rows"})
        if (fs::exists(place / name, code))
            return usage_error("there is already a row list", (place / name).string(),
                               "choose another folder, or move the file away");
    std::vector<fs::path> parts;
    const auto undo = [&](const fs::path& at) {
        for (const auto& part : parts)
            fs::remove(part, code);
        if (made)
            fs::remove(place, code);
        return run_failed("the row list cannot be written", at.string(), "make room, or choose another folder");
    };
    for (const auto& [file, rows] : lists) {
        parts.push_back(file.string() + ".part");
        if (!write_rows(*rows, parts.back()))
            return undo(file);
    }
    std::vector<std::string> out;
    for (auto& part : parts) {
        const fs::path file = fs::path(part).replace_extension();
        fs::rename(part, file, code);
        if (code)
            return undo(file);
        part = file;
        out.push_back(file.string());
    }
    return out;
}

} // namespace tastebench
