#include "core/nn/dense_stack.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/nn/batch_norm.h"
#include "core/nn/dense.h"
#include "core/nn/products.h"

namespace tastebench::nn {

namespace {

constexpr std::size_t part_rows = 64; ///< of a weight matrix in one part
constexpr float memory = 0.99F;       ///< of the moving averages, a batch

/// Whether the slice has moments of its own: of one sample the variance is unknown.
bool has_moments(std::size_t samples) {
    return samples > 1;
}

void draw_mask(float keep, const DenseStack::Training& training, std::size_t layer, std::size_t first, float* mask,
               std::size_t n) {
    Rng rng(training.seed, training.stream + static_cast<std::uint32_t>(layer),
            static_cast<std::uint32_t>(first / DenseStack::slice));
    const auto bound = static_cast<std::uint32_t>(static_cast<double>(keep) * 4294967295.0);
    for (std::size_t i = 0; i < n; ++i)
        mask[i] = rng.next_u32() < bound ? 1.0F / keep : 0.0F;
}

void multiply(float* y, const float* x, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        y[i] *= x[i];
}

/// The derivative of the activation is told from its value, which the mask has scaled by 1 / keep.
void dropout_backward(Activation f, const float* y, const float* mask, float keep, float* dy, std::size_t n) {
    multiply(dy, mask, n);
    for (std::size_t i = 0; i < n; ++i) {
        const float value = y[i] * keep;
        if (f == Activation::relu)
            dy[i] = value > 0 ? dy[i] : 0.0F;
        else if (f == Activation::tanh)
            dy[i] *= 1.0F - value * value;
        else if (f == Activation::sigmoid)
            dy[i] *= value * (1.0F - value);
    }
}

} // namespace

void DenseStack::lay_out(ParameterSet& parameters, DenseStackShape shape) {
    shape_ = std::move(shape);
    weights_.clear();
    biases_.clear();
    scales_.clear();
    running_.clear();
    std::size_t width = shape_.inputs;
    for (std::size_t l = 0; l < shape_.layers.size(); ++l) {
        const std::size_t out = shape_.layers[l].width;
        weights_.push_back(parameters.add(width, out));
        biases_.push_back(parameters.add(1, out));
        scales_.push_back(normalises(l) ? parameters.add(1, out) : Slot{});
        running_.emplace_back(normalises(l) ? 2 * out : 0, 0.0F);
        std::fill(running_[l].begin() + static_cast<std::ptrdiff_t>(running_[l].size() / 2), running_[l].end(), 1.0F);
        width = out;
    }
}

void DenseStack::draw(ParameterSet& parameters, std::uint64_t seed, std::uint32_t stream) {
    for (std::size_t l = 0; l < weights_.size(); ++l) {
        parameters.draw_glorot(weights_[l], seed, stream + static_cast<std::uint32_t>(l));
        if (normalises(l))
            parameters.fill(scales_[l], 1.0F);
    }
}

void DenseStack::reserve(Work& work, std::size_t samples) const {
    const std::size_t n = shape_.layers.size();
    work.width_ = outputs();
    work.first_width_ = shape_.layers[0].width;
    for (auto* all : {&work.values_, &work.deltas_, &work.normed_, &work.moments_, &work.masks_})
        all->resize(n);
    const std::size_t slices = (samples + slice - 1) / slice;
    for (std::size_t l = 0; l < n; ++l) {
        const std::size_t width = shape_.layers[l].width;
        work.values_[l].resize(samples * width);
        work.deltas_[l].resize(samples * width);
        work.normed_[l].resize(normalises(l) ? samples * width : 0);
        work.moments_[l].resize(normalises(l) ? slices * 4 * width : 0);
        work.masks_[l].resize(drops(l) ? samples * width : 0);
    }
}

void DenseStack::forward(const ParameterSet& parameters, Work& work, const ConstMatrixView& x, std::size_t first,
                         std::size_t last, const Training* training) const {
    const auto& w = weights_[0];
    dense_forward(x, parameters.matrix(w), normalises(0) ? nullptr : parameters.at(biases_[0]),
                  normalises(0) ? Activation::identity : shape_.layers[0].activation,
                  view(work.values_[0].data() + first * w.columns, last - first, w.columns));
    finish_forward(parameters, work, first, last, training);
}

AlignedFloats DenseStack::known_sums(const ParameterSet& parameters, const float* x, std::size_t known) const {
    const std::size_t width = weights_[0].columns;
    AlignedFloats sums(width);
    tastebench::nn::multiply({x, known, 1, parameters.at(weights_[0]), width, sums.data(), width, 1, known, width});
    return sums;
}

void DenseStack::forward_known(const ParameterSet& parameters, Work& work, const ConstMatrixView& x, std::size_t first,
                               std::size_t known, const AlignedFloats& sums) const {
    const auto& w = weights_[0];
    const auto n = static_cast<std::size_t>(x.rows());
    // The sums of a single column are not taken in the order of the inputs.
    if (w.columns == 1)
        return forward(parameters, work, x, first, first + n, nullptr);
    float* y = work.values_[0].data() + first * w.columns;
    for (std::size_t i = 0; i < n; ++i)
        std::copy(sums.begin(), sums.end(), y + i * w.columns);
    const bool plain = !normalises(0);
    const auto activation = shape_.layers[0].activation;
    tastebench::nn::multiply({x.data() + known, static_cast<std::size_t>(x.outerStride()), 1,
                              parameters.at(w) + known * w.columns, w.columns, y, w.columns, n, w.rows - known,
                              w.columns, true, plain ? parameters.at(biases_[0]) : nullptr,
                              plain && activation == Activation::relu});
    if (plain && activation != Activation::relu)
        activate(activation, y, n * w.columns);
    finish_forward(parameters, work, first, first + n, nullptr);
}

void DenseStack::score_sums(const ParameterSet& parameters, Work& work, std::size_t n) const {
    const std::size_t width = shape_.layers[0].width;
    float* y = work.values_[0].data();
    if (!normalises(0)) {
        for (std::size_t i = 0; i < n; ++i)
            add_to(y + i * width, parameters.at(biases_[0]), width);
        activate(shape_.layers[0].activation, y, n * width);
    }
    finish_forward(parameters, work, 0, n, nullptr);
}

void DenseStack::finish_forward(const ParameterSet& parameters, Work& work, std::size_t first, std::size_t last,
                                const Training* training) const {
    const std::size_t n = last - first;
    for (std::size_t l = 0; l < shape_.layers.size(); ++l) {
        const std::size_t width = shape_.layers[l].width;
        float* y = work.values_[l].data() + first * width;
        const std::size_t before = weights_[l].rows;
        if (l > 0)
            dense_forward(view(std::as_const(work.values_[l - 1]).data() + first * before, n, before),
                          parameters.matrix(weights_[l]), normalises(l) ? nullptr : parameters.at(biases_[l]),
                          normalises(l) ? Activation::identity : shape_.layers[l].activation, view(y, n, width));
        if (normalises(l))
            normalise(parameters, work, l, first, last, training != nullptr);
        if (training != nullptr && drops(l)) {
            float* mask = work.masks_[l].data() + first * width;
            draw_mask(1 - shape_.dropout, *training, l, first, mask, n * width);
            multiply(y, mask, n * width);
        }
    }
}

void DenseStack::normalise(const ParameterSet& parameters, Work& work, std::size_t l, std::size_t first,
                           std::size_t last, bool training) const {
    const std::size_t n = last - first;
    const std::size_t width = shape_.layers[l].width;
    float* y = work.values_[l].data() + first * width;
    const float* moments = running_[l].data();
    if (training && has_moments(n)) {
        float* own = work.moments_[l].data() + first / slice * 4 * width;
        column_moments(y, n, width, own, own + width);
        moments = own;
    }
    batch_norm_forward(y, work.normed_[l].data() + first * width, n, width, moments, moments + width,
                       parameters.at(scales_[l]), parameters.at(biases_[l]));
    activate(shape_.layers[l].activation, y, n * width);
}

void DenseStack::backward(const ParameterSet& parameters, Work& work, std::size_t first, std::size_t last,
                          MatrixView dx) const {
    const std::size_t n = last - first;
    for (std::size_t l = shape_.layers.size(); l-- > 0;) {
        const std::size_t width = shape_.layers[l].width;
        float* d = work.deltas_[l].data() + first * width;
        const float* y = work.values_[l].data() + first * width;
        if (drops(l))
            dropout_backward(shape_.layers[l].activation, y, work.masks_[l].data() + first * width, 1 - shape_.dropout,
                             d, n * width);
        else
            activate_backward(shape_.layers[l].activation, y, d, n * width);
        if (normalises(l)) {
            float* moments = work.moments_[l].data() + first / slice * 4 * width;
            const float* normed = work.normed_[l].data() + first * width;
            batch_norm_sums(d, normed, n, width, moments + 2 * width, moments + 3 * width);
            if (has_moments(n))
                batch_norm_backward(d, normed, n, width, moments + width, parameters.at(scales_[l]));
            else
                for (std::size_t i = 0; i < width; ++i)
                    d[i] *= parameters.at(scales_[l])[i] / std::sqrt(running_[l][width + i] + batch_norm_epsilon);
        }
        const auto delta = view(static_cast<const float*>(d), n, width);
        const std::size_t before = weights_[l].rows;
        if (l == 0 && dx.cols() == 0)
            return;
        const MatrixView out = l == 0 ? dx : view(work.deltas_[l - 1].data() + first * before, n, before);
        if (width == 1)
            dense_backward_input_by_transposed(delta, view(parameters.at(weights_[l]), 1, before), out);
        else if (!work.transposed_.empty())
            dense_backward_input_by_transposed(
                delta, view(static_cast<const float*>(work.transposed_[l].data()), width, before), out);
        else
            dense_backward_input(delta, parameters.matrix(weights_[l]), out);
    }
}

std::vector<DenseStack::Part> DenseStack::parts() const {
    std::vector<Part> out;
    for (std::uint32_t l = 0; l < weights_.size(); ++l) {
        const auto& w = weights_[l];
        for (std::size_t row = 0; row < w.rows; row += part_rows) {
            const std::size_t end = std::min(w.rows, row + part_rows);
            out.push_back({l, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(end),
                           w.offset + row * w.columns, (end - row) * w.columns});
        }
        const std::size_t end = normalises(l) ? scales_[l].offset + scales_[l].columns : biases_[l].offset + w.columns;
        out.push_back({l, 0, 0, biases_[l].offset, end - biases_[l].offset});
    }
    return out;
}

void DenseStack::gradient(const Part& part, const Work& work, const ConstMatrixView& x, float* gradient) const {
    const auto n = static_cast<std::size_t>(x.rows());
    if (part.first == part.last)
        return bias_gradient(part, work, n, gradient);
    const std::size_t width = shape_.layers[part.layer].width;
    const std::size_t rows = part.last - part.first;
    const auto delta = view(work.deltas_[part.layer].data(), n, width);
    const ConstMatrixView input =
        part.layer == 0 ? view(x.data() + part.first, n, rows, static_cast<std::size_t>(x.outerStride()))
                        : view(work.values_[part.layer - 1].data() + part.first, n, rows, weights_[part.layer].rows);
    dense_gradient(input, delta, view(gradient + part.offset, rows, width));
}

void DenseStack::transpose(const ParameterSet& parameters, Work& work) const {
    work.transposed_.resize(weights_.size());
    for (std::size_t l = 0; l < weights_.size(); ++l)
        work.transposed_[l].resize(weights_[l].columns > 1 ? weights_[l].size() : 0);
    for (const auto& part : parts())
        transpose(part, parameters, work);
}

void DenseStack::transpose(const Part& part, const ParameterSet& parameters, Work& work) const {
    const auto& w = weights_[part.layer];
    if (part.first == part.last || w.columns == 1)
        return;
    nn::transpose(parameters.at(w) + part.first * w.columns, w.columns, part.last - part.first, w.columns,
                  work.transposed_[part.layer].data() + part.first, w.rows);
}

void DenseStack::bias_gradient(const Part& part, const Work& work, std::size_t samples, float* gradient) const {
    const std::size_t width = shape_.layers[part.layer].width;
    float* out = gradient + part.offset;
    std::fill_n(out, part.size, 0.0F);
    if (!normalises(part.layer)) {
        for (std::size_t i = 0; i < samples; ++i)
            add_to(out, work.deltas_[part.layer].data() + i * width, width);
        return;
    }
    float* scale = gradient + scales_[part.layer].offset;
    for (std::size_t first = 0; first < samples; first += slice) {
        const float* moments = work.moments_[part.layer].data() + first / slice * 4 * width;
        add_to(scale, moments + 2 * width, width);
        add_to(out, moments + 3 * width, width);
    }
}

void DenseStack::finish_batch(const Work& work, std::size_t samples) {
    const std::size_t counted = samples - (has_moments(samples % slice) ? 0 : samples % slice);
    for (std::size_t l = 0; counted > 0 && l < running_.size(); ++l) {
        const std::size_t width = running_[l].size() / 2;
        auto& average = running_[l];
        for (float& moment : average)
            moment *= memory;
        for (std::size_t first = 0; width > 0 && first < counted; first += slice) {
            const auto n = static_cast<float>(std::min(slice, counted - first));
            const float weight = (1 - memory) * n / static_cast<float>(counted);
            const float* moments = work.moments_[l].data() + first / slice * 4 * width;
            for (std::size_t i = 0; i < width; ++i) {
                average[i] += weight * moments[i];
                average[width + i] += weight * moments[width + i] * n / (n - 1);
            }
        }
    }
}

bool DenseStack::finite() const {
    for (const auto& moments : running_)
        if (!std::all_of(moments.begin(), moments.end(), [](float value) { return std::isfinite(value); }))
            return false;
    return true;
}

void DenseStack::save(Writer& out) const {
    for (const auto& moments : running_)
        out.array(std::span<const float>(moments));
}

bool DenseStack::load(Reader& in) {
    for (auto& moments : running_) {
        const auto stored = in.array<float>();
        if (stored.size() != moments.size())
            return false;
        std::copy(stored.begin(), stored.end(), moments.begin());
    }
    return true;
}

} // namespace tastebench::nn
