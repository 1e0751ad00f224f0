// Training of translation embeddings: margin ranking loss over mini-batches of true triples, each beside a false one.
//
// The gradients of a batch are taken at the vectors as they stood before it, pair by pair, in parallel. Then they are
// applied in the order of the pairs; each row belongs to one of a fixed number of owners, and owners work in parallel.
// So the result has the same digits on any number of threads.
#pragma once

#include <new>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/graph/translation.h"
#include "core/graph/triples.h"

namespace tastebench {

/// Memory aligned to 64 bytes.
template <typename T>
struct LineAllocator {
    using value_type = T;
    LineAllocator() = default;
    template <typename U>
    explicit LineAllocator(const LineAllocator<U>&) {}
    T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64})); }
    void deallocate(T* at, std::size_t) { ::operator delete (at, std::align_val_t{64}); }
    bool operator==(const LineAllocator&) const = default;
};
using LineFloats = std::vector<float, LineAllocator<float>>;

/// Rows of equal width.
struct RowTable {
    std::uint32_t width = 0;
    LineFloats values;
    RowTable() = default;
    RowTable(std::size_t rows, std::uint32_t row_width) : width(row_width), values(rows * row_width, 0.0F) {}
    RowView row(std::size_t i) const { return std::span(values).subspan(i * width, width); }
    RowEdit edit(std::size_t i) { return std::span(values).subspan(i * width, width); }
    std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
};

struct EmbeddingTables {
    RowTable entities, relations;
};

struct TrainingSettings {
    std::uint32_t epochs = 100, batch = 1024;
    float margin = 1, learning_rate = 0.1F;
    bool adagrad = true, bernoulli = false;
};

/// Random start values for a seed.
EmbeddingTables start_tables(const Translation& method, std::uint32_t n_entities, std::uint32_t n_relations,
                             std::uint64_t seed, const Parallel& parallel);

/// Trains in place. Reports the curve "loss" (mean over the pairs of an epoch); answers a cancel within a batch or a
/// block of pairs. Errors: cancelled; failed where the loss is no longer finite.
Status train_translation(const Translation& method, EmbeddingTables& tables, std::span<const Triple> train,
                         const TripleIndex& known, const TrainingSettings& settings, std::uint64_t seed,
                         const Parallel& parallel, Progress& progress);

} // namespace tastebench
