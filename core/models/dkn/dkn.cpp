#include "core/models/dkn/dkn.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/models/dkn/network.h"
#include "core/models/dkn/samples.h"
#include "core/models/dkn/titles.h"
#include "core/models/epoch_loop.h"

namespace tastebench {

namespace {

constexpr std::uint32_t order_stream = 420;
constexpr double network_products = 130;  ///< of a word and the filters that go together, at most about
constexpr std::size_t scored_block = 512; ///< pairs whose histories are put together at once

double sigmoid(float logit) {
    return 1 / (1 + std::exp(-static_cast<double>(logit)));
}

class Dkn final : public Recommender {
  public:
    Capabilities capabilities(const Parameters& parameters) const override {
        Capabilities can;
        // With drawn negatives the number says how the item compares with others, not how likely a click is.
        can.predicts_clicks = get_int(parameters, "negatives") == 0;
        can.needs_values = can.predicts_clicks;
        can.needs_texts = true;
        can.positive_from = get_real(parameters, "positive_from");
        can.folds_in = true;
        can.iterative = true;
        return can;
    }
    Cost cost(const DataShape& shape, const Parameters& parameters) const override;
    Status fit(const TrainingData& training, const Parameters& parameters, FitContext& context) override;

    std::uint32_t n_users() const override { return static_cast<std::uint32_t>(history_starts_.size() - 1); }
    std::uint32_t n_items() const override { return titles_.size(); }
    void score(UserIx user, std::span<double> out) const override { score_all(history_of(user), out); }
    void score_some(UserIx user, std::span<const ItemIx> items, std::span<double> out) const override {
        score_items(history_of(user), items, out);
    }
    void score_pairs(std::span<const Pair> pairs, std::span<double> out) const override;
    void score_profile(std::span<const ProfileItem> profile, std::span<double> out) const override;
    bool finite() const override { return network_.is_finite(); }

  protected:
    void save_state(Writer& out) const override;
    Status load_state(Reader& in) override;
    void save_training(Writer& out) const override { network_.save_training(out); }
    Status load_training(Reader& in) override {
        if (!network_.load_training(in))
            return bad_data("the stored training state is damaged", {}, "start the run anew");
        return {};
    }
    void end_training() override { network_.end_training(); }

  private:
    std::span<const ItemIx> history_of(UserIx user) const {
        return std::span(history_items_)
            .subspan(history_starts_[user], history_starts_[user + 1] - history_starts_[user]);
    }
    void score_all(std::span<const ItemIx> had, std::span<double> out) const;
    void score_items(std::span<const ItemIx> had, std::span<const ItemIx> items, std::span<double> out) const;
    void append(std::span<const ItemIx> had, ItemIx candidate, DknBatch& batch) const;
    void score_batch(const DknBatch& batch, std::span<double> out) const;
    void remember_history(const DknSamples& samples, std::uint32_t users);
    Status start(const TrainingData& training, const DknSettings& settings, FitContext& context);
    double epoch(const DknSamples& samples, std::uint32_t number, const DknSettings& settings, FitContext& context);

    std::uint32_t most_history_ = 0;
    double positive_from_ = 0;
    TitleTable titles_;
    DknNetwork network_;
    EncodedTitles encoded_;                        ///< told from the network
    bool encoded_now_ = false;                     ///< whether it still holds
    std::vector<std::uint64_t> history_starts_{0}; ///< users + 1
    std::vector<ItemIx> history_items_;            ///< of each user one more than counts, distinct, latest last
};

Cost Dkn::cost(const DataShape& shape, const Parameters& parameters) const {
    const auto s = read_dkn_settings(parameters);
    const auto rows = static_cast<double>(shape.rows);
    const auto items = static_cast<double>(shape.items);
    const double samples = rows * (1 + s.negatives);
    const double taps = std::accumulate(s.widths.begin(), s.widths.end(), 0.0);
    const double title = static_cast<double>(s.widths.size()) * s.filters;
    // Titles of a batch, and what is distinct among their words: twice as many as titles, as in news.
    const double per_user = rows / std::max(1.0, static_cast<double>(shape.users));
    const double titles = std::min(items, s.batch * (1 + std::min<double>(s.history, per_user)));
    const double words = 2 * titles;
    const double entities = s.use_entities ? words : 0;
    const double vectors = 2 * items * (s.word_width + (s.use_entities ? s.entity_width * (s.use_context ? 2 : 1) : 0));
    const double products = std::min<double>(network_products, taps * s.filters);
    Cost out;
    // Vectors with two moments; of a batch its rows and titles, each with its derivatives; and all titles as scored.
    out.memory_bytes =
        3 * 4 * vectors +
        4 * (words * (products + 2 * s.word_width) + entities * (products + 2 * s.entity_width + 2 * s.word_width) +
             titles * (4 * title + 4 * s.attention)) +
        items * (8.0 * s.title_words + 8.0 * (s.attention + s.layers.front())) + 24 * rows;
    const double step = 6 * words * taps * s.filters * 2 * s.word_width + titles * 6 * title * s.attention +
                        s.batch * 12 * title * s.layers.front();
    out.core_seconds =
        static_cast<double>(get_int(parameters, "epochs")) * (samples / s.batch * step * 3e-11 + samples * 4e-6);
    return out;
}

Status Dkn::start(const TrainingData& training, const DknSettings& settings, FitContext& context) {
    auto texts = read_dkn_texts(training, settings, context.parallel, context.progress);
    if (!texts)
        return fail(texts.error());
    const auto vectors =
        find_dkn_vectors(training.data, *texts, settings, context.seed, context.parallel, context.progress);
    if (!vectors)
        return fail(vectors.error());
    titles_ = std::move(texts->titles);
    DknShape shape;
    shape.words = static_cast<std::uint32_t>(texts->words.size());
    shape.entities = static_cast<std::uint32_t>(texts->entities.size());
    shape.word_width = vectors->words.width;
    shape.entity_width = vectors->entities.width;
    shape.context = settings.use_context;
    shape.convolution = {settings.filters, settings.widths};
    shape.attention = settings.attention;
    shape.layers = settings.layers;
    shape.dropout = settings.dropout;
    network_.start(shape, settings.init_deviation, context.seed, context.parallel);
    const auto put = [](nn::EmbeddingTable& table, const StartVectors& from) {
        if (!from.values.empty())
            std::copy(from.values.begin(), from.values.end(), table.row(0));
    };
    put(network_.words(), vectors->words);
    put(network_.entities(), vectors->entities);
    put(network_.contexts(), vectors->contexts);
    network_.set_optimizer(settings.optimizer);
    return {};
}

void Dkn::remember_history(const DknSamples& samples, std::uint32_t users) {
    history_starts_.assign(1, 0);
    history_items_.clear();
    for (UserIx user = 0; user < users; ++user) {
        // The candidate may be one of them, and then another one counts.
        append_history(samples.had(user), no_item, std::size_t{most_history_} + 1, history_items_);
        std::reverse(history_items_.begin() + static_cast<std::ptrdiff_t>(history_starts_.back()),
                     history_items_.end());
        history_starts_.push_back(history_items_.size());
    }
}

double Dkn::epoch(const DknSamples& samples, std::uint32_t number, const DknSettings& settings, FitContext& context) {
    std::vector<std::uint32_t> order(samples.size());
    std::iota(order.begin(), order.end(), 0U);
    Rng(context.seed, order_stream, number).shuffle(std::span(order));
    DknBatch batch;
    double loss = 0;
    for (std::size_t first = 0; first < order.size() && !context.progress.cancelled(); first += settings.batch) {
        const auto which = std::span(order).subspan(first, std::min<std::size_t>(settings.batch, order.size() - first));
        samples.fill(which, context.seed, number, batch);
        const std::uint64_t seed = context.seed + (network_.steps() + 1) * 0x9E37'79B9'7F4A'7C15ULL;
        loss += network_.learn(titles_, batch, {&context.progress, seed}, context.parallel);
        context.progress.advance();
    }
    encoded_now_ = false;
    return loss / static_cast<double>(order.size());
}

Status Dkn::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const auto settings = read_dkn_settings(parameters);
    const auto samples = DknSamples::make(training, settings, &context.progress);
    if (!samples)
        return fail(samples.error());
    most_history_ = settings.history;
    positive_from_ = settings.positive_from;
    if (auto status = start(training, settings, context); !status)
        return status;
    remember_seen(training);
    remember_history(*samples, training.data.users().size());
    EpochPlan plan = read_epoch_plan(parameters, settings.negatives == 0 ? "auc" : "ndcg@10");
    plan.loss = "train_logloss";
    plan.steps = (std::uint64_t{samples->size()} + settings.batch - 1) / settings.batch;
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or raise the regularization";
    const auto encode = [&] {
        encoded_now_ = encoded_now_ || network_.encode(titles_, encoded_, context.parallel, &context.progress);
        return encoded_now_;
    };
    const auto status = EpochLoop::run(*this, plan, context, [&](std::uint32_t number) {
        const double loss = epoch(*samples, number, settings, context);
        // Titles are read anew where the epoch is checked, and at the end.
        if (context.validator != nullptr && (number % plan.validate_every == 0 || number == plan.epochs))
            encode();
        return loss;
    });
    if (status && !encode())
        return cancelled_error();
    network_.release_buffers();
    return status;
}

void Dkn::append(std::span<const ItemIx> had, ItemIx candidate, DknBatch& batch) const {
    batch.candidates.push_back(candidate);
    append_history(had, candidate, most_history_, batch.history);
    batch.starts.push_back(static_cast<std::uint32_t>(batch.history.size()));
}

void Dkn::score_batch(const DknBatch& batch, std::span<double> out) const {
    std::vector<float> logits(batch.size());
    network_.score(encoded_, batch, logits);
    std::transform(logits.begin(), logits.end(), out.begin(), sigmoid);
}

void Dkn::score_items(std::span<const ItemIx> had, std::span<const ItemIx> items, std::span<double> out) const {
    DknBatch batch;
    for (std::size_t first = 0; first < items.size(); first += scored_block) {
        const auto some = items.subspan(first, std::min(scored_block, items.size() - first));
        batch.clear();
        for (const auto item : some)
            append(had, item, batch);
        score_batch(batch, out.subspan(first));
    }
}

void Dkn::score_all(std::span<const ItemIx> had, std::span<double> out) const {
    std::vector<ItemIx> items(out.size());
    std::iota(items.begin(), items.end(), ItemIx{0});
    score_items(had, items, out);
}

void Dkn::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    DknBatch batch;
    for (std::size_t first = 0; first < pairs.size(); first += scored_block) {
        const auto some = pairs.subspan(first, std::min(scored_block, pairs.size() - first));
        batch.clear();
        for (const auto& pair : some)
            append(history_of(pair.user), pair.item, batch);
        score_batch(batch, out.subspan(first));
    }
}

void Dkn::score_profile(std::span<const ProfileItem> profile, std::span<double> out) const {
    std::vector<ItemIx> had;
    for (const auto& one : profile)
        if (item_in_training(one.item) && one.value >= positive_from_)
            had.push_back(one.item);
    score_all(had, out);
}

void Dkn::save_state(Writer& out) const {
    out.number(most_history_);
    out.number(positive_from_);
    out.number(titles_.length);
    out.array(titles_.counts);
    out.array(titles_.words);
    out.array(titles_.entities);
    out.array(history_starts_);
    out.array(history_items_);
    network_.save(out);
}

Status Dkn::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored network is damaged", {}, "train it again"); };
    most_history_ = in.number<std::uint32_t>();
    positive_from_ = in.number<double>();
    titles_.length = in.number<std::uint32_t>();
    titles_.counts = in.array<std::uint32_t>();
    titles_.words = in.array<std::uint32_t>();
    titles_.entities = in.array<std::uint32_t>();
    history_starts_ = in.array<std::uint64_t>();
    history_items_ = in.array<ItemIx>();
    const bool titled = in.ok() && titles_.words.size() == titles_.counts.size() * titles_.length;
    if (!titled || !network_.load(in))
        return damaged();
    const auto below = [](const auto& numbers, std::size_t most) {
        return std::all_of(numbers.begin(), numbers.end(), [&](auto number) { return number < most; });
    };
    const auto& shape = network_.shape();
    if (!below(titles_.counts, std::size_t{titles_.length} + 1) || !below(titles_.words, shape.words) ||
        titles_.entities.size() != (shape.entities == 0 ? 0 : titles_.words.size()) ||
        !below(titles_.entities, shape.entities) || history_starts_.empty() || history_starts_.front() != 0 ||
        history_starts_.back() != history_items_.size() ||
        !std::is_sorted(history_starts_.begin(), history_starts_.end()) || !below(history_items_, titles_.size()))
        return damaged();
    encoded_now_ = network_.encode(titles_, encoded_, Parallel(1), nullptr);
    network_.release_buffers();
    return {};
}

} // namespace

ModelEntry dkn_entry() {
    return {"dkn",
            ModelFamily::networks,
            "DKN",
            "A network that reads titles, knows the people and things they name, and compares them with what was read "
            "before.",
            "Wang, Zhang, Xie, Guo: DKN: Deep Knowledge-Aware Network for News Recommendation, WWW 2018",
            ParameterSchema(dkn_specs(), dkn_presets()),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<Dkn>(); }};
}

} // namespace tastebench
