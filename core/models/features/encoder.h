// Features as numbers: every value of every field has one index in a common space, learned from the training rows
// alone, so that a model of features holds one row of weights for each index.
//   category: first = unknown (never seen in training, or too rare), first + 1 = missing, then the known values;
//   multi:    first = unknown, then the known values; each of n values weighs 1/n unless the data gives weights;
//   number:   first = missing (value 1), first + 1 = the number, standardised and within +-8 deviations.
// What belongs to a user or an item is encoded once; what belongs to a row only when the row is asked for.
#pragma once

#include <array>

#include "core/base/binary.h"
#include "core/models/features/fields.h"
#include "core/models/training.h"

namespace tastebench {

enum class FieldPart : std::uint8_t { user, item, row };

struct Field {
    std::string name;
    FieldSource source = FieldSource::row;
    FieldKind kind = FieldKind::category;
    std::uint32_t column = 0;            ///< of the table it comes from
    std::uint32_t first = 0, size = 0;   ///< its indices are [first, first + size)
    bool log = false;                    ///< numbers: sign(x) log(1 + |x|) comes before standardising
    double mean = 0, scale = 0;          ///< numbers: value = (x - mean) scale
    std::vector<double> edges;           ///< a number read as ranges is a category: how many edges are at most x
    std::vector<std::uint32_t> index_of; ///< ids and row categories: code -> index

    FieldPart part() const {
        if (source == FieldSource::user_id || source == FieldSource::user)
            return FieldPart::user;
        return source == FieldSource::row ? FieldPart::row : FieldPart::item;
    }
};

/// Rows of one part. A row has one entry for each of the part's single fields (categories, then numbers, in the order
/// of the fields) and any number for each multi field.
struct EncodedRows {
    std::uint32_t n = 0, singles = 0, numbers = 0; ///< the last `numbers` of the singles have values
    std::vector<std::uint32_t> index;              ///< [n, singles]
    std::vector<float> number;                     ///< [n, numbers]; 1 where missing
    std::vector<std::uint64_t> starts;             ///< [n + 1], or empty without multi fields
    std::vector<std::uint32_t> multi_index;
    std::vector<float> multi_value;
    std::vector<std::uint16_t> multi_field; ///< number of the field in FeatureEncoder::fields()
    /// Of samples, which are many: the first index of each number. Then `index` is [n, categories] alone, and a missing
    /// number is NaN. Such rows are not stored.
    std::vector<std::uint32_t> number_first;
    bool packed() const { return !number_first.empty(); }

    void save(Writer& out) const;
    bool load(Reader& in);
};

class FeatureEncoder {
  public:
    /// Errors of choose_fields(); bad_data beyond 4 billion indices or 65,535 fields; cancelled.
    static Result<FeatureEncoder> learn(const TrainingData& training, const FeatureOptions& options,
                                        const Parallel& parallel, const Progress* progress = nullptr);

    /// By part (user, item, row), and within a part categories, numbers, multis.
    const std::vector<Field>& fields() const { return fields_; }
    std::uint32_t n_indices() const { return n_indices_; }
    bool has(FieldPart part) const;
    /// Parts of all users and of all items of the data set.
    const EncodedRows& users() const { return users_; }
    const EncodedRows& items() const { return items_; }
    /// The row part, for rows of the data set that was learned from. Any thread.
    void encode(const Dataset& data, std::span<const RowIx> rows, EncodedRows& out) const;

    void save(Writer& out) const;
    bool load(Reader& in);

  private:
    std::vector<Field> fields_;
    std::uint32_t n_indices_ = 0;
    EncodedRows users_, items_;
};

} // namespace tastebench
