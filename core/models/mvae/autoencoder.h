// The network of the multinomial variational autoencoder and one step of its training.
// A sample is a user: x, the row of items they had. Encoder: h = tanh(x~ W1 + b1) with x~ the row at length 1 and with
// dropout; (m, l) = h W2 + b2; z = m + exp(l / 2) e, e standard normal. Decoder: g = tanh(z W3 + b3), logits = g W4 +
// b4. Loss of a user: -sum_i x_i log softmax(logits)_i + beta KL(N(m, exp l) || N(0, 1)). Liang et al. 2018, equations
// 7-9.
#pragma once

#include "core/linalg/sparse_rows.h"
#include "core/nn/dense.h"
#include "core/nn/parameter_set.h"

namespace tastebench {

struct AutoencoderShape {
    std::uint32_t items = 0, hidden = 0, latent = 0;
};

class Autoencoder {
  public:
    void start(const AutoencoderShape& shape, std::uint64_t seed);
    void save(Writer& out) const;
    /// False, and nothing large made, if what is read is damaged or for another number of items.
    bool load(Reader& in, std::uint32_t items);
    nn::ParameterSet& parameters() { return parameters_; }
    const nn::ParameterSet& parameters() const { return parameters_; }
    const AutoencoderShape& shape() const { return shape_; }

    struct Step {
        const SparseRows& rows;               ///< users x items
        std::span<const std::uint32_t> users; ///< of the batch
        float beta = 0;                       ///< weight of the divergence
        float keep = 1;                       ///< share of the input that dropout keeps
        bool sample = true;                   ///< false: z = m, for checks of the gradient
        std::uint64_t seed = 0;               ///< of this step: dropout and noise
    };
    /// The mean loss of the batch; gradient (of the size of the parameters) is set. Same digits on any number of
    /// threads.
    double gradient(const Step& step, std::span<float> gradient, const Parallel& parallel);

    bool finite() const { return nn::all_finite(parameters_.values().data(), parameters_.size()); }
    /// Gives back the room of gradient().
    void end_training() { arena_ = {}; }

    /// Logits of all items for rows of items and weights, without dropout and noise; out is [rows x items].
    void logits(const SparseRows& rows, std::span<const std::uint32_t> users, nn::MatrixView out) const;

  private:
    struct Batch;
    void lay_out(const AutoencoderShape& shape);
    void encode_rows(const Batch& batch, std::size_t first, std::size_t last);
    double decode_rows(const Batch& batch, std::size_t first, std::size_t last);
    void backward_rows(const Batch& batch, std::size_t first, std::size_t last);

    AutoencoderShape shape_;
    nn::ParameterSet parameters_;
    nn::Slot w1_, b1_, w2_, b2_, w3_, b3_, w4_, b4_;
    nn::Arena arena_;
};

} // namespace tastebench
