// Embeddings and linear weights of all values of all fields, each row beside the moments that the optimiser keeps for
// it. A step costs only what the rows that a batch touched cost; the moments of the others rest (lazy Adam).
#pragma once

#include "core/base/binary.h"
#include "core/base/large_pages.h"
#include "core/base/parallel.h"
#include "core/models/fieldnet/field_kernels.h"

namespace tastebench {

class FieldTable {
  public:
    /// All zeros, with room for the moments of this method.
    void start(std::size_t indices, const InputLayout& layout, nn::Method method);
    /// Normal embeddings for the known indices, from streams (seed, stream, index); their linear weights and all else
    /// stay 0, so what is unknown adds nothing.
    void draw(std::span<const std::uint8_t> known, float deviation, std::uint64_t seed, std::uint32_t stream,
              const Parallel& parallel);

    const TableShape& shape() const { return shape_; }
    std::size_t indices() const { return indices_; }
    bool finite() const; ///< all values
    const float* data() const { return rows_.data(); }
    float* row(std::size_t index) { return rows_.data() + index * shape_.stride; }
    const float* row(std::size_t index) const { return rows_.data() + index * shape_.stride; }

    void begin_step() { ++step_; }
    TouchedRows::Mark* marks() { return marks_.data(); }
    std::uint32_t step() const { return step_; }
    /// Steps and empties `touched`.
    void apply(TouchedRows& touched, const nn::OptimizerSettings& settings, std::uint64_t step);

    /// Gives back the room of what only steps need; no begin_step() any more.
    void drop_moments();

    void save(Writer& out) const;                   ///< the values: [indices, dim + 1]
    void set_values(std::span<const float> values); ///< as saved
    void save_moments(Writer& out) const;
    bool load_moments(Reader& in); ///< false if they are not of this shape

  private:
    void save_lanes(Writer& out, std::size_t first, std::size_t last) const;
    void set_lanes(std::span<const float> values, std::size_t first, std::size_t last);

    TableShape shape_;
    std::size_t indices_ = 0;
    std::vector<float, LargePageAllocator<float>> rows_;
    std::vector<TouchedRows::Mark> marks_;
    std::uint32_t step_ = 0;
};

} // namespace tastebench
