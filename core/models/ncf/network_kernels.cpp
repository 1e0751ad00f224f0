#include "core/models/ncf/network_kernels.h"

#include <cmath>
#include <cstring>

#include "core/linalg/lanes.h"

namespace tastebench {

namespace {

using lanes::Floats;
constexpr std::uint32_t none = 0xFFFF'FFFFU;

} // namespace

void ncf_products(const NcfRows& rows, const std::uint32_t* users, const std::uint32_t* items, std::size_t n,
                  float* products) {
    for (std::size_t s = 0; s < n; ++s) {
        const float* p = rows.users + users[s] * rows.stride;
        const float* q = rows.items + items[s] * rows.stride;
        for (std::size_t f = 0; f < rows.gmf; f += lanes::count)
            lanes::store(products + s * rows.gmf + f, lanes::load(p + f) * lanes::load(q + f));
    }
}

void ncf_inputs(const NcfRows& rows, const std::uint32_t* users, const std::uint32_t* items, std::size_t n,
                float* inputs) {
    for (std::size_t s = 0; s < n; ++s) {
        const float* p = rows.users + users[s] * rows.stride + rows.gmf;
        const float* q = rows.items + items[s] * rows.stride + rows.gmf;
        float* out = inputs + s * 2 * rows.half;
        for (std::size_t f = 0; f < rows.half; f += lanes::count) {
            lanes::store(out + f, lanes::load(p + f));
            lanes::store(out + rows.half + f, lanes::load(q + f));
        }
    }
}

void ncf_item_inputs(const NcfRows& rows, const std::uint32_t* items, std::size_t n, float* inputs) {
    for (std::size_t s = 0; s < n; ++s) {
        const float* q = rows.items + items[s] * rows.stride + rows.gmf;
        for (std::size_t f = 0; f < rows.half; f += lanes::count)
            lanes::store(inputs + s * rows.half + f, lanes::load(q + f));
    }
}

void ncf_add_dots(const float* x, std::size_t width, const float* h, std::size_t n, float* out) {
    for (std::size_t s = 0; s < n; s += lanes::count) {
        Floats dots[lanes::count] = {};
        for (std::size_t i = 0; i < lanes::count; ++i)
            for (std::size_t f = 0; f < width; f += lanes::count)
                dots[i] += lanes::load(x + (s + i) * width + f) * lanes::load(h + f);
        lanes::store(out + s, lanes::load(out + s) + lanes::sums(dots));
    }
}

void ncf_dots_backward(const float* x, std::size_t width, const float* h, const float* errors, std::size_t n, float* dh,
                       float* dx) {
    for (std::size_t f = 0; f < width; f += lanes::count) {
        const Floats weight = lanes::load(h + f);
        Floats sum = lanes::load(dh + f);
        for (std::size_t s = 0; s < n; ++s) {
            const Floats error = lanes::all(errors[s]);
            const Floats value = lanes::load(x + s * width + f);
            sum += error * value;
            if (dx != nullptr)
                lanes::store(dx + s * width + f, value > 0.0F ? error * weight : Floats{});
        }
        lanes::store(dh + f, sum);
    }
}

void ncf_row_gradients(const NcfRows& rows, const std::uint32_t* users, const std::uint32_t* items, std::size_t n,
                       const float* h, const float* errors, const float* d_inputs, float* user_gradients,
                       float* item_gradients) {
    const std::size_t width = rows.gmf + rows.half;
    for (std::size_t s = 0; s < n; ++s) {
        float* du = user_gradients + s * width;
        float* di = item_gradients + s * width;
        if (h != nullptr) {
            const float* p = rows.users + users[s] * rows.stride;
            const float* q = rows.items + items[s] * rows.stride;
            const Floats error = lanes::all(errors[s]);
            for (std::size_t f = 0; f < rows.gmf; f += lanes::count) {
                const Floats each = error * lanes::load(h + f);
                lanes::store(du + f, each * lanes::load(q + f));
                lanes::store(di + f, each * lanes::load(p + f));
            }
        }
        if (d_inputs != nullptr) {
            const float* d = d_inputs + s * 2 * rows.half;
            for (std::size_t f = 0; f < rows.half; f += lanes::count) {
                lanes::store(du + rows.gmf + f, lanes::load(d + f));
                lanes::store(di + rows.gmf + f, lanes::load(d + rows.half + f));
            }
        }
    }
}

std::size_t ncf_gather_touched(const std::uint32_t* ids, std::size_t n, std::size_t part, std::size_t parts,
                               std::size_t width, float* gradients, std::uint32_t* first_of, std::uint32_t* touched) {
    std::size_t count = 0;
    for (std::size_t s = 0; s < n; ++s) {
        const std::uint32_t id = ids[s];
        if (id / 16 % parts != part)
            continue;
        if (first_of[id] == none) {
            first_of[id] = static_cast<std::uint32_t>(s);
            touched[count++] = static_cast<std::uint32_t>(s);
            continue;
        }
        float* sum = gradients + first_of[id] * width;
        const float* more = gradients + s * width;
        for (std::size_t f = 0; f < width; f += lanes::count)
            lanes::store(sum + f, lanes::load(sum + f) + lanes::load(more + f));
    }
    return count;
}

void ncf_step_row(nn::Method method, float* values, const float* gradient, std::size_t n, std::size_t apart,
                  const nn::StepSizes& sizes) {
    if (method == nn::Method::sgd)
        nn::sgd_step(values, gradient, n, sizes);
    else if (method == nn::Method::adagrad)
        nn::adagrad_step(values, gradient, values + apart, n, sizes);
    else
        nn::adam_step(values, gradient, values + apart, values + 2 * apart, n, sizes);
}

} // namespace tastebench
