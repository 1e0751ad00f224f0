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

using Needs = std::vector<const Need*>;

/// What a model set like this needs and the data has not.
Needs lacking(const Dataset& data, const ModelEntry& entry, const Parameters& parameters) {
    const auto can = entry.make()->capabilities(parameters);
    Needs out;
    const auto need = [&](bool wanted, bool there, const Need& what) {
        if (wanted && !there)
            out.push_back(&what);
    };
    need(can.needs_pairs, data.has_pairs(), pairs);
    need(can.needs_values, data.summary().rated > 0, ratings);
    need(can.needs_times, data.has_times(), times);
    need(can.needs_features, has_features(data), properties);
    need(can.needs_texts, has_item_texts(data), item_texts);
    return out;
}

/// Other values of one parameter, each of which does the same for the model.
struct Change {
    const ParameterSpec* spec;
    std::vector<ParameterValue> values;
};

/// What a parameter may be set to where its present value does not fit the data.
std::vector<ParameterValue> alternatives(const ModelEntry& entry, const ParameterSpec& spec,
                                         const ParameterValue& present) {
    std::vector<ParameterValue> out;
    const auto add = [&](ParameterValue value) {
        if (value != present && std::find(out.begin(), out.end(), value) == out.end())
            out.push_back(std::move(value));
    };
    add(spec.standard);
    for (const auto& choice : spec.choices)
        add(choice.value);
    if (spec.type == ParameterType::boolean)
        add(!std::get<bool>(present));
    if (spec.type == ParameterType::integer)
        add(static_cast<std::int64_t>(spec.minimum));
    if (spec.type == ParameterType::real)
        add(spec.minimum);
    if (spec.name == "fields") // free text, of which this word suits data without features
        add(std::string("ids"));
    for (const auto& preset : entry.schema.presets())
        if (const auto at = preset.values.find(spec.name); at != preset.values.end())
            add(at->second);
    return out;
}

/// The fewest parameters, two at most, to set otherwise for the model to be able to use the data.
std::vector<Change> find_changes(const Dataset& data, const ModelEntry& entry, const Parameters& parameters,
                                 const Needs& missing) {
    std::vector<Change> helpful; // each changes what is missing, though not all that is
    for (const auto& spec : entry.schema.specs()) {
        const auto present = parameters.find(spec.name);
        if (present == parameters.end())
            continue;
        Change fits{&spec, {}};
        for (const auto& value : alternatives(entry, spec, present->second)) {
            auto changed = parameters;
            changed[spec.name] = value;
            const auto still = lacking(data, entry, changed);
            if (still.empty())
                fits.values.push_back(value);
            else if (still != missing)
                helpful.push_back({&spec, {value}});
        }
        if (!fits.values.empty())
            return {fits};
    }
    for (auto first = helpful.begin(); first != helpful.end(); ++first)
        for (auto second = std::next(first); second != helpful.end(); ++second) {
            auto changed = parameters;
            changed[first->spec->name] = first->values[0];
            changed[second->spec->name] = second->values[0];
            if (first->spec != second->spec && lacking(data, entry, changed).empty())
                return {*first, *second};
        }
    return {};
}

/// "fields=ids task=ranking", each with its first value.
std::string as_settings(const std::vector<Change>& changes) {
    std::string out;
    for (const auto& change : changes)
        out += fmt::format("{}{}={}", out.empty() ? "" : " ", change.spec->name, to_text(change.values[0]));
    return out;
}

/// "set 'Features used' to ids and 'Task' to ranking".
std::string in_words(const std::vector<Change>& changes) {
    std::vector<std::string> parts;
    for (const auto& change : changes) {
        std::vector<std::string> values;
        for (const auto& value : change.values)
            values.push_back(to_text(value));
        parts.push_back(fmt::format("'{}' to {}", change.spec->title, fmt::join(values, " or ")));
    }
    return fmt::format("set {}", fmt::join(parts, " and "));
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

Fitness fitness_of(const Dataset& data, const ModelEntry& entry, const Parameters& parameters) {
    Fitness fit{entry.id, entry.title, {}, "can use it", {}};
    const auto missing = lacking(data, entry, parameters);
    if (missing.empty())
        return fit;
    for (const auto* need : missing)
        fit.lacks.emplace_back(need->what);
    const auto changes = find_changes(data, entry, parameters, missing);
    fit.change = as_settings(changes);
    const auto how = changes.empty() ? std::string() : in_words(changes) + ", or ";
    fit.sentence =
        fmt::format("needs {}, which this data has not; {}{}", fmt::join(fit.lacks, " and "), how, missing[0]->remedy);
    return fit;
}

std::vector<Fitness> fitness(const Dataset& data) {
    std::vector<Fitness> out;
    for (const auto& model : all_models())
        out.push_back(fitness_of(data, model, model.schema.defaults()));
    return out;
}

std::string gives_and_needs(const ModelEntry& entry, const Parameters& parameters) {
    const auto can = entry.make()->capabilities(parameters);
    auto out = fmt::format("Gives: {}.", fmt::join(abilities(can), ", "));
    if (const auto needed = needs(can); !needed.empty())
        out += fmt::format(" Needs: {}.", fmt::join(needed, ", "));
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
