#include "core/models/features/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t negative_stream = 140;
/// Draws before an item is taken although the user had it: only people who had nearly everything need more.
constexpr int most_draws = 32;
constexpr std::size_t encoded_block = 4096;
/// From one look at the progress to the next.
constexpr std::size_t looked_rows = 65'536, looked_users = 1024;

/// Packs rows: a number's index says no more than whether it is missing.
void append(EncodedRows& to, const EncodedRows& from, std::size_t at) {
    const std::uint32_t categories = to.singles - to.numbers;
    for (std::uint32_t r = 0; r < from.n; ++r) {
        const std::uint32_t* index = from.index.data() + std::size_t{r} * to.singles;
        std::copy_n(index, categories, to.index.data() + (at + r) * categories);
        for (std::uint32_t s = 0; s < to.numbers; ++s)
            to.number[(at + r) * to.numbers + s] = index[categories + s] == to.number_first[s]
                                                       ? std::numeric_limits<float>::quiet_NaN()
                                                       : from.number[std::size_t{r} * to.numbers + s];
    }
}

/// Multi entries have no fixed place, so their blocks are joined one after another.
void join_multi(EncodedRows& to, std::span<const EncodedRows> blocks) {
    to.starts.push_back(0);
    for (const auto& block : blocks) {
        const auto base = to.multi_index.size();
        for (std::uint32_t r = 0; r < block.n; ++r)
            to.starts.push_back(base + block.starts[r + 1]);
        to.multi_index.insert(to.multi_index.end(), block.multi_index.begin(), block.multi_index.end());
        to.multi_value.insert(to.multi_value.end(), block.multi_value.begin(), block.multi_value.end());
        to.multi_field.insert(to.multi_field.end(), block.multi_field.begin(), block.multi_field.end());
    }
}

EncodedRows encode_all(const FeatureEncoder& encoder, const Dataset& data, std::span<const RowIx> rows,
                       const Parallel& parallel, const Progress* progress) {
    EncodedRows out;
    encoder.encode(data, {}, out);
    const bool multi = !out.starts.empty();
    out.starts.clear();
    out.n = static_cast<std::uint32_t>(rows.size());
    for (const auto& field : encoder.fields())
        if (field.part() == FieldPart::row && field.kind == FieldKind::number)
            out.number_first.push_back(field.first);
    out.index.resize(rows.size() * (out.singles - out.numbers));
    out.number.resize(rows.size() * out.numbers);
    std::vector<EncodedRows> blocks((rows.size() + encoded_block - 1) / encoded_block);
    parallel.for_blocks(rows.size(), encoded_block, [&](std::size_t first, std::size_t last) {
        if (progress != nullptr && progress->cancelled())
            return;
        auto& block = blocks[first / encoded_block];
        encoder.encode(data, rows.subspan(first, last - first), block);
        append(out, block, first);
        std::vector<std::uint32_t>().swap(block.index); // = {} would keep the room
        std::vector<float>().swap(block.number);
    });
    if (multi && (progress == nullptr || !progress->cancelled()))
        join_multi(out, blocks);
    return out;
}

/// Samples come in random order, each from memory: asked for a few samples before they are needed.
constexpr std::size_t ahead = 6;
constexpr std::size_t line = 16; ///< numbers in 64 bytes

void prefetch(const EncodedRows& rows, std::size_t row) {
    const std::size_t indices = rows.packed() ? rows.singles - rows.numbers : rows.singles;
    for (std::size_t at = 0; at < indices; at += line)
        __builtin_prefetch(rows.index.data() + row * indices + at);
    for (std::size_t at = 0; at < rows.numbers; at += line)
        __builtin_prefetch(rows.number.data() + row * rows.numbers + at);
}

} // namespace

void SampleBlock::reset(const FeatureEncoder& encoder, std::uint32_t samples) {
    n = 0;
    n_slots = 0;
    bool any_multi = false;
    for (const auto& field : encoder.fields()) {
        n_slots += field.kind != FieldKind::multi ? 1 : 0;
        any_multi = any_multi || field.kind == FieldKind::multi;
    }
    singles.resize(std::size_t{samples} * n_slots);
    multi_starts.clear();
    multi.clear();
    multi_field.clear();
    if (any_multi)
        multi_starts.push_back(0);
    target.assign(samples, 0.0F);
    output.resize(samples);
    error.resize(samples);
}

Entry* SampleBlock::add_part(const EncodedRows& rows, std::uint32_t row, Entry* slot) {
    const std::uint32_t categories = rows.singles - rows.numbers;
    const std::uint32_t* index = rows.index.data() + std::size_t{row} * (rows.packed() ? categories : rows.singles);
    const float* number = rows.number.data() + std::size_t{row} * rows.numbers;
    for (std::uint32_t s = 0; s < categories; ++s)
        slot[s] = {index[s], 1.0F};
    Entry* numbers = slot + categories;
    for (std::uint32_t s = 0; rows.packed() && s < rows.numbers; ++s) {
        // Without a branch: what is missing follows no pattern.
        const bool missing = std::isnan(number[s]);
        numbers[s] = {rows.number_first[s] + (missing ? 0U : 1U), missing ? 1.0F : number[s]};
    }
    for (std::uint32_t s = 0; !rows.packed() && s < rows.numbers; ++s)
        numbers[s] = {index[categories + s], number[s]};
    slot += rows.singles;
    if (rows.starts.empty())
        return slot;
    for (auto at = rows.starts[row]; at < rows.starts[row + 1]; ++at) {
        multi.push_back({rows.multi_index[at], rows.multi_value[at]});
        multi_field.push_back(rows.multi_field[at]);
    }
    return slot;
}

void SampleBlock::add(const FeatureEncoder& encoder, UserIx user, ItemIx item, const EncodedRows* context,
                      std::uint32_t row) {
    Entry* slot = singles.data() + std::size_t{n} * n_slots;
    Entry* const end = slot + n_slots;
    slot = add_part(encoder.users(), user, slot);
    slot = add_part(encoder.items(), item, slot);
    if (context != nullptr)
        slot = add_part(*context, row, slot);
    while (slot != end)
        *slot++ = {0, 0.0F};
    if (!multi_starts.empty())
        multi_starts.push_back(static_cast<std::uint32_t>(multi.size()));
    ++n;
}

std::vector<std::uint16_t> slot_fields(const FeatureEncoder& encoder) {
    std::vector<std::uint16_t> out;
    for (std::size_t f = 0; f < encoder.fields().size(); ++f)
        if (encoder.fields()[f].kind != FieldKind::multi)
            out.push_back(static_cast<std::uint16_t>(f));
    return out;
}

double take_errors(FeatureTask task, SampleBlock& block) {
    double loss = 0;
    /// log(1 + exp(-x)) without overflow.
    const auto softplus = [](double x) { return std::max(-x, 0.0) + std::log1p(std::exp(-std::abs(x))); };
    const auto sigmoid = [](float x) { return 1.0F / (1.0F + std::exp(-x)); };
    if (task == FeatureTask::ranking) {
        for (std::uint32_t i = 0; i + 1 < block.n; i += 2) {
            const float margin = block.output[i] - block.output[i + 1];
            block.error[i + 1] = sigmoid(-margin);
            block.error[i] = -block.error[i + 1];
            loss += softplus(static_cast<double>(margin));
        }
        return loss;
    }
    if (task == FeatureTask::ratings) {
        for (std::uint32_t i = 0; i < block.n; ++i) {
            block.error[i] = block.output[i] - block.target[i];
            loss += static_cast<double>(block.error[i]) * static_cast<double>(block.error[i]);
        }
        return loss;
    }
    // ln(1 + e) of many in one logarithm: their product stays far below the greatest double for 512 of them.
    double product = 1;
    for (std::uint32_t i = 0; i < block.n; ++i) {
        const auto x = static_cast<double>(block.output[i]);
        const double e = std::exp(-std::abs(x));
        block.error[i] = static_cast<float>((x < 0 ? e : 1) / (1 + e)) - block.target[i];
        loss += std::max(block.target[i] > 0 ? -x : x, 0.0);
        product *= 1 + e;
        if (i % 512 == 511) {
            loss += std::log(product);
            product = 1;
        }
    }
    loss += std::log(product);
    return loss;
}

Result<Samples> Samples::make(const TrainingData& training, const FeatureEncoder& encoder, FeatureTask task,
                              double positive_from, const Parallel& parallel, const Progress* progress) {
    const auto& columns = training.data.interactions();
    Samples out;
    out.encoder_ = &encoder;
    out.training_ = &training;
    out.task_ = task;
    const auto stop_at = [&](std::size_t rest) { return rest == 0 && progress != nullptr && progress->cancelled(); };
    std::vector<RowIx> rows;
    std::size_t positives = 0;
    for (const RowIx& row : training.rows) {
        if (stop_at(static_cast<std::size_t>(&row - training.rows.data()) % looked_rows))
            return cancelled_error();
        if (task != FeatureTask::ranking && (columns.value.empty() || std::isnan(columns.value[row])))
            continue;
        rows.push_back(row);
        out.user_.push_back(columns.user[row]);
        out.item_.push_back(columns.item[row]);
        if (task == FeatureTask::ranking)
            continue;
        const bool positive = static_cast<double>(columns.value[row]) >= positive_from;
        positives += positive ? 1 : 0;
        out.target_.push_back(task == FeatureTask::ratings ? columns.value[row] : positive ? 1.0F : 0.0F);
    }
    if (rows.empty())
        return bad_data("no training row has a value", "data", "import the data with a rating column");
    if (task == FeatureTask::clicks && (positives == 0 || positives == rows.size()))
        return bad_data(positives == 0 ? "no training row is positive" : "every training row is positive",
                        "positive_from", "choose a threshold between the values of the data, or the task ranking");
    for (ItemIx item = 0; task == FeatureTask::ranking && item < training.data.items().size(); ++item)
        if (!training.by_item.of(item).empty())
            out.candidates_.push_back(item);
    if (task == FeatureTask::ranking && out.candidates_.size() < 2)
        return bad_data("with one item there is nothing to rank", "task", "choose the task ratings or clicks");
    if (task == FeatureTask::ranking) {
        out.had_starts_.push_back(0);
        for (UserIx user = 0; user < training.data.users().size(); ++user) {
            if (stop_at(user % looked_users))
                return cancelled_error();
            const auto first = static_cast<std::ptrdiff_t>(out.had_.size());
            for (const RowIx row : training.by_user.of(user))
                out.had_.push_back(columns.item[row]);
            std::sort(out.had_.begin() + first, out.had_.end());
            out.had_.erase(std::unique(out.had_.begin() + first, out.had_.end()), out.had_.end());
            out.had_starts_.push_back(out.had_.size());
        }
    }
    out.has_context_ = encoder.has(FieldPart::row);
    if (out.has_context_)
        out.context_ = encode_all(encoder, training.data, rows, parallel, progress);
    if (progress != nullptr && progress->cancelled())
        return cancelled_error();
    return out;
}

double Samples::mean_target() const {
    double sum = 0;
    for (const float target : target_)
        sum += static_cast<double>(target);
    return target_.empty() ? 0 : sum / static_cast<double>(target_.size());
}

ItemIx Samples::negative(UserIx user, Rng& rng) const {
    const auto begin = had_.begin() + static_cast<std::ptrdiff_t>(had_starts_[user]);
    const auto end = had_.begin() + static_cast<std::ptrdiff_t>(had_starts_[user + 1]);
    ItemIx item = 0;
    for (int draw = 0; draw < most_draws; ++draw) {
        item = candidates_[rng.below(static_cast<std::uint32_t>(candidates_.size()))];
        if (!std::binary_search(begin, end, item))
            break;
    }
    return item;
}

void Samples::fill(std::span<const std::uint32_t> which, std::uint64_t seed, std::uint32_t epoch, std::uint32_t number,
                   SampleBlock& out) const {
    const bool pairs = counts_in_pairs();
    const EncodedRows* context = has_context_ ? &context_ : nullptr;
    out.reset(*encoder_, static_cast<std::uint32_t>(which.size()) * (pairs ? 2 : 1));
    // Blocks of one epoch lie far apart in one stream of numbers: two epochs never share a stream.
    Rng rng(seed ^ (std::uint64_t{epoch} << 32U), negative_stream, number);
    for (std::size_t at = 0; at < which.size(); ++at) {
        if (context != nullptr && at + ahead < which.size())
            prefetch(*context, which[at + ahead]);
        const auto i = which[at];
        if (!pairs)
            out.target[out.n] = target_[i];
        out.add(*encoder_, user_[i], item_[i], context, i);
        if (pairs)
            out.add(*encoder_, user_[i], negative(user_[i], rng), context, i);
    }
}

} // namespace tastebench
