// The register tiles of products.h, for registers of `lane_count` floats and tiles of up to `most_rows` rows, which the
// file that includes this defines in its anonymous namespace. No template of the standard library may be used here: one
// that were compiled for wide registers could be linked in place of the other.

namespace {

using Vector = float __attribute__((vector_size(4 * lane_count)));
using Loose = float __attribute__((vector_size(4 * lane_count), aligned(4), may_alias));

constexpr std::size_t tile_columns = 2 * lane_count;
constexpr std::size_t most_depth = 320; ///< of k at once, so that a panel of b stays in the first cache

/// What is done with a tile when its sums are there.
struct Finish {
    bool begin;        ///< the first part of k: c is not read
    const float* bias; ///< of the tile's columns; null before the last part of k
    bool relu;
};

/// Rows x (Vectors x lane_count) of c, from k terms.
template <int Rows, int Vectors, bool Across>
void tile(const float* a, std::size_t lda, const float* b, std::size_t ldb, float* c, std::size_t ldc, std::size_t k,
          const Finish& finish) {
    Vector sums[Rows][Vectors];
    for (int i = 0; i < Rows; ++i)
        for (int v = 0; v < Vectors; ++v)
            sums[i][v] = finish.begin ? Vector{} : *reinterpret_cast<const Loose*>(c + i * ldc + v * lane_count);
    for (std::size_t p = 0; p < k; ++p) {
        Vector row[Vectors];
        for (int v = 0; v < Vectors; ++v)
            row[v] = *reinterpret_cast<const Loose*>(b + p * ldb + v * lane_count);
        for (int i = 0; i < Rows; ++i) {
            const float factor = Across ? a[p * lda + static_cast<std::size_t>(i)] : a[i * lda + p];
            for (int v = 0; v < Vectors; ++v)
                sums[i][v] += factor * row[v];
        }
    }
    for (int i = 0; i < Rows; ++i)
        for (int v = 0; v < Vectors; ++v) {
            Vector sum = sums[i][v];
            if (finish.bias != nullptr)
                sum += *reinterpret_cast<const Loose*>(finish.bias + v * lane_count);
            if (finish.relu)
                sum = sum < 0.0F ? Vector{} : sum;
            *reinterpret_cast<Loose*>(c + i * ldc + v * lane_count) = sum;
        }
}

template <int Vectors, bool Across>
void tile_of(std::size_t rows, const float* a, std::size_t lda, const float* b, std::size_t ldb, float* c,
             std::size_t ldc, std::size_t k, const Finish& finish) {
    switch (rows) {
#define TASTEBENCH_ROWS(n)                                                                                             \
    case n:                                                                                                            \
        return tile < n <= most_rows ? n : 1, Vectors, Across > (a, lda, b, ldb, c, ldc, k, finish);
        TASTEBENCH_ROWS(1)
        TASTEBENCH_ROWS(2)
        TASTEBENCH_ROWS(3)
        TASTEBENCH_ROWS(4)
        TASTEBENCH_ROWS(5)
        TASTEBENCH_ROWS(6)
        TASTEBENCH_ROWS(7)
        TASTEBENCH_ROWS(8)
        TASTEBENCH_ROWS(9)
        TASTEBENCH_ROWS(10)
        TASTEBENCH_ROWS(11)
        TASTEBENCH_ROWS(12)
#undef TASTEBENCH_ROWS
    }
}

/// All rows of c in some columns: tiles as equal in height as can be.
template <int Vectors, bool Across>
void panel(const Product& x, const float* a, const float* b, std::size_t ldb, float* c, std::size_t ldc,
           std::size_t depth, const Finish& finish) {
    const std::size_t tiles = (x.n + most_rows - 1) / most_rows;
    const std::size_t lda = Across ? x.a_column : x.a_row;
    for (std::size_t t = 0; t < tiles; ++t) {
        const std::size_t first = t * x.n / tiles;
        const std::size_t rows = (t + 1) * x.n / tiles - first;
        tile_of<Vectors, Across>(rows, Across ? a + first : a + first * lda, lda, b, ldb, c + first * ldc, ldc, depth,
                                 finish);
    }
}

/// The last columns, fewer than a register holds: b is copied to where zeros fill it up, and each tile of c with it.
template <bool Across>
void last_columns(const Product& x, const float* a, const float* b, float* c, std::size_t depth, const Finish& finish) {
    alignas(64) float copied[most_depth * lane_count] = {};
    alignas(64) float result[most_rows * lane_count] = {};
    alignas(64) float bias[lane_count] = {};
    const std::size_t columns = x.m % lane_count;
    for (std::size_t p = 0; p < depth; ++p)
        for (std::size_t j = 0; j < columns; ++j)
            copied[p * lane_count + j] = b[p * x.ldb + j];
    for (std::size_t j = 0; finish.bias != nullptr && j < columns; ++j)
        bias[j] = finish.bias[j];
    const Finish own{finish.begin, finish.bias != nullptr ? bias : nullptr, finish.relu};
    const std::size_t lda = Across ? x.a_column : x.a_row;
    for (std::size_t first = 0; first < x.n; first += most_rows) {
        const std::size_t rows = x.n - first < most_rows ? x.n - first : most_rows;
        for (std::size_t i = 0; !finish.begin && i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                result[i * lane_count + j] = c[(first + i) * x.ldc + j];
        tile_of<1, Across>(rows, Across ? a + first : a + first * lda, lda, copied, lane_count, result, lane_count,
                           depth, own);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                c[(first + i) * x.ldc + j] = result[i * lane_count + j];
    }
}

template <bool Across>
void all_columns(const Product& x) {
    const std::size_t parts = x.k <= most_depth ? 1 : (x.k + most_depth - 1) / most_depth;
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t from = part * x.k / parts;
        const std::size_t depth = (part + 1) * x.k / parts - from;
        const float* a = x.a + from * x.a_column;
        const bool last = part + 1 == parts;
        std::size_t j = 0;
        const auto finish = [&] {
            return Finish{part == 0 && !x.add, last && x.bias != nullptr ? x.bias + j : nullptr, last && x.relu};
        };
        for (; j + tile_columns <= x.m; j += tile_columns)
            panel<2, Across>(x, a, x.b + from * x.ldb + j, x.ldb, x.c + j, x.ldc, depth, finish());
        for (; j + lane_count <= x.m; j += lane_count)
            panel<1, Across>(x, a, x.b + from * x.ldb + j, x.ldb, x.c + j, x.ldc, depth, finish());
        if (j < x.m)
            last_columns<Across>(x, a, x.b + from * x.ldb + j, x.c + j, depth, finish());
    }
}

void multiply_tiles(const Product& x) {
    if (x.a_column == 1)
        all_columns<false>(x);
    else
        all_columns<true>(x);
}

} // namespace
