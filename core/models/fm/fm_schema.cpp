#include "core/models/fm/fm.h"
#include "core/models/fm/fm_model.h"

namespace tastebench {

namespace {

ParameterSpec learner_spec() {
    ParameterSpec spec{"learner",         "Learner", "How the weights are found.", "", ParameterType::choice,
                       std::string("sgd")};
    spec.choices = {
        {"sgd", "Gradient steps", "Stochastic gradient descent with a step size of its own for each value (Adagrad)."},
        {"als", "Least squares", "Each weight in turn is set to its best value; not for rankings, no learning rate."},
        {"mcmc", "Sampling (MCMC)",
         "The average of many plausible machines; not for rankings, no learning rate or regularization to choose."}};
    return spec;
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    add_task_parameters(list);
    list.push_back(learner_spec());
    list.push_back({"factors", "Factors", "How many hidden properties each value has; 0 learns a plain linear model.",
                    "", ParameterType::integer, std::int64_t{10}, 0, 512});
    list.push_back({"learning_rate", "Learning rate", "How far each step moves the weights; for gradient steps.", "",
                    ParameterType::real, 0.05, 1e-6, 10});
    list.push_back({"linear_regularization", "Regularization of weights", "Pulls the weights of values towards zero.",
                    "", ParameterType::real, 0.001, 0, 100});
    list.push_back({"factor_regularization", "Regularization of factors",
                    "Pulls factors towards zero; guards against overfitting.", "", ParameterType::real, 0.05, 0, 100});
    list.push_back({"bias_regularization", "Regularization of the base", "Pulls the common base towards zero.", "",
                    ParameterType::real, 0.0, 0, 100});
    list.back().advanced = true;
    list.push_back({"init_deviation", "Start deviation", "Standard deviation of the random start values of factors.",
                    "", ParameterType::real, 0.05, 0, 10});
    list.back().advanced = true;
    add_feature_parameters(list);
    list.push_back({"batch", "Batch", "Training rows after which the weights are changed; for gradient steps.", "rows",
                    ParameterType::integer, std::int64_t{512}, 1, 1'000'000});
    list.push_back({"draws", "Machines kept", "How many machines are averaged; for sampling.", "",
                    ParameterType::integer, std::int64_t{30}, 1, 1000});
    list.push_back({"burn_in", "Warm-up", "Epochs before the first machine is kept; for sampling.", "epochs",
                    ParameterType::integer, std::int64_t{10}, 0, 100'000});
    for (auto at = list.end() - 3; at != list.end(); ++at)
        at->advanced = true;
    add_epoch_parameters(list, 20, "How often training goes through all rows.");
    return list;
}

} // namespace

void add_task_parameters(std::vector<ParameterSpec>& specs) {
    specs.push_back({"task",
                     "Task",
                     "What is learned.",
                     "",
                     ParameterType::choice,
                     std::string("ratings"),
                     0,
                     0,
                     {{"ratings", "Ratings", "The value of a row, such as a rating."},
                      {"clicks", "Clicks", "The probability that a row is positive, such as a click."},
                      {"ranking", "Rankings",
                       "What people had comes before what they did not have; values are not "
                       "used."}}});
    specs.push_back({"positive_from", "Positive from", "Rows with at least this value are positive; for clicks.", "",
                     ParameterType::real, 0.5, -1e9, 1e9});
    specs.back().sweepable = false;
}

ModelEntry fm_entry() {
    return {"fm",
            ModelFamily::features,
            "FM",
            "Factorisation machine: learns from ids and features how every two of them act together.",
            "Rendle: Factorization Machines, ICDM 2010; Factorization Machines with libFM, ACM TIST 3(3), 2012",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "A first answer in a moment.",
                                       {{"factors", std::int64_t{8}}, {"epochs", std::int64_t{5}}}},
                                      {"reference",
                                       "libFM's standard",
                                       "Sampling with 8 factors and 100 passes, as libFM does when nothing is chosen.",
                                       {{"learner", std::string("mcmc")},
                                        {"factors", std::int64_t{8}},
                                        {"init_deviation", 0.1},
                                        {"epochs", std::int64_t{100}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<FmModel>(); }};
}

} // namespace tastebench
