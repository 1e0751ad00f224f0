// Fully connected layers one after another, trained by batches in two phases, so that no thread has a gradient of its
// own and digits do not depend on threads:
//   rows:    fixed slices of the batch, side by side: forward(), the caller's losses, backward() down to the inputs;
//   weights: fixed parts of the weights, side by side: the gradient of a part over the whole batch, in the order of its
//            samples, and at once the step of the optimiser on that part while it is in the cache.
// Shapes: inputs [n x inputs], layer l [n x width_l]; n samples a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/nn/kernels.h"
#include "core/nn/matrix.h"
#include "core/nn/parameter_set.h"

namespace tastebench::nn {

struct DenseLayer {
    std::uint32_t width;
    Activation activation = Activation::relu;
};

struct DenseStackShape {
    std::uint32_t inputs = 0;
    std::vector<DenseLayer> layers;
    /// Share of each layer's outputs but the last's set to 0 in training, the rest scaled up (Srivastava et al. 2014).
    float dropout = 0;
    /// Of each layer but the last, before the activation (Ioffe and Szegedy 2015). Means and variances are those of a
    /// slice of the batch ("ghost" batches: Hoffer, Hubara, Soudry 2017), in scoring their moving averages, which a
    /// slice of one sample takes in training too.
    bool batch_norm = false;
};

class DenseStack {
  public:
    static constexpr std::size_t slice = 64; ///< samples of the rows phase that go together

    /// A part of the weights: rows [first, last) of a layer's matrix, or its bias and scales (first == last). In the
    /// flat array of parameters it is [offset, offset + size).
    struct Part {
        std::uint32_t layer, first, last;
        std::size_t offset, size;
    };

    /// What one batch needs; made once.
    class Work {
      public:
        /// The slice's outputs of the last layer, and where the caller puts the loss's derivatives by them.
        float* output(std::size_t sample) { return values_.back().data() + sample * width_; }
        float* error(std::size_t sample) { return deltas_.back().data() + sample * width_; }
        /// The sample's sums that enter the first layer, for score_sums().
        float* first_sums(std::size_t sample) { return values_[0].data() + sample * first_width_; }

      private:
        friend class DenseStack;
        std::uint32_t width_ = 0, first_width_ = 0;
        std::vector<AlignedFloats> values_, deltas_; ///< of each layer, [samples x width]
        std::vector<AlignedFloats> normed_;          ///< batch norm: the normalised sums
        std::vector<AlignedFloats> moments_;         ///< batch norm: mean and variance of each slice
        std::vector<AlignedFloats> masks_;           ///< dropout: 0 or 1 / keep
        std::vector<AlignedFloats> transposed_;      ///< the weights, if transpose() was called
    };
    struct Training {
        std::uint64_t seed = 0;
        std::uint32_t stream = 0; ///< dropout draws from (seed, stream + layer, slice): another seed for every step
    };

    /// Adds its parameters to the set; all zeros until drawn.
    void lay_out(ParameterSet& parameters, DenseStackShape shape);
    /// Weights by Glorot and Bengio from streams (seed, stream + layer), biases 0.
    void draw(ParameterSet& parameters, std::uint64_t seed, std::uint32_t stream);
    void reserve(Work& work, std::size_t samples) const;

    const DenseStackShape& shape() const { return shape_; }
    std::uint32_t outputs() const { return shape_.layers.back().width; }
    Slot weights(std::size_t layer) const { return weights_[layer]; }
    Slot bias(std::size_t layer) const { return biases_[layer]; }

    /// Samples [first, last) of a batch, `first` a multiple of slice; x are their inputs. Training: with dropout and
    /// the slice's own moments; null: as in scoring.
    void forward(const ParameterSet& parameters, Work& work, const ConstMatrixView& x, std::size_t first,
                 std::size_t last, const Training* training) const;
    /// Scores samples whose first `known` inputs are all the same, to the last bit as forward() does: known_sums() are
    /// what these inputs of one sample add to the sums of the first layer, and are told once for all.
    AlignedFloats known_sums(const ParameterSet& parameters, const float* x, std::size_t known) const;
    void forward_known(const ParameterSet& parameters, Work& work, const ConstMatrixView& x, std::size_t first,
                       std::size_t known, const AlignedFloats& sums) const;
    /// Scores samples [0, n) from their products with the first layer's weights, which are in work.first_sums(): for
    /// callers that have these from parts of the inputs.
    void score_sums(const ParameterSet& parameters, Work& work, std::size_t n) const;
    /// Of the same samples after a forward() in training; dx gets the derivatives by the inputs. dx may have no
    /// columns.
    void backward(const ParameterSet& parameters, Work& work, std::size_t first, std::size_t last, MatrixView dx) const;

    /// All parameters of the stack, each in one part.
    std::vector<Part> parts() const;
    /// The gradient of a part over the whole batch, written to its place in `gradient`; x are the batch's inputs.
    void gradient(const Part& part, const Work& work, const ConstMatrixView& x, float* gradient) const;
    /// Keeps the weights transposed in `work`, which makes backward() quicker. To be called again whenever they were
    /// changed; for a part that alone was changed the second suffices, different parts at once.
    void transpose(const ParameterSet& parameters, Work& work) const;
    void transpose(const Part& part, const ParameterSet& parameters, Work& work) const;
    /// Batch norm: the batch's moments go into the moving averages: the means of those of the slices, weighed by their
    /// samples, variances as they are estimated for all data (n - 1). Once a batch, after the last backward().
    void finish_batch(const Work& work, std::size_t samples);

    /// Whether the moving averages are.
    bool finite() const;
    /// The moving averages; the parameters are the set's.
    void save(Writer& out) const;
    bool load(Reader& in);

  private:
    /// What follows the first layer's product.
    void finish_forward(const ParameterSet& parameters, Work& work, std::size_t first, std::size_t last,
                        const Training* training) const;
    void normalise(const ParameterSet& parameters, Work& work, std::size_t l, std::size_t first, std::size_t last,
                   bool training) const;
    bool normalises(std::size_t layer) const { return shape_.batch_norm && layer + 1 < shape_.layers.size(); }
    bool drops(std::size_t layer) const { return shape_.dropout > 0 && layer + 1 < shape_.layers.size(); }
    void bias_gradient(const Part& part, const Work& work, std::size_t samples, float* gradient) const;

    DenseStackShape shape_;
    std::vector<Slot> weights_, biases_, scales_; ///< biases_ serve as shifts where a layer is normalised
    std::vector<AlignedFloats> running_;          ///< mean, then variance
};

} // namespace tastebench::nn
