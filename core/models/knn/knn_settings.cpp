#include "core/models/knn/knn_settings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/models/common/user_item_matrix.h"

namespace tastebench {

namespace {

constexpr std::array<std::string_view, 6> measures{"cosine", "adjusted-cosine", "pearson", "tfidf", "bm25", "jaccard"};

ParameterSpec similarity_spec(std::string_view rows) {
    ParameterSpec spec{"similarity", "Similarity",          fmt::format("How alike two {} are.", rows),
                       "",           ParameterType::choice, std::string("cosine")};
    spec.choices = {
        {"cosine", "Cosine", "What both share, divided by the geometric mean of their sizes."},
        {"adjusted-cosine", "Adjusted cosine", "The cosine of ratings after taking off the other side's mean."},
        {"pearson", "Pearson", "The correlation of the ratings that both share."},
        {"tfidf", "TF-IDF", "Cosine in which what is common to many counts less."},
        {"bm25", "BM25", "As search engines rank: rare matches count more, and large sizes less."},
        {"jaccard", "Jaccard", "What both share, as a share of what either has."},
    };
    return spec;
}

ParameterSpec predict_spec() {
    ParameterSpec spec{"predict",
                       "Predict",
                       "What the scores mean: an order of items, or ratings.",
                       "",
                       ParameterType::choice,
                       std::string("ranking")};
    spec.choices = {{"ranking", "Ranking", "Similarities are added up: the best lists."},
                    {"ratings", "Ratings",
                     "The baseline plus the neighbours' mean deviation from it, weighed by "
                     "similarity: RMSE and MAE apply."}};
    return spec;
}

} // namespace

KnnSettings knn_settings(const Parameters& parameters) {
    KnnSettings out;
    const auto at = std::find(measures.begin(), measures.end(), get_text(parameters, "similarity"));
    out.nearest.alike = static_cast<Alike>(at - measures.begin());
    out.nearest.neighbours = static_cast<std::uint32_t>(get_int(parameters, "neighbours"));
    out.nearest.shrinkage = get_real(parameters, "shrinkage");
    out.nearest.k1 = get_real(parameters, "bm25_k1");
    out.nearest.b = get_real(parameters, "bm25_b");
    out.use_values = get_bool(parameters, "use_values");
    out.rates = get_text(parameters, "predict") == "ratings";
    return out;
}

ParameterSchema knn_schema(std::string_view rows) {
    std::vector<ParameterSpec> list;
    list.push_back(similarity_spec(rows));
    list.push_back({"neighbours", "Neighbours",
                    fmt::format("How many of the most similar {} count; 0 means all.", rows), "",
                    ParameterType::integer, std::int64_t{100}, 0, 1'000'000});
    list.push_back({"shrinkage", "Shrinkage",
                    "Pulls similarities that rest on little in common towards 0: with this many in common they halve.",
                    "", ParameterType::real, 0.0, 0, 1'000'000});
    list.push_back({"use_values", "Weigh by rating",
                    "A rating of 5 counts five times as much as a rating of 1; off, all that people have counts alike. "
                    "Where ratings are predicted, they always count.",
                    "", ParameterType::boolean, false});
    list.push_back(predict_spec());
    list.push_back({"bm25_k1", "BM25 saturation", "BM25 only: how fast the weight of large values levels off.", "",
                    ParameterType::real, 1.2, 0, 1000});
    list.back().advanced = true;
    list.push_back({"bm25_b", "BM25 length", "BM25 only: how much large sizes are held against a row.", "",
                    ParameterType::real, 0.75, 0, 1});
    list.back().advanced = true;
    return {std::move(list),
            {{"fast",
              "Fast",
              "Twenty neighbours: smaller and quicker, nearly as good.",
              {{"neighbours", std::int64_t{20}}}},
             {"reference",
              "implicit's TF-IDF",
              "As TFIDFRecommender of the implicit library by default, which counts a row among its own neighbours.",
              {{"similarity", std::string("tfidf")}, {"neighbours", std::int64_t{19}}}}}};
}

Capabilities knn_capabilities(const Parameters& parameters) {
    const auto settings = knn_settings(parameters);
    Capabilities can;
    can.folds_in = true;
    can.predicts_ratings = settings.rates;
    can.needs_values = settings.compares_ratings();
    return can;
}

SparseRows knn_similarity_matrix(const TrainingData& training, const KnnSettings& settings, FitContext& context) {
    const auto entry = settings.compares_ratings() ? Entry::last_rating
                       : settings.use_values       ? Entry::value_sum
                                                   : Entry::one;
    return user_item_matrix(training, entry, context.parallel, &context.progress);
}

std::vector<ProfileItem> known_part(const Recommender& model, std::span<const ProfileItem> profile) {
    std::vector<ProfileItem> out;
    for (const auto& had : profile)
        if (model.item_in_training(had.item))
            out.push_back(had);
    return out;
}

Cost knn_cost(const DataShape& shape, const Parameters& parameters, std::uint64_t rows, std::uint64_t columns) {
    const auto settings = knn_settings(parameters);
    const auto n = static_cast<double>(rows);
    const auto pairs = static_cast<double>(shape.pairs);
    // Histories are uneven, so that columns meet about twice the square of their mean.
    const double met = columns > 0 ? 2 * pairs * pairs / static_cast<double>(columns) : 0;
    const bool ones = !settings.compares_values();
    const double kept = settings.nearest.neighbours == 0 ? n : std::min<double>(n, settings.nearest.neighbours);
    const double each = of_ratings(settings.nearest.alike) ? 2.5e-9 : ones ? 0.6e-9 : 1.2e-9;
    return {32 * pairs + 24 * n * kept, each * met + 40e-9 * pairs + 0.5e-9 * n * n};
}

} // namespace tastebench
