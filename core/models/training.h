// What a model is given to learn from, and what it may ask for while it learns.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/data/dataset.h"

namespace tastebench {

class Recommender;

/// The training rows by user or by item: row numbers of one group are rows[starts[g] .. starts[g+1]).
struct Grouping {
    std::vector<std::uint64_t> starts; ///< groups + 1
    std::vector<RowIx> rows;
    std::span<const RowIx> of(std::uint32_t g) const {
        return std::span(rows).subspan(starts[g], starts[g + 1] - starts[g]);
    }
};

/// One that is made when it is first asked for, on any thread: few models need it, and it takes four bytes a row.
class LazyGrouping {
  public:
    explicit LazyGrouping(std::function<Grouping()> make) : make_(std::move(make)) {}
    operator const Grouping&() const { // NOLINT: it is one
        std::call_once(made_, [this] { grouping_ = make_(); });
        return grouping_;
    }
    std::span<const RowIx> of(std::uint32_t g) const { return static_cast<const Grouping&>(*this).of(g); }

  private:
    std::function<Grouping()> make_;
    mutable std::once_flag made_;
    mutable Grouping grouping_;
};

struct TrainingData {
    const Dataset& data;
    std::span<const RowIx> rows; ///< ascending
    Grouping by_user;            ///< rows of a group ascending
    LazyGrouping by_item;        ///< the same
    const Parallel* parallel;    ///< none: what is prepared from it is prepared on one thread
    TrainingData(const Dataset& data, std::span<const RowIx> rows, const Parallel* parallel = nullptr);
};

/// Measures a model on the validation rows while it is training, so between two epochs.
class Validator {
  public:
    virtual ~Validator() = default;
    /// "ndcg@10", "recall@10", "rmse", "auc", "logloss" and whatever else evaluate() knows. bad_data where the metric
    /// does not apply to the validation rows.
    virtual Result<double> measure(const Recommender& model, std::string_view metric) const = 0;
    virtual bool higher_is_better(std::string_view metric) const = 0;
};

/// Where the state of an unfinished training is kept; a later fit() of the same run takes up from it.
class CheckpointKeeper {
  public:
    virtual ~CheckpointKeeper() = default;
    virtual Status keep(std::span<const std::byte> state) = 0;
    /// The state kept last, taken once; none: begin at the beginning.
    virtual std::optional<std::vector<std::byte>> take() = 0;
};

struct FitContext {
    Progress& progress;
    const Parallel& parallel;
    std::uint64_t seed = 42;
    const Validator* validator = nullptr;    ///< none: the split has no validation rows
    CheckpointKeeper* checkpoints = nullptr; ///< none: nothing is kept, nothing resumed
    double checkpoint_seconds = 20;          ///< least time between two checkpoints; 0: after every epoch
};

/// The size of a training set, for estimates.
struct DataShape {
    std::uint64_t users = 0, items = 0;
    std::uint64_t rows = 0;                       ///< training rows
    std::uint64_t pairs = 0;                      ///< distinct user-item pairs among them
    std::uint64_t fields = 0, feature_values = 0; ///< columns of features and their distinct values, of all tables
};

/// What a fit takes. Seconds are those of one core of the machine that the estimates were fitted on.
struct Cost {
    double memory_bytes = 0; ///< at the peak, beside the data set
    double core_seconds = 0;
};

} // namespace tastebench
