// The Compressed Interaction Network. Source: Lian, Zhou, Zhang, Chen, Xie, Sun: "xDeepFM: Combining Explicit and
// Implicit Feature Interactions for Recommender Systems", KDD 2018, section 3.
//   x0: the embeddings of a sample, fields x dim; for each dimension by itself
//   map n of layer k = f(b_n + sum over h, m of W_k[n, h, m] x_(k-1)[h] x0[m])
// and the output is each map's sum over the dimensions. With split_half the first half of a layer's maps go on to the
// next, the other half to the output; of the last layer all go to the output.
// In the first layer (h, m) and (m, h) are one product, so it has one weight: the sum of the paper's two. A last layer
// without activation is linear in its products, which are then summed over the dimensions before they meet the weights.
//
// Trained in two phases as DenseStack is (dense_stack.h), by the same slices. Shapes: a row is one dimension of one
// sample, so x_k is [samples x dim rows, maps]; W_k is [pairs x maps]: pairs are (m, h), h within m.
#pragma once

#include <cstdint>
#include <vector>

#include "core/nn/cin_kernels.h"
#include "core/nn/dense_stack.h"

namespace tastebench::nn {

struct CinShape {
    std::uint32_t fields = 0, dim = 0;
    std::vector<std::uint32_t> layers; ///< maps of each, at least 1 (with split_half all but the last 2)
    Activation activation = Activation::relu;
    bool split_half = false;
};

class Cin {
  public:
    static constexpr std::size_t slice = DenseStack::slice;
    static constexpr std::size_t chunk = 128; ///< pairs that are multiplied, and whose weights step, together

    /// A part of the weights: pairs [first, last) of a layer, or its biases (first == last). In the flat array of
    /// parameters it is [offset, offset + size).
    struct Part {
        std::uint32_t layer, first, last;
        std::size_t offset, size;
    };

    /// What one batch needs; made once.
    class Work {
      public:
        /// The sample's pooled maps [outputs()], and where the caller puts the loss's derivatives by them.
        const float* output(std::size_t sample) const { return pooled_.data() + sample * width_; }
        float* d_output(std::size_t sample) { return d_pooled_.data() + sample * width_; }
        /// All of them, [samples x outputs()].
        ConstMatrixView outputs(std::size_t samples) const { return view(pooled_.data(), samples, width_); }

      private:
        friend class Cin;
        std::size_t width_ = 0;
        AlignedFloats pooled_, d_pooled_;            ///< [samples x outputs]
        AlignedFloats embeddings_, d_embeddings_;    ///< [samples x dim, fields]
        std::vector<AlignedFloats> values_, deltas_; ///< of each layer, [its rows x maps]
        AlignedFloats transposed_;                   ///< a chunk of the weights, for each slice
    };

    /// Adds its parameters to the set; all zeros until drawn.
    void lay_out(ParameterSet& parameters, CinShape shape);
    /// Weights of deviation sqrt(1 / (3 x products of a map)), as a convolution's by He et al. 2015 in PyTorch, from
    /// streams (seed, stream + layer); biases 0.
    void draw(ParameterSet& parameters, std::uint64_t seed, std::uint32_t stream);
    void reserve(Work& work, std::size_t samples) const;

    const CinShape& shape() const { return shape_; }
    std::size_t outputs() const { return outputs_; }
    Slot weights(std::size_t layer) const { return layers_[layer].weights; }
    Slot bias(std::size_t layer) const { return layers_[layer].bias; }

    /// Samples [first, last) of a batch, `first` a multiple of slice. Row i of `embeddings` are those of sample
    /// first + i, field by field: [n x (fields x dim)].
    void forward(const ParameterSet& parameters, Work& work, const ConstMatrixView& embeddings, std::size_t first,
                 std::size_t last) const;
    /// Of the same samples after a forward(): adds the derivatives by the embeddings to dx, of their shape.
    void backward(const ParameterSet& parameters, Work& work, std::size_t first, std::size_t last, MatrixView dx) const;

    /// All parameters, each in one part.
    std::vector<Part> parts() const;
    /// The gradient of a part over the batch's samples, written to its place in `gradient`.
    void gradient(const Part& part, const Work& work, std::size_t samples, float* gradient) const;

  private:
    struct Layer {
        Slot weights, bias;
        std::size_t maps = 0, inputs = 0; ///< maps of its own, and those of the layer before that come in
        std::size_t pooled_from = 0;      ///< maps from here on go to the output
        std::size_t output_at = 0;        ///< where they are in it
        std::size_t rows_per_sample = 0;  ///< dim, or 1: products are summed over the dimensions first
    };
    CinRows inputs_of(std::size_t l, const Work& work, std::size_t first_sample) const;
    void forward_layer(const ParameterSet& parameters, Work& work, std::size_t l, std::size_t first,
                       std::size_t last) const;
    void backward_layer(const ParameterSet& parameters, Work& work, std::size_t l, std::size_t first,
                        std::size_t last) const;
    /// Each map's sum over the dimensions goes to the output; and the output's derivatives to those of the maps.
    void pool(Work& work, std::size_t l, std::size_t first, std::size_t last) const;
    void unpool(Work& work, std::size_t l, std::size_t first, std::size_t last) const;

    CinShape shape_;
    std::vector<Layer> layers_;
    std::size_t outputs_ = 0;
    std::size_t transposed_floats_ = 0; ///< that a chunk of the weights takes
};

} // namespace tastebench::nn
