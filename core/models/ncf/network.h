// The networks of He, Liao, Zhang, Nie, Hu, Chua: "Neural Collaborative Filtering", WWW 2017:
//   GMF    h . (p_u * q_i) + b                         p, q embeddings of `factors` numbers, * elementwise
//   MLP    h . a_L + b, a_l = relu(W_l a_(l-1) + b_l)  a_0 = a user's and an item's embedding side by side
//   NeuMF  h . [p_u * q_i ; a_L] + b                   the two with embeddings of their own
// of which the logistic function is the chance that the user has the item; learned by the binary cross-entropy.
//
// A row of the user's or the item's table holds the numbers of both parts and, beside them, the optimiser's moments, so
// that a sample's rows are found in the cache once. A step has two phases: fixed slices of the batch go forward and
// backward, each adding up its own gradient of the few dense weights (they are small: 11 KB for 64-32-16-8); then fixed
// parts of the users, the items and the dense weights take the optimiser's step. Rows that no sample names rest (lazy
// Adam), where PyTorch's Adam would let them coast on. Digits do not depend on threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/data/dataset.h"
#include "core/models/ncf/network_kernels.h"
#include "core/nn/optimizer.h"
#include "core/nn/parameter_set.h"
#include "core/nn/small_dense.h"

namespace tastebench {

enum class NcfKind : std::uint8_t { neumf, gmf, mlp };

struct NcfShape {
    static constexpr std::uint32_t most_width = 4096; ///< of any layer, and most factors
    std::uint32_t users = 0, items = 0;
    std::uint32_t factors = 0; ///< of GMF; 0: no such part
    std::vector<std::uint32_t>
        layers; ///< of the MLP: the width of a_0, even, then of a_1 ... a_L, L > 0; empty: no such part
    bool operator==(const NcfShape&) const = default;
};

class NcfNetwork {
  public:
    static constexpr std::size_t block = 64; ///< samples that go through the layers together
    static constexpr std::size_t most_slices = 16;
    static constexpr std::size_t parts = 8; ///< of the second phase

    /// Everything 0. Moments: of the optimisers to come, for which rows have room.
    void lay_out(const NcfShape& shape, std::size_t moments);
    /// Embeddings normal with this deviation, of those known in training; layers by Glorot and Bengio (2010), h uniform
    /// within sqrt(3 / its length), as the paper's program has them; biases 0.
    void draw(float deviation, std::span<const std::uint8_t> known_users, std::span<const std::uint8_t> known_items,
              std::uint64_t seed, const Parallel& parallel);

    /// What is trained, and scored from now on; the optimiser starts anew. Steps have at most `batch` samples.
    void begin(NcfKind kind, const nn::OptimizerSettings& settings, std::size_t batch);
    /// GMF's output weights and bias times alpha, the MLP's times 1 - alpha (section 3.4.1, equation 13).
    void blend(float alpha);

    /// Writes the samples first, first + 1, ... of the batch; called on several threads at once.
    using Fill = std::function<void(std::size_t first, std::span<UserIx> users, std::span<ItemIx> items,
                                    std::span<float> labels)>;
    /// One step on the mean loss of n samples; returns the sum of their losses before it.
    double step(std::size_t n, const Fill& fill, const Parallel& parallel);

    const NcfShape& shape() const { return shape_; }
    NcfKind kind() const { return kind_; }
    /// The logits of a user's items; each is the same alone and among others.
    void logits(UserIx user, std::span<const ItemIx> items, std::span<double> out) const;
    bool finite() const;

    /// The numbers of a user and an item, GMF's first, each part filled up with zeros to a multiple of small_lanes.
    std::span<float> user_row(UserIx user) { return {users_.row(user), width()}; }
    std::span<float> item_row(ItemIx item) { return {items_.row(item), width()}; }
    std::span<const float> item_row(ItemIx item) const { return {items_.row(item), width()}; }
    nn::ParameterSet& dense() { return dense_; }
    /// To be called when dense() was changed.
    void refresh();

    void save(Writer& out) const;
    /// Keeps the room for moments if the shape is the same. False if what is read makes no sense.
    bool load(Reader& in);
    void save_training(Writer& out) const;
    bool load_training(Reader& in); ///< after begin()
    /// Gives back the moments and whatever steps need; until lay_out() there are none.
    void end_training();

  private:
    struct Table {
        nn::AlignedFloats rows;
        std::size_t stride = 0;
        std::vector<std::uint32_t> first_of; ///< of a row: its first sample in the batch
        float* row(std::size_t i) { return rows.data() + i * stride; }
        const float* row(std::size_t i) const { return rows.data() + i * stride; }
        std::size_t size() const { return stride == 0 ? 0 : rows.size() / stride; }
    };
    /// What `block` samples need on their way.
    struct Scratch {
        nn::AlignedFloats products;            ///< p * q, [block x gmf_]
        std::vector<nn::AlignedFloats> layers; ///< a_0 ... a_L, [block x width]
        std::vector<nn::AlignedFloats> deltas; ///< the loss's derivatives by their sums
        nn::AlignedFloats logits, errors;
    };
    struct Range {
        std::size_t offset, size;
    };

    std::size_t width() const { return std::size_t{gmf_} + half_; }
    std::size_t row_stride(std::size_t moments) const { return (width() * (1 + moments) + 15) / 16 * 16; }
    NcfRows rows() const { return {users_.rows.data(), items_.rows.data(), users_.stride, gmf_, half_}; }
    bool with_gmf() const { return kind_ != NcfKind::mlp; }
    bool with_mlp() const { return kind_ != NcfKind::gmf; }
    std::size_t bias_slot() const { return kind_ == NcfKind::mlp ? 1 : 0; }
    nn::SmallDense layer(std::size_t l) const { return {widths_[l], widths_[l + 1]}; }
    Scratch make_scratch(bool training) const;
    std::vector<Range> trained() const;
    void begin_logits(Scratch& scratch, const UserIx* users, const ItemIx* items, std::size_t n) const;
    void upper_layers(Scratch& scratch, std::size_t n) const;
    void forward(Scratch& scratch, const UserIx* users, const ItemIx* items, std::size_t n) const;
    void backward(Scratch& scratch, std::size_t slice, std::size_t first, std::size_t n, float scale);
    void step_rows(Table& table, std::span<const std::uint32_t> ids, float* gradients, std::size_t part,
                   std::size_t owners, std::vector<std::uint32_t>& touched, const nn::StepSizes& sizes);
    void step_dense(std::size_t part, std::size_t slices);
    void save_rows(const Table& table, std::size_t from, std::size_t to, Writer& out) const;
    bool load_rows(Table& table, std::size_t from, std::size_t to, Reader& in);

    NcfShape shape_;
    NcfKind kind_ = NcfKind::neumf;
    std::uint32_t gmf_ = 0, half_ = 0;  ///< widths of the parts of a row, filled up
    std::size_t moments_ = 0;           ///< that rows have room for
    std::vector<std::uint32_t> widths_; ///< of a_0 ... a_L, filled up
    Table users_, items_;
    nn::ParameterSet dense_;
    std::vector<nn::Slot> weights_, biases_;
    nn::Slot out_gmf_, out_mlp_, out_bias_; ///< the bias of GMF and NeuMF, and that of the MLP alone

    // Of training.
    std::vector<nn::AlignedFloats> transposed_; ///< of weights_
    nn::OptimizerSettings settings_;
    nn::Optimizer optimizer_;      ///< of the dense weights; it counts the steps
    nn::Gradients gradients_;      ///< of the dense weights, by slice
    std::vector<Scratch> scratch_; ///< by slice
    std::vector<double> losses_;   ///< by slice
    std::vector<UserIx> batch_users_;
    std::vector<ItemIx> batch_items_;
    std::vector<float> batch_labels_;
    nn::AlignedFloats user_gradients_, item_gradients_; ///< by sample, [batch x width]
    std::vector<std::vector<std::uint32_t>> touched_;   ///< by part
    std::vector<Range> trained_;
};

} // namespace tastebench
