// The recommender around a FieldNetwork: what Wide&Deep, DeepFM and xDeepFM share. Each of them is a schema.
#pragma once

#include "core/models/epoch_loop.h"
#include "core/models/fieldnet/network.h"
#include "core/models/schedule.h"

namespace tastebench {

struct FieldNetSettings {
    FeatureTask task = FeatureTask::ranking;
    double positive_from = 0.5;
    FieldNetworkShape shape;
    std::string crosses;
    std::uint32_t cross_buckets = 0;
    float init_deviation = 0.01F;
    nn::OptimizerSettings network, table;
    LearningRate rate;
    std::uint32_t batch = 256;
};

class FieldNetModel : public Recommender {
  public:
    using ReadSettings = FieldNetSettings (*)(const Parameters&);
    explicit FieldNetModel(ReadSettings read) : read_(read) {}

    Capabilities capabilities(const Parameters& parameters) const override;
    Cost cost(const DataShape& shape, const Parameters& parameters) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return encoder_.users().n; }
    std::uint32_t n_items() const override { return encoder_.items().n; }
    void score(UserIx user, std::span<double> out) const override;
    void score_some(UserIx user, std::span<const ItemIx> items, std::span<double> out) const override;
    /// The row part is left out: its categories count as unknown and its numbers as average.
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const override;
    /// Cosine of the embeddings of the items' fields.
    std::vector<Scored> similar_items(ItemIx item, std::uint32_t k) const override;
    bool finite() const override { return network_.finite(); }

  protected:
    std::uint32_t state_version() const override { return 1; }
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { network_.save_training(out); }
    Status load_training(Reader& in) override;
    void end_training() override;

  private:
    Status train(const Samples& samples, EpochPlan plan, const FieldNetSettings& settings, FitContext& context);
    /// Outputs of samples that `add` puts into the block, for i in [0, n); `one_user`: all of them are of one.
    template <typename Add>
    void outputs(std::size_t n, std::span<double> out, bool one_user, const Add& add) const;
    double finished(double raw) const;
    void item_vector(ItemIx item, std::span<float> out) const;

    ReadSettings read_;
    FeatureTask task_ = FeatureTask::ranking;
    FeatureEncoder encoder_;
    FieldNetwork network_;
    std::unique_ptr<FieldNetwork::Work> work_; ///< of a training
    float least_ = 0, greatest_ = 0;           ///< ratings are clamped to these
};

} // namespace tastebench
