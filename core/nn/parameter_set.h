// The dense parameters of a network in one flat array, so that gradients of several slices of a batch are summed, and
// an optimiser steps, in one pass.
#pragma once

#include <span>

#include "core/base/binary.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/nn/matrix.h"

namespace tastebench::nn {

/// A matrix within the flat array, rows x columns, row-major, at a 64-byte boundary.
struct Slot {
    std::size_t offset = 0, rows = 0, columns = 0;
    std::size_t size() const { return rows * columns; }
};

class ParameterSet {
  public:
    /// All zeros until drawn.
    Slot add(std::size_t rows, std::size_t columns);
    /// Glorot and Bengio 2010: uniform within +- sqrt(6 / (rows + columns)).
    void draw_glorot(const Slot& slot, std::uint64_t seed, std::uint32_t stream);
    /// Uniform within +- 1 / sqrt(inputs): what LeCun, Bottou, Orr, Müller 1998 ask for, made narrower by sqrt(3), as
    /// PyTorch's layers begin.
    void draw_by_inputs(const Slot& slot, std::size_t inputs, std::uint64_t seed, std::uint32_t stream);
    void draw_normal(const Slot& slot, float deviation, std::uint64_t seed, std::uint32_t stream);
    void fill(const Slot& slot, float value);

    std::size_t size() const { return values_.size(); }
    float* at(const Slot& slot) { return values_.data() + slot.offset; }
    const float* at(const Slot& slot) const { return values_.data() + slot.offset; }
    MatrixView matrix(const Slot& slot) { return view(at(slot), slot.rows, slot.columns); }
    ConstMatrixView matrix(const Slot& slot) const { return view(at(slot), slot.rows, slot.columns); }
    std::span<float> values() { return values_; }
    std::span<const float> values() const { return values_; }

    void save(Writer& out) const;
    /// False, and nothing changed, if what is read has another size.
    bool load(Reader& in);

  private:
    void draw_uniform(const Slot& slot, double bound, std::uint64_t seed, std::uint32_t stream);

    AlignedFloats values_;
};

/// The gradients of a batch: one flat array for each slice of it, of the size of the parameter set.
class Gradients {
  public:
    void resize(std::size_t slices, std::size_t size);
    std::size_t slices() const { return slices_.size(); }
    void clear(std::size_t slice);
    float* at(std::size_t slice, const Slot& slot) { return slices_[slice].data() + slot.offset; }
    MatrixView matrix(std::size_t slice, const Slot& slot) { return view(at(slice, slot), slot.rows, slot.columns); }
    /// Adds the first `used` slices up in their order into slice 0, on any number of threads with the same digits.
    std::span<float> sum(std::size_t used, const Parallel& parallel);

  private:
    std::vector<AlignedFloats> slices_;
};

} // namespace tastebench::nn
