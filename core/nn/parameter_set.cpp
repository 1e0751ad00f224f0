#include "core/nn/parameter_set.h"

#include <algorithm>
#include <cmath>

#include "core/nn/kernels.h"

namespace tastebench::nn {

Slot ParameterSet::add(std::size_t rows, std::size_t columns) {
    const Slot slot{values_.size(), rows, columns};
    values_.resize(values_.size() + (slot.size() + 15) / 16 * 16, 0.0F);
    return slot;
}

void ParameterSet::draw_glorot(const Slot& slot, std::uint64_t seed, std::uint32_t stream) {
    draw_uniform(slot, std::sqrt(6.0 / static_cast<double>(slot.rows + slot.columns)), seed, stream);
}

void ParameterSet::draw_by_inputs(const Slot& slot, std::size_t inputs, std::uint64_t seed, std::uint32_t stream) {
    draw_uniform(slot, 1 / std::sqrt(static_cast<double>(inputs)), seed, stream);
}

void ParameterSet::draw_uniform(const Slot& slot, double bound, std::uint64_t seed, std::uint32_t stream) {
    Rng rng(seed, stream);
    for (std::size_t i = 0; i < slot.size(); ++i)
        at(slot)[i] = static_cast<float>((2 * rng.uniform() - 1) * bound);
}

void ParameterSet::draw_normal(const Slot& slot, float deviation, std::uint64_t seed, std::uint32_t stream) {
    Rng rng(seed, stream);
    for (std::size_t i = 0; i < slot.size(); ++i)
        at(slot)[i] = static_cast<float>(rng.normal()) * deviation;
}

void ParameterSet::fill(const Slot& slot, float value) {
    std::fill_n(at(slot), slot.size(), value);
}

void ParameterSet::save(Writer& out) const {
    out.array(std::span<const float>(values_));
}

bool ParameterSet::load(Reader& in) {
    const auto values = in.array<float>();
    if (values.size() != values_.size())
        return false;
    std::copy(values.begin(), values.end(), values_.begin());
    return true;
}

void Gradients::resize(std::size_t slices, std::size_t size) {
    slices_.resize(slices);
    for (auto& slice : slices_)
        slice.assign(size, 0.0F);
}

void Gradients::clear(std::size_t slice) {
    std::fill(slices_[slice].begin(), slices_[slice].end(), 0.0F);
}

std::span<float> Gradients::sum(std::size_t used, const Parallel& parallel) {
    auto& total = slices_.front();
    parallel.for_blocks(total.size(), 32'768, [&](std::size_t first, std::size_t last) {
        for (std::size_t slice = 1; slice < used; ++slice)
            add_to(total.data() + first, slices_[slice].data() + first, last - first);
    });
    return total;
}

} // namespace tastebench::nn
