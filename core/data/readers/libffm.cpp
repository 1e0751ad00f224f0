// libffm text: a label, then field:index:value. Each field that the first part of the file (or of any file that is
// read with it) shows becomes a column "field 3"; the rest of a long file may hold more of them, and their features go
// to one column "other fields" as "field:index", so that none is lost and no second pass is needed.
#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include <fmt/format.h>

#include "core/data/readers/readers.h"
#include "core/data/readers/sparse.h"

namespace tastebench {

namespace {

/// More columns than this are no fields of anything.
constexpr std::size_t most_fields = 1000;

class LibffmReader final : public SparseReader {
  public:
    LibffmReader(const std::vector<std::string>& fields, bool others) : others_(others) {
        for (const auto& field : fields) {
            columns_.emplace(field, shape_.context.size());
            shape_.context.push_back({"field " + field, ColumnType::multi_category, true});
        }
        if (others)
            shape_.context.push_back({"other fields", ColumnType::multi_category, true});
    }

  private:
    bool read_line(std::string_view line, Piece& piece, RowFault& fault) const override {
        RowValues row;
        if (!parse_label(take_word(line), row.value, fault))
            return false;
        std::size_t position = 2;
        for (auto word = take_word(line); !word.empty(); word = take_word(line), ++position) {
            const auto field = take_until(word, ':');
            const auto index = take_until(word, ':');
            float weight = 0;
            if (!is_index(field)) {
                fault = {position, fmt::format("the field '{}' is no number", shortened_field(field)),
                         "write features as field:index:value"};
                return false;
            }
            if (!parse_feature(index, word, position, weight, fault)) {
                fault.remedy = "write features as field:index:value, with whole numbers for field and index";
                return false;
            }
            if (!add_feature(without_zeros(field), without_zeros(index), weight, piece)) {
                fault = {position, fmt::format("the field {} is not among those of the first rows", field),
                         "import the file on its own, or put a row with all fields first"};
                return false;
            }
        }
        return piece.add(row, fault);
    }

    bool add_feature(std::string_view field, std::string_view index, float weight, Piece& piece) const {
        if (const auto known = columns_.find(std::string(field)); known != columns_.end())
            piece.entry(known->second, index, weight);
        else if (others_)
            piece.entry(shape_.context.size() - 1, piece.keep(fmt::format("{}:{}", field, index)), weight);
        else
            return false;
        return true;
    }

    bool others_;
    std::unordered_map<std::string, std::size_t> columns_;
};

/// Calls body(field) for every feature of the text.
template <typename Body>
void for_each_field(std::string_view head, const Body& body) {
    for_each_line(head, [&](std::string_view line, std::size_t) {
        line = take_until(line, '#');
        take_word(line);
        for (auto word = take_word(line); !word.empty(); word = take_word(line))
            if (const auto field = take_until(word, ':'); is_index(field) && !word.empty())
                body(without_zeros(field));
    });
}

bool fits(const Sniff& file) {
    bool any = false;
    return nearly_all(first_lines(file.head, 50),
                      [&](std::string_view line) {
                          float number = 0;
                          RowFault ignored;
                          line = take_until(line, '#');
                          if (!is_blank(line) && !parse_label(take_word(line), number, ignored))
                              return false;
                          for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
                              const auto field = take_until(word, ':');
                              const auto index = take_until(word, ':');
                              if (!is_index(field) || !parse_feature(index, word, 2, number, ignored))
                                  return false;
                              any = true;
                          }
                          return true;
                      }) &&
           any;
}

/// Whether the file has more than its head shows; only then may there be other fields.
bool goes_on(const Input& input, std::size_t head) {
    auto stream = open_bytes(input);
    if (!stream)
        return true;
    std::vector<char> buffer(1 << 16);
    std::size_t seen = 0;
    while (seen <= head + 4) { // a byte-order mark and a line end are not in the head
        const auto n = (*stream)->read(buffer);
        if (!n)
            return true;
        if (*n == 0)
            return false;
        seen += *n;
    }
    return true;
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions& options) {
    std::vector<std::string> fields;
    const auto collect = [&](std::string_view head) {
        for_each_field(head, [&](std::string_view field) {
            if (fields.size() < most_fields && std::find(fields.begin(), fields.end(), field) == fields.end())
                fields.emplace_back(field);
        });
    };
    collect(file.head);
    bool others = goes_on(file.input, file.head.size());
    // Files that are read one after another must come to the same columns.
    if (options.files.size() + options.test_files.size() > 1)
        for (const auto* list : {&options.files, &options.test_files})
            for (const auto& path : *list) {
                auto set = InputSet::open(path);
                if (!set)
                    return fail(set.error());
                if (!set->named())
                    continue;
                auto head = read_head(*set->named(), options.encoding);
                if (!head)
                    return fail(head.error());
                collect(head->text);
                others = others || !head->whole;
            }
    std::sort(fields.begin(), fields.end(), IdMap::less);
    return std::unique_ptr<ChunkReader>(std::make_unique<LibffmReader>(fields, others || fields.size() == most_fields));
}

} // namespace

FormatEntry libffm_format() {
    return {.id = FileFormat::libffm,
            .name = "libffm",
            .title = "libffm",
            .endings = "*.ffm *.libffm *.txt",
            .summary = "One row for each example: a label, then field:index:value for each feature.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = nullptr};
}

} // namespace tastebench
