#include "core/models/rbm/machine.h"

#include <algorithm>

namespace tastebench::rbm {

bool Machine::load_training(Reader& in) {
    const auto stored = in.array<float>();
    if (stored.size() != velocity_.size())
        return false;
    std::copy(stored.begin(), stored.end(), velocity_.begin());
    return true;
}

} // namespace tastebench::rbm
