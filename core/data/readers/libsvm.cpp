// libsvm and libFM text: a label, then index:value for each feature that is not zero; "#" begins a remark, and
// ranking data carry "qid:NUMBER". Indices need not ascend; one given twice in a row counts twice.
#include <fmt/format.h>

#include "core/data/readers/readers.h"
#include "core/data/readers/sparse.h"

namespace tastebench {

namespace {

bool is_query(std::string_view word) {
    return word.starts_with("qid:");
}

class LibsvmReader final : public SparseReader {
  public:
    explicit LibsvmReader(bool queries) : queries_(queries) {
        shape_.context.push_back({"features", ColumnType::multi_category, true});
        if (queries)
            shape_.context.push_back({"qid", ColumnType::category, false});
    }

  private:
    bool read_line(std::string_view line, Piece& piece, RowFault& fault) const override {
        RowValues row;
        if (!parse_label(take_word(line), row.value, fault))
            return false;
        std::size_t field = 2;
        bool query_read = false;
        for (auto word = take_word(line); !word.empty(); word = take_word(line), ++field) {
            if (is_query(word)) {
                if (!queries_ || query_read) {
                    fault = {field, queries_ ? "this row has two qids" : "this row has a qid, the first rows have none",
                             "give every row one qid, or none at all"};
                    return false;
                }
                query_read = true;
                piece.category(1, word.substr(4));
                continue;
            }
            const auto index = take_until(word, ':');
            float weight = 0;
            if (!parse_feature(index, word, field, weight, fault))
                return false;
            piece.entry(0, without_zeros(index), weight);
        }
        return piece.add(row, fault);
    }

    bool queries_;
};

/// Each line a number, then only index:value (or a qid); at least one line with a feature.
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
                              const auto index = is_query(word) ? (word.remove_prefix(4), std::string_view("0"))
                                                                : take_until(word, ':');
                              if (!parse_feature(index, word, 2, number, ignored))
                                  return false;
                              any = true;
                          }
                          return true;
                      }) &&
           any;
}

bool has_queries(std::string_view head) {
    bool found = false;
    for_each_line(head, [&](std::string_view line, std::size_t) {
        line = take_until(line, '#');
        const auto at = line.find("qid:");
        found = found || (at != std::string_view::npos && at > 0 && is_blank(line[at - 1]));
    });
    return found;
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions&) {
    return std::unique_ptr<ChunkReader>(std::make_unique<LibsvmReader>(has_queries(file.head)));
}

} // namespace

FormatEntry libsvm_format() {
    return {.id = FileFormat::libsvm,
            .name = "libsvm",
            .title = "libsvm or libFM",
            .endings = "*.libsvm *.libfm *.svm *.txt",
            .summary = "One row for each example: a label, then index:value for each feature.",
            .fits = fits,
            .main_input = nullptr,
            .open = open,
            .read_all = nullptr,
            .complete = nullptr};
}

} // namespace tastebench
