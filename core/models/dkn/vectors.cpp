// Vectors that the tables of words and entities begin with.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/rng.h"
#include "core/graph/embedding.h"
#include "core/models/dkn/titles.h"

namespace tastebench {

namespace {

constexpr std::uint32_t word_stream = 404, entity_stream = 405;

/// Vectors by a name or a number; random ones where there is none.
class Source {
  public:
    Source(const Vectors* vectors, std::uint32_t width, float deviation, std::uint64_t seed, std::uint32_t stream)
        : vectors_(vectors), width_(vectors != nullptr ? vectors->dimension : width), deviation_(deviation),
          seed_(seed), stream_(stream) {
        for (std::size_t row = 0; vectors != nullptr && row < vectors->keys.size(); ++row)
            rows_.emplace(vectors->keys[row], row);
    }
    std::uint32_t width() const { return width_; }
    void put(std::string_view key, std::uint32_t number, float* out) const {
        if (const auto row = rows_.find(key); row != rows_.end()) {
            const auto values = vectors_->of(row->second);
            std::copy(values.begin(), values.end(), out);
            return;
        }
        Rng rng(seed_, stream_, number);
        for (std::uint32_t f = 0; f < width_; ++f)
            out[f] = static_cast<float>(rng.normal()) * deviation_;
    }

  private:
    const Vectors* vectors_;
    std::unordered_map<std::string_view, std::size_t> rows_;
    std::uint32_t width_;
    float deviation_;
    std::uint64_t seed_;
    std::uint32_t stream_;
};

tl::unexpected<Error> no_vectors(const char* parameter, const char* name) {
    return usage_error(fmt::format("the data has no vectors called '{}'", name), parameter,
                       "import the data with such vectors, or choose learned");
}

/// Trains on the graph of the data.
Result<Vectors> embed(const Dataset& data, const DknSettings& settings, std::uint64_t seed, const Parallel& parallel,
                      Progress& progress) {
    EmbeddingSpec spec;
    spec.method = settings.graph_method;
    spec.seed = seed;
    spec.parameters = {{"dimension", std::int64_t{settings.entity_width}},
                       {"epochs", std::int64_t{settings.graph_epochs}},
                       {"held_out", 0.0}};
    auto ready = prepare_embedding(data, spec);
    if (!ready) {
        auto error = ready.error();
        if (error.where == "data")
            error.where = "entity_vectors";
        return fail(std::move(error));
    }
    // Its curves are not those of this model.
    Progress own(progress);
    progress.begin("Learning from the graph", 0);
    auto trained = train_embedding(data, *ready, parallel, own);
    if (!trained)
        return fail(trained.error());
    // By number, since names may be shared.
    Vectors out = std::move(trained->vectors.front());
    out.keys = {};
    for (std::size_t i = 0; i < data.graph().entities.size(); ++i)
        out.keys.push_back(std::to_string(i));
    return out;
}

/// The mean of the vectors of an entity's neighbours; without neighbours its own.
void put_contexts(const Dataset& data, const DknTexts& texts, const std::function<void(std::uint32_t, float*)>& vector,
                  const StartVectors& entities, StartVectors& out) {
    std::vector<std::uint32_t> row_of(data.graph().entities.size(), 0);
    for (std::uint32_t row = 1; row < texts.entities.size(); ++row)
        row_of[texts.entities[row]] = row;
    const std::size_t width = entities.width;
    out.width = entities.width;
    std::vector<double> sums(texts.entities.size() * width, 0.0);
    std::vector<std::uint32_t> neighbours(texts.entities.size(), 0);
    std::vector<float> other(width);
    const auto add = [&](std::uint32_t entity, std::uint32_t neighbour) {
        const auto row = row_of[entity];
        if (row == 0 || entity == neighbour)
            return;
        vector(neighbour, other.data());
        for (std::size_t f = 0; f < width; ++f)
            sums[row * width + f] += static_cast<double>(other[f]);
        ++neighbours[row];
    };
    for (const auto& triple : data.graph().triples) {
        add(triple.head, triple.tail);
        add(triple.tail, triple.head);
    }
    out.values = entities.values;
    for (std::size_t row = 1; row < neighbours.size(); ++row)
        for (std::size_t f = 0; f < width && neighbours[row] > 0; ++f)
            out.values[row * width + f] = static_cast<float>(sums[row * width + f] / neighbours[row]);
}

Status put_entities(const Dataset& data, const DknTexts& texts, const DknSettings& settings, std::uint64_t seed,
                    const Parallel& parallel, Progress& progress, DknVectors& out) {
    const Vectors* vectors = nullptr;
    Vectors trained;
    if (settings.entity_vectors == VectorSource::given) {
        vectors = find_vectors(data.parts().vectors, "entities");
        if (vectors == nullptr)
            return no_vectors("entity_vectors", "entities");
    } else if (settings.entity_vectors == VectorSource::graph) {
        auto done = embed(data, settings, seed, parallel, progress);
        if (!done)
            return fail(done.error());
        trained = std::move(*done);
        vectors = &trained;
    }
    const bool by_number = settings.entity_vectors == VectorSource::graph;
    const Source source(vectors, settings.entity_width, settings.init_deviation, seed, entity_stream);
    const auto vector = [&](std::uint32_t entity, float* to) {
        source.put(by_number ? std::string_view(std::to_string(entity)) : data.graph().entities[entity], entity, to);
    };
    out.entities.width = source.width();
    out.entities.values.assign(texts.entities.size() * source.width(), 0.0F);
    for (std::size_t row = 1; row < texts.entities.size(); ++row)
        vector(texts.entities[row], out.entities.values.data() + row * source.width());
    if (settings.use_context)
        put_contexts(data, texts, vector, out.entities, out.contexts);
    return {};
}

} // namespace

Result<DknVectors> find_dkn_vectors(const Dataset& data, const DknTexts& texts, const DknSettings& settings,
                                    std::uint64_t seed, const Parallel& parallel, Progress& progress) {
    DknVectors out;
    out.words.width = settings.word_width;
    out.entities.width = settings.entity_width;
    if (settings.word_vectors == VectorSource::given) {
        const auto* vectors = find_vectors(data.parts().vectors, "words");
        if (vectors == nullptr)
            return no_vectors("word_vectors", "words");
        const Source source(vectors, settings.word_width, settings.init_deviation, seed, word_stream);
        out.words.width = source.width();
        out.words.values.assign(texts.words.size() * source.width(), 0.0F);
        for (std::uint32_t row = 1; row < texts.words.size(); ++row)
            source.put(texts.words[row], row, out.words.values.data() + std::size_t{row} * source.width());
    }
    const bool knows = !texts.entities.empty();
    if (settings.use_context && !(knows && !data.graph().triples.empty()))
        return usage_error("there is no knowledge graph to take neighbours from", "use_context",
                           "import the data with its triples and its links to items, or turn use_context off");
    if (!knows && settings.entity_vectors != VectorSource::learned)
        return usage_error("no item is linked to an entity", "entity_vectors",
                           "import the links from items to entities, or choose learned");
    if (knows)
        if (auto status = put_entities(data, texts, settings, seed, parallel, progress, out); !status)
            return fail(status.error());
    return out;
}

} // namespace tastebench
