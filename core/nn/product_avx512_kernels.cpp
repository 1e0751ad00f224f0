// Compiled for processors with AVX-512 where it can be (see CMakeLists.txt); nothing here may be shared with others.
#include "core/nn/product_tiles.h"

namespace tastebench::nn {

void multiply_packed_avx512(const PackedProduct& product) {
    multiply_panels(product);
}

} // namespace tastebench::nn
