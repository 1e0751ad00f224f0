#include "core/graph/schema.h"

namespace tastebench {

namespace {

ParameterSpec norm_spec(const std::string& standard) {
    ParameterSpec spec{
        "norm",  "Distance", "How the gap between the moved head and the tail is measured.", "", ParameterType::choice,
        standard};
    spec.choices = {{"l1", "Sum of absolute values", "Robust; the usual choice for TransE."},
                    {"l2", "Sum of squares", "Weighs large gaps more; as in the TransH and TransD papers."}};
    return spec;
}

ParameterSpec negatives_spec(const std::string& standard) {
    ParameterSpec spec{"negatives",
                       "False triples",
                       "Whether the head or the tail of a true triple is exchanged to make a false one.",
                       "",
                       ParameterType::choice,
                       standard};
    spec.choices = {
        {"uniform", "Either, alike", "Head and tail are exchanged equally often."},
        {"bern", "By relation",
         "The side with fewer partners is exchanged less often, so that fewer false triples are true after all."}};
    return spec;
}

ParameterSpec optimizer_spec() {
    ParameterSpec spec{"optimizer", "Optimiser",           "How steps are sized.",
                       "",          ParameterType::choice, std::string("adagrad")};
    spec.choices = {{"adagrad", "Adagrad", "Each number has its own step, which shrinks as it is learned."},
                    {"sgd", "Plain steps", "Stochastic gradient descent, as in the papers."}};
    return spec;
}

} // namespace

std::vector<ParameterSpec> shared_embedding_specs(const MethodDefaults& defaults) {
    std::vector<ParameterSpec> list{
        {"dimension", "Dimension", "How many numbers describe an entity; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{64}, 2, max_embedding_dimension},
        {"epochs", "Epochs", "How often training goes through all triples.", "", ParameterType::integer,
         std::int64_t{100}, 1, 10'000},
        {"margin", "Margin", "By how much a false triple must be further off than a true one.", "", ParameterType::real,
         defaults.margin, 0.001, 100},
        norm_spec(defaults.norm),
        negatives_spec(defaults.negatives),
        optimizer_spec(),
        {"learning_rate", "Learning rate", "How far each triple moves the vectors.", "", ParameterType::real, 0.1, 1e-6,
         10},
        {"batch", "Batch", "How many triples are compared before the vectors move.", "triples", ParameterType::integer,
         std::int64_t{1024}, 1, 65'536},
        {"held_out", "Held out", "Share of the triples that is kept from training, to measure what was learned.", "",
         ParameterType::real, 0.05, 0, 0.5},
        {"evaluated", "Evaluated", "At most so many held-out triples are ranked, drawn at random.", "triples",
         ParameterType::integer, std::int64_t{1000}, 1, 1'000'000},
    };
    for (const std::size_t folded : {5, 7, 8, 9})
        list[folded].advanced = true;
    list[8].sweepable = list[9].sweepable = false;
    return list;
}

ParameterSpec constraint_spec() {
    ParameterSpec spec{"constraint",
                       "Constraint weight",
                       "How strongly lengths and right angles are kept; 0 leaves them free.",
                       "",
                       ParameterType::real,
                       0.25,
                       0,
                       100};
    spec.advanced = true;
    return spec;
}

Preset fast_embedding_preset() {
    return {"fast",
            "Fast",
            "A first answer in a moment.",
            {{"dimension", std::int64_t{32}}, {"epochs", std::int64_t{20}}, {"evaluated", std::int64_t{300}}}};
}

} // namespace tastebench
