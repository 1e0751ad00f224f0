#include "core/models/dkn/titles.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "core/data/text/vocabulary.h"
#include "core/graph/embedding.h"

namespace tastebench {

namespace {

Result<const StringColumn*> item_texts(const Dataset& data, const std::string& name) {
    const auto& titles = data.parts().item_titles;
    if (name == "title" && !titles.empty())
        return &titles;
    std::vector<std::string> there;
    if (!titles.empty())
        there.emplace_back("title");
    for (const auto& column : data.item_features()) {
        if (column.type != ColumnType::text)
            continue;
        if (column.name == name)
            return &column.texts;
        there.push_back(column.name);
    }
    if (there.empty())
        return bad_data("the items have no titles to read", "text",
                        "import the data with a table of items that has titles or texts");
    return usage_error(fmt::format("the items have no text called '{}'", name), "text",
                       fmt::format("it may be {}", fmt::join(there, ", ")));
}

std::vector<std::uint8_t> in_training(const TrainingData& training) {
    std::vector<std::uint8_t> known(training.data.items().size(), 0);
    for (ItemIx item = 0; item < known.size(); ++item)
        known[item] = training.by_item.of(item).empty() ? 0 : 1;
    return known;
}

const Vectors* given(const Dataset& data, VectorSource source, std::string_view name) {
    return source == VectorSource::given ? find_vectors(data.parts().vectors, name) : nullptr;
}

std::unordered_map<std::string_view, std::size_t> rows_by_key(const Vectors& vectors) {
    std::unordered_map<std::string_view, std::size_t> out;
    for (std::size_t row = 0; row < vectors.keys.size(); ++row)
        out.emplace(vectors.keys[row], row);
    return out;
}

/// Which words of the texts keep a row of their own, and the table of each text.
void number_words(const TextIndex& index, const std::vector<std::uint8_t>& known, const Vectors* vectors,
                  const DknSettings& settings, DknTexts& out) {
    const auto& words = index.vocabulary.words;
    std::vector<std::uint64_t> times(words.size(), 0);
    const auto cut = [&](std::size_t item) {
        return index.lists.of(item).first(std::min<std::size_t>(settings.title_words, index.lists.of(item).size()));
    };
    for (std::size_t item = 0; item < known.size(); ++item)
        for (const auto word : cut(item))
            times[word] += known[item];
    std::unordered_map<std::string_view, std::size_t> keys;
    if (vectors != nullptr)
        keys = rows_by_key(*vectors);
    std::vector<std::uint32_t> row(words.size(), 0);
    out.words.push_back("");
    for (std::size_t word = 1; word < words.size(); ++word)
        if (times[word] >= settings.minimum_count || keys.contains(words[word])) {
            row[word] = static_cast<std::uint32_t>(out.words.size());
            out.words.push_back(words[word]);
        }
    auto& titles = out.titles;
    titles.length = settings.title_words;
    titles.words.assign(known.size() * titles.length, 0);
    for (std::size_t item = 0; item < known.size(); ++item) {
        const auto mine = cut(item);
        titles.counts.push_back(static_cast<std::uint32_t>(mine.size()));
        for (std::size_t p = 0; p < mine.size(); ++p)
            titles.words[item * titles.length + p] = row[mine[p]];
    }
}

/// Puts the entities of one title on its words. Numbers of words and of names are those of one vocabulary.
class Aligner {
  public:
    Aligner(std::span<const std::uint32_t> title, std::vector<std::uint32_t>& out) : title_(title), out_(out) {
        out_.assign(title.size(), none);
    }
    static constexpr std::uint32_t none = 0xFFFF'FFFF;

    bool spell(std::uint32_t entity, std::span<const std::uint32_t> name) {
        if (name.empty())
            return false;
        bool any = false;
        for (auto at = title_.begin();; ++at) {
            at = std::search(at, title_.end(), name.begin(), name.end());
            if (at == title_.end())
                break;
            for (std::size_t j = 0; j < name.size(); ++j)
                claim(static_cast<std::size_t>(at - title_.begin()) + j, entity);
            any = true;
        }
        for (std::size_t p = 0; p < title_.size() && !any; ++p)
            if (std::find(name.begin(), name.end(), title_[p]) != name.end())
                loose_.push_back({entity, p});
        return any;
    }
    /// After all were spelled. The words of a whole name come before those of a part of one.
    void finish(std::span<const KnowledgeGraph::Link> links, bool any_spelled) {
        for (const auto& [entity, place] : loose_)
            claim(place, entity);
        if (any_spelled || !loose_.empty())
            return;
        if (links.size() == 1)
            std::fill(out_.begin(), out_.end(), links.front().entity);
        else
            for (std::size_t p = 0; p < std::min(out_.size(), links.size()); ++p)
                out_[p] = links[p].entity;
    }

  private:
    void claim(std::size_t place, std::uint32_t entity) {
        if (out_[place] == none)
            out_[place] = entity;
    }
    std::span<const std::uint32_t> title_;
    std::vector<std::uint32_t>& out_;
    std::vector<std::pair<std::uint32_t, std::size_t>> loose_;
};

/// Names of the linked entities after the texts, so that both have words of one vocabulary.
StringColumn texts_and_names(const StringColumn& texts, const KnowledgeGraph& graph,
                             std::unordered_map<std::uint32_t, std::size_t>& name_row) {
    StringColumn out;
    for (std::size_t item = 0; item < texts.size(); ++item)
        out.push_back(texts[item]);
    for (const auto& link : graph.links)
        if (name_row.emplace(link.entity, out.size()).second)
            out.push_back(graph.entities[link.entity]);
    return out;
}

std::vector<KnowledgeGraph::Link> links_by_item(const KnowledgeGraph& graph) {
    auto links = graph.links;
    std::stable_sort(links.begin(), links.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
    return links;
}

void number_entities(const Dataset& data, const TextIndex& index,
                     const std::unordered_map<std::uint32_t, std::size_t>& name_row,
                     const std::vector<std::uint8_t>& known, const DknSettings& settings, DknTexts& out) {
    const auto links = links_by_item(data.graph());
    auto& titles = out.titles;
    titles.entities.assign(std::size_t{titles.size()} * titles.length, Aligner::none);
    std::vector<std::uint8_t> in_title(data.graph().entities.size(), 0);
    std::vector<std::uint32_t> aligned;
    for (auto first = links.begin(); first != links.end();) {
        const auto item = first->item;
        const auto last = std::find_if(first, links.end(), [&](const auto& link) { return link.item != item; });
        Aligner aligner(index.lists.of(item).first(titles.counts[item]), aligned);
        bool spelled = false;
        for (auto link = first; link != last; ++link)
            spelled = aligner.spell(link->entity, index.lists.of(name_row.at(link->entity))) || spelled;
        aligner.finish({first, last}, spelled);
        std::copy(aligned.begin(), aligned.end(),
                  titles.entities.begin() + static_cast<std::ptrdiff_t>(std::size_t{item} * titles.length));
        for (const auto entity : aligned)
            if (entity != Aligner::none && (known[item] != 0 || settings.entity_vectors != VectorSource::learned))
                in_title[entity] = 1;
        first = last;
    }
    out.entities.push_back(Aligner::none);
    std::vector<std::uint32_t> row(in_title.size(), 0);
    for (std::uint32_t entity = 0; entity < in_title.size(); ++entity)
        if (in_title[entity] != 0) {
            row[entity] = static_cast<std::uint32_t>(out.entities.size());
            out.entities.push_back(entity);
        }
    for (auto& entity : titles.entities)
        entity = entity == Aligner::none ? 0 : row[entity];
}

} // namespace

Result<DknTexts> read_dkn_texts(const TrainingData& training, const DknSettings& settings, const Parallel& parallel,
                                Progress& progress) {
    const auto texts = item_texts(training.data, settings.text);
    if (!texts)
        return fail(texts.error());
    const auto& graph = training.data.graph();
    const bool knows = settings.use_entities && !graph.links.empty();
    std::unordered_map<std::uint32_t, std::size_t> name_row;
    const auto all = texts_and_names(**texts, knows ? graph : KnowledgeGraph{}, name_row);
    const auto index = index_texts(all, {}, parallel, progress);
    if (!index)
        return fail(index.error());
    const auto known = in_training(training);
    DknTexts out;
    number_words(*index, known, given(training.data, settings.word_vectors, "words"), settings, out);
    if (knows)
        number_entities(training.data, *index, name_row, known, settings, out);
    return out;
}

} // namespace tastebench
