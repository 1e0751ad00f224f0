#include "core/models/fm/ffm_model.h"
#include "core/models/fm/fm.h"

namespace tastebench {

namespace {

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    add_task_parameters(list);
    list.push_back({"factors", "Factors",
                    "How many hidden properties each value has for every other field; rounded up to a multiple of 4.",
                    "", ParameterType::integer, std::int64_t{4}, 1, 512});
    list.push_back({"learning_rate", "Learning rate", "How far each step moves the weights.", "", ParameterType::real,
                    0.1, 1e-6, 10});
    list.push_back({"regularization", "Regularization", "Pulls all weights towards zero; guards against overfitting.",
                    "", ParameterType::real, 2e-5, 0, 100});
    list.push_back({"linear", "Linear weights", "Gives each value a weight of its own, beside the pairs.", "",
                    ParameterType::boolean, true});
    list.push_back({"normalise", "Equal lengths",
                    "Scales every row to the same length, so that rows with many features count no more than others.",
                    "", ParameterType::boolean, true});
    list.push_back({"init_scale", "Start scale", "How large the random start values are; 1 is the paper's.", "",
                    ParameterType::real, 0.5, 0, 10});
    for (auto at = list.end() - 3; at != list.end(); ++at)
        at->advanced = true;
    add_feature_parameters(list);
    list.push_back({"batch", "Batch", "Training rows after which the weights are changed.", "rows",
                    ParameterType::integer, std::int64_t{256}, 1, 1'000'000});
    list.back().advanced = true;
    add_epoch_parameters(list, 5, "How often training goes through all rows.");
    return list;
}

} // namespace

ModelEntry ffm_entry() {
    return {"ffm",
            ModelFamily::features,
            "FFM",
            "Field-aware factorisation machine: a value acts differently on each other field; made for clicks.",
            "Juan, Zhuang, Chin, Lin: Field-aware Factorization Machines for CTR Prediction, RecSys 2016",
            ParameterSchema(specs(), {{"fast", "Fast", "A first answer in a moment.", {{"epochs", std::int64_t{2}}}},
                                      {"reference",
                                       "libffm's standard",
                                       "Pairs alone, 4 factors, learning rate 0.2 and 15 passes, as libffm does when "
                                       "nothing is chosen.",
                                       {{"task", std::string("clicks")},
                                        {"linear", false},
                                        {"learning_rate", 0.2},
                                        {"init_scale", 1.0},
                                        {"epochs", std::int64_t{15}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<FfmModel>(); }};
}

} // namespace tastebench
