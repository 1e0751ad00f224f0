#include "core/models/baselines/popularity.h"

#include <cmath>

namespace tastebench {

namespace {

class Popularity final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override {
        // Ranks by counts; its scores are not ratings, and it needs none.
        return {};
    }

    Cost cost(const DataShape& shape, const Parameters&) const override {
        return {8.0 * static_cast<double>(shape.items), 2e-9 * static_cast<double>(shape.pairs)};
    }

    Status fit(const TrainingData& training, const Parameters&, FitContext& context) override {
        remember_seen(training);
        n_users_ = training.data.users().size();
        counts_.assign(training.data.items().size(), 0.0);
        context.progress.begin("Training", n_users_);
        for (UserIx user = 0; user < n_users_; ++user)
            for (const ItemIx item : seen(user))
                counts_[item] += 1;
        context.progress.set_done(n_users_);
        return {};
    }

    std::uint32_t n_users() const override { return n_users_; }
    std::uint32_t n_items() const override { return static_cast<std::uint32_t>(counts_.size()); }

    void score(UserIx, std::span<double> out) const override { std::copy(counts_.begin(), counts_.end(), out.begin()); }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            out[i] = counts_[pairs[i].item];
    }

  protected:
    void save_state(Writer& out) const override {
        out.number(n_users_);
        out.array(counts_);
    }
    Status load_state(Reader& in) override {
        n_users_ = in.number<std::uint32_t>();
        counts_ = in.array<double>();
        return {};
    }

  private:
    std::uint32_t n_users_ = 0;
    std::vector<double> counts_; ///< distinct users by item
};

} // namespace

ModelEntry popularity_entry() {
    return {"popularity",
            ModelFamily::baseline,
            "Popularity",
            "Recommends to everyone what most people have; the yardstick that any other model must beat.",
            "",
            ParameterSchema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Popularity>(); }};
}

} // namespace tastebench
