#include "core/models/widedeep/widedeep.h"

#include "core/models/fieldnet/schema.h"

namespace tastebench {

namespace {

FieldNetSettings read(const Parameters& parameters) {
    auto out = read_fieldnet_settings(parameters);
    out.crosses = get_text(parameters, "crosses");
    out.cross_buckets = static_cast<std::uint32_t>(get_int(parameters, "cross_buckets"));
    return out;
}

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    add_fieldnet_parameters(list, "128,64");
    list.push_back({"crosses", "Crosses",
                    "Pairs of features whose values together get a weight of their own, such as "
                    "user_id*genre,age*genre.",
                    "", ParameterType::text, std::string()});
    list.back().check = check_crosses;
    list.push_back({"cross_buckets", "Buckets of a cross",
                    "How many weights each cross has; its pairs of values are dealt out to them.", "",
                    ParameterType::integer, std::int64_t{10'000}, 1, 100'000'000});
    list.back().advanced = true;
    return list;
}

} // namespace

ModelEntry widedeep_entry() {
    return {"widedeep",
            ModelFamily::networks,
            "Wide & Deep",
            "Remembers values and chosen pairs of values by a weight each, and generalises with a network.",
            "Cheng et al.: Wide & Deep Learning for Recommender Systems, DLRS 2016",
            ParameterSchema(specs(),
                            {{"fast",
                              "Fast",
                              "Small layers and few passes.",
                              {{"dim", std::int64_t{8}}, {"deep", std::string("32,16")}, {"epochs", std::int64_t{5}}}},
                             {"paper",
                              "Paper",
                              "Click prediction with embeddings of 32 and layers of 1024, 512 and 256, as in "
                              "the paper's figure 4, by Adagrad.",
                              {{"task", std::string("clicks")},
                               {"dim", std::int64_t{32}},
                               {"deep", std::string("1024,512,256")},
                               {"optimizer", std::string("adagrad")},
                               {"learning_rate", 0.01}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<FieldNetModel>(read); }};
}

} // namespace tastebench
