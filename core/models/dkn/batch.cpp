#include "core/models/dkn/batch.h"

#include <algorithm>

#include "core/nn/word_convolution.h"

namespace tastebench {

namespace {

constexpr auto none = nn::TextSide::none;

/// Row numbers of all places of the titles; `zero_is_none`: number 0 has no row.
void find(BatchRows& out, const std::vector<std::uint32_t>& table, const TitleTable& titles,
          std::span<const ItemIx> items, std::size_t n_rows, bool zero_is_none) {
    out.rows.reset(n_rows);
    out.of_place.resize(items.size() * titles.length);
    for (std::size_t t = 0; t < items.size(); ++t)
        for (std::uint32_t p = 0; p < titles.length; ++p) {
            const auto number = table[std::size_t{items[t]} * titles.length + p];
            const bool there = p < titles.counts[items[t]] && !(zero_is_none && number == 0);
            out.of_place[t * titles.length + p] = there ? out.rows.add(number) : none;
        }
    out.places.make(out.of_place, out.rows.size(), none);
}

} // namespace

void DknBatch::clear() {
    candidates.clear();
    history.clear();
    targets.clear();
    starts.assign(1, 0);
}

void Distinct::reset(std::size_t most) {
    if (stamps_.size() < most) {
        stamps_.resize(most, 0);
        places_.resize(most, 0);
    }
    ++clock_;
    numbers_.clear();
}

std::uint32_t Distinct::add(std::uint32_t number) {
    if (stamps_[number] != clock_) {
        stamps_[number] = clock_;
        places_[number] = static_cast<std::uint32_t>(numbers_.size());
        numbers_.push_back(number);
    }
    return places_[number];
}

void References::make(std::span<const std::uint32_t> names, std::size_t n, std::uint32_t nothing) {
    starts.assign(n + 2, 0);
    for (const auto name : names)
        if (name != nothing)
            ++starts[name + 2];
    for (std::size_t i = 2; i < n + 2; ++i)
        starts[i] += starts[i - 1];
    refs.resize(starts[n + 1]);
    for (std::uint32_t r = 0; r < names.size(); ++r)
        if (names[r] != nothing)
            refs[starts[names[r] + 1]++] = r;
    starts.pop_back();
}

void BatchPlan::find_rows(const TitleTable& table, std::uint32_t n_words, std::uint32_t n_entities) {
    length = table.length;
    find(words, table.words, table, titles.numbers(), n_words, false);
    if (!table.entities.empty())
        find(entities, table.entities, table, titles.numbers(), n_entities, true);
}

void BatchPlan::make(const TitleTable& table, std::span<const ItemIx> items, std::uint32_t n_words,
                     std::uint32_t n_entities) {
    titles.reset(table.size());
    for (const auto item : items)
        titles.add(item);
    n_candidates = titles.size();
    find_rows(table, n_words, n_entities);
}

void BatchPlan::make(const TitleTable& table, const DknBatch& batch, std::uint32_t n_words, std::uint32_t n_entities) {
    titles.reset(table.size());
    candidate.clear();
    history.clear();
    sample.clear();
    for (const auto item : batch.candidates)
        candidate.push_back(titles.add(item));
    n_candidates = titles.size();
    for (std::uint32_t s = 0; s < batch.size(); ++s)
        for (auto at = batch.starts[s]; at < batch.starts[s + 1]; ++at) {
            history.push_back(titles.add(batch.history[at]));
            sample.push_back(s);
        }
    as_candidate.make(candidate, titles.size(), none);
    as_history.make(history, titles.size(), none);
    find_rows(table, n_words, n_entities);
}

} // namespace tastebench
