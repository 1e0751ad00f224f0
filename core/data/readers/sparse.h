// What libsvm and libffm rows share: labels and weighted features.
#pragma once

#include <cmath>

#include <fmt/format.h>

#include "core/data/import/formats.h"
#include "core/data/readers/lines.h"

namespace tastebench {

inline constexpr std::size_t most_index_digits = 20;

inline bool is_index(std::string_view text) {
    return is_digits(text) && text.size() <= most_index_digits;
}

/// "007" and "7" are one index.
inline std::string_view without_zeros(std::string_view index) {
    return index.substr(std::min(index.find_first_not_of('0'), index.size() - 1));
}

/// "+1" is a usual label.
inline bool parse_signed(std::string_view text, float& value) {
    RowFault ignored;
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    return !text.empty() && parse_value(text, '.', value, ignored);
}

inline bool parse_label(std::string_view text, float& label, RowFault& fault) {
    if (parse_signed(text, label))
        return true;
    fault = {1, fmt::format("the label '{}' is no number", shortened_field(text)),
             "begin every row with one finite number, such as 1 or 0"};
    return false;
}

inline bool parse_feature(std::string_view index, std::string_view value, std::size_t field, float& weight,
                          RowFault& fault) {
    if (!is_index(index)) {
        fault = {field, fmt::format("the feature '{}' is no index", shortened_field(index)),
                 "write features as index:value, the index a whole number"};
        return false;
    }
    if (parse_signed(value, weight))
        return true;
    fault = {field, fmt::format("the value '{}' of feature {} is no number", shortened_field(value), index),
             "write features as index:value, the value a finite number"};
    return false;
}

/// Rows of a label and features; the formats differ in how they write a feature.
class SparseReader : public ChunkReader {
  public:
    SparseReader() {
        shape_.pairs = false;
        shape_.value = true;
        shape_.value_field = 1;
    }
    const RowShape& shape() const override { return shape_; }

    void read(std::string_view stretch, Piece& piece) const override {
        RowFault fault;
        for_each_line(stretch, [&](std::string_view line, std::size_t offset) {
            line = take_until(line, '#');
            if (!is_blank(line) && !read_line(line, piece, fault))
                piece.fail(offset, std::move(fault));
        });
    }

    void describe(ImportPreview& preview) const override {
        preview.roles_fixed = true;
        preview.header = false;
        preview.separator = " ";
        preview.columns = {"label"};
        preview.value = "label";
        for (const auto& spec : shape_.context) {
            preview.columns.push_back(spec.name);
            preview.context.push_back(spec.name);
        }
    }

  protected:
    RowShape shape_;

  private:
    virtual bool read_line(std::string_view line, Piece& piece, RowFault& fault) const = 0;
};

} // namespace tastebench
