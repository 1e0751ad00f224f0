#include "core/models/bpr/bpr.h"

#include <algorithm>

#include "core/models/bpr/pairwise.h"

namespace tastebench {

namespace {

float bias_regularization(const Parameters& parameters) {
    const double own = get_real(parameters, "bias_regularization");
    return static_cast<float>(own < 0 ? get_real(parameters, "regularization") : own);
}

class Bpr final : public PairwiseModel {
  public:
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto width = static_cast<double>(FactorTable::padded(static_cast<std::uint32_t>(get_int(p, "factors"))));
        return {memory(shape, p), static_cast<double>(shape.pairs) * static_cast<double>(get_int(p, "epochs")) *
                                      (25e-9 + width * 0.45e-9)};
    }

  protected:
    void read(const Parameters& parameters, std::uint32_t) override {
        step_.regularization = static_cast<float>(get_real(parameters, "regularization"));
        step_.bias_regularization = bias_regularization(parameters);
        biased_ = get_bool(parameters, "item_bias");
    }
    PairSum learn(const Tile& tile, const PairTables& tables, float rate, const Progress& progress) const override {
        BprStep step = step_;
        step.rate = rate;
        step.bias_rate = biased_ ? rate : 0.0F;
        return bpr_tile(tile, tables, step, progress);
    }

  private:
    BprStep step_{};
    bool biased_ = true;
};

class Warp final : public PairwiseModel {
  public:
    Cost cost(const DataShape& shape, const Parameters& p) const override {
        const auto width = static_cast<double>(FactorTable::padded(static_cast<std::uint32_t>(get_int(p, "factors"))));
        const auto trials = static_cast<double>(get_int(p, "trials"));
        return {memory(shape, p), static_cast<double>(shape.pairs) * static_cast<double>(get_int(p, "epochs")) *
                                      (30e-9 + width * 0.45e-9 + trials * (5e-9 + width * 0.06e-9))};
    }

  protected:
    void read(const Parameters& parameters, std::uint32_t n_items) override {
        step_.regularization = static_cast<float>(get_real(parameters, "regularization"));
        step_.bias_regularization = bias_regularization(parameters);
        step_.trials = static_cast<std::uint32_t>(get_int(parameters, "trials"));
        step_.n_items = n_items;
        const auto longest = static_cast<float>(get_real(parameters, "max_norm"));
        step_.longest = longest > 0 ? longest : std::numeric_limits<float>::infinity();
        biased_ = get_bool(parameters, "item_bias");
    }
    PairSum learn(const Tile& tile, const PairTables& tables, float rate, const Progress& progress) const override {
        WarpStep step = step_;
        step.rate = rate;
        step.bias_rate = biased_ ? rate : 0.0F;
        return warp_tile(tile, tables, step, progress);
    }

  private:
    WarpStep step_{};
    bool biased_ = true;
};

std::vector<ParameterSpec> bpr_specs() {
    auto list = pairwise_specs(0.01, 0.01, 0.01);
    add_schedule_parameters(list);
    add_epoch_parameters(list, 200, "How often training goes through all pairs of a person and an item.");
    return list;
}

std::vector<ParameterSpec> warp_specs() {
    auto list = pairwise_specs(0.001, 0.0, 0.01);
    list.insert(list.begin() + 3,
                {"trials", "Trials", "How many items are tried for one that is wrongly ranked above the person's own.",
                 "", ParameterType::integer, std::int64_t{10}, 1, 10'000});
    list.insert(list.begin() + 4,
                {"max_norm", "Greatest length", "Rows of factors longer than this are cut back to it; 0 leaves them.",
                 "", ParameterType::real, 1.5, 0, 1000});
    const auto seen =
        std::find_if(list.begin(), list.end(), [](const ParameterSpec& spec) { return spec.name == "seen_draws"; });
    seen->choices[1].help = "It counts as a trial, and the next is made, as in LightFM.";
    add_schedule_parameters(list);
    add_epoch_parameters(list, 100, "How often training goes through all pairs of a person and an item.");
    return list;
}

} // namespace

ModelEntry bpr_entry() {
    return {"bpr",
            ModelFamily::factors,
            "BPR",
            "Learns from what people have to rank it above what they do not have; needs no ratings.",
            "Rendle, Freudenthaler, Gantner, Schmidt-Thieme: BPR: Bayesian Personalized Ranking from Implicit "
            "Feedback, UAI 2009",
            ParameterSchema(bpr_specs(),
                            {{"fast",
                              "Fast",
                              "A first answer in a moment.",
                              {{"factors", std::int64_t{32}}, {"epochs", std::int64_t{30}}, {"learning_rate", 0.03}}},
                             {"reference",
                              "Published benchmark",
                              "200 factors and 200 epochs, as in the benchmark of Microsoft Recommenders (Cornac).",
                              {{"factors", std::int64_t{200}},
                               {"epochs", std::int64_t{200}},
                               {"learning_rate", 0.01},
                               {"regularization", 0.001},
                               {"init_deviation", 0.0015},
                               {"seen_draws", std::string("skip")}}},
                             {"thorough",
                              "Thorough",
                              "Small steps and many of them; the best lists, slowly.",
                              {{"factors", std::int64_t{200}},
                               {"epochs", std::int64_t{400}},
                               {"learning_rate", 0.005},
                               {"regularization", 0.004}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Bpr>(); }};
}

ModelEntry warp_entry() {
    return {"warp",
            ModelFamily::factors,
            "WARP",
            "Learns as BPR does, but from the items that stand wrongly above a person's own, so that the head of the "
            "list counts most.",
            "Weston, Bengio, Usunier: WSABIE: Scaling Up to Large Vocabulary Image Annotation, IJCAI 2011",
            ParameterSchema(warp_specs(),
                            {{"fast",
                              "Fast",
                              "A first answer in a moment.",
                              {{"factors", std::int64_t{32}}, {"epochs", std::int64_t{20}}, {"learning_rate", 0.003}}},
                             {"reference",
                              "LightFM",
                              "20 factors and 20 epochs, as Recommenders runs LightFM, with its 10 trials, no pull and "
                              "no greatest length; the learning rate is of plain steps, as LightFM's is of AdaGrad.",
                              {{"factors", std::int64_t{20}},
                               {"epochs", std::int64_t{20}},
                               {"trials", std::int64_t{10}},
                               {"learning_rate", 0.003},
                               {"regularization", 0.0},
                               {"max_norm", 0.0},
                               {"seen_draws", std::string("skip")}}},
                             {"thorough",
                              "Thorough",
                              "Small steps and many of them; the best lists, slowly.",
                              {{"max_norm", 1.6}, {"epochs", std::int64_t{200}}, {"learning_rate", 0.0005}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Warp>(); }};
}

} // namespace tastebench
