#include "core/graph/embedding.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <unordered_set>

#include <fmt/format.h>

#include "core/base/shell.h"
#include "core/graph/ranking.h"

namespace tastebench {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TranslationShape shape_of(const EmbeddingMethod& method, const Parameters& p) {
    TranslationShape shape;
    shape.dimension = static_cast<std::uint32_t>(get_int(p, "dimension"));
    shape.width = (shape.dimension + translation_lane - 1) / translation_lane * translation_lane;
    shape.norm = get_text(p, "norm") == "l1" ? Norm::l1 : Norm::l2_squared;
    if (method.schema.find("constraint") != nullptr)
        shape.constraint = static_cast<float>(get_real(p, "constraint"));
    return shape;
}

TrainingSettings settings_of(const Parameters& p) {
    TrainingSettings settings;
    settings.epochs = static_cast<std::uint32_t>(get_int(p, "epochs"));
    settings.batch = static_cast<std::uint32_t>(get_int(p, "batch"));
    settings.margin = static_cast<float>(get_real(p, "margin"));
    settings.learning_rate = static_cast<float>(get_real(p, "learning_rate"));
    settings.adagrad = get_text(p, "optimizer") == "adagrad";
    settings.bernoulli = get_text(p, "negatives") == "bern";
    return settings;
}

StringColumn distinct_names(const StringColumn& names) {
    StringColumn out;
    std::unordered_set<std::string> taken;
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::string name(names[i]);
        for (int n = 2; !taken.insert(name).second; ++n)
            name = fmt::format("{} ({})", names[i], n);
        out.push_back(name);
    }
    return out;
}

/// Cuts the parts out of the rows, without the padding.
void add_vectors(std::vector<Vectors>& out, const std::vector<std::string>& parts, const RowTable& table,
                 const TranslationShape& shape, const StringColumn& keys) {
    for (std::size_t p = 0; p < parts.size(); ++p) {
        Vectors vectors{parts[p], shape.dimension, keys, {}};
        vectors.values.reserve(table.rows() * shape.dimension);
        for (std::size_t i = 0; i < table.rows(); ++i) {
            const auto values = table.row(i).subspan(p * shape.width, shape.dimension);
            vectors.values.insert(vectors.values.end(), values.begin(), values.end());
        }
        out.push_back(std::move(vectors));
    }
}

std::string describe_protocol(const EmbeddingRecord& record, double held_out) {
    if (record.test_triples == 0)
        return "All triples were trained on; nothing was measured.";
    return fmt::format("{:g} % of the distinct triples ({} of {}) were held out at random; {} of them were ranked. In "
                       "each, every entity was put in place of the head, then of the tail, and ranked by distance, "
                       "leaving out those that make another known triple (filtered); ties count half. Relations that "
                       "are another one reversed were left in.",
                       held_out * 100, record.test_triples, record.train_triples + record.test_triples,
                       record.ranked_triples == record.test_triples
                           ? std::string("all")
                           : fmt::format("{} drawn at random", record.ranked_triples));
}

Result<EmbeddingOutcome> train(const Dataset& data, const EmbeddingSpec& spec, const EmbeddingMethod& entry,
                               const Parallel& parallel, Progress& progress) {
    const auto& graph = data.graph();
    EmbeddingOutcome out;
    auto& record = out.record;
    record.spec = spec;
    record.environment = current_environment(parallel.threads());
    record.entities = static_cast<std::uint32_t>(graph.entities.size());
    record.relations = static_cast<std::uint32_t>(graph.relations.size());

    const auto start = std::chrono::steady_clock::now();
    progress.begin("Reading the graph", 0);
    const auto triples = distinct_triples(graph);
    const TripleIndex known(triples, record.entities, record.relations);
    const double held_out = get_real(spec.parameters, "held_out");
    const auto split = hold_out(triples, held_out, spec.seed);
    record.train_triples = split.train.size();
    record.test_triples = split.test.size();
    if (split.train.empty())
        return bad_data("the graph has too few triples to train on", "held_out", "hold out a smaller share");
    const auto method = entry.make(shape_of(entry, spec.parameters));
    auto tables = start_tables(*method, record.entities, record.relations, spec.seed, parallel);
    if (auto status = train_translation(*method, tables, split.train, known, settings_of(spec.parameters), spec.seed,
                                        parallel, progress);
        !status)
        return fail(status.error());
    record.train_seconds = seconds_since(start);

    const auto rank_start = std::chrono::steady_clock::now();
    auto ranking =
        rank_triples(*method, tables, split.test, known,
                     static_cast<std::size_t>(get_int(spec.parameters, "evaluated")), spec.seed, parallel, progress);
    if (!ranking)
        return fail(ranking.error());
    record.rank_seconds = seconds_since(rank_start);
    record.ranked_triples = ranking->triples;
    record.metrics = std::move(ranking->metrics);
    record.curves = progress.curves();
    record.protocol = describe_protocol(record, held_out);
    add_vectors(out.vectors, method->entity_parts(), tables.entities, method->shape(), distinct_names(graph.entities));
    add_vectors(out.vectors, method->relation_parts(), tables.relations, method->shape(),
                distinct_names(graph.relations));
    return out;
}

} // namespace

Result<EmbeddingSpec> prepare_embedding(const Dataset& data, EmbeddingSpec spec) {
    auto method = find_embedding_method(spec.method);
    if (!method)
        return fail(method.error());
    auto parameters = (*method)->schema.complete(spec.parameters);
    if (!parameters)
        return fail(parameters.error());
    spec.parameters = std::move(*parameters);
    if (data.graph().triples.empty())
        return bad_data(fmt::format("'{}' has no knowledge graph", data.name()), "data",
                        "import the data with its triples, such as NAME.kg and NAME.link beside NAME.inter");
    if (data.graph().entities.size() < 2)
        return bad_data(fmt::format("the knowledge graph of '{}' has only one entity", data.name()), "data",
                        "import a graph with at least two");
    spec.data_name = data.name();
    spec.data_fingerprint = data.fingerprint();
    return spec;
}

Result<EmbeddingOutcome> train_embedding(const Dataset& data, const EmbeddingSpec& spec, const Parallel& parallel,
                                         Progress& progress) {
    if (spec.data_fingerprint != data.fingerprint())
        return bad_data(fmt::format("'{}' is not the data that this embedding was asked for", data.name()), "data",
                        "import the original data under its name, or start anew");
    auto entry = find_embedding_method(spec.method);
    if (!entry)
        return fail(entry.error());
    try {
        return train(data, spec, **entry, parallel, progress);
    } catch (const std::bad_alloc&) {
        return run_failed("there is not enough memory", "dimension", "lower the dimension, or close other programs");
    }
}

std::string command_line(const EmbeddingSpec& spec) {
    std::string out = fmt::format("tastebench-cli embed --data {} --method {}", shell_quote(spec.data_name),
                                  shell_quote(spec.method));
    const auto entry = find_embedding_method(spec.method);
    const Parameters defaults = entry ? (*entry)->schema.defaults() : Parameters();
    for (const auto& [name, value] : spec.parameters) {
        const auto standard = defaults.find(name);
        if (standard == defaults.end() || standard->second != value)
            out += fmt::format(" --set {}", shell_quote(name + "=" + to_text(value)));
    }
    return out + fmt::format(" --seed {}", spec.seed);
}

const Vectors* find_vectors(std::span<const Vectors> tables, std::string_view name) {
    const auto found =
        std::find_if(tables.begin(), tables.end(), [&](const auto& table) { return table.name == name; });
    return found == tables.end() ? nullptr : &*found;
}

std::vector<Neighbour> nearest_rows(const Vectors& vectors, std::uint32_t row, std::uint32_t k) {
    const auto dot = [](std::span<const float> a, std::span<const float> b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        return sum;
    };
    const auto wanted = vectors.of(row);
    const double length = std::sqrt(dot(wanted, wanted));
    std::vector<Neighbour> out;
    for (std::uint32_t other = 0; other < vectors.keys.size() && length > 0; ++other) {
        const auto values = vectors.of(other);
        const double other_length = std::sqrt(dot(values, values));
        if (other != row && other_length > 0)
            out.push_back({other, dot(wanted, values) / (length * other_length)});
    }
    const auto nearer = [](const Neighbour& a, const Neighbour& b) {
        return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
    };
    const auto keep = std::min<std::size_t>(k, out.size());
    std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(keep), out.end(), nearer);
    out.resize(keep);
    return out;
}

} // namespace tastebench
