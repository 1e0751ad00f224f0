// The best of one person's scores of all items.
#pragma once

#include <span>
#include <vector>

#include "core/linalg/top_k.h"
#include "core/models/recommender.h"

namespace tastebench {

/// At most options.k of the items that `known` marks, without those of `taken` (ascending): greatest score first, equal
/// ones by item.
template <typename Score>
std::vector<Scored> best_items(std::span<const Score> scores, std::span<const std::uint8_t> known,
                               std::span<const ItemIx> taken, const TopKOptions& options) {
    TopK best(options.k);
    auto next = taken.begin();
    for (ItemIx item = 0; item < scores.size(); ++item) {
        if (next != taken.end() && *next == item)
            ++next;
        else if (known[item] != 0)
            best.offer(item, static_cast<double>(scores[item]));
    }
    options.tell(best.all_finite());
    return best.take();
}

} // namespace tastebench
