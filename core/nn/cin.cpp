#include "core/nn/cin.h"

#include <algorithm>
#include <cmath>

#include "core/nn/product_views.h"
#include "core/nn/products.h"

namespace tastebench::nn {

namespace {

constexpr std::size_t block = 64;               ///< rows whose products are in the cache together
constexpr std::size_t stride = Cin::chunk + 16; ///< of the products: rows do not fall on the same cache lines

/// body(first, last) for the range cut into pieces of `size`.
template <typename Body>
void in_pieces(std::size_t first, std::size_t last, std::size_t size, const Body& body) {
    for (; first < last; first += size)
        body(first, std::min(last, first + size));
}

CinRows rows_from(CinRows inputs, std::size_t row) {
    inputs.x0 += row * inputs.fields;
    inputs.x += row * inputs.x_stride;
    return inputs;
}

ConstMatrixView rows_of(const AlignedFloats& matrix, std::size_t width, std::size_t first, std::size_t last) {
    return view(matrix.data() + first * width, last - first, width);
}

} // namespace

void Cin::lay_out(ParameterSet& parameters, CinShape shape) {
    shape_ = std::move(shape);
    layers_.clear();
    outputs_ = transposed_floats_ = 0;
    const std::size_t fields = shape_.fields;
    std::size_t inputs = fields;
    for (std::size_t l = 0; l < shape_.layers.size(); ++l) {
        const bool last = l + 1 == shape_.layers.size();
        Layer layer;
        layer.maps = shape_.layers[l];
        layer.inputs = inputs;
        layer.weights = parameters.add(l == 0 ? fields * (fields + 1) / 2 : fields * inputs, layer.maps);
        layer.bias = parameters.add(1, layer.maps);
        layer.pooled_from = shape_.split_half && !last ? layer.maps / 2 : 0;
        layer.output_at = outputs_;
        layer.rows_per_sample = last && shape_.activation == Activation::identity ? 1 : shape_.dim;
        outputs_ += layer.maps - layer.pooled_from;
        inputs = shape_.split_half ? layer.maps / 2 : layer.maps;
        transposed_floats_ = std::max(transposed_floats_, layer.maps * chunk);
        layers_.push_back(layer);
    }
}

void Cin::draw(ParameterSet& parameters, std::uint64_t seed, std::uint32_t stream) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        const auto& layer = layers_[l];
        // A weight of the first layer is the sum of two, but on the diagonal.
        const auto products = static_cast<float>(shape_.fields * layer.inputs);
        const float two = l == 0 ? std::sqrt(2.0F) : 1.0F;
        parameters.draw_normal(layer.weights, two / std::sqrt(3 * products), seed,
                               stream + static_cast<std::uint32_t>(l));
        for (std::size_t m = 0; l == 0 && m < shape_.fields; ++m) {
            float* diagonal = parameters.at(layer.weights) + (m * (m + 3) / 2) * layer.maps;
            std::for_each(diagonal, diagonal + layer.maps, [&](float& weight) { weight /= two; });
        }
    }
}

void Cin::reserve(Work& work, std::size_t samples) const {
    work.width_ = outputs_;
    work.pooled_.resize(samples * outputs_);
    work.d_pooled_.resize(samples * outputs_);
    work.embeddings_.resize(samples * shape_.dim * shape_.fields);
    work.d_embeddings_.resize(samples * shape_.dim * shape_.fields);
    work.values_.resize(layers_.size());
    work.deltas_.resize(layers_.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        work.values_[l].resize(samples * layers_[l].rows_per_sample * layers_[l].maps);
        work.deltas_[l].resize(work.values_[l].size());
    }
    work.transposed_.resize((samples + slice - 1) / slice * transposed_floats_);
}

CinRows Cin::inputs_of(std::size_t l, const Work& work, std::size_t first_sample) const {
    const std::size_t row = first_sample * shape_.dim;
    const float* x0 = work.embeddings_.data() + row * shape_.fields;
    if (l == 0)
        return {x0, shape_.fields, x0, shape_.fields, shape_.fields, true};
    const std::size_t width = layers_[l - 1].maps;
    return {x0, shape_.fields, work.values_[l - 1].data() + row * width, width, layers_[l].inputs, false};
}

void Cin::forward_layer(const ParameterSet& parameters, Work& work, std::size_t l, std::size_t first,
                        std::size_t last) const {
    const auto& layer = layers_[l];
    const std::size_t together = shape_.dim / layer.rows_per_sample;
    const std::size_t rows = (last - first) * layer.rows_per_sample;
    const CinRows inputs = inputs_of(l, work, first);
    float* y = work.values_[l].data() + first * layer.rows_per_sample * layer.maps;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t n = 0; n < layer.maps; ++n)
            y[row * layer.maps + n] = static_cast<float>(together) * parameters.at(layer.bias)[n];

    alignas(64) float z[block * stride];
    in_pieces(0, layer.weights.rows, chunk, [&](std::size_t pair, std::size_t end) {
        in_pieces(0, rows, block, [&](std::size_t row, std::size_t row_end) {
            cin_products(rows_from(inputs, row * together), row_end - row, together, pair, end - pair, z, stride);
            multiply({z, stride, 1, parameters.at(layer.weights) + pair * layer.maps, layer.maps, y + row * layer.maps,
                      layer.maps, row_end - row, end - pair, layer.maps, true});
        });
    });
    activate(shape_.activation, y, rows * layer.maps);
}

void Cin::pool(Work& work, std::size_t l, std::size_t first, std::size_t last) const {
    const auto& layer = layers_[l];
    const std::size_t width = layer.maps - layer.pooled_from;
    for (std::size_t s = first; s < last; ++s) {
        float* out = work.pooled_.data() + s * outputs_ + layer.output_at;
        std::fill_n(out, width, 0.0F);
        for (std::size_t row = s * layer.rows_per_sample; row < (s + 1) * layer.rows_per_sample; ++row)
            add_to(out, work.values_[l].data() + row * layer.maps + layer.pooled_from, width);
    }
}

void Cin::unpool(Work& work, std::size_t l, std::size_t first, std::size_t last) const {
    const auto& layer = layers_[l];
    for (std::size_t row = first * layer.rows_per_sample; row < last * layer.rows_per_sample; ++row) {
        float* delta = work.deltas_[l].data() + row * layer.maps;
        std::fill_n(delta, layer.pooled_from, 0.0F);
        std::copy_n(work.d_pooled_.data() + row / layer.rows_per_sample * outputs_ + layer.output_at,
                    layer.maps - layer.pooled_from, delta + layer.pooled_from);
    }
}

void Cin::forward(const ParameterSet& parameters, Work& work, const ConstMatrixView& embeddings, std::size_t first,
                  std::size_t last) const {
    const std::size_t width = std::size_t{shape_.dim} * shape_.fields;
    for (std::size_t s = first; s < last; ++s)
        cin_rows_of_sample(embeddings.data() + (s - first) * static_cast<std::size_t>(embeddings.outerStride()),
                           shape_.fields, shape_.dim, work.embeddings_.data() + s * width);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        forward_layer(parameters, work, l, first, last);
        pool(work, l, first, last);
    }
}

void Cin::backward_layer(const ParameterSet& parameters, Work& work, std::size_t l, std::size_t first,
                         std::size_t last) const {
    const auto& layer = layers_[l];
    const std::size_t together = shape_.dim / layer.rows_per_sample;
    const std::size_t rows = (last - first) * layer.rows_per_sample;
    const CinRows inputs = inputs_of(l, work, first);
    const std::size_t offset = first * layer.rows_per_sample * layer.maps;
    float* delta = work.deltas_[l].data() + offset;
    activate_backward(shape_.activation, work.values_[l].data() + offset, delta, rows * layer.maps);
    float* d_x0 = work.d_embeddings_.data() + first * shape_.dim * shape_.fields;
    float* d_x = l == 0 ? d_x0 : work.deltas_[l - 1].data() + first * shape_.dim * inputs.x_stride;

    float* transposed = work.transposed_.data() + first / slice * transposed_floats_;
    alignas(64) float dz[block * stride];
    in_pieces(0, layer.weights.rows, chunk, [&](std::size_t pair, std::size_t end) {
        transpose(parameters.at(layer.weights) + pair * layer.maps, layer.maps, end - pair, layer.maps, transposed,
                  chunk);
        in_pieces(0, rows, block, [&](std::size_t row, std::size_t row_end) {
            multiply({delta + row * layer.maps, layer.maps, 1, transposed, chunk, dz, stride, row_end - row, layer.maps,
                      end - pair});
            const std::size_t input = row * together;
            cin_products_backward(rows_from(inputs, input), row_end - row, together, pair, end - pair, dz, stride,
                                  d_x0 + input * shape_.fields, d_x + input * inputs.x_stride, inputs.x_stride);
        });
    });
}

void Cin::backward(const ParameterSet& parameters, Work& work, std::size_t first, std::size_t last,
                   MatrixView dx) const {
    const std::size_t width = std::size_t{shape_.dim} * shape_.fields;
    std::fill(work.d_embeddings_.data() + first * width, work.d_embeddings_.data() + last * width, 0.0F);
    for (std::size_t l = 0; l < layers_.size(); ++l)
        unpool(work, l, first, last);
    for (std::size_t l = layers_.size(); l-- > 0;)
        backward_layer(parameters, work, l, first, last);
    for (std::size_t s = first; s < last; ++s)
        cin_add_to_sample(work.d_embeddings_.data() + s * width, shape_.fields, shape_.dim,
                          dx.data() + (s - first) * static_cast<std::size_t>(dx.outerStride()));
}

std::vector<Cin::Part> Cin::parts() const {
    std::vector<Part> out;
    for (std::uint32_t l = 0; l < layers_.size(); ++l) {
        const auto& layer = layers_[l];
        in_pieces(0, layer.weights.rows, chunk, [&](std::size_t pair, std::size_t end) {
            out.push_back({l, static_cast<std::uint32_t>(pair), static_cast<std::uint32_t>(end),
                           layer.weights.offset + pair * layer.maps, (end - pair) * layer.maps});
        });
        out.push_back({l, 0, 0, layer.bias.offset, layer.maps});
    }
    return out;
}

void Cin::gradient(const Part& part, const Work& work, std::size_t samples, float* gradient) const {
    const auto& layer = layers_[part.layer];
    const auto& delta = work.deltas_[part.layer];
    const std::size_t together = shape_.dim / layer.rows_per_sample;
    const std::size_t rows = samples * layer.rows_per_sample;
    float* out = gradient + part.offset;
    std::fill_n(out, part.size, 0.0F);
    if (part.first == part.last) {
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t n = 0; n < layer.maps; ++n)
                out[n] += static_cast<float>(together) * delta[row * layer.maps + n];
        return;
    }
    const CinRows inputs = inputs_of(part.layer, work, 0);
    const std::size_t pairs = part.last - part.first;
    alignas(64) float z[2 * block * stride];
    in_pieces(0, rows, 2 * block, [&](std::size_t row, std::size_t end) {
        cin_products(rows_from(inputs, row * together), end - row, together, part.first, pairs, z, stride);
        transposed_multiply(view(static_cast<const float*>(z), end - row, pairs, stride),
                            rows_of(delta, layer.maps, row, end), view(out, pairs, layer.maps), true);
    });
}

} // namespace tastebench::nn
