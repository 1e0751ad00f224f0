// What itemknn and userknn share: parameters, and the matrices made from them.
#pragma once

#include "core/linalg/sparse_rows.h"
#include "core/models/knn/nearest.h"
#include "core/models/recommender.h"

namespace tastebench {

/// Measures that have a meaning for ratings alone.
constexpr bool of_ratings(Alike alike) {
    return alike == Alike::adjusted_cosine || alike == Alike::pearson;
}

struct KnnSettings {
    NearestOptions nearest;
    bool use_values = false;
    bool rates = false; ///< predicts ratings
    /// The last ratings are compared: by measures of ratings, and where ratings are predicted, as in Surprise and
    /// LensKit.
    bool compares_ratings() const { return rates || of_ratings(nearest.alike); }
    /// Similarity is measured on ratings or weights; else on ones.
    bool compares_values() const { return use_values || compares_ratings(); }
};
KnnSettings knn_settings(const Parameters& parameters);

/// The parameters, told of "items" or "people".
ParameterSchema knn_schema(std::string_view rows);

Capabilities knn_capabilities(const Parameters& parameters);

/// What similarity is measured on, users x items: ones, or values added up, or, for measures of ratings and where
/// ratings are predicted, the last ratings.
SparseRows knn_similarity_matrix(const TrainingData& training, const KnnSettings& settings, FitContext& context);

/// The profile's items that were in training: the others count for nothing.
std::vector<ProfileItem> known_part(const Recommender& model, std::span<const ProfileItem> profile);

/// Cost of the search: a row meets the rows of all its columns. `rows` and `columns` of the pairs.
Cost knn_cost(const DataShape& shape, const Parameters& parameters, std::uint64_t rows, std::uint64_t columns);

} // namespace tastebench
