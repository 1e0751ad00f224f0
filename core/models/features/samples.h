// Training samples of a model of features, put together in blocks: user, item and row parts side by side, and for
// rankings a negative beside each positive.
#pragma once

#include "core/models/features/encoder.h"

namespace tastebench {

/// What is learned: values by squared loss, clicks by logistic loss, rankings by BPR (Rendle et al., UAI 2009).
enum class FeatureTask : std::uint8_t { ratings, clicks, ranking };

struct Entry {
    std::uint32_t index;
    float value;
};

/// Samples in full. Slots are the single fields of all parts, users first; multi entries lie beside.
struct SampleBlock {
    std::uint32_t n = 0, n_slots = 0;
    std::vector<Entry> singles;              ///< [n, n_slots]
    std::vector<std::uint32_t> multi_starts; ///< [n + 1], or empty where no field is multi
    std::vector<Entry> multi;
    std::vector<std::uint16_t> multi_field; ///< parallel
    std::vector<float> target;              ///< [n]; no meaning in rankings, where samples 2i and 2i + 1 are a pair
    std::vector<float> output, error;       ///< [n]: the model's, and the loss's derivative by it

    std::span<const Entry> singles_of(std::uint32_t i) const {
        return std::span(singles).subspan(std::size_t{i} * n_slots, n_slots);
    }
    std::span<const Entry> multi_of(std::uint32_t i) const {
        return multi_starts.empty() ? std::span<const Entry>{}
                                    : std::span(multi).subspan(multi_starts[i], multi_starts[i + 1] - multi_starts[i]);
    }
    std::span<const std::uint16_t> multi_fields_of(std::uint32_t i) const {
        return multi_starts.empty()
                   ? std::span<const std::uint16_t>{}
                   : std::span(multi_field).subspan(multi_starts[i], multi_starts[i + 1] - multi_starts[i]);
    }
    void reset(const FeatureEncoder& encoder, std::uint32_t samples);
    /// The next sample; `context` may be null, and then the row part is left out: its n_slots have the value 0.
    void add(const FeatureEncoder& encoder, UserIx user, ItemIx item, const EncodedRows* context, std::uint32_t row);

  private:
    /// Returns the slot after the part's.
    Entry* add_part(const EncodedRows& rows, std::uint32_t row, Entry* slot);
};

/// The field of each slot of a sample.
std::vector<std::uint16_t> slot_fields(const FeatureEncoder& encoder);

/// The derivative of each sample's loss into block.error; returns the sum of the losses (squared errors, or natural
/// logarithms).
double take_errors(FeatureTask task, SampleBlock& block);

/// All training samples of a task.
class Samples {
  public:
    /// bad_data where nothing is left: no row with a value, one class of clicks, no two items for rankings; cancelled.
    static Result<Samples> make(const TrainingData& training, const FeatureEncoder& encoder, FeatureTask task,
                                double positive_from, const Parallel& parallel, const Progress* progress = nullptr);
    std::uint32_t size() const { return static_cast<std::uint32_t>(user_.size()); }
    std::span<const float> targets() const { return target_; }
    double mean_target() const;
    bool counts_in_pairs() const { return task_ == FeatureTask::ranking; }

    /// Fills a block with the samples named; rankings draw a negative for each from (seed, stream, substream).
    void fill(std::span<const std::uint32_t> which, std::uint64_t seed, std::uint32_t epoch, std::uint32_t number,
              SampleBlock& out) const;

  private:
    ItemIx negative(UserIx user, class Rng& rng) const;

    const FeatureEncoder* encoder_ = nullptr;
    const TrainingData* training_ = nullptr;
    FeatureTask task_ = FeatureTask::ratings;
    std::vector<UserIx> user_;
    std::vector<ItemIx> item_;
    std::vector<float> target_;
    EncodedRows context_;
    bool has_context_ = false;
    std::vector<ItemIx> candidates_;        ///< rankings: items with a training row
    std::vector<std::uint64_t> had_starts_; ///< rankings: each user's items, ascending
    std::vector<ItemIx> had_;
};

} // namespace tastebench
