#include "core/models/fm/ffm_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/rng.h"
#include "core/models/fm/batches.h"
#include "core/models/fm/fm.h"

namespace tastebench {

namespace {

constexpr std::uint32_t vectors_stream = 150;
constexpr std::uint32_t most_tasks = 16; ///< pairs of fields are dealt to as many
constexpr std::size_t scored_block = 256;

FfmSettings read_settings(const Parameters& p) {
    const auto& task = get_text(p, "task");
    return {task == "ratings"  ? FeatureTask::ratings
            : task == "clicks" ? FeatureTask::clicks
                               : FeatureTask::ranking,
            (static_cast<std::uint32_t>(get_int(p, "factors")) + 3) / 4 * 4,
            static_cast<float>(get_real(p, "learning_rate")),
            static_cast<float>(get_real(p, "regularization")),
            static_cast<float>(get_real(p, "init_scale")),
            get_bool(p, "normalise"),
            get_bool(p, "linear"),
            get_real(p, "positive_from"),
            static_cast<std::uint32_t>(get_int(p, "batch"))};
}

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

Capabilities FfmModel::capabilities(const Parameters& parameters) const {
    const auto settings = read_settings(parameters);
    const bool ids = only_ids(get_text(parameters, "fields"));
    Capabilities can;
    can.predicts_ratings = settings.task == FeatureTask::ratings;
    can.predicts_clicks = settings.task == FeatureTask::clicks;
    can.positive_from = settings.positive_from;
    can.similar_items = true;
    can.uses_rows = !ids;
    can.iterative = true;
    can.needs_values = settings.task != FeatureTask::ranking;
    can.needs_features = !ids;
    can.needs_pairs = ids || settings.task == FeatureTask::ranking;
    return can;
}

Cost FfmModel::cost(const DataShape& shape, const Parameters& p) const {
    const auto settings = read_settings(p);
    const auto fields = static_cast<double>(shape.fields + 2);
    const auto rows = static_cast<double>(shape.rows);
    Cost out;
    out.memory_bytes = static_cast<double>(shape.users + shape.items + shape.feature_values) * fields *
                           static_cast<double>(settings.factors) * 8 +
                       rows * (16 + 6 * fields);
    const double pairs = settings.task == FeatureTask::ranking ? 2 : 1;
    out.core_seconds = static_cast<double>(get_int(p, "epochs")) * rows * pairs * fields * (fields - 1) / 2 *
                       static_cast<double>(settings.factors) * 3e-9;
    return out;
}

void FfmModel::lay_out() {
    firsts_.clear();
    for (const auto& field : encoder_.fields())
        firsts_.push_back(field.first);
    slot_field_ = slot_fields(encoder_);
    vector_starts_.clear();
    std::uint64_t next = 0;
    for (std::uint32_t a = 0; a < fields(); ++a)
        for (std::uint32_t b = 0; b < fields(); ++b) {
            vector_starts_.push_back(next);
            next += std::uint64_t{encoder_.fields()[a].size} * 2 * factors_;
        }
    vector_starts_.push_back(next);
}

void FfmModel::draw(const Samples& samples, const FfmSettings& settings, std::uint64_t seed, const Parallel& parallel) {
    const auto seen = seen_indices(encoder_, samples);
    linear_.assign(std::size_t{encoder_.n_indices()} * 2, 0.0F);
    for (std::size_t i = 1; i < linear_.size(); i += 2)
        linear_[i] = 1;
    vectors_.assign(vector_starts_.back(), 0.0F);
    const float scale = settings.init_scale / std::sqrt(static_cast<float>(factors_));
    parallel.for_blocks(encoder_.n_indices(), 256, [&](std::size_t first, std::size_t last) {
        for (auto i = static_cast<std::uint32_t>(first); i < last; ++i) {
            const auto a =
                static_cast<std::uint32_t>(std::upper_bound(firsts_.begin(), firsts_.end(), i) - firsts_.begin() - 1);
            Rng rng(seed, vectors_stream, i);
            for (std::uint32_t b = 0; b < fields(); ++b) {
                float* row = vectors(a, b) + std::size_t{i - firsts_[a]} * 2 * factors_;
                for (std::uint32_t f = 0; f < factors_; ++f) {
                    row[f] = seen[i] != 0 ? scale * static_cast<float>(rng.uniform()) : 0.0F;
                    row[factors_ + f] = 1;
                }
            }
        }
    });
}

std::vector<FieldPair> FfmModel::pairs() {
    std::vector<FieldPair> out;
    for (std::uint32_t a = 0; a < fields(); ++a)
        for (std::uint32_t b = a; b < fields(); ++b)
            if (a != b || encoder_.fields()[a].kind == FieldKind::multi)
                out.push_back({a, b, vectors(a, b), vectors(b, a)});
    return out;
}

void FfmModel::linear_part(SampleBlock& block) const {
    for (std::uint32_t i = 0; i < block.n; ++i) {
        float sum = w0_;
        for (const auto entries : {block.singles_of(i), block.multi_of(i)})
            for (const auto& entry : entries)
                sum += linear_[std::size_t{entry.index} * 2] * entry.value;
        block.output[i] = sum;
    }
}

void FfmModel::linear_update(const SampleBlock& block, const FfmSettings& s) {
    for (std::uint32_t i = 0; i < block.n; ++i)
        for (const auto entries : {block.singles_of(i), block.multi_of(i)})
            for (const auto& entry : entries) {
                float* weight = linear_.data() + std::size_t{entry.index} * 2;
                const float gradient = block.error[i] * entry.value + s.regularization * weight[0];
                weight[1] += gradient * gradient;
                weight[0] -= s.learning_rate * gradient / std::sqrt(weight[1]);
            }
}

/// What a batch is learned with: its blocks by field, and each task's share of the outputs.
struct FfmModel::Work {
    std::vector<FieldPair> pairs;
    std::vector<FieldBlock> fields;
    std::vector<std::vector<float>> parts; ///< [tasks][blocks x samples]
    std::uint32_t tasks, samples;

    Work(std::vector<FieldPair> all, const Batches& batches)
        : pairs(std::move(all)), fields(batches.blocks()),
          tasks(std::min(most_tasks, static_cast<std::uint32_t>(std::max<std::size_t>(1, pairs.size())))),
          samples(batches.block_samples()) {
        parts.assign(tasks, std::vector<float>(std::size_t{samples} * batches.blocks()));
    }
    std::span<const FieldPair> of(std::size_t task) const {
        const auto first = task * pairs.size() / tasks;
        return std::span(pairs).subspan(first, (task + 1) * pairs.size() / tasks - first);
    }
};

Status FfmModel::fit(const TrainingData& training, const Parameters& parameters, FitContext& context) {
    const auto settings = read_settings(parameters);
    remember_seen(training);
    task_ = settings.task;
    factors_ = settings.factors;
    normalised_ = settings.normalised;
    auto encoder = FeatureEncoder::learn(training, read_feature_options(parameters), context.parallel);
    if (!encoder)
        return fail(encoder.error());
    encoder_ = std::move(*encoder);
    const auto samples = Samples::make(training, encoder_, task_, settings.positive_from, context.parallel);
    if (!samples)
        return fail(samples.error());
    least_ = -std::numeric_limits<float>::infinity();
    greatest_ = -least_;
    if (task_ == FeatureTask::ratings) {
        const auto [least, greatest] = std::minmax_element(samples->targets().begin(), samples->targets().end());
        least_ = *least;
        greatest_ = *greatest;
    }
    lay_out();
    w0_ = start_bias(task_, *samples);
    bias_squares_ = 1;
    draw(*samples, settings, context.seed, context.parallel);
    fold(context.parallel);

    Batches batches(*samples, settings.batch, context);
    Work work(pairs(), batches);
    EpochPlan plan = read_task_plan(parameters, task_);
    plan.steps = batches.count();
    const auto prepare = [&](SampleBlock& block, std::uint32_t b) {
        work.fields[b].arrange(block, firsts_, slot_field_, normalised_);
        linear_part(block);
    };
    const auto learn = [&](std::span<SampleBlock> blocks) {
        context.parallel.for_blocks(work.tasks, 1, [&](std::size_t t, std::size_t) {
            std::fill(work.parts[t].begin(), work.parts[t].end(), 0.0F);
            for (const auto& pair : work.of(t))
                for (std::size_t b = 0; b < blocks.size(); ++b)
                    ffm_forward(pair, factors_, work.fields[b], work.parts[t].data() + b * work.samples);
        });
        double loss = 0;
        double gradient = 0;
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            for (std::uint32_t i = 0; i < blocks[b].n; ++i)
                for (const auto& part : work.parts)
                    blocks[b].output[i] += part[b * work.samples + i];
            loss += take_errors(task_, blocks[b]);
            std::copy_n(blocks[b].error.begin(), blocks[b].n, work.fields[b].error.begin());
            for (std::uint32_t i = 0; i < blocks[b].n; ++i)
                gradient += static_cast<double>(blocks[b].error[i]);
        }
        w0_ = adagrad(w0_, gradient, settings.learning_rate, bias_squares_);
        // The last task takes the linear weights, which no pair touches.
        context.parallel.for_blocks(work.tasks + 1, 1, [&](std::size_t t, std::size_t) {
            for (std::size_t b = 0; t == work.tasks && settings.linear && b < blocks.size(); ++b)
                linear_update(blocks[b], settings);
            if (t == work.tasks)
                return;
            for (const auto& pair : work.of(t))
                for (std::size_t b = 0; b < blocks.size(); ++b)
                    ffm_update(pair, factors_, settings.learning_rate, settings.regularization, work.fields[b]);
        });
        return loss;
    };
    return EpochLoop::run(*this, plan, context, [&](std::uint32_t epoch) {
        const double loss = batches.epoch(epoch, prepare, learn);
        if (std::isfinite(loss) && !context.progress.cancelled())
            fold(context.parallel);
        return reported_loss(task_, loss);
    });
}

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
                    return vectors(field, for_field) + std::size_t{entry.index} * 2 * factors_;
                };
                for (std::size_t other = 0; other < others.size(); ++other)
                    for (std::uint32_t f = 0; f < factors_; ++f)
                        out[stretch_of(field - mine.front(), other) + f] += row_of(others[other])[f] * entry.value;
                for (std::size_t next = e + 1; next < entries.size(); ++next) {
                    const auto& [field2, entry2] = entries[next];
                    const float* there = vectors(field2, field) + std::size_t{entry2.index} * 2 * factors_;
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
    const auto all = const_cast<FfmModel*>(this)->pairs(); // only read below
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
        for (const auto& pair : all)
            ffm_forward(pair, factors_, fields, block.output.data());
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
                   vectors_.size() == vector_starts_.back() && encoder_.users().n == n_users() &&
                   encoder_.items().n == n_items()
               ? Status()
               : damaged();
}

Status FfmModel::load_training(Reader& in) {
    bias_squares_ = in.number<double>();
    return {};
}

namespace {

std::vector<ParameterSpec> specs() {
    std::vector<ParameterSpec> list;
    add_task_parameters(list);
    list.push_back({"factors", "Factors",
                    "How many hidden properties each value has for every other field; rounded up to a multiple of 4.",
                    "", ParameterType::integer, std::int64_t{4}, 1, 512});
    list.push_back({"learning_rate", "Learning rate", "How far each step moves the weights.", "", ParameterType::real,
                    0.2, 1e-6, 10});
    list.push_back({"regularization", "Regularization", "Pulls all weights towards zero; guards against overfitting.",
                    "", ParameterType::real, 2e-5, 0, 100});
    list.push_back({"linear", "Linear weights", "Gives each value a weight of its own, beside the pairs.", "",
                    ParameterType::boolean, true});
    list.push_back({"normalise", "Equal lengths",
                    "Scales every row to the same length, so that rows with many features count no more than others.",
                    "", ParameterType::boolean, true});
    list.push_back({"init_scale", "Start scale", "How large the random start values are; 1 is the paper's.", "",
                    ParameterType::real, 0.5, 0, 10});
    for (auto at = list.end() - 3; at != list.end(); ++at)
        at->advanced = true;
    add_feature_parameters(list);
    list.push_back({"batch", "Batch", "Training rows after which the weights are changed.", "rows",
                    ParameterType::integer, std::int64_t{256}, 1, 1'000'000});
    list.back().advanced = true;
    add_epoch_parameters(list, 5, "How often training goes through all rows.");
    return list;
}

} // namespace

ModelEntry ffm_entry() {
    return {"ffm",
            ModelFamily::features,
            "FFM",
            "Field-aware factorisation machine: a value acts differently on each other field; made for clicks.",
            "Juan, Zhuang, Chin, Lin: Field-aware Factorization Machines for CTR Prediction, RecSys 2016",
            ParameterSchema(specs(), {{"fast", "Fast", "A first answer in a moment.", {{"epochs", std::int64_t{2}}}},
                                      {"reference",
                                       "libffm's standard",
                                       "Pairs alone, 4 factors, learning rate 0.2 and 15 passes, as libffm does when "
                                       "nothing is chosen.",
                                       {{"task", std::string("clicks")},
                                        {"linear", false},
                                        {"init_scale", 1.0},
                                        {"epochs", std::int64_t{15}}}}}),
            []() -> std::unique_ptr<Recommender> { return std::make_unique<FfmModel>(); }};
}

} // namespace tastebench
