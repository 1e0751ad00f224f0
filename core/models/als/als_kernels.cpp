#include "core/models/als/als_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/linalg/lanes.h"

namespace tastebench::als {

namespace {

using lanes::Floats;

constexpr std::uint32_t ahead = 8; ///< rows asked of memory before they are needed

/// sums += left's columns [0, n_rows) times the rows' vectors [0, vectors), of one entry.
template <std::uint32_t n_rows, std::uint32_t vectors>
inline void add_entry(const float* left, const float* row, Floats (&sums)[n_rows][vectors]) {
    Floats r[vectors];
    for (std::uint32_t v = 0; v < vectors; ++v)
        r[v] = lanes::load(row + v * lanes::count);
    for (std::uint32_t i = 0; i < n_rows; ++i) {
        const Floats l = lanes::all(left[i]);
        for (std::uint32_t v = 0; v < vectors; ++v)
            sums[i][v] += l * r[v];
    }
}

/// matrix[n_rows][vectors] += left' rows over n entries. Two sets of sums where one would wait for itself.
template <std::uint32_t n_rows, std::uint32_t vectors>
inline void add_tile(const Panels& p, std::size_t n, float* matrix, std::size_t width) {
    // Summed from zero and added once: rounding grows with the number of chunks, not of entries.
    constexpr bool alone = n_rows * vectors >= 8;
    Floats sums[n_rows][vectors] = {};
    Floats others[n_rows][vectors] = {};
    std::size_t k = 0;
    for (; !alone && k + 2 <= n; k += 2) {
        add_entry(p.left + k * p.left_stride, p.rows + k * p.stride, sums);
        add_entry(p.left + (k + 1) * p.left_stride, p.rows + (k + 1) * p.stride, others);
    }
    for (; k < n; ++k)
        add_entry(p.left + k * p.left_stride, p.rows + k * p.stride, sums);
    for (std::uint32_t i = 0; i < n_rows; ++i)
        for (std::uint32_t v = 0; v < vectors; ++v) {
            float* to = matrix + i * width + v * lanes::count;
            const Floats sum = alone ? sums[i][v] : sums[i][v] + others[i][v];
            lanes::store(to, lanes::load(to) + sum);
        }
}

/// out[k] = scale[k] row(k) and right += b[k] row(k), in the floats [first, first + vectors' floats).
template <std::uint32_t vectors, typename Row>
inline void weigh_columns(const Row& row, std::size_t n, std::uint32_t first, std::uint32_t size, const float* scale,
                          const float* b, float* right, float* out) {
    Floats sums[vectors] = {}; // from zero, as in add_tile()
    for (std::size_t k = 0; k < n; ++k) {
        const float* next = row(std::min(k + ahead, n - 1)) + first;
        for (std::uint32_t f = 0; f < vectors * lanes::count; f += 16)
            __builtin_prefetch(next + f);
        const float* from = row(k) + first;
        const Floats s = lanes::all(scale[k]);
        const Floats c = lanes::all(b[k]);
        for (std::uint32_t v = 0; v < vectors; ++v) {
            const Floats value = lanes::load(from + v * lanes::count);
            sums[v] += c * value;
            lanes::store(out + k * size + first + v * lanes::count, s * value);
        }
    }
    for (std::uint32_t v = 0; v < vectors; ++v) {
        float* to = right + first + v * lanes::count;
        lanes::store(to, lanes::load(to) + sums[v]);
    }
}

/// With as many sums in registers as there are.
template <typename Row>
void weigh_rows(const Row& row, std::size_t n, std::uint32_t size, const float* scale, const float* b, float* right,
                float* out) {
    constexpr std::uint32_t wide = 8;
    constexpr std::uint32_t narrow = 16 / lanes::count;
    std::uint32_t first = 0;
    for (; first + wide * lanes::count <= size; first += wide * lanes::count)
        weigh_columns<wide>(row, n, first, size, scale, b, right, out);
    for (; first < size; first += narrow * lanes::count)
        weigh_columns<narrow>(row, n, first, size, scale, b, right, out);
}

} // namespace

void gather(const float* table, std::uint32_t width, const std::uint32_t* columns, std::size_t n, float* out) {
    for (std::size_t k = 0; k < n; ++k) {
        const float* next = table + std::size_t{columns[std::min(k + ahead, n - 1)]} * width;
        for (std::uint32_t f = 0; f < width; f += 16)
            __builtin_prefetch(next + f);
        const float* row = table + std::size_t{columns[k]} * width;
        for (std::uint32_t f = 0; f < width; f += lanes::count)
            lanes::store(out + f, lanes::load(row + f));
        out += width;
    }
}

void weigh(const float* rows, std::uint32_t stride, std::size_t n, std::uint32_t size, const float* scale,
           const float* b, float* right, float* out) {
    weigh_rows([&](std::size_t k) { return rows + k * stride; }, n, size, scale, b, right, out);
}

void gather_weighed(const float* table, std::uint32_t width, const std::uint32_t* columns, std::size_t n,
                    const float* scale, const float* b, float* right, float* out) {
    weigh_rows([&](std::size_t k) { return table + std::size_t{columns[k]} * width; }, n, width, scale, b, right, out);
}

/// Columns two vectors at a time: whole rows above the triangle's steps, then the rows that only the second vector's
/// columns reach.
void add_products(const Panels& panels, std::size_t n, std::uint32_t factors, float* matrix, std::uint32_t width) {
    for (std::uint32_t column = 0; column < factors; column += 2 * lanes::count) {
        const std::uint32_t second = column + lanes::count;
        const std::uint32_t both = std::min(factors, second);
        std::uint32_t row = 0;
        const auto add = [&]<std::uint32_t n_rows, std::uint32_t vectors>(std::uint32_t from) {
            Panels tile = panels;
            tile.left += row;
            tile.rows += from;
            add_tile<n_rows, vectors>(tile, n, matrix + std::size_t{row} * width + from, width);
            row += n_rows;
        };
        while (row < both)
            if (both - row > 8 || both - row == 6 || both - row == 5)
                add.template operator()<6, 2>(column);
            else
                add.template operator()<4, 2>(column);
        for (const std::uint32_t last = std::min(factors, second + lanes::count); row < last;)
            if (last - row > 4)
                add.template operator()<8, 1>(second);
            else
                add.template operator()<4, 1>(second);
    }
}

namespace {

/// Row of the triangle -= sum over the panel's rows t of row_t[at] row_t, from the vector that holds column `at` on.
template <std::uint32_t panel>
inline void subtract_panel(const float* rows, std::uint32_t width, std::uint32_t at, float* row) {
    Floats factor[panel];
    for (std::uint32_t t = 0; t < panel; ++t)
        factor[t] = lanes::all(rows[std::size_t{t} * width + at]);
    for (std::uint32_t i = at / lanes::count * lanes::count; i < width; i += lanes::count) {
        Floats value = lanes::load(row + i);
        for (std::uint32_t t = 0; t < panel; ++t)
            value -= factor[t] * lanes::load(rows + std::size_t{t} * width + i);
        lanes::store(row + i, value);
    }
}

/// Four rows at + 0 .. 3 at once: each vector of the panel is loaded once for the four.
template <std::uint32_t panel>
inline void subtract_panel_from_four(const float* rows, std::uint32_t width, std::uint32_t at, float* row) {
    for (std::uint32_t i = at / lanes::count * lanes::count; i < width; i += lanes::count) {
        Floats value[4];
        for (std::uint32_t r = 0; r < 4; ++r)
            value[r] = lanes::load(row + std::size_t{r} * width + i);
        for (std::uint32_t t = 0; t < panel; ++t) {
            const float* from = rows + std::size_t{t} * width;
            const Floats v = lanes::load(from + i);
            for (std::uint32_t r = 0; r < 4; ++r)
                value[r] -= lanes::all(from[at + r]) * v;
        }
        for (std::uint32_t r = 0; r < 4; ++r)
            lanes::store(row + std::size_t{r} * width + i, value[r]);
    }
}

constexpr std::uint32_t panel_rows = 8;

/// a = U' U in place, upper triangle; inverse: 1 / U_jj, 0 where the pivot is lost.
void decompose(float* a, std::uint32_t factors, std::uint32_t width, float* inverse) {
    for (std::uint32_t j = 0; j < factors; ++j)
        inverse[j] = 1e-6F * a[std::size_t{j} * width + j]; // what a pivot must exceed
    for (std::uint32_t first = 0; first < factors; first += panel_rows) {
        const std::uint32_t last = std::min(factors, first + panel_rows);
        float* panel = a + std::size_t{first} * width;
        for (std::uint32_t j = first; j < last; ++j) {
            float* row = a + std::size_t{j} * width;
            for (std::uint32_t t = first; t < j; ++t)
                subtract_panel<1>(a + std::size_t{t} * width, width, j, row);
            const float pivot = row[j];
            inverse[j] = pivot > inverse[j] ? 1.0F / std::sqrt(pivot) : 0.0F;
            const std::uint32_t begin = j / lanes::count * lanes::count;
            for (std::uint32_t i = begin; i < width; i += lanes::count)
                lanes::store(row + i, inverse[j] * lanes::load(row + i));
            for (std::uint32_t i = begin; i < j; ++i)
                row[i] = 0;
        }
        if (last - first < panel_rows)
            break;
        std::uint32_t k = last;
        for (; k + 4 <= factors; k += 4)
            subtract_panel_from_four<panel_rows>(panel, width, k, a + std::size_t{k} * width);
        for (; k < factors; ++k)
            subtract_panel<panel_rows>(panel, width, k, a + std::size_t{k} * width);
    }
}

} // namespace

double solve_cholesky(float* system, std::uint32_t factors, std::uint32_t width, float* x, float* scratch) {
    float* inverse = scratch;
    float* y = scratch + width;
    float* right = system;
    float* a = system + width;
    decompose(a, factors, width, inverse);
    for (std::uint32_t j = 0; j < factors; ++j) {
        const float* row = a + std::size_t{j} * width;
        y[j] = right[j] * inverse[j];
        const Floats scale = lanes::all(y[j]);
        for (std::uint32_t i = j / lanes::count * lanes::count; i < width; i += lanes::count)
            lanes::store(right + i, lanes::load(right + i) - scale * lanes::load(row + i));
    }
    std::fill(x, x + width, 0.0F);
    for (std::uint32_t j = factors; j-- > 0;) {
        const float* row = a + std::size_t{j} * width;
        Floats sum{};
        for (std::uint32_t i = j / lanes::count * lanes::count; i < width; i += lanes::count)
            sum += lanes::load(row + i) * lanes::load(x + i);
        x[j] = (y[j] - lanes::sum(sum)) * inverse[j];
    }
    std::fill(y + factors, y + width, 0.0F);
    return -dot(y, y, width);
}

void complete(float* matrix, std::uint32_t factors, std::uint32_t width) {
    for (std::uint32_t i = 1; i < factors; ++i)
        for (std::uint32_t j = 0; j < i; ++j)
            matrix[std::size_t{i} * width + j] = matrix[std::size_t{j} * width + i];
}

double solve_nonnegative(float* system, std::uint32_t factors, std::uint32_t width, float* x, float* scratch) {
    constexpr int most_sweeps = 200;
    constexpr float tolerance = 1e-6F;
    float* a = system + width;
    complete(a, factors, width);
    float* slope = scratch; // A x - b
    multiply(a, factors, width, 0, x, slope);
    add_scaled(slope, -1, system, width);
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        float moved = 0;
        float size = 0;
        for (std::uint32_t j = 0; j < factors; ++j) {
            const float* row = a + std::size_t{j} * width;
            if (!(row[j] > 0))
                continue;
            const float next = std::max(0.0F, x[j] - slope[j] / row[j]);
            const float step = next - x[j];
            x[j] = next;
            size = std::max(size, next);
            if (step == 0)
                continue;
            moved = std::max(moved, std::abs(step));
            add_scaled(slope, step, row, width);
        }
        if (moved <= tolerance * size)
            break;
    }
    return dot(x, slope, width) - dot(x, system, width);
}

void products(const float* rows, std::uint32_t stride, std::size_t n, std::uint32_t size, const float* x, float* t) {
    std::size_t k = 0;
    for (; k + lanes::count <= n; k += lanes::count) {
        Floats sum[lanes::count] = {};
        for (std::uint32_t f = 0; f < size; f += lanes::count) {
            const Floats v = lanes::load(x + f);
            for (std::uint32_t r = 0; r < lanes::count; ++r)
                sum[r] += lanes::load(rows + (k + r) * stride + f) * v;
        }
        lanes::store(t + k, lanes::sums(sum));
    }
    for (; k < n; ++k) {
        Floats sum{};
        for (std::uint32_t f = 0; f < size; f += lanes::count)
            sum += lanes::load(rows + k * stride + f) * lanes::load(x + f);
        t[k] = lanes::sum(sum);
    }
}

namespace {

template <std::uint32_t n>
inline void add_some_rows(const float* rows, std::uint32_t stride, std::uint32_t size, const float* t, float* y) {
    Floats scale[n];
    for (std::uint32_t r = 0; r < n; ++r)
        scale[r] = lanes::all(t[r]);
    for (std::uint32_t f = 0; f < size; f += lanes::count) {
        Floats sum = lanes::load(y + f);
        for (std::uint32_t r = 0; r < n; ++r)
            sum += scale[r] * lanes::load(rows + std::size_t{r} * stride + f);
        lanes::store(y + f, sum);
    }
}

} // namespace

void add_rows(const float* rows, std::uint32_t stride, std::size_t n, std::uint32_t size, const float* t, float* y) {
    std::size_t k = 0;
    for (; k + 8 <= n; k += 8)
        add_some_rows<8>(rows + k * stride, stride, size, t + k, y);
    for (; k < n; ++k)
        add_some_rows<1>(rows + k * stride, stride, size, t + k, y);
}

void multiply(const float* matrix, std::uint32_t rows, std::uint32_t width, float shift, const float* x, float* y) {
    constexpr std::uint32_t wide = 8;
    std::uint32_t c = 0;
    for (; c + wide * lanes::count <= width; c += wide * lanes::count) {
        Floats sum[wide];
        for (std::uint32_t v = 0; v < wide; ++v)
            sum[v] = shift * lanes::load(x + c + v * lanes::count);
        for (std::uint32_t j = 0; j < rows; ++j) {
            const Floats scale = lanes::all(x[j]);
            for (std::uint32_t v = 0; v < wide; ++v)
                sum[v] += scale * lanes::load(matrix + std::size_t{j} * width + c + v * lanes::count);
        }
        for (std::uint32_t v = 0; v < wide; ++v)
            lanes::store(y + c + v * lanes::count, sum[v]);
    }
    for (; c < width; c += lanes::count) {
        Floats sum = shift * lanes::load(x + c);
        for (std::uint32_t j = 0; j < rows; ++j)
            sum += lanes::all(x[j]) * lanes::load(matrix + std::size_t{j} * width + c);
        lanes::store(y + c, sum);
    }
}

double dot(const float* a, const float* b, std::uint32_t size) {
    Floats sum{};
    for (std::uint32_t f = 0; f < size; f += lanes::count)
        sum += lanes::load(a + f) * lanes::load(b + f);
    return static_cast<double>(lanes::sum(sum));
}

void add_scaled(float* a, float scale, const float* b, std::uint32_t size) {
    for (std::uint32_t f = 0; f < size; f += lanes::count)
        lanes::store(a + f, lanes::load(a + f) + scale * lanes::load(b + f));
}

} // namespace tastebench::als
