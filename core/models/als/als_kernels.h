// The dense inner loops of alternating least squares. One row's problem: minimise over x
//   sum over its entries k of (w_k (q_k . x)^2 - 2 b_k (q_k . x)) + x' (B + lambda I) x,
// so that (sum w_k q_k q_k' + B + lambda I) x = sum b_k q_k. Matrices are row-major floats; `width` is a multiple of
// 16 that pads the factors with zeros; everything is aligned to 64 bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tastebench::als {

/// Entries whose products are added up in one go: their factors stay in the first-level cache.
constexpr std::uint32_t chunk = 32;

/// The rows of `table` named by columns, one after another.
void gather(const float* table, std::uint32_t width, const std::uint32_t* columns, std::size_t n, float* out);

/// Row k of out = scale_k times row k of `rows`, and right += sum of b_k row k; `size` floats each, a multiple of 16.
void weigh(const float* rows, std::uint32_t stride, std::size_t n, std::uint32_t size, const float* scale,
           const float* b, float* right, float* out);
/// The same of the rows of `table` named by columns.
void gather_weighed(const float* table, std::uint32_t width, const std::uint32_t* columns, std::size_t n,
                    const float* scale, const float* b, float* right, float* out);

/// Row k at left + k left_stride, and at rows + k stride; the padding is zeros.
struct Panels {
    const float* left;
    std::size_t left_stride;
    const float* rows;
    std::size_t stride;
};
/// matrix += left' rows over n rows, upper triangle: row i from column i on; what is before it is not defined. The
/// matrix has `width` rows of `width`.
void add_products(const Panels& panels, std::size_t n, std::uint32_t factors, float* matrix, std::uint32_t width);

/// Solves a system (row 0 the right side, then the matrix) by Cholesky's decomposition in its place; x has `width`
/// floats, the padding zeros. A pivot that rounding cannot tell from nothing leaves its factor 0. scratch: 2 x width.
/// Returns the minimum, -b'x.
double solve_cholesky(float* system, std::uint32_t factors, std::uint32_t width, float* x, float* scratch);

/// Minimises over x >= 0 by coordinate descent, from x as given. The system's matrix is completed to both triangles.
/// scratch: width. Returns the minimum.
double solve_nonnegative(float* system, std::uint32_t factors, std::uint32_t width, float* x, float* scratch);

/// t_k = row k of rows . x over `size` floats.
void products(const float* rows, std::uint32_t stride, std::size_t n, std::uint32_t size, const float* x, float* t);
/// y += sum of t_k row k.
void add_rows(const float* rows, std::uint32_t stride, std::size_t n, std::uint32_t size, const float* t, float* y);
/// y = matrix x + shift x, the matrix symmetric and whole, with `rows` rows of `width`; 0 rows: y = shift x.
void multiply(const float* matrix, std::uint32_t rows, std::uint32_t width, float shift, const float* x, float* y);
/// Copies the upper triangle (row i from column i on) to the lower.
void complete(float* matrix, std::uint32_t factors, std::uint32_t width);

double dot(const float* a, const float* b, std::uint32_t size);
/// a += scale b
void add_scaled(float* a, float scale, const float* b, std::uint32_t size);

} // namespace tastebench::als
