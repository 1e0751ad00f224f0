#include "core/models/ncf/network.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/ncf/network_kernels.h"
#include "core/nn/losses.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 162, item_stream = 163, output_stream = 164;
constexpr std::uint32_t layer_stream = 170; ///< plus the layer
constexpr std::uint32_t bias_streams = 64;  ///< so far after the layers'
constexpr std::uint32_t none = 0xFFFF'FFFFU;
constexpr std::size_t row_owners = NcfNetwork::parts / 2; ///< of the users, and as many of the items

void draw_uniform(nn::ParameterSet& dense, const nn::Slot& slot, std::size_t rows, std::size_t columns, double bound,
                  std::uint64_t seed, std::uint32_t stream) {
    Rng rng(seed, stream);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t o = 0; o < columns; ++o)
            dense.at(slot)[i * slot.columns + o] = static_cast<float>((2 * rng.uniform() - 1) * bound);
}

/// Samples of a slice: at most most_slices slices of whole blocks.
std::size_t slice_of(std::size_t n) {
    const std::size_t blocks = (n + NcfNetwork::block - 1) / NcfNetwork::block;
    return (blocks + NcfNetwork::most_slices - 1) / NcfNetwork::most_slices * NcfNetwork::block;
}

} // namespace

void NcfNetwork::lay_out(const NcfShape& shape, std::size_t moments) {
    shape_ = shape;
    moments_ = moments;
    kind_ = shape.layers.empty() ? NcfKind::gmf : shape.factors == 0 ? NcfKind::mlp : NcfKind::neumf;
    gmf_ = nn::small_width(shape.factors);
    half_ = shape.layers.empty() ? 0 : nn::small_width(shape.layers.front() / 2);
    widths_.clear();
    for (const auto width : shape.layers)
        widths_.push_back(widths_.empty() ? 2 * half_ : nn::small_width(width));
    dense_ = {};
    weights_.clear();
    biases_.clear();
    transposed_.clear();
    for (std::size_t l = 0; l + 1 < widths_.size(); ++l) {
        weights_.push_back(dense_.add(widths_[l], widths_[l + 1]));
        biases_.push_back(dense_.add(1, widths_[l + 1]));
    }
    out_gmf_ = dense_.add(1, gmf_);
    out_mlp_ = dense_.add(1, widths_.empty() ? 0 : widths_.back());
    out_bias_ = dense_.add(1, 2);
    const auto make = [&](Table& table, std::size_t n) {
        table.stride = row_stride(moments);
        table.rows.assign(n * table.stride, 0.0F);
    };
    make(users_, shape.users);
    make(items_, shape.items);
}

void NcfNetwork::draw(float deviation, std::span<const std::uint8_t> known_users,
                      std::span<const std::uint8_t> known_items, std::uint64_t seed, const Parallel& parallel) {
    const std::uint32_t embedding = shape_.layers.empty() ? 0 : shape_.layers.front() / 2;
    const auto fill = [&](Table& table, std::span<const std::uint8_t> known, std::uint32_t stream) {
        parallel.for_blocks(known.size(), 256, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) {
                if (known[i] == 0)
                    continue;
                Rng rng(seed, stream, static_cast<std::uint32_t>(i));
                for (std::uint32_t f = 0; f < shape_.factors; ++f)
                    table.row(i)[f] = static_cast<float>(rng.normal()) * deviation;
                for (std::uint32_t f = 0; f < embedding; ++f)
                    table.row(i)[gmf_ + f] = static_cast<float>(rng.normal()) * deviation;
            }
        });
    };
    fill(users_, known_users, user_stream);
    fill(items_, known_items, item_stream);
    for (std::size_t l = 0; l < weights_.size(); ++l) {
        const std::size_t in = shape_.layers[l];
        const std::size_t out = shape_.layers[l + 1];
        const double bound = std::sqrt(6.0 / static_cast<double>(in + out));
        const auto stream = static_cast<std::uint32_t>(layer_stream + l);
        draw_uniform(dense_, weights_[l], widths_[l], out, bound, seed, stream);
        // Embeddings begin so small that without these some units would see nothing, for good.
        draw_uniform(dense_, biases_[l], 1, out, 1 / std::sqrt(static_cast<double>(in)), seed, stream + bias_streams);
        // The first layer's rows are the user's half and the item's, each filled up; other layers' are filled up once.
        for (std::size_t i = 0; i < widths_[l]; ++i)
            if (l == 0 ? i % half_ >= embedding : i >= in)
                std::fill_n(dense_.at(weights_[l]) + i * widths_[l + 1], widths_[l + 1], 0.0F);
    }
    const std::size_t deep = shape_.layers.empty() ? 0 : shape_.layers.back();
    const double bound = std::sqrt(3.0 / static_cast<double>(shape_.factors + deep));
    draw_uniform(dense_, out_gmf_, 1, shape_.factors, bound, seed, output_stream);
    draw_uniform(dense_, out_mlp_, 1, deep, bound, seed, output_stream + 1);
    refresh();
}

void NcfNetwork::refresh() {
    for (std::size_t l = 0; l < transposed_.size(); ++l)
        nn::small_transpose(layer(l), dense_.at(weights_[l]), transposed_[l].data());
}

NcfNetwork::Scratch NcfNetwork::make_scratch(bool training) const {
    Scratch out;
    out.products.assign(block * gmf_, 0.0F);
    for (const auto width : widths_) {
        out.layers.emplace_back(block * width, 0.0F);
        if (training)
            out.deltas.emplace_back(block * width, 0.0F);
    }
    out.logits.assign(block, 0.0F);
    out.errors.assign(block, 0.0F);
    return out;
}

/// What of the dense weights the kind of network has.
std::vector<NcfNetwork::Range> NcfNetwork::trained() const {
    std::vector<Range> out;
    const auto add = [&](const nn::Slot& slot) { out.push_back({slot.offset, slot.size()}); };
    if (with_mlp()) {
        for (std::size_t l = 0; l < weights_.size(); ++l) {
            add(weights_[l]);
            add(biases_[l]);
        }
        add(out_mlp_);
    }
    if (with_gmf())
        add(out_gmf_);
    out.push_back({out_bias_.offset + bias_slot(), 1});
    return out;
}

void NcfNetwork::begin(NcfKind kind, const nn::OptimizerSettings& settings, std::size_t batch) {
    kind_ = kind;
    settings_ = settings;
    optimizer_.start(settings, dense_.size());
    for (auto* table : {&users_, &items_})
        for (std::size_t at = 0; at < table->rows.size(); at += table->stride)
            std::fill_n(table->rows.data() + at + width(), table->stride - width(), 0.0F);
    // A smaller batch may have more slices (1100 samples 9, 1000 of them 16), but never more than blocks.
    const std::size_t slices = std::min(most_slices, (batch + block - 1) / block);
    gradients_.resize(slices, dense_.size());
    scratch_.assign(slices, make_scratch(true));
    losses_.assign(slices, 0.0);
    batch_users_.resize(batch);
    batch_items_.resize(batch);
    batch_labels_.resize(batch);
    user_gradients_.assign(batch * width(), 0.0F);
    item_gradients_.assign(batch * width(), 0.0F);
    users_.first_of.assign(shape_.users, none);
    items_.first_of.assign(shape_.items, none);
    touched_.assign(parts, std::vector<std::uint32_t>(batch));
    trained_ = trained();
    transposed_.clear();
    for (const auto& slot : weights_)
        transposed_.emplace_back(slot.size(), 0.0F);
    refresh();
}

void NcfNetwork::blend(float alpha) {
    const auto scale = [&](const nn::Slot& slot, float by) {
        for (std::size_t i = 0; i < slot.size(); ++i)
            dense_.at(slot)[i] *= by;
    };
    scale(out_gmf_, alpha);
    scale(out_mlp_, 1 - alpha);
    float* bias = dense_.at(out_bias_);
    bias[0] = alpha * bias[0] + (1 - alpha) * bias[1];
    bias[1] = 0;
}

/// The bias and GMF's part of the logits.
void NcfNetwork::begin_logits(Scratch& scratch, const UserIx* users, const ItemIx* items, std::size_t n) const {
    std::fill_n(scratch.logits.begin(), block, dense_.at(out_bias_)[bias_slot()]);
    if (!with_gmf())
        return;
    ncf_products(rows(), users, items, n, scratch.products.data());
    ncf_add_dots(scratch.products.data(), gmf_, dense_.at(out_gmf_), n, scratch.logits.data());
}

/// From a_1 on.
void NcfNetwork::upper_layers(Scratch& scratch, std::size_t n) const {
    for (std::size_t l = 1; l < weights_.size(); ++l)
        nn::small_forward(layer(l), n, scratch.layers[l].data(), dense_.at(weights_[l]), dense_.at(biases_[l]), true,
                          scratch.layers[l + 1].data());
    ncf_add_dots(scratch.layers.back().data(), widths_.back(), dense_.at(out_mlp_), n, scratch.logits.data());
}

void NcfNetwork::forward(Scratch& scratch, const UserIx* users, const ItemIx* items, std::size_t n) const {
    begin_logits(scratch, users, items, n);
    if (!with_mlp())
        return;
    ncf_inputs(rows(), users, items, n, scratch.layers.front().data());
    nn::small_forward(layer(0), n, scratch.layers.front().data(), dense_.at(weights_[0]), dense_.at(biases_[0]), true,
                      scratch.layers[1].data());
    upper_layers(scratch, n);
}

/// From the errors, which are scaled first, to the gradients of the slice's dense weights and of the samples' rows.
void NcfNetwork::backward(Scratch& scratch, std::size_t slice, std::size_t first, std::size_t n, float scale) {
    float& d_bias = gradients_.at(slice, out_bias_)[bias_slot()];
    for (std::size_t s = 0; s < n; ++s) {
        scratch.errors[s] *= scale;
        d_bias += scratch.errors[s];
    }
    const float* errors = scratch.errors.data();
    if (with_gmf())
        ncf_dots_backward(scratch.products.data(), gmf_, dense_.at(out_gmf_), errors, n, gradients_.at(slice, out_gmf_),
                          nullptr);
    if (with_mlp()) {
        ncf_dots_backward(scratch.layers.back().data(), widths_.back(), dense_.at(out_mlp_), errors, n,
                          gradients_.at(slice, out_mlp_), scratch.deltas.back().data());
        for (std::size_t l = weights_.size(); l-- > 0;) {
            const float* delta = scratch.deltas[l + 1].data();
            nn::small_gradient(layer(l), n, scratch.layers[l].data(), delta, gradients_.at(slice, weights_[l]),
                               gradients_.at(slice, biases_[l]));
            nn::small_backward(layer(l), n, delta, transposed_[l].data(), l > 0 ? scratch.layers[l].data() : nullptr,
                               scratch.deltas[l].data());
        }
    }
    ncf_row_gradients(rows(), batch_users_.data() + first, batch_items_.data() + first, n,
                      with_gmf() ? dense_.at(out_gmf_) : nullptr, errors,
                      with_mlp() ? scratch.deltas.front().data() : nullptr, user_gradients_.data() + first * width(),
                      item_gradients_.data() + first * width());
}

void NcfNetwork::step_rows(Table& table, std::span<const std::uint32_t> ids, float* gradients, std::size_t part,
                           std::size_t owners, std::vector<std::uint32_t>& touched, const nn::StepSizes& sizes) {
    const std::size_t count = ncf_gather_touched(ids.data(), ids.size(), part, owners, width(), gradients,
                                                 table.first_of.data(), touched.data());
    const std::size_t begin = with_gmf() ? 0 : gmf_;
    const std::size_t end = with_mlp() ? width() : gmf_;
    for (std::size_t t = 0; t < count; ++t) {
        const std::uint32_t sample = touched[t];
        const std::uint32_t id = ids[sample];
        table.first_of[id] = none;
        ncf_step_row(settings_.method, table.row(id) + begin, gradients + sample * width() + begin, end - begin,
                     width(), sizes);
    }
}

/// Adds up the slices' gradients of a part of the dense weights and takes its step.
void NcfNetwork::step_dense(std::size_t part, std::size_t slices) {
    const nn::Slot all{0, 1, dense_.size()};
    float* sum = gradients_.at(0, all);
    for (const auto& range : trained_) {
        const std::size_t first = range.offset + range.size * part / parts;
        const std::size_t n = range.offset + range.size * (part + 1) / parts - first;
        for (std::size_t slice = 1; slice < slices; ++slice)
            nn::add_to(sum + first, gradients_.at(slice, all) + first, n);
        optimizer_.step_range(dense_.values().data(), sum, first, n);
    }
}

double NcfNetwork::step(std::size_t n, const Fill& fill, const Parallel& parallel) {
    const std::size_t per_slice = slice_of(n);
    const std::size_t slices = (n + per_slice - 1) / per_slice;
    const float scale = 1.0F / static_cast<float>(n);
    parallel.for_parts(slices, [&](std::size_t slice) {
        Scratch& scratch = scratch_[slice];
        gradients_.clear(slice);
        losses_[slice] = 0;
        const std::size_t end = std::min(n, (slice + 1) * per_slice);
        for (std::size_t first = slice * per_slice; first < end; first += block) {
            const std::size_t count = std::min(block, end - first);
            fill(first, std::span(batch_users_).subspan(first, count), std::span(batch_items_).subspan(first, count),
                 std::span(batch_labels_).subspan(first, count));
            forward(scratch, batch_users_.data() + first, batch_items_.data() + first, count);
            losses_[slice] += nn::binary_cross_entropy(scratch.logits.data(), batch_labels_.data() + first, count,
                                                       scratch.errors.data());
            backward(scratch, slice, first, count, scale);
        }
    });
    optimizer_.begin_step();
    const nn::StepSizes sizes = nn::step_sizes(settings_, optimizer_.steps());
    parallel.for_parts(parts, [&](std::size_t part) {
        // Even parts are users, odd ones items, so that half of the parts is half of both.
        const bool of_users = part % 2 == 0;
        step_rows(of_users ? users_ : items_, std::span(of_users ? batch_users_ : batch_items_).first(n),
                  of_users ? user_gradients_.data() : item_gradients_.data(), part / 2, row_owners, touched_[part],
                  sizes);
        step_dense(part, slices);
    });
    refresh();
    double loss = 0;
    for (std::size_t slice = 0; slice < slices; ++slice)
        loss += losses_[slice];
    return loss;
}

/// The first layer's sums begin with the user's half of the inputs, which is the same for all items: the additions that
/// forward() makes, in its order, so that the digits are those of training.
void NcfNetwork::logits(UserIx user, std::span<const ItemIx> items, std::span<double> out) const {
    Scratch scratch = make_scratch(false);
    const std::vector<UserIx> users(block, user);
    nn::AlignedFloats sums(with_mlp() ? widths_[1] : 0);
    if (with_mlp())
        nn::small_forward({half_, widths_[1]}, 1, users_.row(user) + gmf_, dense_.at(weights_[0]),
                          dense_.at(biases_[0]), false, sums.data());
    for (std::size_t first = 0; first < items.size(); first += block) {
        const std::size_t n = std::min(block, items.size() - first);
        const ItemIx* some = items.data() + first;
        begin_logits(scratch, users.data(), some, n);
        if (with_mlp()) {
            ncf_item_inputs(rows(), some, n, scratch.layers.front().data());
            nn::small_forward({half_, widths_[1]}, n, scratch.layers.front().data(),
                              dense_.at(weights_[0]) + std::size_t{half_} * widths_[1], sums.data(), true,
                              scratch.layers[1].data());
            upper_layers(scratch, n);
        }
        std::copy_n(scratch.logits.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(first));
    }
}

bool NcfNetwork::finite() const {
    const auto sound = [](std::span<const float> values) { return nn::all_finite(values.data(), values.size()); };
    return sound(dense_.values()) && sound(users_.rows) && sound(items_.rows);
}

} // namespace tastebench
