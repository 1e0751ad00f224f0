#include "core/models/rbm/machine.h"

namespace tastebench::rbm {

bool Machine::load_training(Reader& in) {
    const auto stored = in.array<float>();
    if (stored.size() != parameters_.size())
        return false;
    velocity_.assign(stored.begin(), stored.end());
    return true;
}

} // namespace tastebench::rbm
