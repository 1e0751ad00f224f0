#include "core/nn/products.h"

#include "core/linalg/lanes.h"

namespace tastebench::nn {

namespace {

constexpr std::size_t lane_count = lanes::count;
constexpr std::size_t most_rows = 6; ///< with two registers a row, 12 sums are under way

} // namespace

#include "core/nn/product_tiles.inl"

namespace {

/// A row of a by the only column of b, which lies without gaps.
float dot(const float* a, const float* b, std::size_t k) {
    lanes::Floats sums[4] = {};
    std::size_t p = 0;
    for (; p + 4 * lane_count <= k; p += 4 * lane_count)
        for (std::size_t v = 0; v < 4; ++v)
            sums[v] += lanes::load(a + p + v * lane_count) * lanes::load(b + p + v * lane_count);
    for (; p + lane_count <= k; p += lane_count)
        sums[0] += lanes::load(a + p) * lanes::load(b + p);
    float rest = lanes::sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
    for (; p < k; ++p)
        rest = lanes::multiply_add(a[p], b[p], rest);
    return rest;
}

void multiply_by_column(const Product& x) {
    for (std::size_t i = 0; i < x.n; ++i) {
        float sum = dot(x.a + i * x.a_row, x.b, x.k) + (x.add ? x.c[i * x.ldc] : 0.0F);
        if (x.bias != nullptr)
            sum += *x.bias;
        x.c[i * x.ldc] = x.relu && sum < 0 ? 0.0F : sum;
    }
}

} // namespace

void multiply_narrow(const Product& product) {
    multiply_tiles(product);
}

void multiply(const Product& x) {
    static const bool wide = has_wide_products();
    const auto run = wide ? multiply_wide : multiply_narrow;
    if (x.m == 1 && x.ldb == 1 && x.a_column == 1)
        return multiply_by_column(x);
    // One column of gradients is one row of the transposed product, whose lanes are full.
    if (x.m == 1 && x.ldc == 1 && x.a_row == 1 && x.bias == nullptr)
        return run({x.b, 1, x.ldb, x.a, x.a_column, x.c, x.n, 1, x.k, x.n, x.add, nullptr, x.relu});
    run(x);
}

void transpose(const float* from, std::size_t lda, std::size_t rows, std::size_t columns, float* to, std::size_t ldb) {
    const std::size_t whole_rows = rows / lane_count * lane_count;
    const std::size_t whole_columns = columns / lane_count * lane_count;
    for (std::size_t i = 0; i < whole_rows; i += lane_count)
        for (std::size_t j = 0; j < whole_columns; j += lane_count) {
            lanes::Floats block[lane_count];
            for (std::size_t r = 0; r < lane_count; ++r)
                block[r] = lanes::load(from + (i + r) * lda + j);
            lanes::transpose(block);
            for (std::size_t r = 0; r < lane_count; ++r)
                lanes::store(to + (j + r) * ldb + i, block[r]);
        }
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
            to[j * ldb + i] = from[i * lda + j];
}

} // namespace tastebench::nn
