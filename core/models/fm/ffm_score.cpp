// Scoring and the stored form of the field-aware factorisation machine.
#include <algorithm>
#include <cmath>

#include "core/models/fm/ffm_model.h"

namespace tastebench {

namespace {

constexpr std::size_t scored_block = 256;

bool is_of(const Field& field, FieldPart part) {
    return field.part() == part;
}

/// The entries of one entity's part, with the field of each.
template <typename Body>
void for_each_entry(const EncodedRows& rows, std::uint32_t row, std::span<const std::uint16_t> single_fields,
                    const Body& body) {
    for (std::uint32_t s = 0; s < rows.singles; ++s) {
        const std::uint32_t categories = rows.singles - rows.numbers;
        body(single_fields[s], rows.index[std::size_t{row} * rows.singles + s],
             s < categories ? 1.0F : rows.number[std::size_t{row} * rows.numbers + (s - categories)]);
    }
    for (auto at = rows.starts.empty() ? 0 : rows.starts[row]; !rows.starts.empty() && at < rows.starts[row + 1]; ++at)
        body(rows.multi_field[at], rows.multi_index[at], rows.multi_value[at]);
}

} // namespace

/// Every pair of a user field and an item field is a stretch of factors: score = w0 + l_u + l_i + r (c_u + c_i + p .
/// q).
void FfmModel::fold_side(FieldPart part, const Parallel& parallel) {
    const bool user = part == FieldPart::user;
    const EncodedRows& rows = user ? encoder_.users() : encoder_.items();
    FactorTable& table = user ? users_ : items_;
    Side& side = user ? user_side_ : item_side_;
    std::vector<std::uint32_t> mine;
    std::vector<std::uint32_t> others;
    std::vector<std::uint16_t> singles;
    for (std::uint32_t f = 0; f < fields(); ++f) {
        const auto& field = encoder_.fields()[f];
        if (is_of(field, part))
            mine.push_back(f);
        if (is_of(field, user ? FieldPart::item : FieldPart::user))
            others.push_back(f);
        if (is_of(field, part) && field.kind != FieldKind::multi)
            singles.push_back(static_cast<std::uint16_t>(f));
    }
    const auto stretches = static_cast<std::uint32_t>(mine.size() * others.size());
    table.resize(rows.n, std::max(1U, stretches * factors_));
    side.linear.assign(rows.n, 0.0F);
    side.length.assign(rows.n, 0.0F);
    const auto stretch_of = [&](std::size_t own, std::size_t other) {
        return (user ? own * others.size() + other : other * mine.size() + own) * factors_;
    };
    parallel.for_blocks(rows.n, scored_block, [&](std::size_t first, std::size_t last) {
        std::vector<std::pair<std::uint16_t, Entry>> entries;
        for (auto i = static_cast<std::uint32_t>(first); i < last; ++i) {
            entries.clear();
            for_each_entry(rows, i, singles, [&](std::uint16_t field, std::uint32_t index, float value) {
                side.linear[i] += linear_[std::size_t{index} * 2] * value;
                side.length[i] += value * value;
                entries.push_back({field, {index - firsts_[field], value}});
            });
            float* out = table.row(i).data();
            for (std::size_t e = 0; e < entries.size(); ++e) {
                const auto& [field, entry] = entries[e];
                const auto row_of = [&](std::uint32_t for_field) {
                    return vectors(field, for_field) + entry.index * stride();
                };
                for (std::size_t other = 0; other < others.size(); ++other)
                    for (std::uint32_t f = 0; f < factors_; ++f)
                        out[stretch_of(field - mine.front(), other) + f] += row_of(others[other])[f] * entry.value;
                for (std::size_t next = e + 1; next < entries.size(); ++next) {
                    const auto& [field2, entry2] = entries[next];
                    const float* there = vectors(field2, field) + entry2.index * stride();
                    for (std::uint32_t f = 0; f < factors_; ++f)
                        table.bias[i] += row_of(field2)[f] * there[f] * entry.value * entry2.value;
                }
            }
        }
    });
}

void FfmModel::fold(const Parallel& parallel) {
    mean_ = 0; // w0 is added outside the normalisation
    fold_side(FieldPart::user, parallel);
    fold_side(FieldPart::item, parallel);
}

double FfmModel::raw(UserIx user, ItemIx item, float pairwise) const {
    const float length = user_side_.length[user] + item_side_.length[item];
    const float scale = !normalised_ ? 1.0F : length > 0 ? 1 / length : 0.0F;
    return static_cast<double>(w0_ + user_side_.linear[user] + item_side_.linear[item] + scale * pairwise);
}

double FfmModel::finished(double raw) const {
    if (task_ == FeatureTask::clicks)
        return 1 / (1 + std::exp(-raw));
    return std::clamp(raw, static_cast<double>(least_), static_cast<double>(greatest_));
}

void FfmModel::score(UserIx user, std::span<double> out) const {
    FactorModel::score(user, out);
    for (ItemIx item = 0; item < out.size(); ++item)
        out[item] = raw(user, item, static_cast<float>(out[item]));
}

void FfmModel::score_pairs(std::span<const Pair> pairs, std::span<double> out) const {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [user, item] = pairs[i];
        const float pairwise = users_.bias[user] + items_.bias[item] + users_.row(user).dot(items_.row(item));
        out[i] = finished(raw(user, item, pairwise));
    }
}

void FfmModel::score_rows(const Dataset& data, std::span<const RowIx> rows, std::span<double> out) const {
    const bool context = encoder_.has(FieldPart::row);
    const auto all = const_cast<FfmModel*>(this)->pairs(0, 0, 1); // only read below
    EncodedRows encoded;
    SampleBlock block;
    FieldBlock fields;
    for (std::size_t first = 0; first < rows.size(); first += scored_block) {
        const auto some = rows.subspan(first, std::min(scored_block, rows.size() - first));
        if (context)
            encoder_.encode(data, some, encoded);
        block.reset(encoder_, static_cast<std::uint32_t>(some.size()));
        for (std::uint32_t i = 0; i < some.size(); ++i)
            block.add(encoder_, data.interactions().user[some[i]], data.interactions().item[some[i]],
                      context ? &encoded : nullptr, i);
        linear_part(block);
        fields.arrange(block, firsts_, slot_field_, normalised_);
        ffm_forward(all, {factors_, stride()}, fields, block.output.data());
        for (std::size_t i = 0; i < some.size(); ++i)
            out[first + i] = finished(static_cast<double>(block.output[i]));
    }
}

void FfmModel::save_state(Writer& out) const {
    FactorModel::save_state(out);
    out.number(static_cast<std::uint8_t>(task_));
    out.number(factors_);
    out.number(static_cast<std::uint8_t>(normalised_));
    encoder_.save(out);
    out.number(w0_);
    out.array(linear_);
    out.array(std::span<const float>(vectors_));
    for (const auto* side : {&user_side_, &item_side_}) {
        out.array(side->linear);
        out.array(side->length);
    }
}

Status FfmModel::load_state(Reader& in) {
    const auto damaged = [] { return bad_data("the stored model is damaged", {}, "train it again"); };
    if (auto status = FactorModel::load_state(in); !status)
        return status;
    task_ = static_cast<FeatureTask>(in.number<std::uint8_t>());
    factors_ = in.number<std::uint32_t>();
    normalised_ = in.number<std::uint8_t>() != 0;
    if (!encoder_.load(in) || task_ > FeatureTask::ranking || factors_ > 512 || factors_ % 4 != 0)
        return damaged();
    lay_out();
    w0_ = in.number<float>();
    linear_ = in.array<float>();
    const auto vectors = in.array<float>();
    vectors_.assign(vectors.begin(), vectors.end());
    bool sound = true;
    for (auto [side, n] : {std::pair(&user_side_, n_users()), std::pair(&item_side_, n_items())}) {
        side->linear = in.array<float>();
        side->length = in.array<float>();
        sound = sound && side->linear.size() == n && side->length.size() == n;
    }
    return sound && in.ok() && linear_.size() == std::size_t{encoder_.n_indices()} * 2 &&
                   vectors_.size() == encoder_.n_indices() * stride() && encoder_.users().n == n_users() &&
                   encoder_.items().n == n_items()
               ? Status()
               : damaged();
}

Status FfmModel::load_training(Reader& in) {
    bias_squares_ = in.number<double>();
    return {};
}

} // namespace tastebench
