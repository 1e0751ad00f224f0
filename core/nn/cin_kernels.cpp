#include "core/nn/cin_kernels.h"

#include <algorithm>

#include "core/linalg/lanes.h"

namespace tastebench::nn {

namespace {

/// The pairs of one m: h from `h` on, n of them, `at` behind the first pair asked for.
struct Run {
    std::size_t m, h, n, at;
};

Run first_run(const CinRows& inputs, std::size_t pair, std::size_t n) {
    std::size_t m = 0;
    std::size_t start = 0;
    for (std::size_t width = 0;; ++m, start += width) {
        width = inputs.triangle ? m + 1 : inputs.inputs;
        if (pair < start + width)
            return {m, pair - start, std::min(n, start + width - pair), 0};
    }
}

Run next_run(const CinRows& inputs, const Run& run, std::size_t n) {
    const std::size_t at = run.at + run.n;
    return {run.m + 1, 0, std::min(n - at, inputs.triangle ? run.m + 2 : inputs.inputs), at};
}

/// out = a x, or += a x
void scaled(float a, const float* x, std::size_t n, bool add, float* out) {
    const lanes::Floats wide = lanes::all(a);
    std::size_t i = 0;
    for (; i + lanes::count <= n; i += lanes::count) {
        const lanes::Floats product = wide * lanes::load(x + i);
        lanes::store(out + i, add ? lanes::load(out + i) + product : product);
    }
    for (; i < n; ++i)
        out[i] = add ? out[i] + a * x[i] : a * x[i];
}

/// dx += a dz; returns x . dz
float pull(float a, const float* x, const float* dz, std::size_t n, float* dx) {
    const lanes::Floats wide = lanes::all(a);
    lanes::Floats sums = lanes::all(0.0F);
    std::size_t i = 0;
    for (; i + lanes::count <= n; i += lanes::count) {
        const lanes::Floats d = lanes::load(dz + i);
        sums += lanes::load(x + i) * d;
        lanes::store(dx + i, lanes::load(dx + i) + wide * d);
    }
    float sum = i > 0 ? lanes::sum(sums) : 0.0F;
    for (; i < n; ++i) {
        sum += x[i] * dz[i];
        dx[i] += a * dz[i];
    }
    return sum;
}

} // namespace

void cin_products(const CinRows& inputs, std::size_t rows, std::size_t together, std::size_t pair, std::size_t n,
                  float* out, std::size_t stride) {
    const Run first = first_run(inputs, pair, n);
    for (std::size_t i = 0; i < rows * together; ++i) {
        const float* x0 = inputs.x0 + i * inputs.fields;
        const float* x = inputs.x + i * inputs.x_stride;
        float* to = out + i / together * stride;
        for (Run run = first; run.at < n; run = next_run(inputs, run, n))
            scaled(x0[run.m], x + run.h, run.n, i % together != 0, to + run.at);
    }
}

void cin_products_backward(const CinRows& inputs, std::size_t rows, std::size_t together, std::size_t pair,
                           std::size_t n, const float* d_out, std::size_t stride, float* d_x0, float* d_x,
                           std::size_t d_x_stride) {
    const Run first = first_run(inputs, pair, n);
    for (std::size_t i = 0; i < rows * together; ++i) {
        const float* x0 = inputs.x0 + i * inputs.fields;
        const float* x = inputs.x + i * inputs.x_stride;
        const float* dz = d_out + i / together * stride;
        for (Run run = first; run.at < n; run = next_run(inputs, run, n)) {
            const float sum = pull(x0[run.m], x + run.h, dz + run.at, run.n, d_x + i * d_x_stride + run.h);
            d_x0[i * inputs.fields + run.m] += sum;
        }
    }
}

void cin_rows_of_sample(const float* embeddings, std::size_t fields, std::size_t dim, float* rows) {
    for (std::size_t d = 0; d < dim; ++d)
        for (std::size_t f = 0; f < fields; ++f)
            rows[d * fields + f] = embeddings[f * dim + d];
}

void cin_add_to_sample(const float* rows, std::size_t fields, std::size_t dim, float* embeddings) {
    for (std::size_t f = 0; f < fields; ++f)
        for (std::size_t d = 0; d < dim; ++d)
            embeddings[f * dim + d] += rows[d * fields + f];
}

} // namespace tastebench::nn
