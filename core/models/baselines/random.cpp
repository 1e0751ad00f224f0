#include "core/models/baselines/random.h"

#include "core/base/rng.h"

namespace tastebench {

namespace {

class Random final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override { return {}; }
    Cost cost(const DataShape& shape, const Parameters&) const override {
        return {0, 4e-9 * static_cast<double>(shape.rows)};
    }
    Status fit(const TrainingData& training, const Parameters&, FitContext& context) override {
        remember_seen(training);
        n_users_ = training.data.users().size();
        n_items_ = training.data.items().size();
        seed_ = context.seed;
        return {};
    }

    std::uint32_t n_users() const override { return n_users_; }
    std::uint32_t n_items() const override { return n_items_; }
    void score(UserIx user, std::span<double> out) const override {
        for (ItemIx item = 0; item < out.size(); ++item)
            out[item] = Rng(seed_, user, item).uniform();
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            out[i] = Rng(seed_, pairs[i].user, pairs[i].item).uniform();
    }

  protected:
    void save_state(Writer& out) const override {
        out.number(n_users_);
        out.number(n_items_);
        out.number(seed_);
    }
    Status load_state(Reader& in) override {
        n_users_ = in.number<std::uint32_t>();
        n_items_ = in.number<std::uint32_t>();
        seed_ = in.number<std::uint64_t>();
        return {};
    }

  private:
    std::uint32_t n_users_ = 0, n_items_ = 0;
    std::uint64_t seed_ = 0;
};

} // namespace

ModelEntry random_entry() {
    return {"random",
            ModelFamily::baseline,
            "Random",
            "Recommends anything; what is no better than this has learned nothing.",
            "",
            ParameterSchema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Random>(); }};
}

} // namespace tastebench
