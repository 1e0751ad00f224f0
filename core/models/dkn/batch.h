// Titles as the network reads them, the samples of one step, and what is distinct among them: each title, word and
// entity of a batch is worked on once, and gradients are summed over the places where it stands, in their order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

/// Of each item the first words of its title. Numbers are rows of the network's tables; 0 is the unknown word, and no
/// entity.
struct TitleTable {
    std::uint32_t length = 0;            ///< most words of a title
    std::vector<std::uint32_t> counts;   ///< words of each item's title
    std::vector<std::uint32_t> words;    ///< [items x length]
    std::vector<std::uint32_t> entities; ///< [items x length], or empty: there is no such channel
    std::uint32_t size() const { return static_cast<std::uint32_t>(counts.size()); }
};

/// A candidate, what its user had before, latest first, and whether it was clicked.
struct DknBatch {
    std::vector<ItemIx> candidates;
    std::vector<std::uint32_t> starts; ///< samples + 1
    std::vector<ItemIx> history;       ///< of sample s: [starts[s], starts[s + 1])
    std::vector<float> targets;
    std::size_t size() const { return candidates.size(); }
    void clear();
};

/// Numbers in the order in which they first come.
class Distinct {
  public:
    /// Forgets all; numbers are below `most`.
    void reset(std::size_t most);
    /// Its place among the distinct ones.
    std::uint32_t add(std::uint32_t number);
    std::span<const std::uint32_t> numbers() const { return numbers_; }
    std::size_t size() const { return numbers_.size(); }

  private:
    std::vector<std::uint64_t> stamps_;
    std::vector<std::uint32_t> places_, numbers_;
    std::uint64_t clock_ = 0;
};

/// Which references name each of n things: those of thing i are refs[starts[i] .. starts[i + 1]), ascending.
struct References {
    std::vector<std::uint32_t> starts, refs;
    /// names[r] is the thing of reference r; `none` for those that name nothing.
    void make(std::span<const std::uint32_t> names, std::size_t n, std::uint32_t none);
    std::span<const std::uint32_t> of(std::size_t i) const {
        return std::span(refs).subspan(starts[i], starts[i + 1] - starts[i]);
    }
};

/// Rows of a table that a batch needs, and where they stand.
struct BatchRows {
    Distinct rows;
    std::vector<std::uint32_t> of_place; ///< [titles x length]: place in `rows`, or TextSide::none
    References places;                   ///< title x length + place of each row
};

struct BatchPlan {
    Distinct titles; ///< items; those that are candidates come first
    std::size_t n_candidates = 0;
    std::vector<std::uint32_t> candidate, history; ///< of each sample and reference: its place in `titles`
    std::vector<std::uint32_t> sample;             ///< of each reference
    References as_candidate, as_history;           ///< samples and references of each title
    BatchRows words, entities;
    std::uint32_t length = 0;

    void make(const TitleTable& table, const DknBatch& batch, std::uint32_t n_words, std::uint32_t n_entities);
    /// Only titles, to be encoded.
    void make(const TitleTable& table, std::span<const ItemIx> items, std::uint32_t n_words, std::uint32_t n_entities);

  private:
    void find_rows(const TitleTable& table, std::uint32_t n_words, std::uint32_t n_entities);
};

} // namespace tastebench
