// Learning one field from the training rows: its dictionary, or the mean and spread of its numbers.
#pragma once

#include "core/models/features/encoder.h"

namespace tastebench {

/// A field with indices counted from 0, and what each user or item has of it. Fields of rows keep nothing here.
struct LearnedField {
    Field field;
    std::vector<std::uint32_t> index; ///< singles: of each user or item
    std::vector<float> number;        ///< numbers: parallel to index
    std::vector<std::uint64_t> starts;
    std::vector<std::uint32_t> multi_index;
    std::vector<float> multi_value;
};

LearnedField learn_field(const TrainingData& training, const FieldColumn& column, const FeatureOptions& options);

/// Where a number falls: its index counted from the field's first, and its value (1 where it is missing or a range).
struct EncodedNumber {
    std::uint32_t index;
    float value;
};
EncodedNumber encode_number(const Field& field, double x);

} // namespace tastebench
