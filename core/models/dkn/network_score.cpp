// Scoring by titles that are encoded once.
#include "core/models/dkn/network.h"
#include "core/nn/dense.h"

namespace tastebench {

namespace {

using nn::view;

constexpr std::size_t encoded_chunk = 512; ///< titles encoded at a time after training

} // namespace

bool DknNetwork::encode(const TitleTable& titles, EncodedTitles& out, const Parallel& parallel,
                        const Progress* progress) {
    const Step step{progress};
    const std::size_t width = shape_.title_width();
    const std::size_t hidden = shape_.attention;
    const auto& first_layer = scorer_.weights(0);
    const std::size_t units = first_layer.columns;
    out.queries.resize(titles.size() * hidden);
    out.keys.resize(titles.size() * hidden);
    out.as_candidate.resize(titles.size() * units);
    out.as_history.resize(titles.size() * units);
    std::vector<ItemIx> items;
    for (std::size_t first = 0; first < titles.size() && !cancelled(step); first += encoded_chunk) {
        items.clear();
        for (std::size_t item = first; item < std::min<std::size_t>(titles.size(), first + encoded_chunk); ++item)
            items.push_back(static_cast<ItemIx>(item));
        plan_.make(titles, items, shape_.words, shape_.entities);
        reserve(0, 0);
        encode_titles(titles, step, false, parallel);
        std::copy_n(queries_.data(), items.size() * hidden, out.queries.data() + first * hidden);
        std::copy_n(keys_.data(), items.size() * hidden, out.keys.data() + first * hidden);
        // The inputs of the scoring network are the user, then the candidate.
        const auto encoded = view(std::as_const(titles_).data(), items.size(), width);
        const float* weights = std::as_const(parameters_).at(first_layer);
        nn::dense_forward(encoded, view(weights, width, units), nullptr, nn::Activation::identity,
                          view(out.as_history.data() + first * units, items.size(), units));
        nn::dense_forward(encoded, view(weights + width * units, width, units), nullptr, nn::Activation::identity,
                          view(out.as_candidate.data() + first * units, items.size(), units));
    }
    return !cancelled(step);
}

void DknNetwork::score(const EncodedTitles& encoded, const DknBatch& batch, std::span<float> logits) const {
    const std::size_t units = scorer_.weights(0).columns;
    const nn::AttentionTables tables{encoded.keys.data(), encoded.as_history.data(), parameters_.at(v_),
                                     shape_.attention, units};
    constexpr std::size_t slice = nn::DenseStack::slice;
    nn::DenseStack::Work work;
    scorer_.reserve(work, std::min(slice, batch.size()));
    std::vector<float> weights;
    for (std::size_t first = 0; first < batch.size(); first += slice) {
        const std::size_t n = std::min(slice, batch.size() - first);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t s = first + i;
            const std::size_t candidate = batch.candidates[s];
            const auto history =
                std::span(batch.history).subspan(batch.starts[s], batch.starts[s + 1] - batch.starts[s]);
            weights.resize(std::max(weights.size(), history.size()));
            float* sums = work.first_sums(i);
            nn::attend(tables, history, encoded.queries.data() + candidate * shape_.attention, weights.data(), sums);
            nn::add_to(sums, encoded.as_candidate.data() + candidate * units, units);
        }
        scorer_.score_sums(parameters_, work, n);
        std::copy_n(work.output(0), n, logits.data() + first);
    }
}

} // namespace tastebench
