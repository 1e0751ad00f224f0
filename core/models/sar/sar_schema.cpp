#include "core/models/sar/sar.h"

namespace tastebench {

namespace {

ParameterSpec similarity_spec() {
    ParameterSpec spec{"similarity", "Similarity",          "How alike two items are, from the people who have both.",
                       "",           ParameterType::choice, std::string("jaccard")};
    spec.choices = {
        {"cooccurrence", "Co-occurrence", "How many people have both; favours popular items."},
        {"jaccard", "Jaccard", "People who have both, as a share of those who have either; a good middle way."},
        {"lift", "Lift", "How much more often together than by chance; favours rare items."},
        {"cosine", "Cosine", "People who have both, divided by the geometric mean of both audiences."},
        {"inclusion-index", "Inclusion index", "People who have both, as a share of the smaller audience."},
        {"mutual-information", "Mutual information", "The logarithm of lift; favours rare items."},
        {"lexicographers-mutual-information", "Lexicographer's mutual information",
         "Mutual information times co-occurrence; between popular and rare."},
    };
    return spec;
}

ParameterSpec duplicates_spec() {
    ParameterSpec spec{
        "duplicates", "Repeated events",     "What to do when a person has several events with one item.",
        "",           ParameterType::choice, std::string("sum")};
    spec.choices = {{"sum", "Add up", "Every event counts."},
                    {"last", "Keep the last", "Only the latest event counts."},
                    {"first", "Keep the first", "Only the earliest event counts."},
                    {"mean", "Average", "The mean weight of the events."},
                    {"max", "Keep the greatest", "The event with the greatest weight."}};
    spec.advanced = true;
    return spec;
}

ParameterSpec normalize_spec() {
    ParameterSpec spec{"normalize",
                       "Predicted ratings",
                       "Turns scores into ratings, so that RMSE and MAE can be measured; the order stays the same.",
                       "",
                       ParameterType::choice,
                       std::string("off")};
    spec.choices = {{"off", "Off", "Scores only."},
                    {"rating-scale", "On the rating scale", "Between the least and greatest rating in training."},
                    {"affinity-range", "On the affinity range",
                     "Between the least and greatest affinity after decay, as Microsoft Recommenders does."}};
    spec.advanced = true;
    return spec;
}

ParameterSpec fallback_spec() {
    ParameterSpec spec{
        "fallback", "When reasons run out", "What fills the lists of people whose history speaks for too few items.",
        "",         ParameterType::choice,  std::string("off")};
    spec.choices = {{"off", "Nothing", "Items without a reason follow in no particular order."},
                    {"popularity", "Popularity", "The items that most people have follow, below all with a reason."}};
    spec.advanced = true;
    return spec;
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    list.push_back(similarity_spec());
    list.push_back({"half_life_days", "Half-life",
                    "After this many days an event weighs half; 0 means that age does not matter.", "days",
                    ParameterType::real, 0.0, 0, 36500});
    list.push_back({"threshold", "Minimum people in common",
                    "Pairs of items that fewer people have in common count as unrelated.", "", ParameterType::integer,
                    std::int64_t{1}, 1, 1'000'000});
    list.push_back({"event_weights", "Event weights",
                    "What each kind of event is worth, such as view=1,list=2,rating=3; kinds not named weigh 1.", "",
                    ParameterType::text, std::string()});
    list.back().check = check_event_weights;
    list.back().sweepable = false;
    list.push_back({"use_values", "Weigh by rating", "A rating of 5 counts five times as much as a rating of 1.", "",
                    ParameterType::boolean, true});
    list.push_back({"neighbours", "Neighbours",
                    "Keeps only so many most similar items of each, which takes less memory and time but changes "
                    "scores; 0 keeps all and is exact.",
                    "", ParameterType::integer, std::int64_t{0}, 0, 1'000'000});
    list.push_back(fallback_spec());
    list.push_back(duplicates_spec());
    list.push_back(normalize_spec());
    list.push_back({"now", "Point in time",
                    "Ages are counted from this time (Unix seconds); 0 means the latest event "
                    "in training.",
                    "s", ParameterType::integer, std::int64_t{0}, 0, 10'000'000'000.0});
    list.back().advanced = true;
    list.back().sweepable = false;
    return list;
}

} // namespace

ModelEntry sar_entry() {
    return {"sar",
            ModelFamily::neighbours,
            "SAR",
            "Recommends what goes together with the things a person has; fast, exact and easy to explain.",
            "Microsoft Recommenders, Smart Adaptive Recommendations (SAR), single node",
            ParameterSchema(specs(), {{"reference",
                                       "Published benchmark",
                                       "Jaccard with a half-life of 30 days, as in "
                                       "the benchmark of Microsoft Recommenders.",
                                       {{"half_life_days", 30.0}}},
                                      {"fast",
                                       "Fast",
                                       "Keeps the 100 most similar items of each: small and quick on large data.",
                                       {{"neighbours", std::int64_t{100}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Sar>(); }};
}

} // namespace tastebench
