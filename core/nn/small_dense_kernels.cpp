#include "core/linalg/lanes.h"
#include "core/nn/small_dense.h"

namespace tastebench::nn {

namespace {

using lanes::Floats;

/// c = begin + a b, c [m x n]. Tiles of c stay in registers while all of k goes by; 6 x 2 vectors of sums, two of b and
/// one of a are what the processor has room for, and enough sums under way to hide the time that one takes.
struct Product {
    const float* a;
    std::size_t a_row, a_step; ///< a(i, k) is a[i a_row + k a_step]
    const float* b;            ///< [k x n]
    float* c;
    std::size_t m, n, k;
    const float* bias = nullptr; ///< sums begin with this row
    bool add = false;            ///< sums begin with what is in c
    bool relu = false;
    const float* gate = nullptr; ///< as c: sums are dropped where it is not above 0
};

constexpr std::size_t most_rows = 6;

template <std::size_t Rows, std::size_t Vectors>
void tile(const Product& p, std::size_t row, std::size_t column) {
    Floats sums[Rows][Vectors];
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t v = 0; v < Vectors; ++v) {
            const std::size_t at = column + v * lanes::count;
            sums[r][v] = p.bias != nullptr ? lanes::load(p.bias + at)
                         : p.add           ? lanes::load(p.c + (row + r) * p.n + at)
                                           : Floats{};
        }
    const float* a = p.a + row * p.a_row;
    const float* b = p.b + column;
    for (std::size_t k = 0; k < p.k; ++k, a += p.a_step, b += p.n) {
        Floats factors[Vectors];
        for (std::size_t v = 0; v < Vectors; ++v)
            factors[v] = lanes::load(b + v * lanes::count);
        for (std::size_t r = 0; r < Rows; ++r) {
            const Floats weight = lanes::all(a[r * p.a_row]);
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] += weight * factors[v];
        }
    }
    for (std::size_t r = 0; r < Rows; ++r)
        for (std::size_t v = 0; v < Vectors; ++v) {
            const std::size_t at = (row + r) * p.n + column + v * lanes::count;
            Floats sum = sums[r][v];
            if (p.relu)
                sum = sum > 0.0F ? sum : Floats{};
            if (p.gate != nullptr)
                sum = lanes::load(p.gate + at) > 0.0F ? sum : Floats{};
            lanes::store(p.c + at, sum);
        }
}

template <std::size_t Rows, std::size_t Vectors>
void rest(const Product& p, std::size_t row, std::size_t column) {
    if constexpr (Rows > 0) {
        if (p.m - row == Rows)
            tile<Rows, Vectors>(p, row, column);
        else
            rest<Rows - 1, Vectors>(p, row, column);
    }
}

template <std::size_t Vectors>
void columns(const Product& p, std::size_t column) {
    std::size_t row = 0;
    for (; row + most_rows <= p.m; row += most_rows)
        tile<most_rows, Vectors>(p, row, column);
    rest<most_rows - 1, Vectors>(p, row, column);
}

void multiply(const Product& p) {
    std::size_t column = 0;
    for (; column + 2 * lanes::count <= p.n; column += 2 * lanes::count)
        columns<2>(p, column);
    if (column < p.n)
        columns<1>(p, column);
}

} // namespace

void small_forward(const SmallDense& layer, std::size_t n, const float* x, const float* weights, const float* bias,
                   bool relu, float* y) {
    Product p{x, layer.inputs, 1, weights, y, n, layer.outputs, layer.inputs};
    p.bias = bias;
    p.relu = relu;
    multiply(p);
}

void small_backward(const SmallDense& layer, std::size_t n, const float* dy, const float* transposed, const float* gate,
                    float* dx) {
    Product p{dy, layer.outputs, 1, transposed, dx, n, layer.inputs, layer.outputs};
    p.gate = gate;
    multiply(p);
}

void small_gradient(const SmallDense& layer, std::size_t n, const float* x, const float* dy, float* d_weights,
                    float* d_bias) {
    Product p{x, 1, layer.inputs, dy, d_weights, layer.inputs, layer.outputs, n};
    p.add = true;
    multiply(p);
    for (std::size_t s = 0; s < n; ++s)
        for (std::size_t o = 0; o < layer.outputs; ++o)
            d_bias[o] += dy[s * layer.outputs + o];
}

void small_transpose(const SmallDense& layer, const float* weights, float* transposed) {
    for (std::size_t i = 0; i < layer.inputs; ++i)
        for (std::size_t o = 0; o < layer.outputs; ++o)
            transposed[o * layer.inputs + i] = weights[i * layer.outputs + o];
}

} // namespace tastebench::nn
