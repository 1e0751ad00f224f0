#include "core/models/fieldnet/network.h"

#include <algorithm>

namespace tastebench {

namespace {

constexpr std::uint32_t table_stream = 160, deep_stream = 161;
constexpr std::size_t most_groups = 8; ///< at most so many threads step rows at once
constexpr std::uint32_t most_dim = 512;

nn::DenseStackShape deep_shape(const FieldNetworkShape& shape, std::uint32_t inputs) {
    nn::DenseStackShape out;
    out.inputs = inputs;
    for (const auto width : shape.deep)
        out.layers.push_back({width, shape.activation});
    out.layers.push_back({1, nn::Activation::identity});
    out.dropout = shape.dropout;
    out.batch_norm = shape.batch_norm;
    return out;
}

} // namespace

void FieldNetwork::lay_out(const FieldNetworkShape& shape, const FeatureEncoder& encoder, Crosses crosses,
                           const nn::OptimizerSettings& network, const nn::OptimizerSettings& table) {
    shape_ = shape;
    crosses_ = std::move(crosses);
    network_settings_ = network;
    table_settings_ = table;
    layout_ = lay_out_input(encoder, shape.dim, shape.embed_numbers, crosses_.size());
    table_.start(encoder.n_indices() + crosses_.indices(), layout_, table.method);
    parameters_ = {};
    deep_ = {};
    parts_.clear();
    if (!shape_.deep.empty()) {
        deep_.lay_out(parameters_, deep_shape(shape_, layout_.inputs()));
        parts_ = deep_.parts();
    }
    optimizer_.start(network, parameters_.size());
    gradient_.assign(parameters_.size(), 0.0F);
    make_groups();
}

void FieldNetwork::make_groups() {
    groups_.assign(most_groups, {});
    std::size_t next = 0;
    for (std::uint32_t s = 0; s < layout_.singles.size(); ++s)
        groups_[next++ % most_groups].singles.push_back(s);
    const std::size_t crosses = layout_.multis.size() - crosses_.size();
    for (std::size_t f = 0; f < layout_.multis.size(); ++f)
        if (f >= crosses || layout_.multis[f] != InputLayout::none)
            groups_[next++ % most_groups].multis.push_back(static_cast<std::uint16_t>(f));
}

void FieldNetwork::draw(std::span<const std::uint8_t> known, float deviation, std::uint64_t seed,
                        const Parallel& parallel) {
    table_.draw(known, deviation, seed, table_stream, parallel);
    if (!shape_.deep.empty())
        deep_.draw(parameters_, seed, deep_stream);
}

void FieldNetwork::set_rates(float network, float table) {
    optimizer_.set_rate(network);
    network_settings_.rate = network;
    table_settings_.rate = table;
}

void FieldNetwork::reserve(Work& work, std::uint32_t blocks, std::uint32_t block, bool training) const {
    const std::size_t samples = std::size_t{blocks} * block;
    work.block_ = block;
    work.x_.assign(samples * layout_.stride(), 0.0F);
    work.dx_.assign(training ? samples * layout_.stride() : 0, 0.0F);
    work.slopes_.assign(samples * layout_.width(), 0.0F);
    work.errors_.assign(samples, 0.0F);
    work.crosses_.resize(blocks);
    if (!shape_.deep.empty())
        deep_.reserve(work.deep_, samples);
}

void FieldNetwork::forward(Work& work, SampleBlock& block, std::uint32_t number,
                           const nn::DenseStack::Training* training) const {
    const std::size_t begin = number * work.block_;
    const std::size_t stride = layout_.stride();
    float* x = work.x_.data() + begin * stride;
    crosses_.add_to(block, work.crosses_[number]);
    gather_fields(table_.data(), table_.shape(), layout_, shape_.pairs, block, x,
                  work.slopes_.data() + begin * layout_.width());
    for (std::uint32_t first = 0; first < block.n && !shape_.deep.empty(); first += slice) {
        const std::size_t n = std::min(slice, block.n - first);
        deep_.forward(parameters_, work.deep_,
                      nn::view(static_cast<const float*>(x + first * stride), n, layout_.inputs(), stride),
                      begin + first, begin + first + n, training);
        for (std::size_t i = 0; i < n; ++i)
            block.output[first + i] += work.deep_.output(begin + first + i)[0];
    }
    for (std::uint32_t i = 0; i < block.n; ++i)
        block.output[i] += base;
}

void FieldNetwork::backward(Work& work, const SampleBlock& block, std::uint32_t number, float scale) const {
    const std::size_t begin = number * work.block_;
    const std::size_t stride = layout_.stride();
    for (std::uint32_t i = 0; i < block.n; ++i)
        work.errors_[begin + i] = block.error[i] * scale;
    for (std::uint32_t first = 0; first < block.n && !shape_.deep.empty(); first += slice) {
        const std::size_t n = std::min(slice, block.n - first);
        for (std::size_t i = begin + first; i < begin + first + n; ++i)
            work.deep_.error(i)[0] = work.errors_[i];
        deep_.backward(parameters_, work.deep_, begin + first, begin + first + n,
                       nn::view(work.dx_.data() + (begin + first) * stride, n, layout_.inputs(), stride));
    }
}

void FieldNetwork::refresh(Work& work) const {
    if (!shape_.deep.empty())
        deep_.transpose(parameters_, work.deep_);
}

void FieldNetwork::step_part(const nn::DenseStack::Part& part, Work& work, std::size_t samples) {
    deep_.gradient(part, work.deep_,
                   nn::view(std::as_const(work).x_.data(), samples, layout_.inputs(), layout_.stride()),
                   gradient_.data());
    if (network_settings_.clip > 0)
        return; // once all gradients are there
    optimizer_.step_range(parameters_.values().data(), gradient_.data(), part.offset, part.size);
    deep_.transpose(part, parameters_, work.deep_);
}

void FieldNetwork::step_group(Group& group, const Work& work, std::span<const SampleBlock> blocks) {
    const auto errors_of = [&](std::uint32_t column) {
        FieldErrors out;
        out.errors = work.errors_.data();
        out.slopes = work.slopes_.data();
        out.stride = layout_.stride();
        out.pairs = shape_.pairs;
        if (column != InputLayout::none) {
            out.x = work.x_.data() + std::size_t{column} * layout_.dim;
            out.dx = work.dx_.data() + std::size_t{column} * layout_.dim;
        }
        return out;
    };
    const auto apply = [&] { table_.apply(group.touched, table_settings_, steps_); };
    for (const auto slot : group.singles) {
        const auto errors = errors_of(layout_.singles[slot].column);
        for (std::size_t b = 0; b < blocks.size(); ++b)
            add_slot_gradients(blocks[b], b * work.block_, slot, errors, table_.shape(), table_.marks(), table_.step(),
                               group.touched);
        apply();
    }
    for (const auto field : group.multis) {
        const auto errors = errors_of(layout_.multis[field]);
        for (std::size_t b = 0; b < blocks.size(); ++b)
            add_multi_gradients(blocks[b], b * work.block_, field, errors, table_.shape(), table_.marks(),
                                table_.step(), group.touched);
        apply();
    }
}

void FieldNetwork::step(Work& work, std::span<const SampleBlock> blocks, const Parallel& parallel) {
    std::size_t samples = 0;
    std::size_t most_entries = 0; // of one field
    for (const auto& block : blocks) {
        samples += block.n;
        most_entries += std::max<std::size_t>(block.n, block.multi.size());
    }
    for (auto& group : groups_)
        if (group.touched.sums.size() < most_entries * layout_.width())
            group.touched.sums.resize(most_entries * layout_.width());
    const bool clips = network_settings_.clip > 0;
    if (!clips)
        optimizer_.begin_step();
    steps_ = optimizer_.steps() + (clips ? 1 : 0);
    table_.begin_step();
    parallel.for_blocks(parts_.size() + groups_.size(), 1, [&](std::size_t task, std::size_t) {
        if (task < parts_.size())
            step_part(parts_[task], work, samples);
        else
            step_group(groups_[task - parts_.size()], work, blocks);
    });
    if (clips) {
        optimizer_.step(parameters_.values(), gradient_, parallel);
        refresh(work);
    }
    if (!shape_.deep.empty())
        deep_.finish_batch(work.deep_, samples);
}

void FieldNetwork::save(Writer& out) const {
    out.number(shape_.dim);
    out.number(static_cast<std::uint8_t>(shape_.embed_numbers));
    out.number(static_cast<std::uint8_t>(shape_.pairs));
    out.array(shape_.deep);
    out.number(static_cast<std::uint8_t>(shape_.activation));
    out.number(shape_.dropout);
    out.number(static_cast<std::uint8_t>(shape_.batch_norm));
    crosses_.save(out);
    out.number(base);
    table_.save(out);
    parameters_.save(out);
    deep_.save(out);
}

bool FieldNetwork::load(Reader& in, const FeatureEncoder& encoder) {
    FieldNetworkShape shape;
    shape.dim = in.number<std::uint32_t>();
    shape.embed_numbers = in.number<std::uint8_t>() != 0;
    shape.pairs = in.number<std::uint8_t>() != 0;
    shape.deep = in.array<std::uint32_t>();
    shape.activation = static_cast<nn::Activation>(in.number<std::uint8_t>());
    shape.dropout = in.number<float>();
    shape.batch_norm = in.number<std::uint8_t>() != 0;
    Crosses crosses;
    if (!crosses.load(in, encoder) || shape.dim > most_dim || shape.activation > nn::Activation::sigmoid)
        return false;
    base = in.number<float>();
    const auto rows = in.array<float>();
    const auto weights = in.array<float>();
    // Told from the bytes that are there before anything of that size is made.
    double deep_weights = 0;
    double width = lay_out_input(encoder, shape.dim, shape.embed_numbers, crosses.size()).inputs();
    for (const auto next : shape.deep) {
        deep_weights += width * next;
        width = next;
    }
    const std::size_t indices = encoder.n_indices() + crosses.indices();
    if (!in.ok() || rows.size() != indices * (shape.dim + 1) || deep_weights > static_cast<double>(weights.size()))
        return false;
    lay_out(shape, encoder, std::move(crosses), network_settings_, table_settings_);
    if (weights.size() != parameters_.size() || !deep_.load(in))
        return false;
    table_.set_values(rows);
    std::copy(weights.begin(), weights.end(), parameters_.values().begin());
    return true;
}

void FieldNetwork::save_training(Writer& out) const {
    table_.save_moments(out);
    optimizer_.save(out);
}

bool FieldNetwork::load_training(Reader& in) {
    return table_.load_moments(in) && optimizer_.load(in);
}

} // namespace tastebench
