#include "core/models/ncf/ncf.h"

#include <cmath>
#include <numeric>

#include <Eigen/Core>

#include "core/linalg/top_k.h"
#include "core/models/epoch_loop.h"
#include "core/models/ncf/ncf_settings.h"
#include "core/models/ncf/samples.h"

namespace tastebench {

namespace {

class Ncf final : public Recommender {
  public:
    Capabilities capabilities(const Parameters&) const override {
        Capabilities can;
        can.similar_items = true;
        can.iterative = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& parameters) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return network_.shape().users; }
    std::uint32_t n_items() const override { return network_.shape().items; }
    void score(UserIx user, std::span<double> out) const override { network_.logits(user, all_items_, out); }
    void score_some(UserIx user, std::span<const ItemIx> items, std::span<double> out) const override {
        network_.logits(user, items, out);
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    bool finite() const override { return network_.finite(); }
    std::vector<Scored> similar_items(ItemIx item, std::uint32_t k) const override;

  protected:
    void save_state(Writer& out) const override { network_.save(out); }
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { network_.save_training(out); }
    Status load_training(Reader& in) override;
    void end_training() override { network_.end_training(); }

  private:
    void begin(NcfKind kind);
    void begin_stage(std::uint32_t epoch);
    void list_items();

    NcfSettings settings_; ///< of the fit under way
    NcfNetwork network_;
    std::vector<ItemIx> all_items_;
};

Cost Ncf::cost(const DataShape& shape, const Parameters& parameters) const {
    const auto settings = read_ncf_settings(parameters);
    double row = settings.factors;
    double weights = settings.factors;
    for (std::size_t l = 0; l + 1 < settings.layers.size(); ++l)
        weights += static_cast<double>(settings.layers[l]) * static_cast<double>(settings.layers[l + 1]);
    if (!settings.layers.empty())
        row += static_cast<double>(settings.layers.front()) / 2;
    const auto rows = static_cast<double>(shape.users + shape.items);
    const auto samples = static_cast<double>(shape.pairs) * (1 + settings.negatives);
    const auto epochs = static_cast<double>(get_int(parameters, "epochs") + 2 * settings.part_epochs);
    Cost out;
    out.memory_bytes = 4 * (rows * (row * static_cast<double>(1 + settings.moments()) + 32) +
                            static_cast<double>(settings.batch) * (2 * row + 3) + weights * 24) +
                       8.0 * static_cast<double>(shape.pairs);
    out.core_seconds = epochs * samples * (100e-9 + row * 2.2e-9 + weights * 0.07e-9);
    return out;
}

void Ncf::list_items() {
    all_items_.resize(n_items());
    std::iota(all_items_.begin(), all_items_.end(), ItemIx{0});
}

/// NeuMF that was pre-trained goes on with an optimiser of its own.
void Ncf::begin(NcfKind kind) {
    const bool finish = settings_.part_epochs > 0 && kind == NcfKind::neumf;
    network_.begin(kind, finish ? settings_.finish : settings_.optimizer, settings_.batch);
}

/// What is to be done before an epoch that is the first of GMF, of the MLP or of NeuMF.
void Ncf::begin_stage(std::uint32_t epoch) {
    const std::uint32_t parts = settings_.part_epochs;
    if (parts == 0) {
        if (epoch == 1)
            begin(settings_.network);
    } else if (epoch == 1 || epoch == parts + 1) {
        begin(epoch == 1 ? NcfKind::gmf : NcfKind::mlp);
    } else if (epoch == 2 * parts + 1) {
        network_.blend(settings_.alpha);
        begin(NcfKind::neumf);
    }
}

Status Ncf::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    settings_ = read_ncf_settings(parameters);
    NcfSamples samples(seen_starts(), seen_items(), known_items(), settings_.negatives);
    if (samples.size() == 0)
        return bad_data("everyone in the training data has every item, so there is nothing to tell apart", "data",
                        "import more items, or choose a model that needs no negatives, such as popularity");
    std::vector<std::uint8_t> known_users;
    for (UserIx user = 0; user + 1 < seen_starts().size(); ++user)
        known_users.push_back(seen(user).empty() ? 0 : 1);
    settings_.batch = static_cast<std::uint32_t>(std::min<std::uint64_t>(settings_.batch, samples.size()));
    network_.lay_out({static_cast<std::uint32_t>(known_users.size()), static_cast<std::uint32_t>(known_items().size()),
                      settings_.factors, settings_.layers},
                     settings_.moments());
    network_.draw(settings_.deviation, known_users, known_items(), context.seed, context.parallel);
    list_items();

    EpochPlan plan = read_epoch_plan(parameters, "ndcg@10");
    plan.epochs += 2 * settings_.part_epochs;
    plan.patience_from = 2 * settings_.part_epochs + 1;
    plan.steps = (samples.size() + settings_.batch - 1) / settings_.batch;
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate";
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        begin_stage(epoch);
        samples.begin_epoch(context.seed, epoch);
        double loss = 0;
        for (std::uint64_t at = 0; at < samples.size() && !context.progress.cancelled(); at += settings_.batch) {
            const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(settings_.batch, samples.size() - at));
            loss += network_.step(
                n,
                [&](std::size_t first, auto users, auto items, auto labels) {
                    samples.fill(at + first, users, items, labels);
                },
                context.parallel);
            context.progress.advance();
        }
        return loss / static_cast<double>(samples.size());
    });
}

void Ncf::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    std::vector<ItemIx> items;
    for (std::size_t first = 0; first < pairs.size(); first += items.size()) {
        items.clear();
        for (std::size_t i = first; i < pairs.size() && pairs[i].user == pairs[first].user; ++i)
            items.push_back(pairs[i].item);
        network_.logits(pairs[first].user, items, out.subspan(first, items.size()));
    }
}

/// By the cosine of the items' embeddings, those of both parts together.
std::vector<Scored> Ncf::similar_items(ItemIx item, std::uint32_t k) const {
    const auto row = [&](ItemIx i) {
        const auto values = network_.item_row(i);
        return Eigen::Map<const Eigen::VectorXf>(values.data(), static_cast<Eigen::Index>(values.size()));
    };
    TopK best(k);
    const float length = row(item).norm();
    for (ItemIx other = 0; other < n_items(); ++other) {
        const float product = length * row(other).norm();
        if (other != item && item_in_training(other) && product > 0)
            best.offer(other, static_cast<double>(row(item).dot(row(other)) / product));
    }
    return best.take();
}

Status Ncf::load_state(Reader& in) {
    if (!network_.load(in))
        return bad_data("the stored network is damaged", {}, "train it again");
    list_items();
    return {};
}

/// The kind of the network that load_state() read tells which stage the training was in.
Status Ncf::load_training(Reader& in) {
    begin(network_.kind());
    if (!network_.load_training(in))
        return bad_data("the stored training state is damaged", {}, "start the run anew");
    return {};
}

} // namespace

ModelEntry ncf_entry() {
    return {"ncf",
            ModelFamily::networks,
            "NCF (NeuMF)",
            "A network that tells what a person has from what they do not: a weighted product of what is learned of "
            "both, beside layers of units.",
            "He, Liao, Zhang, Nie, Hu, Chua: Neural Collaborative Filtering, WWW 2017",
            ncf_schema(),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Ncf>(); }};
}

} // namespace tastebench
