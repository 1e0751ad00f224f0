// Views of single-precision matrices for networks: row-major, one sample a row, every buffer aligned to 64 bytes.
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

namespace tastebench::nn {

using AlignedFloats = std::vector<float, Eigen::aligned_allocator<float>>;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// Rows may be farther apart than they are wide.
using Stride = Eigen::OuterStride<>;
using MatrixView = Eigen::Map<RowMajor, Eigen::Unaligned, Stride>;
using ConstMatrixView = Eigen::Map<const RowMajor, Eigen::Unaligned, Stride>;

inline MatrixView view(float* data, std::size_t rows, std::size_t columns, std::size_t stride) {
    return {data, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns),
            Stride(static_cast<Eigen::Index>(stride))};
}
inline MatrixView view(float* data, std::size_t rows, std::size_t columns) {
    return view(data, rows, columns, columns);
}
inline ConstMatrixView view(const float* data, std::size_t rows, std::size_t columns, std::size_t stride) {
    return {data, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns),
            Stride(static_cast<Eigen::Index>(stride))};
}
inline ConstMatrixView view(const float* data, std::size_t rows, std::size_t columns) {
    return view(data, rows, columns, columns);
}

/// Empties containers and gives their memory back, which neither clear() nor = {} does.
template <typename... Containers>
void give_back(Containers&... containers) {
    (Containers().swap(containers), ...);
}

/// Floats handed out one after another from one block that is made once, so that a training step allocates nothing.
class Arena {
  public:
    /// Everything handed out before is void.
    void reserve(std::size_t floats) {
        if (floats > buffer_.size())
            buffer_.assign(floats, 0.0F);
        used_ = 0;
    }
    void reset() { used_ = 0; }
    /// n floats at a 64-byte boundary, with whatever was in them. Null when the block is used up: reserve() was too
    /// small.
    float* take(std::size_t n) {
        const std::size_t padded = (n + 15) / 16 * 16;
        if (used_ + padded > buffer_.size())
            return nullptr;
        float* out = buffer_.data() + used_;
        used_ += padded;
        return out;
    }

  private:
    AlignedFloats buffer_;
    std::size_t used_ = 0;
};

} // namespace tastebench::nn
