#include "core/models/fieldnet/cross_weights.h"

#include <algorithm>
#include <cmath>

namespace tastebench {

namespace {

constexpr std::size_t ahead = 8; ///< buckets asked for from memory before they are needed

void step_one(float* at, float gradient, nn::Method method, const nn::StepSizes& sizes) {
    if (method == nn::Method::sgd)
        nn::sgd_step(at, &gradient, 1, sizes);
    else if (method == nn::Method::adagrad)
        nn::adagrad_step(at, &gradient, at + 1, 1, sizes);
    else
        nn::adam_step(at, &gradient, at + 1, at + 2, 1, sizes);
}

} // namespace

void CrossWeights::start(std::size_t buckets, nn::Method method) {
    stride_ = method == nn::Method::sgd ? 1 : method == nn::Method::adagrad ? 2 : 3;
    values_.assign(buckets * stride_, 0.0F);
}

bool CrossWeights::finite() const {
    for (std::size_t bucket = 0; bucket < size(); ++bucket)
        if (!std::isfinite(weight(bucket)))
            return false;
    return true;
}

void CrossWeights::add_outputs(const Crosses::Found& found, std::span<float> outputs) const {
    for (std::size_t i = 0; i + 1 < found.starts.size(); ++i)
        for (auto at = found.starts[i]; at < found.starts[i + 1]; ++at) {
            if (at + ahead < found.entries.size())
                __builtin_prefetch(values_.data() + found.entries[at + ahead].index * stride_);
            outputs[i] += found.entries[at].value * weight(found.entries[at].index);
        }
}

void CrossWeights::apply(std::vector<Term>& terms, const nn::OptimizerSettings& settings, std::uint64_t step) {
    std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) {
        return a.bucket != b.bucket ? a.bucket < b.bucket : a.order < b.order;
    });
    const auto sizes = nn::step_sizes(settings, step);
    for (std::size_t at = 0; at < terms.size();) {
        const auto bucket = terms[at].bucket;
        float gradient = 0;
        for (; at < terms.size() && terms[at].bucket == bucket; ++at)
            gradient += terms[at].gradient;
        if (at + ahead < terms.size())
            __builtin_prefetch(values_.data() + terms[at + ahead].bucket * stride_, 1);
        if (settings.clip > 0)
            gradient = std::clamp(gradient, -settings.clip, settings.clip);
        step_one(values_.data() + bucket * stride_, gradient, settings.method, sizes);
    }
    terms.clear();
}

void CrossWeights::drop_moments() {
    const std::size_t all = values_.size();
    const std::size_t buckets = size();
    for (std::size_t bucket = 0; bucket < buckets; ++bucket)
        values_[bucket] = weight(bucket);
    values_.resize(buckets);
    give_back_pages(values_.data() + buckets, (all - buckets) * sizeof(float));
    stride_ = 1;
}

void CrossWeights::save_arrays(Writer& out, std::size_t first, std::size_t last) const {
    std::vector<float> all;
    all.reserve(size() * (last - first));
    for (std::size_t at = 0; at < values_.size(); at += stride_)
        all.insert(all.end(), values_.data() + at + first, values_.data() + at + last);
    out.array(all);
}

void CrossWeights::set_arrays(std::span<const float> values, std::size_t first, std::size_t last) {
    const std::size_t n = last - first;
    for (std::size_t bucket = 0; bucket < size(); ++bucket)
        std::copy_n(values.data() + bucket * n, n, values_.data() + bucket * stride_ + first);
}

bool CrossWeights::load_moments(Reader& in) {
    const auto moments = in.array<float>();
    if (moments.size() != size() * (stride_ - 1))
        return false;
    set_arrays(moments, 1, stride_);
    return true;
}

} // namespace tastebench
