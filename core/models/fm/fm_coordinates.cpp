// Alternating least squares and MCMC, one weight at a time. The weights of a single field share no sample, so they
// are taken side by side; those of numbers and multi fields one after another, each over fixed stretches of samples.
// MCMC: Freudenthaler, Schmidt-Thieme, Rendle, "Bayesian Factorization Machines", 2011, as in Rendle, "Factorization
// Machines with libFM", ACM TIST 2012, with a prior for each field in place of one for all. Clicks: probit.h.
#include <algorithm>
#include <numeric>

#include "core/base/rng.h"
#include "core/models/features/batches.h"
#include "core/models/fm/fm_columns.h"
#include "core/models/fm/fm_model.h"
#include "core/models/fm/probit.h"

namespace tastebench {

namespace {

constexpr std::size_t stretch = 8192; ///< samples of a column that are summed at once
constexpr std::uint32_t many_columns = 16;
constexpr std::uint32_t coordinate_stream = 1000; ///< + factor + 2
constexpr std::uint32_t latent_stream = 600;      ///< + coordinate_stream: beyond that of any factor
/// The hyperpriors of libFM: Gamma(1/2, 1/2) for precisions, standard normal for means.
constexpr double gamma_shape = 1, gamma_rate = 1;

/// Marsaglia and Tsang 2000; shape >= 1.
double draw_gamma(Rng& rng, double shape, double rate) {
    const double d = shape - 1.0 / 3.0;
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = rng.normal();
        const double v = std::pow(1 + c * x, 3);
        if (v > 0 && std::log(1 - rng.uniform()) < x * x / 2 + d - d * v + d * std::log(v))
            return d * v / rate;
    }
}

struct Prior {
    double mean = 0, precision = 0;
};

class Coordinates {
  public:
    Coordinates(const FeatureEncoder& encoder, const Samples& samples, const FmSettings& settings, FmWeights& weights,
                std::vector<double>& state, FitContext& context)
        : encoder_(encoder), settings_(settings), columns_(samples, encoder.n_indices()), weights_(weights),
          state_(state), context_(context), targets_(samples.targets()), n_(samples.size()), sums_(samples.size()),
          column_(encoder.n_indices()) {}

    void start(const Samples& samples) {
        const std::size_t priors = 2 * encoder_.fields().size() * (settings_.shape.factors + 1);
        state_.assign(n_ + priors + (clicks() ? n_ : 0), 0.0);
        for (std::size_t prior = 0; prior < priors; prior += 2)
            state_[n_ + prior + 1] = 1;
        SampleBlock block;
        std::vector<std::uint32_t> which;
        std::vector<float, Eigen::aligned_allocator<float>> sums(stretch * settings_.shape.width());
        for (std::size_t first = 0; first < n_; first += stretch) {
            which.resize(std::min(stretch, n_ - first));
            std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(first));
            samples.fill(which, 0, 0, 0, block);
            fm_forward(weights_.rows.data(), settings_.shape, weights_.w0, block, sums.data());
            for (std::uint32_t i = 0; i < block.n; ++i)
                errors()[first + i] =
                    static_cast<double>(block.output[i]) - (clicks() ? 0.0 : static_cast<double>(block.target[i]));
        }
    }

    /// Every weight once; the root of the mean squared error afterwards, or the mean log-loss of clicks.
    double epoch(std::uint32_t number) {
        epoch_ = number;
        Rng rng = numbers(0, 0);
        noise_ = 1;
        if (clicks())
            set_latent();
        else if (bayes())
            noise_ = draw_gamma(rng, (gamma_shape + static_cast<double>(n_)) / 2, (gamma_rate + squares()) / 2);
        move_bias(rng);
        all_of(-1);
        for (std::uint32_t f = 0; f < settings_.shape.factors && !context_.progress.cancelled(); ++f)
            all_of(static_cast<int>(f));
        return clicks() ? log_loss() : std::sqrt(squares() / static_cast<double>(n_));
    }

  private:
    bool bayes() const { return settings_.learner == FmLearner::mcmc; }
    bool clicks() const { return settings_.task == FeatureTask::clicks; }
    bool positive(std::size_t i) const { return targets_[i] > 0; }
    double* errors() { return state_.data(); }
    double* latent() { return state_.data() + state_.size() - n_; } ///< of clicks

    /// What is learned in place of the signs; the errors follow.
    void set_latent() {
        context_.parallel.for_blocks(n_, stretch, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last && !context_.progress.cancelled(); ++i) {
                const double output = errors()[i] + latent()[i];
                Rng rng = numbers(latent_stream, static_cast<std::uint32_t>(i));
                latent()[i] =
                    bayes() ? probit::draw_cut(rng, output, positive(i)) : probit::cut_mean(output, positive(i));
                errors()[i] = output - latent()[i];
            }
        });
    }
    double log_loss() {
        double sum = 0;
        for (std::size_t i = 0; i < n_; ++i) {
            const double output = errors()[i] + latent()[i];
            sum -= probit::log_below(positive(i) ? output : -output);
        }
        return sum / static_cast<double>(n_);
    }
    Rng numbers(std::uint32_t stream, std::uint32_t substream) const {
        return Rng(context_.seed ^ (std::uint64_t{epoch_} << 32U), coordinate_stream + stream, substream);
    }
    double squares() {
        double sum = 0;
        for (std::size_t i = 0; i < n_; ++i)
            sum += errors()[i] * errors()[i];
        return sum;
    }
    FmColumnPart column(std::uint32_t c) const {
        const auto first = columns_.starts[c];
        return {columns_.rows.data() + first, columns_.values.data() + first,
                static_cast<std::size_t>(columns_.starts[c + 1] - first)};
    }

    void move_bias(Rng& rng) {
        double sum = 0;
        for (std::size_t i = 0; i < n_; ++i)
            sum += errors()[i];
        const auto n = static_cast<double>(n_);
        const double old = static_cast<double>(weights_.w0);
        const double precision = bayes() ? noise_ * n : n * (1 + static_cast<double>(settings_.bias_regularization));
        double value = -noise_ * (sum - n * old) / precision;
        if (bayes())
            value += rng.normal() / std::sqrt(precision);
        weights_.w0 = static_cast<float>(value);
        const double change = static_cast<double>(weights_.w0) - old;
        for (std::size_t i = 0; i < n_; ++i)
            errors()[i] += change;
    }

    /// All weights of one factor, or the linear ones (-1), field by field.
    void all_of(int factor) {
        const auto lane = factor < 0 ? settings_.shape.linear() : static_cast<std::uint32_t>(factor);
        const std::size_t width = settings_.shape.width();
        for (std::size_t c = 0; c < column_.size(); ++c)
            column_[c] = static_cast<double>(weights_.rows[c * width + lane]);
        double* sums = factor < 0 ? nullptr : sums_.data();
        if (sums != nullptr)
            add_up();
        const auto& fields = encoder_.fields();
        for (std::size_t f = 0; f < fields.size() && !context_.progress.cancelled(); ++f) {
            const auto prior = bayes() ? draw_prior(fields[f], f, factor) : Prior{};
            const bool apart = fields[f].kind != FieldKind::multi;
            if (apart && fields[f].size >= many_columns) {
                context_.parallel.for_blocks(fields[f].size, 64, [&](std::size_t first, std::size_t last) {
                    for (auto c = static_cast<std::uint32_t>(first); c < last && !context_.progress.cancelled(); ++c)
                        alone(fields[f].first + c, sums, prior, factor);
                });
                continue;
            }
            for (std::uint32_t c = 0; c < fields[f].size && !context_.progress.cancelled(); ++c)
                together(fields[f].first + c, sums, prior, factor);
        }
        for (std::size_t c = 0; c < column_.size(); ++c)
            weights_.rows[c * width + lane] = static_cast<float>(column_[c]);
        context_.progress.advance();
    }

    /// sums_[n] = sum of x v over the sample's entries. Columns of single fields share no sample.
    void add_up() {
        std::fill(sums_.begin(), sums_.end(), 0.0);
        const auto add = [&](std::uint32_t c) {
            const auto part = column(c);
            for (std::size_t i = 0; i < part.n; ++i)
                sums_[part.rows[i]] += static_cast<double>(part.values[i]) * column_[c];
        };
        for (const auto& field : encoder_.fields()) {
            const std::size_t block = field.kind == FieldKind::multi ? field.size : 64;
            context_.parallel.for_blocks(field.size, block, [&](std::size_t first, std::size_t last) {
                for (auto c = static_cast<std::uint32_t>(first); c < last; ++c)
                    add(field.first + c);
            });
        }
    }

    /// The weight that is best, or drawn, given all others; rounded as it is stored.
    double next(std::uint32_t c, std::size_t samples, FmMoments m, const Prior& prior, int factor) const {
        const double old = column_[c];
        const double regularization = static_cast<double>(factor < 0 ? settings_.rates.linear_regularization
                                                                     : settings_.rates.factor_regularization);
        const double decay = bayes() ? prior.precision : regularization * static_cast<double>(samples);
        const double precision = noise_ * m.square + decay;
        if (!(precision > 0))
            return old;
        double value = (decay * prior.mean - noise_ * (m.product - m.square * old)) / precision;
        if (bayes())
            value += numbers(static_cast<std::uint32_t>(factor + 2), c).normal() / std::sqrt(precision);
        return static_cast<double>(static_cast<float>(value));
    }

    void alone(std::uint32_t c, double* sums, const Prior& prior, int factor) {
        const auto part = column(c);
        if (part.n == 0)
            return;
        const double value = next(c, part.n, fm_moments(part, sums, column_[c], errors()), prior, factor);
        fm_move(part, sums, column_[c], value - column_[c], errors());
        column_[c] = value;
    }

    void together(std::uint32_t c, double* sums, const Prior& prior, int factor) {
        const auto part = column(c);
        if (part.n == 0)
            return;
        const auto cut = [&](std::size_t first, std::size_t last) {
            return FmColumnPart{part.rows + first, part.values + first, last - first};
        };
        std::vector<FmMoments> moments((part.n + stretch - 1) / stretch);
        context_.parallel.for_blocks(part.n, stretch, [&](std::size_t first, std::size_t last) {
            moments[first / stretch] = fm_moments(cut(first, last), sums, column_[c], errors());
        });
        FmMoments all;
        for (const auto& one : moments) {
            all.product += one.product;
            all.square += one.square;
        }
        const double value = next(c, part.n, all, prior, factor);
        context_.parallel.for_blocks(part.n, stretch, [&](std::size_t first, std::size_t last) {
            fm_move(cut(first, last), sums, column_[c], value - column_[c], errors());
        });
        column_[c] = value;
    }

    /// The mean and precision of a field's weights of one factor, given those weights.
    Prior draw_prior(const Field& field, std::size_t f, int factor) {
        double* kept =
            state_.data() + n_ + 2 * (f * (settings_.shape.factors + 1) + static_cast<std::size_t>(factor + 1));
        Prior prior{kept[0], kept[1]};
        double n = 0;
        double sum = 0;
        double squared = 0;
        for (std::uint32_t c = field.first; c < field.first + field.size; ++c) {
            if (columns_.starts[c] == columns_.starts[c + 1])
                continue;
            ++n;
            sum += column_[c];
            squared += (column_[c] - prior.mean) * (column_[c] - prior.mean);
        }
        Rng rng = numbers(static_cast<std::uint32_t>(factor + 2),
                          static_cast<std::uint32_t>(-1) - static_cast<std::uint32_t>(f));
        prior.precision =
            draw_gamma(rng, (gamma_shape + n + 1) / 2, (gamma_rate + squared + prior.mean * prior.mean) / 2);
        prior.mean = sum / (n + 1) + rng.normal() / std::sqrt((n + 1) * prior.precision);
        kept[0] = prior.mean;
        kept[1] = prior.precision;
        return prior;
    }

    const FeatureEncoder& encoder_;
    const FmSettings& settings_;
    const FmColumns columns_;
    FmWeights& weights_;
    std::vector<double>& state_; ///< the errors, then a prior for each field and factor, then the latent sums of clicks
    FitContext& context_;
    std::span<const float> targets_;
    std::size_t n_;
    std::vector<double> sums_;
    std::vector<double> column_; ///< all weights of the factor at hand
    double noise_ = 1;           ///< precision of the errors
    std::uint32_t epoch_ = 0;
};

/// Whether this epoch's machine is one of the draws, spread evenly over the epochs after the warm-up.
bool is_kept(std::uint32_t epoch, std::uint32_t epochs, const FmSettings& settings) {
    if (epoch <= settings.burn_in)
        return false;
    const std::uint64_t after = epochs - settings.burn_in;
    const std::uint64_t at = epoch - settings.burn_in;
    return at * settings.draws / after > (at - 1) * settings.draws / after || after <= settings.draws;
}

} // namespace

FmColumns::FmColumns(const Samples& samples, std::uint32_t n_indices) : starts(std::size_t{n_indices} + 1, 0) {
    SampleBlock block;
    std::vector<std::uint32_t> which;
    const auto each = [&](const auto& body) {
        for (std::uint32_t first = 0; first < samples.size(); first += static_cast<std::uint32_t>(stretch)) {
            which.resize(std::min<std::size_t>(stretch, samples.size() - first));
            std::iota(which.begin(), which.end(), first);
            samples.fill(which, 0, 0, 0, block);
            for (std::uint32_t i = 0; i < block.n; ++i)
                for (const auto entries : {block.singles_of(i), block.multi_of(i)})
                    for (const auto& entry : entries)
                        body(first + i, entry);
        }
    };
    each([&](std::uint32_t, Entry entry) { ++starts[entry.index + 1]; });
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    rows.resize(starts.back());
    values.resize(starts.back());
    std::vector<std::uint64_t> next(starts.begin(), starts.end() - 1);
    each([&](std::uint32_t row, Entry entry) {
        rows[next[entry.index]] = row;
        values[next[entry.index]++] = entry.value;
    });
}

Status FmModel::fit_coordinates(const Samples& samples, EpochPlan& plan, const FmSettings& settings,
                                FitContext& context) {
    plan.steps = settings.shape.factors + 1;
    plan.remedy_parameter = "factor_regularization";
    plan.remedy = "raise the regularization or use fewer factors";
    Coordinates coordinates(encoder_, samples, settings, weights_, training_, context);
    coordinates.start(samples);
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const double loss = coordinates.epoch(epoch);
        if (std::isfinite(loss) && !context.progress.cancelled()) {
            if (settings.learner == FmLearner::mcmc && is_kept(epoch, plan.epochs, settings))
                draws_.push_back(weights_);
            fold(context.parallel);
        }
        return loss;
    });
}

} // namespace tastebench
