#include "core/experiment/fitness.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "core/models/recommender.h"

namespace tastebench {

namespace {

struct Need {
    const char* what;
    const char* remedy;
};
constexpr Need pairs{"users and items", "import it with a column of users and one of items"};
constexpr Need ratings{"ratings", "import it with a rating column"};
constexpr Need times{"times", "import it with a time column"};
constexpr Need properties{"features", "import tables of users or items, or name more columns of the rows"};
constexpr Need item_texts{"titles or texts", "import a table of items with a title column"};

bool has_features(const Dataset& data) {
    return data.user_features().size() + data.item_features().size() + data.context().size() > 0;
}

/// "91,631".
std::string grouped(std::size_t count) {
    std::string out = std::to_string(count);
    for (std::size_t from_end = 3; from_end < out.size(); from_end += 4)
        out.insert(out.size() - from_end, 1, ',');
    return out;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

Material features(const Dataset& data) {
    const std::size_t users = data.user_features().size();
    const std::size_t items = data.item_features().size();
    const std::size_t rows = data.context().size();
    Material out{"Features", "factorisation machines, wide and deep networks", users + items + rows > 0, {}};
    out.sentence = out.there ? fmt::format("{} of users, {} of items, {} of rows", users, items, rows)
                             : "there are none; import tables of users or items, or name more columns of the rows";
    return out;
}

Material texts(const Dataset& data) {
    const auto& titles = data.parts().item_titles;
    std::size_t known = 0;
    for (std::size_t item = 0; item < titles.size(); ++item)
        known += titles[item].empty() ? 0 : 1;
    return {"Titles", "networks that read, such as DKN", known > 0,
            known > 0 ? fmt::format("{} of {} items have one", grouped(known), grouped(data.items().size()))
                      : "there are none; import a table of items with a title column"};
}

Material graph(const Dataset& data) {
    const auto& graph = data.graph();
    Material out{"Knowledge graph",
                 "networks that know entities, such as DKN",
                 !graph.triples.empty() && !graph.links.empty(),
                 {}};
    if (out.there)
        out.sentence = fmt::format("{}, {} to items", counted(graph.triples.size(), "fact", "facts"),
                                   counted(graph.links.size(), "link", "links"));
    else if (graph.triples.empty())
        out.sentence = "there is none; import facts about the items with the data";
    else
        out.sentence = "no item is linked to it; import the links from items to entities";
    return out;
}

Material history(const Dataset& data) {
    const bool there = data.has_pairs() && data.has_times();
    return {"Order in time", "splits by time, and models in which age counts", there,
            there ? "every row has a time" : "there are no times; import the data with a time column"};
}

} // namespace

bool has_item_texts(const Dataset& data) {
    return !data.parts().item_titles.empty() ||
           std::any_of(data.item_features().begin(), data.item_features().end(),
                       [](const FeatureColumn& column) { return column.type == ColumnType::text; });
}

std::vector<Fitness> fitness(const Dataset& data) {
    std::vector<Fitness> out;
    for (const auto& model : all_models()) {
        const auto needs = model.make()->capabilities(model.schema.defaults());
        Fitness fit{model.id, model.title, {}, "can use it"};
        std::string remedy;
        const auto need = [&](bool wanted, bool there, const Need& what) {
            if (!wanted || there)
                return;
            fit.lacks.emplace_back(what.what);
            if (remedy.empty())
                remedy = what.remedy;
        };
        need(needs.needs_pairs, data.has_pairs(), pairs);
        need(needs.needs_values, data.summary().rated > 0, ratings);
        need(needs.needs_times, data.has_times(), times);
        need(needs.needs_features, has_features(data), properties);
        need(needs.needs_texts, has_item_texts(data), item_texts);
        if (!fit.usable())
            fit.sentence = fmt::format("needs {}, which this data has not; {}", fmt::join(fit.lacks, " and "), remedy);
        out.push_back(std::move(fit));
    }
    return out;
}

std::vector<Material> materials(const Dataset& data) {
    std::vector<Material> out{features(data)};
    if (data.has_pairs()) {
        out.push_back(texts(data));
        out.push_back(graph(data));
    }
    out.push_back(history(data));
    return out;
}

} // namespace tastebench
