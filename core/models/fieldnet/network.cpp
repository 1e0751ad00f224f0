#include "core/models/fieldnet/network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/nn/dense.h"

namespace tastebench {

namespace {

constexpr std::uint32_t table_stream = 160, cin_out_stream = 161, deep_stream = 162, cin_stream = 180;
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

/// Weights that the layers have at least; infinite where a layer is none.
double least_weights(const FieldNetworkShape& shape, const InputLayout& layout) {
    double sum = 0;
    double width = layout.inputs();
    for (const auto next : shape.deep) {
        sum += next > 0 ? width * next : std::numeric_limits<double>::infinity();
        width = next;
    }
    width = 0;
    for (std::size_t l = 0; l < shape.cin.size(); ++l) {
        const auto maps = shape.cin[l];
        const bool some = maps >= (shape.split_half && l + 1 < shape.cin.size() ? 2U : 1U);
        sum += some ? layout.columns * width * maps : std::numeric_limits<double>::infinity();
        width = shape.split_half ? maps / 2 : maps;
    }
    // Each layer has a bias at least, which tells long lists of narrow ones.
    return sum + static_cast<double>(std::accumulate(shape.cin.begin(), shape.cin.end(), std::uint64_t{0}));
}

/// Models stored before crosses had a table of their own have a full row for each bucket, of which one number counts.
std::vector<float> take_old_crosses(std::vector<float>& rows, std::size_t dim, std::size_t indices,
                                    std::size_t buckets) {
    std::vector<float> out;
    if (buckets == 0 || rows.size() != (indices + buckets) * (dim + 1))
        return out;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket)
        out.push_back(rows[(indices + bucket) * (dim + 1) + dim]);
    rows.resize(indices * (dim + 1));
    return out;
}

} // namespace

void FieldNetwork::lay_out(const FieldNetworkShape& shape, const FeatureEncoder& encoder, Crosses crosses,
                           const nn::OptimizerSettings& network, const nn::OptimizerSettings& table) {
    shape_ = shape;
    crosses_ = std::move(crosses);
    network_settings_ = network;
    table_settings_ = table;
    layout_ = lay_out_input(encoder, shape.dim, shape.embed_numbers);
    user_inputs_ = 0;
    for (std::uint32_t s = 0; s < encoder.users().singles; ++s)
        user_inputs_ += layout_.singles[s].column != InputLayout::none ? layout_.dim : 0;
    table_.start(encoder.n_indices(), layout_, table.method);
    cross_weights_.start(crosses_.buckets(), table.method);
    parameters_ = {};
    deep_ = {};
    cin_ = {};
    cin_out_ = {};
    deep_parts_.clear();
    cin_parts_.clear();
    if (has_deep()) {
        deep_.lay_out(parameters_, deep_shape(shape_, layout_.inputs()));
        deep_parts_ = deep_.parts();
    }
    if (has_cin()) {
        cin_.lay_out(parameters_, {layout_.columns, shape_.dim, shape_.cin, shape_.cin_activation, shape_.split_half});
        cin_out_ = parameters_.add(cin_.outputs(), 1);
        cin_parts_ = cin_.parts();
    }
    optimizer_.start(network, parameters_.size());
    make_groups();
}

void FieldNetwork::make_groups() {
    groups_.assign(most_groups, {});
    std::size_t next = 0;
    for (std::uint32_t s = 0; s < layout_.singles.size(); ++s)
        groups_[next++ % most_groups].singles.push_back(s);
    for (std::size_t f = 0; f < layout_.multis.size(); ++f)
        if (layout_.multis[f] != InputLayout::none)
            groups_[next++ % most_groups].multis.push_back(static_cast<std::uint16_t>(f));
    for (std::uint32_t c = 0; c < crosses_.size(); ++c)
        groups_[next++ % most_groups].crosses.push_back(static_cast<std::uint16_t>(c));
}

void FieldNetwork::draw(std::span<const std::uint8_t> known, float deviation, std::uint64_t seed,
                        const Parallel& parallel) {
    table_.draw(known, deviation, seed, table_stream, parallel);
    if (has_deep())
        deep_.draw(parameters_, seed, deep_stream);
    if (has_cin()) {
        cin_.draw(parameters_, seed, cin_stream);
        parameters_.draw_glorot(cin_out_, seed, cin_out_stream);
    }
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
    work.gradient_.assign(training ? parameters_.size() : 0, 0.0F);
    work.touched_.resize(training ? groups_.size() : 0);
    work.terms_.resize(training ? groups_.size() : 0);
    if (has_deep())
        deep_.reserve(work.deep_, samples);
    if (has_cin())
        cin_.reserve(work.cin_, samples);
}

void FieldNetwork::forward(Work& work, SampleBlock& block, std::uint32_t number,
                           const nn::DenseStack::Training* training) const {
    const std::size_t begin = number * work.block_;
    const std::size_t stride = layout_.stride();
    float* x = work.x_.data() + begin * stride;
    gather_fields(table_.data(), table_.shape(), layout_, shape_.pairs, block, x,
                  work.slopes_.data() + begin * layout_.width());
    if (crosses_.size() > 0) {
        crosses_.find(block, work.crosses_[number]);
        cross_weights_.add_outputs(work.crosses_[number], block.output);
    }
    if (work.one_user_ && work.user_sums_.empty())
        work.user_sums_ = deep_.known_sums(parameters_, x, user_inputs_);
    for (std::uint32_t first = 0; first < block.n; first += slice)
        forward_slice(work, begin + first, begin + std::min(first + slice, block.n), block.output.data() + first,
                      training);
    for (std::uint32_t i = 0; i < block.n; ++i)
        block.output[i] += base;
}

void FieldNetwork::forward_slice(Work& work, std::size_t first, std::size_t last, float* outputs,
                                 const nn::DenseStack::Training* training) const {
    const std::size_t stride = layout_.stride();
    const float* x = work.x_.data() + first * stride;
    const std::size_t n = last - first;
    if (has_deep()) {
        const auto inputs = nn::view(x, n, layout_.inputs(), stride);
        if (work.one_user_)
            deep_.forward_known(parameters_, work.deep_, inputs, first, user_inputs_, work.user_sums_);
        else
            deep_.forward(parameters_, work.deep_, inputs, first, last, training);
        nn::add_to(outputs, work.deep_.output(first), n);
    }
    if (has_cin()) {
        cin_.forward(parameters_, work.cin_, nn::view(x, n, std::size_t{layout_.columns} * layout_.dim, stride), first,
                     last);
        const float* weights = parameters_.at(cin_out_);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t map = 0; map < cin_.outputs(); ++map)
                outputs[i] += weights[map] * work.cin_.output(first + i)[map];
    }
}

void FieldNetwork::backward(Work& work, const SampleBlock& block, std::uint32_t number, float scale) const {
    const std::size_t begin = number * work.block_;
    for (std::uint32_t i = 0; i < block.n; ++i)
        work.errors_[begin + i] = block.error[i] * scale;
    for (std::uint32_t first = 0; first < block.n; first += slice)
        backward_slice(work, begin + first, begin + std::min(first + slice, block.n));
}

void FieldNetwork::backward_slice(Work& work, std::size_t first, std::size_t last) const {
    const std::size_t stride = layout_.stride();
    float* dx = work.dx_.data() + first * stride;
    const std::size_t n = last - first;
    if (has_deep()) {
        std::copy_n(work.errors_.data() + first, n, work.deep_.error(first));
        deep_.backward(parameters_, work.deep_, first, last, nn::view(dx, n, layout_.inputs(), stride));
    } else {
        std::fill_n(dx, n * stride, 0.0F);
    }
    if (has_cin()) {
        const float* weights = parameters_.at(cin_out_);
        for (std::size_t i = first; i < last; ++i)
            for (std::size_t map = 0; map < cin_.outputs(); ++map)
                work.cin_.d_output(i)[map] = work.errors_[i] * weights[map];
        cin_.backward(parameters_, work.cin_, first, last,
                      nn::view(dx, n, std::size_t{layout_.columns} * layout_.dim, stride));
    }
}

void FieldNetwork::refresh(Work& work) const {
    if (has_deep())
        deep_.transpose(parameters_, work.deep_);
}

void FieldNetwork::step_range(const Work& work, std::size_t offset, std::size_t size) {
    if (network_settings_.clip <= 0) // else once all gradients are there
        optimizer_.step_range(parameters_.values().data(), work.gradient_.data(), offset, size);
}

void FieldNetwork::run_task(std::size_t task, Work& work, std::span<const SampleBlock> blocks, std::size_t samples) {
    const float* x = work.x_.data();
    if (task < cin_parts_.size()) {
        const auto& part = cin_parts_[task];
        cin_.gradient(part, work.cin_, samples, work.gradient_.data());
        return step_range(work, part.offset, part.size);
    }
    task -= cin_parts_.size();
    if (task < deep_parts_.size()) {
        const auto& part = deep_parts_[task];
        deep_.gradient(part, work.deep_, nn::view(x, samples, layout_.inputs(), layout_.stride()),
                       work.gradient_.data());
        step_range(work, part.offset, part.size);
        return network_settings_.clip > 0 ? void() : deep_.transpose(part, parameters_, work.deep_);
    }
    task -= deep_parts_.size();
    if (task < groups_.size())
        return step_group(task, work, blocks);
    nn::dense_gradient(work.cin_.outputs(samples), nn::view(std::as_const(work).errors_.data(), samples, 1),
                       nn::view(work.gradient_.data() + cin_out_.offset, cin_.outputs(), 1));
    step_range(work, cin_out_.offset, cin_.outputs());
}

void FieldNetwork::step_group(std::size_t number, Work& work, std::span<const SampleBlock> blocks) {
    const Group& group = groups_[number];
    TouchedRows& touched = work.touched_[number];
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
    const auto apply = [&] { table_.apply(touched, table_settings_, steps_); };
    for (const auto slot : group.singles) {
        const auto errors = errors_of(layout_.singles[slot].column);
        for (std::size_t b = 0; b < blocks.size(); ++b)
            add_slot_gradients(blocks[b], b * work.block_, slot, errors, table_.shape(), table_.marks(), table_.step(),
                               touched);
        apply();
    }
    for (const auto field : group.multis) {
        const auto errors = errors_of(layout_.multis[field]);
        for (std::size_t b = 0; b < blocks.size(); ++b)
            add_multi_gradients(blocks[b], b * work.block_, field, errors, table_.shape(), table_.marks(),
                                table_.step(), touched);
        apply();
    }
    for (const auto cross : group.crosses)
        step_cross(cross, work.terms_[number], work, blocks);
}

void FieldNetwork::step_cross(std::uint16_t cross, std::vector<CrossWeights::Term>& terms, const Work& work,
                              std::span<const SampleBlock> blocks) {
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const auto& found = work.crosses_[b];
        for (std::uint32_t i = 0; i < blocks[b].n; ++i)
            for (auto at = found.starts[i]; at < found.starts[i + 1]; ++at)
                if (found.cross[at] == cross)
                    terms.push_back({found.entries[at].index, static_cast<std::uint32_t>(terms.size()),
                                     found.entries[at].value * work.errors_[b * work.block_ + i]});
    }
    cross_weights_.apply(terms, table_settings_, steps_);
}

void FieldNetwork::step(Work& work, std::span<const SampleBlock> blocks, const Parallel& parallel,
                        const Progress& progress) {
    std::size_t samples = 0;
    for (const auto& block : blocks)
        samples += block.n;
    const bool clips = network_settings_.clip > 0;
    if (!clips)
        optimizer_.begin_step();
    steps_ = optimizer_.steps() + (clips ? 1 : 0);
    table_.begin_step();
    const std::size_t tasks = cin_parts_.size() + deep_parts_.size() + groups_.size() + (has_cin() ? 1 : 0);
    parallel.for_blocks(tasks, 1, [&](std::size_t task, std::size_t) {
        if (!progress.cancelled())
            run_task(task, work, blocks, samples);
    });
    if (clips) {
        optimizer_.step(parameters_.values(), work.gradient_, parallel);
        refresh(work);
    }
    if (has_deep())
        deep_.finish_batch(work.deep_, samples);
}

void FieldNetwork::save(Writer& out) const {
    out.number(shape_.dim);
    out.number(static_cast<std::uint8_t>(shape_.embed_numbers));
    out.number(static_cast<std::uint8_t>(shape_.pairs));
    out.array(shape_.cin);
    out.number(static_cast<std::uint8_t>(shape_.cin_activation));
    out.number(static_cast<std::uint8_t>(shape_.split_half));
    out.array(shape_.deep);
    out.number(static_cast<std::uint8_t>(shape_.activation));
    out.number(shape_.dropout);
    out.number(static_cast<std::uint8_t>(shape_.batch_norm));
    crosses_.save(out);
    out.number(base);
    table_.save(out);
    if (crosses_.size() > 0)
        cross_weights_.save(out);
    parameters_.save(out);
    deep_.save(out);
}

bool FieldNetwork::load(Reader& in, const FeatureEncoder& encoder) {
    FieldNetworkShape shape;
    shape.dim = in.number<std::uint32_t>();
    shape.embed_numbers = in.number<std::uint8_t>() != 0;
    shape.pairs = in.number<std::uint8_t>() != 0;
    shape.cin = in.array<std::uint32_t>();
    shape.cin_activation = static_cast<nn::Activation>(in.number<std::uint8_t>());
    shape.split_half = in.number<std::uint8_t>() != 0;
    shape.deep = in.array<std::uint32_t>();
    shape.activation = static_cast<nn::Activation>(in.number<std::uint8_t>());
    shape.dropout = in.number<float>();
    shape.batch_norm = in.number<std::uint8_t>() != 0;
    Crosses crosses;
    if (!crosses.load(in, encoder) || shape.dim > most_dim || shape.activation > nn::Activation::sigmoid ||
        shape.cin_activation > nn::Activation::sigmoid)
        return false;
    base = in.number<float>();
    auto rows = in.array<float>();
    auto cross_weights = take_old_crosses(rows, shape.dim, encoder.n_indices(), crosses.buckets());
    if (cross_weights.empty() && crosses.size() > 0)
        cross_weights = in.array<float>();
    const auto weights = in.array<float>();
    // Told from the bytes that are there before anything of that size is made.
    const auto layout = lay_out_input(encoder, shape.dim, shape.embed_numbers);
    if (!in.ok() || rows.size() != std::size_t{encoder.n_indices()} * (shape.dim + 1) ||
        cross_weights.size() != crosses.buckets() || least_weights(shape, layout) > static_cast<double>(weights.size()))
        return false;
    lay_out(shape, encoder, std::move(crosses), network_settings_, table_settings_);
    if (weights.size() != parameters_.size() || !deep_.load(in))
        return false;
    table_.set_values(rows);
    cross_weights_.set_values(cross_weights);
    std::copy(weights.begin(), weights.end(), parameters_.values().begin());
    return true;
}

void FieldNetwork::save_training(Writer& out) const {
    table_.save_moments(out);
    cross_weights_.save_moments(out);
    optimizer_.save(out);
}

bool FieldNetwork::load_training(Reader& in) {
    return table_.load_moments(in) && cross_weights_.load_moments(in) && optimizer_.load(in);
}

void FieldNetwork::end_training() {
    table_.drop_moments();
    cross_weights_.drop_moments();
    optimizer_ = {};
    network_settings_ = table_settings_ = {nn::Method::sgd};
}

bool FieldNetwork::finite() const {
    const auto weights = parameters_.values();
    return table_.finite() && cross_weights_.finite() && deep_.finite() &&
           std::all_of(weights.begin(), weights.end(), [](float value) { return std::isfinite(value); });
}

} // namespace tastebench
