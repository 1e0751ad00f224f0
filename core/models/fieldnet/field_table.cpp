#include "core/models/fieldnet/field_table.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"

namespace tastebench {

void FieldTable::start(std::size_t indices, const InputLayout& layout, nn::Method method) {
    shape_.dim = layout.dim;
    shape_.width = layout.width();
    const std::size_t arrays = method == nn::Method::sgd ? 1 : method == nn::Method::adagrad ? 2 : 3;
    shape_.stride = arrays * shape_.width;
    indices_ = indices;
    rows_.assign(indices * shape_.stride, 0.0F);
    marks_.assign(indices, {});
    step_ = 0;
}

void FieldTable::draw(std::span<const std::uint8_t> known, float deviation, std::uint64_t seed, std::uint32_t stream,
                      const Parallel& parallel) {
    parallel.for_blocks(known.size(), 1024, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            if (known[i] == 0)
                continue;
            Rng rng(seed, stream, static_cast<std::uint32_t>(i));
            for (std::uint32_t f = 0; f < shape_.dim; ++f)
                row(i)[f] = static_cast<float>(rng.normal()) * deviation;
        }
    });
}

void FieldTable::apply(TouchedRows& touched, const nn::OptimizerSettings& settings, std::uint64_t step) {
    step_rows(rows_.data(), shape_, touched, settings.method, nn::step_sizes(settings, step), settings.clip);
    touched.rows.clear();
}

bool FieldTable::finite() const {
    for (std::size_t i = 0; i < indices_; ++i)
        if (!std::all_of(row(i), row(i) + shape_.dim + 1, [](float value) { return std::isfinite(value); }))
            return false;
    return true;
}

void FieldTable::drop_moments() {
    // In place: a second table beside the first would be the peak of the whole training.
    for (std::size_t i = 0; i < indices_; ++i)
        std::copy_n(row(i), shape_.width, rows_.data() + i * shape_.width);
    const std::size_t all = rows_.size();
    rows_.resize(indices_ * shape_.width);
    give_back_pages(rows_.data() + rows_.size(), (all - rows_.size()) * sizeof(float));
    nn::give_back(marks_);
    shape_.stride = shape_.width;
}

void FieldTable::save_lanes(Writer& out, std::size_t first, std::size_t last) const {
    std::vector<float> all;
    all.reserve(indices() * (last - first));
    for (std::size_t i = 0; i < indices(); ++i)
        all.insert(all.end(), row(i) + first, row(i) + last);
    out.array(all);
}

void FieldTable::set_lanes(std::span<const float> values, std::size_t first, std::size_t last) {
    const std::size_t n = last - first;
    for (std::size_t i = 0; i < indices(); ++i)
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * n), n, row(i) + first);
}

void FieldTable::save(Writer& out) const {
    save_lanes(out, 0, shape_.dim + 1);
}

void FieldTable::set_values(std::span<const float> values) {
    set_lanes(values, 0, shape_.dim + 1);
}

void FieldTable::save_moments(Writer& out) const {
    save_lanes(out, shape_.width, shape_.stride);
}

bool FieldTable::load_moments(Reader& in) {
    const auto moments = in.array<float>();
    if (moments.size() != indices() * (shape_.stride - shape_.width))
        return false;
    set_lanes(moments, shape_.width, shape_.stride);
    return true;
}

} // namespace tastebench
