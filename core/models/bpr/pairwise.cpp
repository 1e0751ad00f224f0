#include "core/models/bpr/pairwise.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/common/tile_schedule.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 42, item_stream = 43, tile_stream = 44;
constexpr std::size_t row_block = 4096;

} // namespace

/// What one fit holds beside the model: the deal, and the item side in its order.
struct PairwiseModel::Session {
    Deal deal;
    nn::AlignedFloats items;
    std::vector<float> bias;
    std::vector<std::uint32_t> holder;
    std::vector<double> weight; ///< of an item in draws; empty: uniform
    std::vector<Alias> alias;
    bool may_draw_seen = false, redraw = true;
    LearningRate rate;
};

double PairwiseModel::memory(const DataShape& shape, const Parameters& parameters) {
    const auto width =
        static_cast<double>(FactorTable::padded(static_cast<std::uint32_t>(get_int(parameters, "factors"))));
    return 4 * (width + 1) * static_cast<double>(shape.users + 2 * shape.items) +
           40 * static_cast<double>(shape.items) +
           static_cast<double>((sizeof(Positive) + sizeof(ItemIx)) * shape.pairs);
}

/// The item side in the order of the deal, and chances of draws within each block.
void PairwiseModel::gather(Session& session, const Parallel& parallel) const {
    const Deal& deal = session.deal;
    const std::uint32_t width = items_.width();
    parallel.for_blocks(deal.n_items(), row_block, [&](std::size_t first, std::size_t last) {
        for (auto place = static_cast<Place>(first); place < last; ++place) {
            const ItemIx item = deal.item_at(place);
            std::copy_n(items_.data() + std::size_t{item} * width, width,
                        session.items.begin() + static_cast<std::ptrdiff_t>(std::size_t{place} * width));
            session.bias[place] = items_.bias[item];
        }
    });
    std::fill(session.holder.begin(), session.holder.end(), 0xFFFF'FFFFU);
    if (session.weight.empty())
        return;
    std::vector<double> weights;
    for (std::uint32_t block = 0; block < deal.side(); ++block) {
        weights.clear();
        const Place begin = deal.first_place(block);
        for (Place place = begin; place < deal.first_place(block + 1); ++place)
            weights.push_back(session.weight[deal.item_at(place)]);
        make_alias(weights, std::span(session.alias).subspan(begin, weights.size()));
    }
}

void PairwiseModel::scatter(const Session& session, const Parallel& parallel) {
    const std::uint32_t width = items_.width();
    parallel.for_blocks(session.deal.n_items(), row_block, [&](std::size_t first, std::size_t last) {
        for (auto place = static_cast<Place>(first); place < last; ++place) {
            const ItemIx item = session.deal.item_at(place);
            std::copy_n(session.items.begin() + static_cast<std::ptrdiff_t>(std::size_t{place} * width), width,
                        items_.data() + std::size_t{item} * width);
            items_.bias[item] = session.bias[place];
        }
    });
}

/// The last step may overflow after the last loss was taken; what is not a number makes any sum so.
bool PairwiseModel::finite() const {
    const auto sum = [](const FactorTable& table) {
        return Eigen::Map<const Eigen::ArrayXf>(table.data(), static_cast<Eigen::Index>(table.size()) * table.width())
            .abs()
            .maxCoeff<Eigen::PropagateNaN>();
    };
    return std::isfinite(sum(users_)) && std::isfinite(sum(items_)) &&
           std::all_of(items_.bias.begin(), items_.bias.end(), [](float b) { return std::isfinite(b); });
}

double PairwiseModel::epoch(Session& session, std::uint32_t number, FitContext& context) {
    Deal& deal = session.deal;
    deal.shuffle(context.seed, number, context.parallel);
    gather(session, context.parallel);
    const auto rate = static_cast<float>(session.rate.at(number));
    const PairTables tables{users_.data(), session.items.data(), session.bias.data(), items_.width()};
    const std::uint32_t side = deal.side();
    std::vector<std::uint64_t> samples(std::size_t{side} * side);
    const auto work = [&](std::uint32_t row, std::uint32_t column) {
        const std::uint32_t cell = row * side + column;
        Tile tile;
        tile.positives = deal.tile(row, column);
        tile.negatives.first = deal.first_place(column);
        tile.negatives.size = deal.first_place(column + 1) - tile.negatives.first;
        tile.negatives.alias = session.alias.empty() ? nullptr : session.alias.data() + tile.negatives.first;
        tile.negatives.holder = session.may_draw_seen ? nullptr : session.holder.data();
        tile.negatives.redraw = session.redraw;
        tile.key = Rng(context.seed, tile_stream, number * (Deal::most_blocks * Deal::most_blocks) + cell).next_u64();
        const PairSum sum = learn(tile, tables, rate, context.progress);
        samples[cell] = sum.samples;
        return sum.loss;
    };
    const double loss = for_each_tile(side, number, context.parallel, context.progress, work);
    scatter(session, context.parallel);
    std::uint64_t all = 0;
    for (const auto n : samples)
        all += n;
    if (!finite())
        return std::numeric_limits<double>::quiet_NaN();
    return all == 0 ? 0 : loss / static_cast<double>(all);
}

Status PairwiseModel::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    remember_seen(training);
    if (context.progress.cancelled())
        return cancelled_error();
    const std::uint32_t n_items = training.data.items().size();
    const auto factors = static_cast<std::uint32_t>(get_int(parameters, "factors"));
    const auto deviation = static_cast<float>(get_real(parameters, "init_deviation"));
    Session session;
    session.deal.start(seen_starts(), seen_items(), n_items);
    if (context.progress.cancelled())
        return cancelled_error();
    session.may_draw_seen = get_text(parameters, "seen_draws") == "allow";
    session.redraw = get_text(parameters, "seen_draws") != "skip";
    session.rate = read_learning_rate(parameters);
    if (get_text(parameters, "negatives") == "popularity") {
        const double power = get_real(parameters, "popularity_power");
        for (const auto count : session.deal.counts())
            session.weight.push_back(count > 0 ? std::pow(static_cast<double>(count), power) : 0.0);
        session.alias.resize(session.deal.n_items());
    }
    read(parameters, session.deal.n_items());

    std::vector<std::uint8_t> known_users(training.data.users().size());
    std::vector<std::uint8_t> known_items(n_items);
    for (UserIx user = 0; user < known_users.size(); ++user)
        known_users[user] = seen(user).empty() ? 0 : 1;
    for (ItemIx item = 0; item < n_items; ++item)
        known_items[item] = session.deal.counts()[item] > 0 ? 1 : 0;
    users_.resize(training.data.users().size(), factors);
    items_.resize(n_items, factors);
    users_.draw(context.seed, user_stream, deviation, known_users, context.parallel);
    items_.draw(context.seed, item_stream, deviation, known_items, context.parallel);
    session.items.resize(std::size_t{session.deal.n_items()} * items_.width());
    session.bias.resize(session.deal.n_items());
    session.holder.resize(session.deal.n_items());

    EpochPlan plan = read_epoch_plan(parameters, "ndcg@10");
    plan.steps = std::uint64_t{session.deal.side()} * session.deal.side();
    plan.remedy_parameter = "learning_rate";
    plan.remedy = "lower the learning rate or raise the regularization";
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t number) { return epoch(session, number, context); });
}

std::vector<ParameterSpec> pairwise_specs(double learning_rate, double regularization, double init_deviation) {
    std::vector<ParameterSpec> list{
        {"factors", "Factors", "How many hidden tastes are learned; more fit finer but slower.", "",
         ParameterType::integer, std::int64_t{64}, 1, 4096},
        {"learning_rate", "Learning rate", "How far each pair of items moves the model.", "", ParameterType::real,
         learning_rate, 1e-6, 1},
        {"regularization", "Regularization", "Pulls factors towards zero; guards against overfitting.", "",
         ParameterType::real, regularization, 0, 10},
        {"negatives",
         "Negative items",
         "How the items that a person does not have are chosen for comparison.",
         "",
         ParameterType::choice,
         std::string("uniform"),
         0,
         0,
         {{"uniform", "All alike", "Every item is as likely as any other."},
          {"popularity", "By popularity", "What more people have is compared more often."}}},
        {"popularity_power", "Popularity power",
         "By popularity, an item's chance is the number of its people to this power.", "", ParameterType::real, 0.75, 0,
         4},
        {"seen_draws",
         "Own items",
         "What happens when something a person has is drawn as an item they do not have.",
         "",
         ParameterType::choice,
         std::string("redraw"),
         0,
         0,
         {{"redraw", "Draw again", "Until it is an item that the person does not have."},
          {"skip", "Leave out", "The pair waits for the next epoch, as in Cornac and implicit."},
          {"allow", "Use anyway", "Now and then an own item is held against the person."}}},
        {"item_bias", "Item bias", "Learns how well liked each item is by everyone.", "", ParameterType::boolean, true},
        {"bias_regularization", "Bias regularization", "Pulls the biases towards zero; -1: as the factors.", "",
         ParameterType::real, -1.0, -1, 10},
        {"init_deviation", "Start deviation", "Standard deviation of the random start values.", "", ParameterType::real,
         init_deviation, 0, 10},
    };
    for (auto at = list.begin() + 4; at != list.end(); ++at)
        at->advanced = true;
    return list;
}

} // namespace tastebench
