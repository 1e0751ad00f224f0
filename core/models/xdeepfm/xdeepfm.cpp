#include "core/models/xdeepfm/xdeepfm.h"

#include "core/models/fieldnet/schema.h"

namespace tastebench {

namespace {

FieldNetSettings read(const Parameters& parameters) {
    auto out = read_fieldnet_settings(parameters);
    out.shape.cin = read_widths(get_text(parameters, "cin"));
    out.shape.split_half = get_bool(parameters, "split_half");
    out.shape.cin_activation = read_activation(get_text(parameters, "cin_activation"));
    return out;
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    add_fieldnet_parameters(list, "128,64");
    list.push_back({"cin", "Interaction layers",
                    "How many combinations of features each layer of the compressed interaction network finds, from "
                    "the input on; none leaves it out.",
                    "", ParameterType::text, std::string("32,32")});
    list.back().check = check_widths;
    list.push_back(activation_spec("cin_activation", "Activation of interactions",
                                   "How the combinations of the interaction layers answer.", "identity"));
    list.push_back({"split_half", "Halve the interactions",
                    "Half of each interaction layer goes on to the next, half to the output; else all of it to both.",
                    "", ParameterType::boolean, true});
    for (auto at = list.end() - 2; at != list.end(); ++at)
        at->advanced = true;
    return list;
}

} // namespace

ModelEntry xdeepfm_entry() {
    return {"xdeepfm",
            ModelFamily::networks,
            "xDeepFM",
            "Finds combinations of two, three and more features step by step, beside a network that finds its own.",
            "Lian et al.: xDeepFM: Combining Explicit and Implicit Feature Interactions for Recommender Systems, KDD "
            "2018",
            ParameterSchema(specs(), {{"fast",
                                       "Fast",
                                       "Small layers and few passes.",
                                       {{"dim", std::int64_t{8}},
                                        {"deep", std::string("32,16")},
                                        {"cin", std::string("8,8")},
                                        {"epochs", std::int64_t{5}}}},
                                      {"paper",
                                       "Paper",
                                       "Click prediction with embeddings of 10, three interaction layers of 200 maps, "
                                       "two deep layers of 400 and batches of 4096, as in the paper's section 4.1.4.",
                                       {{"task", std::string("clicks")},
                                        {"dim", std::int64_t{10}},
                                        {"deep", std::string("400,400")},
                                        {"cin", std::string("200,200,200")},
                                        {"split_half", false},
                                        {"embedding_regularization", 0.0001},
                                        {"network_regularization", 0.0001},
                                        {"batch", std::int64_t{4096}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<FieldNetModel>(read); }};
}

} // namespace tastebench
