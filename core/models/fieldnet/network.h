// A network over the fields of a sample, of parts that share one table of embeddings and whose outputs are summed:
//   linear  a weight for every value, and for the crosses of values                    (Wide&Deep: Cheng et al. 2016)
//   pairs   the products of every two embeddings, as in a factorisation machine           (DeepFM: Guo et al. 2017)
//   cin     compressed interactions of the embeddings, and a weight for each pooled map  (xDeepFM: Lian et al. 2018)
//   deep    dense layers over the embeddings side by side and the numbers as they are             (all three)
// A step has two phases, as in core/nn/dense_stack.h: forward(), the loss and backward(), blocks of the batch side by
// side; then step(), parts of the dense weights and groups of fields side by side. Nothing is allocated in either once
// the first batch is through. With 26 fields of 10, 13 numbers and layers of 256 and 256, three quarters of the time
// are the products of the layers, which run at the peak of the processor; the rest is fetching and stepping rows.
#pragma once

#include "core/models/fieldnet/cross_weights.h"
#include "core/models/fieldnet/field_table.h"
#include "core/nn/cin.h"
#include "core/nn/dense_stack.h"

namespace tastebench {

struct FieldNetworkShape {
    std::uint32_t dim = 10;
    bool embed_numbers = false;
    bool pairs = false;
    std::vector<std::uint32_t> cin; ///< maps of each layer; empty: no such part
    nn::Activation cin_activation = nn::Activation::relu;
    bool split_half = false;
    std::vector<std::uint32_t> deep; ///< widths; empty: no deep part
    nn::Activation activation = nn::Activation::relu;
    float dropout = 0;
    bool batch_norm = false;
};

class FieldNetwork {
  public:
    static constexpr std::uint32_t slice = nn::DenseStack::slice;

    /// Everything zero until drawn. `network` and `table` are the optimisers of the dense weights and of the rows.
    void lay_out(const FieldNetworkShape& shape, const FeatureEncoder& encoder, Crosses crosses,
                 const nn::OptimizerSettings& network, const nn::OptimizerSettings& table);
    /// Dense weights by Glorot and Bengio, embeddings of the known indices of the encoder normal with this deviation.
    void draw(std::span<const std::uint8_t> known, float deviation, std::uint64_t seed, const Parallel& parallel);
    void set_rates(float network, float table);

    /// Added to the output, and not trained: the mean rating, the log-odds of a click.
    float base = 0;
    const FieldNetworkShape& shape() const { return shape_; }
    const InputLayout& layout() const { return layout_; }
    FieldTable& table() { return table_; }
    const FieldTable& table() const { return table_; }
    CrossWeights& crosses() { return cross_weights_; }
    nn::ParameterSet& parameters() { return parameters_; }

    /// What a batch needs; made once.
    class Work {
        friend class FieldNetwork;
        nn::AlignedFloats x_, dx_, slopes_, errors_;
        nn::DenseStack::Work deep_;
        nn::Cin::Work cin_;
        std::size_t block_ = 0;               ///< samples
        std::vector<Crosses::Found> crosses_; ///< of each block
        bool one_user_ = false;
        nn::AlignedFloats user_sums_; ///< what the user adds to the first deep layer, once it is known

        // Of a step: of all weights, and of the rows and crosses of each group.
        nn::AlignedFloats gradient_;
        std::vector<TouchedRows> touched_;
        std::vector<std::vector<CrossWeights::Term>> terms_;
    };
    /// Blocks of at most `block` samples, a multiple of slice where there is more than one.
    void reserve(Work& work, std::uint32_t blocks, std::uint32_t block, bool training) const;

    /// For scoring: all samples that this work will see are of one user.
    void share_user(Work& work) const { work.one_user_ = has_deep() && user_inputs_ > 0; }
    /// To be called before the first batch, and whenever the weights were changed by other means than step().
    void refresh(Work& work) const;

    /// Block `number` of a batch; block.output is set. Different blocks may go at once.
    /// Training: see DenseStack.
    void forward(Work& work, SampleBlock& block, std::uint32_t number, const nn::DenseStack::Training* training) const;
    /// After a forward in training: from block.error x scale down to the inputs.
    void backward(Work& work, const SampleBlock& block, std::uint32_t number, float scale) const;
    /// One step of the optimisers on all weights, from the blocks of a batch; a part of it when cancelled.
    void step(Work& work, std::span<const SampleBlock> blocks, const Parallel& parallel, const Progress& progress);

    /// Shape and values, not the moments.
    void save(Writer& out) const;
    /// Lays out anew what was saved with this encoder, for the optimisers of the last lay_out(), if any. False, and
    /// nothing large made, if what is read is damaged.
    bool load(Reader& in, const FeatureEncoder& encoder);
    void save_training(Writer& out) const;
    bool load_training(Reader& in);
    /// Gives back what only step() needs.
    void end_training();
    /// Whether all weights are.
    bool finite() const;

  private:
    /// Fields whose rows one thread steps: disjoint from those of other groups.
    struct Group {
        std::vector<std::uint32_t> singles; ///< of SampleBlock::singles
        std::vector<std::uint16_t> multis;
        std::vector<std::uint16_t> crosses;
    };
    bool has_deep() const { return !shape_.deep.empty(); }
    bool has_cin() const { return !shape_.cin.empty() && layout_.columns > 0; }
    void make_groups();
    void forward_slice(Work& work, std::size_t first, std::size_t last, float* outputs,
                       const nn::DenseStack::Training* training) const;
    void backward_slice(Work& work, std::size_t first, std::size_t last) const;
    /// One of the parts of the dense weights, or one group of fields.
    void run_task(std::size_t task, Work& work, std::span<const SampleBlock> blocks, std::size_t samples);
    void step_range(const Work& work, std::size_t offset, std::size_t size);
    void step_group(std::size_t group, Work& work, std::span<const SampleBlock> blocks);
    void step_cross(std::uint16_t cross, std::vector<CrossWeights::Term>& terms, const Work& work,
                    std::span<const SampleBlock> blocks);

    FieldNetworkShape shape_;
    InputLayout layout_;
    std::size_t user_inputs_ = 0; ///< the first ones, which are told by the user alone
    Crosses crosses_;
    CrossWeights cross_weights_;
    FieldTable table_;
    nn::ParameterSet parameters_;
    nn::DenseStack deep_;
    nn::Cin cin_;
    nn::Slot cin_out_; ///< a weight for each pooled map
    std::vector<nn::DenseStack::Part> deep_parts_;
    std::vector<nn::Cin::Part> cin_parts_;
    std::vector<Group> groups_;
    nn::OptimizerSettings network_settings_{nn::Method::sgd}, table_settings_{nn::Method::sgd};
    nn::Optimizer optimizer_;
    std::uint64_t steps_ = 0; ///< the number of the step that is being made
};

} // namespace tastebench
