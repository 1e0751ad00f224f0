// The network of DKN (Wang, Zhang, Xie, Guo: DKN: Deep Knowledge-Aware Network for News Recommendation, WWW 2018) and
// one step of its training.
//
// A title is the rows [word | g(entity) | g(context)] of its words, g(e) = tanh(e M + b), a word without an entity
// having zeros there; a convolution with filters of several widths and max pooling makes it one vector (KCNN). The user
// is the sum of the titles read before, weighed by an attention network on each of them beside the candidate; another
// network on (user, candidate) gives the logit of a click. Loss: the mean binary cross-entropy of a batch. Without
// history the user is the zero vector.
//
// A step: rows (products of distinct words and entities with the filters) and titles (pooling), some filters after
// another; the titles' halves of the attention network; samples (attention, scoring, losses, and back); then back
// through titles, and through rows with the same filters together, which step at once; then the other weights. All
// blocks are fixed, each sum has one owner and goes in one order, so digits do not depend on threads.
#pragma once

#include <algorithm>

#include "core/base/progress.h"
#include "core/models/dkn/batch.h"
#include "core/nn/attention.h"
#include "core/nn/dense_stack.h"
#include "core/nn/embedding.h"
#include "core/nn/word_convolution.h"

namespace tastebench {

struct DknShape {
    std::uint32_t words = 1;    ///< rows; 0 is the unknown word
    std::uint32_t entities = 0; ///< rows, 0 being none; 0 rows: there is no such channel
    std::uint32_t word_width = 100, entity_width = 100;
    bool context = false; ///< a third channel, with a table of its own
    nn::WordConvolutionShape convolution;
    std::uint32_t attention = 100;          ///< hidden units
    std::vector<std::uint32_t> layers{100}; ///< hidden units of the scoring network
    float dropout = 0; ///< share of the title vectors' numbers and of hidden units set to 0 in training
    std::size_t title_width() const { return convolution.outputs(); }
    std::size_t knowledge_width() const { return entities == 0 ? 0 : word_width * (context ? 2U : 1U); }
};

/// Titles as scoring needs them; rows by item. The user is a weighed sum of titles, so what it adds to the first layer
/// of the scoring network is the same sum of what these titles add.
struct EncodedTitles {
    nn::AlignedFloats queries;      ///< [items x attention]: as a candidate
    nn::AlignedFloats keys;         ///< [items x attention]: as something read before
    nn::AlignedFloats as_candidate; ///< [items x first layer]: what it adds there
    nn::AlignedFloats as_history;   ///< the same as a part of the user
};

class DknNetwork {
  public:
    /// Weights and tables at random.
    void start(const DknShape& shape, float deviation, std::uint64_t seed, const Parallel& parallel);
    void set_optimizer(const nn::OptimizerSettings& settings);
    const DknShape& shape() const { return shape_; }

    struct Step {
        const Progress* progress = nullptr; ///< looked at by every block: a cancelled step leaves early and in disorder
        std::uint64_t seed = 0;             ///< of this step's dropout
        bool move = true;                   ///< false: gradients are taken and nothing moves, for checks of them
    };
    /// The sum of the losses of the batch before it moves the weights.
    double learn(const TitleTable& titles, const DknBatch& batch, const Step& step, const Parallel& parallel);

    /// All titles; false if it was cancelled. Buffers stay until release_buffers().
    bool encode(const TitleTable& titles, EncodedTitles& out, const Parallel& parallel, const Progress* progress);
    /// Logits of a batch whose titles are encoded.
    void score(const EncodedTitles& encoded, const DknBatch& batch, std::span<float> logits) const;
    /// Whether every weight and every vector is finite.
    bool is_finite() const;

    nn::ParameterSet& parameters() { return parameters_; }
    nn::EmbeddingTable& words() { return words_; }
    nn::EmbeddingTable& entities() { return entities_; }
    nn::EmbeddingTable& contexts() { return contexts_; }
    std::uint64_t steps() const { return optimizer_.steps(); }

    /// Of the last learn(): of all parameters, and of the rows of a table that the batch touched.
    std::span<const float> gradient() const { return gradient_; }
    struct RowGradients {
        std::span<const std::uint32_t> rows;
        const float* values; ///< [rows x width]
    };
    RowGradients word_gradients() const { return {plan_.words.rows.numbers(), d_words_.data()}; }
    RowGradients entity_gradients() const { return {plan_.entities.rows.numbers(), entities_e_.data()}; }
    RowGradients context_gradients() const { return {plan_.entities.rows.numbers(), contexts_e_.data()}; }

    void save(Writer& out) const;
    /// False, and nothing large made, if what is read is damaged.
    bool load(Reader& in);
    void save_training(Writer& out) const;
    bool load_training(Reader& in);
    /// Gives back what a batch needs; the next one makes it again.
    void release_buffers();
    /// And what only steps need; no learn() any more.
    void end_training();

  private:
    static constexpr std::size_t row_block = 256; ///< distinct words or entities that go together
    /// Filters of one width that go together.
    struct Filters {
        std::size_t width;                                 ///< taps
        std::size_t tap;                                   ///< the first of them
        std::size_t first;                                 ///< of the filters of that width
        std::size_t count;                                 ///< filters
        std::size_t pooled;                                ///< where they are in a title's vector
        std::size_t size() const { return width * count; } ///< products of a row
    };
    void lay_out(const DknShape& shape);
    void deal_filters();
    void start_tables(float deviation, std::uint64_t seed, const Parallel& parallel);
    /// All weights and biases uniform within +- 1 / sqrt(inputs).
    void draw_layers(std::uint64_t seed);
    void reserve(std::size_t samples, std::size_t references);
    bool cancelled(const Step& step) const { return step.progress != nullptr && step.progress->cancelled(); }
    nn::AttentionTables attention_tables() const;

    std::size_t distinct_words() const { return plan_.words.rows.size(); }
    std::size_t distinct_entities() const { return shape_.entities == 0 ? 0 : plan_.entities.rows.size(); }
    /// body(words?, first, last) for blocks of the distinct words and of the distinct entities, side by side.
    template <typename Body>
    void for_row_blocks(const Step& step, const Parallel& parallel, const Body& body);

    void turn_filters();
    void gather_rows(const Step& step, const Parallel& parallel);
    void gather_entities(std::size_t first, std::size_t last);
    void multiply_rows(const Filters& filters, const Step& step, const Parallel& parallel);
    void pool_titles(const TitleTable& titles, const Filters& filters, const Step& step, const Parallel& parallel);
    void encode_titles(const TitleTable& titles, const Step& step, bool train, const Parallel& parallel);
    double learn_samples(const DknBatch& batch, const Step& step, std::size_t first, std::size_t last);
    void titles_backward(std::size_t first, std::size_t last);
    void rows_backward(const Filters& filters, const Step& step, const Parallel& parallel);
    void place_gradients(const Filters& filters, const BatchRows& rows, std::size_t first, std::size_t last,
                         float* products) const;
    void learn_filters(const Filters& filters, const Step& step, const Parallel& parallel);
    void entities_backward(std::size_t first, std::size_t last);
    void transform_backward(const Step& step, const Parallel& parallel);
    void learn_weights(const Step& step, const Parallel& parallel);
    void attention_gradient(std::size_t samples);
    void transform_gradient();
    void step_slot(const nn::Slot& slot, std::size_t first_row, std::size_t rows, bool move);

    DknShape shape_;
    nn::ParameterSet parameters_;
    nn::Slot word_filters_, entity_filters_, filter_bias_, transform_, transform_bias_, query_, query_bias_, key_, v_;
    nn::DenseStack scorer_;
    nn::EmbeddingTable words_, entities_, contexts_;
    nn::Optimizer optimizer_;

    // Of one batch; kept, so that later batches find their memory made.
    BatchPlan plan_;
    nn::DenseStack::Work scoring_;
    std::vector<nn::DenseStack::Part> scorer_parts_;
    std::vector<Filters> filters_;
    std::vector<float> gradient_;
    nn::AlignedFloats word_filters_by_input_, entity_filters_by_input_; ///< transposed, of this step
    // Products are those of the filters at hand, then their derivatives. Vectors of entities, once they are
    // transformed, give way to their derivatives.
    nn::AlignedFloats word_x_, word_products_, d_words_;                                  ///< by distinct word
    nn::AlignedFloats entities_e_, contexts_e_, entity_x_, entity_products_, d_entity_x_; ///< by distinct entity
    nn::AlignedFloats titles_, queries_, keys_, masks_, d_titles_, d_queries_, d_keys_, d_from_query_; ///< by title
    std::vector<std::int32_t> where_;                                                                  ///< by title
    nn::AlignedFloats inputs_, d_inputs_, d_q_, d_v_;                                                  ///< by sample
    nn::AlignedFloats weights_, d_scores_;                                                             ///< by reference
    std::vector<double> losses_;
};

template <typename Body>
void DknNetwork::for_row_blocks(const Step& step, const Parallel& parallel, const Body& body) {
    const std::size_t word_blocks = (distinct_words() + row_block - 1) / row_block;
    const std::size_t entity_blocks = (distinct_entities() + row_block - 1) / row_block;
    parallel.for_blocks(word_blocks + entity_blocks, 1, [&](std::size_t block, std::size_t) {
        if (cancelled(step))
            return;
        const bool words = block < word_blocks;
        const std::size_t first = (words ? block : block - word_blocks) * row_block;
        body(words, first, std::min(words ? distinct_words() : distinct_entities(), first + row_block));
    });
}

} // namespace tastebench
