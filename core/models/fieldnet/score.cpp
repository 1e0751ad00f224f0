// Scoring of a trained network.
#include <algorithm>
#include <cmath>

#include "core/linalg/top_k.h"
#include "core/models/fieldnet/model.h"

namespace tastebench {

namespace {

constexpr std::uint32_t scored_block = 256;

} // namespace

template <typename Add>
void FieldNetModel::outputs(std::size_t n, std::span<double> out, bool one_user, const Add& add) const {
    FieldNetwork::Work work;
    network_.reserve(work, 1, static_cast<std::uint32_t>(std::min<std::size_t>(n, scored_block)), false);
    if (one_user)
        network_.share_user(work);
    SampleBlock block;
    for (std::size_t first = 0; first < n; first += scored_block) {
        const auto some = static_cast<std::uint32_t>(std::min<std::size_t>(scored_block, n - first));
        block.reset(encoder_, some);
        for (std::uint32_t i = 0; i < some; ++i)
            add(block, first + i);
        network_.forward(work, block, 0, nullptr);
        for (std::uint32_t i = 0; i < some; ++i)
            out[first + i] = static_cast<double>(block.output[i]);
    }
}

double FieldNetModel::finished(double raw) const {
    if (task_ == FeatureTask::clicks)
        return 1 / (1 + std::exp(-raw));
    return task_ == FeatureTask::ratings ? std::clamp(raw, static_cast<double>(least_), static_cast<double>(greatest_))
                                         : raw;
}

void FieldNetModel::score(UserIx user, std::span<double> out) const {
    outputs(out.size(), out, true, [&](SampleBlock& block, std::size_t item) {
        block.add(encoder_, user, static_cast<ItemIx>(item), nullptr, 0);
    });
}

void FieldNetModel::score_some(UserIx user, std::span<const ItemIx> items, std::span<double> out) const {
    outputs(items.size(), out, true,
            [&](SampleBlock& block, std::size_t i) { block.add(encoder_, user, items[i], nullptr, 0); });
}

void FieldNetModel::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    outputs(pairs.size(), out, false,
            [&](SampleBlock& block, std::size_t i) { block.add(encoder_, pairs[i].user, pairs[i].item, nullptr, 0); });
    for (auto& score : out)
        score = finished(score);
}

void FieldNetModel::score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const {
    const bool context = encoder_.has(FieldPart::row);
    EncodedRows encoded;
    outputs(rows.size(), out, false, [&](SampleBlock& block, std::size_t i) {
        const std::size_t within = i % scored_block;
        if (context && within == 0)
            encoder_.encode(data, rows.subspan(i, std::min<std::size_t>(scored_block, rows.size() - i)), encoded);
        block.add(encoder_, data.interactions().user[rows[i]], data.interactions().item[rows[i]],
                  context ? &encoded : nullptr, static_cast<std::uint32_t>(within));
    });
    for (auto& score : out)
        score = finished(score);
}

/// The embeddings of an item's own fields side by side.
void FieldNetModel::item_vector(ItemIx item, std::span<float> out) const {
    const EncodedRows& rows = encoder_.items();
    const std::uint32_t dim = network_.shape().dim;
    const auto& fields = encoder_.fields();
    const auto base =
        std::find_if(fields.begin(), fields.end(), [](const Field& f) { return f.part() == FieldPart::item; });
    std::fill(out.begin(), out.end(), 0.0F);
    const auto add = [&](std::size_t field, std::uint32_t index, float value) {
        for (std::uint32_t f = 0; f < dim; ++f)
            out[field * dim + f] += value * network_.table().row(index)[f];
    };
    const std::uint32_t categories = rows.singles - rows.numbers;
    for (std::uint32_t s = 0; s < rows.singles; ++s)
        add(s, rows.index[std::size_t{item} * rows.singles + s],
            s < categories ? 1.0F : rows.number[std::size_t{item} * rows.numbers + (s - categories)]);
    for (auto at = rows.starts.empty() ? 0 : rows.starts[item]; !rows.starts.empty() && at < rows.starts[item + 1];
         ++at)
        add(rows.multi_field[at] - static_cast<std::size_t>(base - fields.begin()), rows.multi_index[at],
            rows.multi_value[at]);
}

std::vector<Scored> FieldNetModel::similar_items(ItemIx item, std::uint32_t k) const {
    const auto own =
        static_cast<std::size_t>(std::count_if(encoder_.fields().begin(), encoder_.fields().end(),
                                               [](const Field& field) { return field.part() == FieldPart::item; }));
    const std::size_t width = own * network_.shape().dim;
    std::vector<float> all(n_items() * width);
    std::vector<double> length(n_items(), 0.0);
    for (ItemIx i = 0; i < n_items(); ++i) {
        item_vector(i, std::span(all).subspan(i * width, width));
        for (std::size_t f = 0; f < width; ++f)
            length[i] += static_cast<double>(all[i * width + f]) * static_cast<double>(all[i * width + f]);
    }
    TopK best(k);
    for (ItemIx other = 0; other < n_items(); ++other) {
        if (other == item || !item_in_training(other) || length[item] == 0 || length[other] == 0)
            continue;
        double dot = 0;
        for (std::size_t f = 0; f < width; ++f)
            dot += static_cast<double>(all[item * width + f]) * static_cast<double>(all[other * width + f]);
        best.offer(other, dot / std::sqrt(length[item] * length[other]));
    }
    return best.take();
}

} // namespace tastebench
