#include "core/models/mvae/autoencoder.h"

#include <cmath>

#include "core/base/rng.h"

namespace tastebench {

namespace {

using nn::view;

constexpr std::uint32_t draw_stream = 40, drop_stream = 48, noise_stream = 49;
constexpr std::size_t row_block = 64;     ///< users at a time on one thread
constexpr std::size_t column_block = 128; ///< items at a time on one thread

/// One item of a user as the encoder sees it.
struct Input {
    std::uint32_t item;
    float weight;
};

/// The user's row at length 1, with dropout (Srivastava et al. 2014, scaled by 1 / keep).
std::vector<Input> input_of(const SparseRows& rows, std::uint32_t user, float keep, Rng* rng) {
    double squared = 0;
    for (const float value : rows.values_of(user))
        squared += static_cast<double>(value) * static_cast<double>(value);
    std::vector<Input> out;
    if (squared == 0)
        return out;
    const auto scale = static_cast<float>(1.0 / std::sqrt(squared)) / keep;
    const auto items = rows.columns_of(user);
    for (std::size_t at = 0; at < items.size(); ++at)
        if (rng == nullptr || keep >= 1 || rng->uniform() < static_cast<double>(keep))
            out.push_back({items[at], rows.values_of(user)[at] * scale});
    return out;
}

} // namespace

/// What the passes of one step share. Every matrix is [users x width].
struct Autoencoder::Batch {
    const Step& step;
    std::size_t n;
    std::vector<std::vector<Input>> input;
    float *h, *code, *noise, *z, *g, *logits;   ///< forward; code holds m and l side by side
    float *d_logits, *d_g, *d_z, *d_code, *d_h; ///< backward; d_logits is where logits was
};

void Autoencoder::lay_out(const AutoencoderShape& shape) {
    shape_ = shape;
    parameters_ = {};
    w1_ = parameters_.add(shape.items, shape.hidden);
    b1_ = parameters_.add(1, shape.hidden);
    w2_ = parameters_.add(shape.hidden, std::size_t{2} * shape.latent);
    b2_ = parameters_.add(1, std::size_t{2} * shape.latent);
    w3_ = parameters_.add(shape.latent, shape.hidden);
    b3_ = parameters_.add(1, shape.hidden);
    w4_ = parameters_.add(shape.hidden, shape.items);
    b4_ = parameters_.add(1, shape.items);
}

void Autoencoder::start(const AutoencoderShape& shape, std::uint64_t seed) {
    lay_out(shape);
    std::uint32_t stream = draw_stream;
    for (const auto& slot : {w1_, w2_, w3_, w4_})
        parameters_.draw_glorot(slot, seed, stream++);
}

void Autoencoder::save(Writer& out) const {
    out.number(shape_.hidden);
    out.number(shape_.latent);
    parameters_.save(out);
}

bool Autoencoder::load(Reader& in, std::uint32_t items) {
    const AutoencoderShape shape{items, in.number<std::uint32_t>(), in.number<std::uint32_t>()};
    const auto values = in.array<float>();
    // Told from the bytes that are there before anything of that size is made.
    const double weights = static_cast<double>(shape.hidden) * (2.0 * items + 3.0 * shape.latent);
    if (!in.ok() || shape.hidden == 0 || shape.latent == 0 || weights > static_cast<double>(values.size()))
        return false;
    lay_out(shape);
    if (values.size() != parameters_.size())
        return false;
    std::copy(values.begin(), values.end(), parameters_.values().begin());
    return true;
}

void Autoencoder::encode_rows(const Batch& b, std::size_t first, std::size_t last) {
    const std::size_t hidden = shape_.hidden;
    const std::size_t latent = shape_.latent;
    const std::size_t n = last - first;
    for (std::size_t u = first; u < last; ++u) {
        float* h = b.h + u * hidden;
        std::copy_n(parameters_.at(b1_), hidden, h);
        for (const auto& one : b.input[u]) {
            const float* w = parameters_.at(w1_) + one.item * hidden;
            for (std::size_t f = 0; f < hidden; ++f)
                h[f] += one.weight * w[f];
        }
        nn::activate(nn::Activation::tanh, h, hidden);
    }
    float* code = b.code + first * 2 * latent;
    nn::dense_forward(view(static_cast<const float*>(b.h + first * hidden), n, hidden),
                      std::as_const(parameters_).matrix(w2_), parameters_.at(b2_), nn::Activation::identity,
                      view(code, n, 2 * latent));
    for (std::size_t u = first; u < last; ++u) {
        const float* m = b.code + u * 2 * latent;
        for (std::size_t f = 0; f < latent; ++f)
            b.z[u * latent + f] = m[f] + b.noise[u * latent + f] * std::exp(m[latent + f] / 2);
    }
    nn::dense_forward(view(static_cast<const float*>(b.z + first * latent), n, latent),
                      std::as_const(parameters_).matrix(w3_), parameters_.at(b3_), nn::Activation::tanh,
                      view(b.g + first * hidden, n, hidden));
}

/// The losses of the rows; logits become their gradients.
double Autoencoder::decode_rows(const Batch& b, std::size_t first, std::size_t last) {
    const std::size_t items = shape_.items;
    const std::size_t latent = shape_.latent;
    const float share = 1.0F / static_cast<float>(b.n);
    double loss = 0;
    for (std::size_t u = first; u < last; ++u) {
        float* y = b.logits + u * items;
        nn::log_softmax_rows(y, 1, items);
        const auto had = b.step.rows.columns_of(b.step.users[u]);
        const auto values = b.step.rows.values_of(b.step.users[u]);
        double total = 0;
        for (std::size_t at = 0; at < had.size(); ++at) {
            loss -= static_cast<double>(values[at]) * static_cast<double>(y[had[at]]);
            total += static_cast<double>(values[at]);
        }
        nn::exponentials(y, items);
        const float scale = static_cast<float>(total) * share;
        for (std::size_t i = 0; i < items; ++i)
            y[i] *= scale;
        for (std::size_t at = 0; at < had.size(); ++at)
            y[had[at]] -= values[at] * share;
        const float* code = b.code + u * 2 * latent;
        double divergence = 0;
        for (std::size_t f = 0; f < latent; ++f) {
            const auto m = static_cast<double>(code[f]);
            const auto l = static_cast<double>(code[latent + f]);
            divergence += 0.5 * (std::exp(l) + m * m - 1 - l);
        }
        loss += static_cast<double>(b.step.beta) * divergence;
    }
    return loss;
}

void Autoencoder::backward_rows(const Batch& b, std::size_t first, std::size_t last) {
    const std::size_t hidden = shape_.hidden;
    const std::size_t latent = shape_.latent;
    const std::size_t n = last - first;
    const auto& weights = std::as_const(parameters_);
    float* d_g = b.d_g + first * hidden;
    nn::dense_backward_input(view(static_cast<const float*>(b.d_logits + first * shape_.items), n, shape_.items),
                             weights.matrix(w4_), view(d_g, n, hidden));
    nn::activate_backward(nn::Activation::tanh, b.g + first * hidden, d_g, n * hidden);
    nn::dense_backward_input(view(static_cast<const float*>(d_g), n, hidden), weights.matrix(w3_),
                             view(b.d_z + first * latent, n, latent));
    const float pull = b.step.beta / static_cast<float>(b.n);
    for (std::size_t u = first; u < last; ++u) {
        const float* code = b.code + u * 2 * latent;
        float* d_code = b.d_code + u * 2 * latent;
        for (std::size_t f = 0; f < latent; ++f) {
            const float d_z = b.d_z[u * latent + f];
            const float l = code[latent + f];
            d_code[f] = d_z + pull * code[f];
            d_code[latent + f] =
                d_z * b.noise[u * latent + f] * 0.5F * std::exp(l / 2) + pull * 0.5F * (std::exp(l) - 1.0F);
        }
    }
    float* d_h = b.d_h + first * hidden;
    nn::dense_backward_input(view(static_cast<const float*>(b.d_code + first * 2 * latent), n, 2 * latent),
                             weights.matrix(w2_), view(d_h, n, hidden));
    nn::activate_backward(nn::Activation::tanh, b.h + first * hidden, d_h, n * hidden);
}

double Autoencoder::gradient(const Step& step, std::span<float> gradient, const Parallel& parallel) {
    const std::size_t n = step.users.size();
    const std::size_t hidden = shape_.hidden;
    const std::size_t latent = shape_.latent;
    const std::size_t items = shape_.items;
    arena_.reserve(n * (4 * hidden + 7 * latent + items) + 16 * 12);
    const auto matrix = [&](std::size_t width) { return arena_.take(n * width); };
    Batch b{step,
            n,
            {},
            matrix(hidden),
            matrix(2 * latent),
            matrix(latent),
            matrix(latent),
            matrix(hidden),
            matrix(items),
            nullptr,
            matrix(hidden),
            matrix(latent),
            matrix(2 * latent),
            matrix(hidden)};
    b.d_logits = b.logits;
    b.input.resize(n);
    const auto& weights = std::as_const(parameters_);

    parallel.for_blocks(n, row_block, [&](std::size_t first, std::size_t last) {
        for (std::size_t u = first; u < last; ++u) {
            Rng drop(step.seed, drop_stream, step.users[u]);
            b.input[u] = input_of(step.rows, step.users[u], step.keep, &drop);
            Rng rng(step.seed, noise_stream, step.users[u]);
            for (std::size_t f = 0; f < latent; ++f)
                b.noise[u * latent + f] = step.sample ? static_cast<float>(rng.normal()) : 0.0F;
        }
        encode_rows(b, first, last);
    });
    parallel.for_blocks(items, column_block, [&](std::size_t first, std::size_t last) {
        nn::dense_forward(view(static_cast<const float*>(b.g), n, hidden),
                          view(weights.at(w4_) + first, hidden, last - first, items), weights.at(b4_) + first,
                          nn::Activation::identity, view(b.logits + first, n, last - first, items));
    });
    std::vector<double> losses((n + row_block - 1) / row_block);
    parallel.for_blocks(n, row_block, [&](std::size_t first, std::size_t last) {
        losses[first / row_block] = decode_rows(b, first, last);
        backward_rows(b, first, last);
    });

    // Weights: each block of columns (or items) belongs to one thread, and sums over users in their order.
    std::fill(gradient.begin(), gradient.end(), 0.0F);
    const auto at = [&](const nn::Slot& slot) { return gradient.data() + slot.offset; };
    parallel.for_blocks(items, column_block, [&](std::size_t first, std::size_t last) {
        nn::dense_backward_weights(view(static_cast<const float*>(b.g), n, hidden),
                                   view(static_cast<const float*>(b.d_logits + first), n, last - first, items),
                                   view(at(w4_) + first, hidden, last - first, items), at(b4_) + first);
    });
    parallel.for_blocks(3, 1, [&](std::size_t part, std::size_t) {
        if (part == 0)
            nn::dense_backward_weights(view(static_cast<const float*>(b.z), n, latent),
                                       view(static_cast<const float*>(b.d_g), n, hidden), view(at(w3_), latent, hidden),
                                       at(b3_));
        else if (part == 1)
            nn::dense_backward_weights(view(static_cast<const float*>(b.h), n, hidden),
                                       view(static_cast<const float*>(b.d_code), n, 2 * latent),
                                       view(at(w2_), hidden, 2 * latent), at(b2_));
        else
            for (std::size_t u = 0; u < n; ++u) {
                nn::add_to(at(b1_), b.d_h + u * hidden, hidden);
                for (const auto& one : b.input[u]) {
                    float* d = at(w1_) + one.item * hidden;
                    for (std::size_t f = 0; f < hidden; ++f)
                        d[f] += one.weight * b.d_h[u * hidden + f];
                }
            }
    });
    double loss = 0;
    for (const double one : losses)
        loss += one;
    return loss / static_cast<double>(n);
}

void Autoencoder::logits(const SparseRows& rows, std::span<const std::uint32_t> users, nn::MatrixView out) const {
    const std::size_t hidden = shape_.hidden;
    const std::size_t latent = shape_.latent;
    const std::size_t n = users.size();
    nn::AlignedFloats h(n * hidden);
    nn::AlignedFloats code(n * 2 * latent);
    for (std::size_t u = 0; u < n; ++u) {
        float* mine = h.data() + u * hidden;
        std::copy_n(parameters_.at(b1_), hidden, mine);
        for (const auto& one : input_of(rows, users[u], 1, nullptr)) {
            const float* w = parameters_.at(w1_) + one.item * hidden;
            for (std::size_t f = 0; f < hidden; ++f)
                mine[f] += one.weight * w[f];
        }
    }
    nn::activate(nn::Activation::tanh, h.data(), h.size());
    nn::dense_forward(view(std::as_const(h).data(), n, hidden), parameters_.matrix(w2_), parameters_.at(b2_),
                      nn::Activation::identity, view(code.data(), n, 2 * latent));
    nn::dense_forward(view(std::as_const(code).data(), n, latent, 2 * latent), parameters_.matrix(w3_),
                      parameters_.at(b3_), nn::Activation::tanh, view(h.data(), n, hidden));
    nn::dense_forward(view(std::as_const(h).data(), n, hidden), parameters_.matrix(w4_), parameters_.at(b4_),
                      nn::Activation::identity, out);
}

} // namespace tastebench
