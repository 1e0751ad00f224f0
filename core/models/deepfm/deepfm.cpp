#include "core/models/deepfm/deepfm.h"

#include "core/models/fieldnet/schema.h"

namespace tastebench {

namespace {

FieldNetSettings read(const Parameters& parameters) {
    auto out = read_fieldnet_settings(parameters);
    out.shape.pairs = true;
    return out;
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    add_fieldnet_parameters(list, "128,64");
    return list;
}

} // namespace

ModelEntry deepfm_entry() {
    return {
        "deepfm",
        ModelFamily::networks,
        "DeepFM",
        "Learns from ids and features how every two of them act together, and with a network how many of them do.",
        "Guo, Tang, Ye, Li, He: DeepFM: A Factorization-Machine based Neural Network for CTR Prediction, IJCAI 2017",
        ParameterSchema(specs(),
                        {{"fast",
                          "Fast",
                          "Small layers and few passes.",
                          {{"dim", std::int64_t{8}}, {"deep", std::string("32,16")}, {"epochs", std::int64_t{5}}}},
                         {"paper",
                          "Paper",
                          "Click prediction with embeddings of 10, three layers of 400 and dropout 0.5, as "
                          "in the paper's section 3.",
                          {{"task", std::string("clicks")},
                           {"dim", std::int64_t{10}},
                           {"deep", std::string("400,400,400")},
                           {"dropout", 0.5}}}}),
        []() -> std::unique_ptr<Recommender> { return std::make_unique<FieldNetModel>(read); }};
}

} // namespace tastebench
