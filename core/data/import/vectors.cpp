// Vectors of words and entities that are given with the data.
#include <fmt/format.h>

#include "core/data/import/companions.h"
#include "core/data/import/formats.h"
#include "core/data/text/vectors_file.h"

namespace tastebench {

namespace {

/// How many keys are entities of the graph, and how many entities have no vector.
Joined match_entities(const Vectors& vectors, const StringColumn& entities, std::string table) {
    Joined out;
    out.table = std::move(table);
    out.rows = vectors.keys.size();
    const auto known = table_of(entities);
    for (std::size_t i = 0; i < vectors.keys.size(); ++i)
        if (index_in(known, vectors.keys[i]) != no_index)
            ++out.matched;
        else if (out.unmatched.size() < 10)
            out.unmatched.emplace_back(shortened_field(vectors.keys[i]));
    out.without = known.texts().size() - out.matched;
    return out;
}

} // namespace

Status join_vectors(const Input& input, const std::string& name, DatasetParts& parts, ImportReport& report) {
    const auto text = read_whole(input, "UTF-8");
    if (!text)
        return fail(text.error());
    VectorsOptions options;
    options.name = name;
    Progress progress;
    auto read = read_vectors(*text, input.shown(), options, progress);
    if (!read)
        return fail(read.error());
    if (read->report.repeated > 0)
        report.notes.push_back(fmt::format("{} lists {} keys more than once; the first counts.", input.base_name(),
                                           read->report.repeated));
    if (name == "entities" && !parts.graph.entities.empty())
        report.joined.push_back(match_entities(read->vectors, parts.graph.entities, input.base_name()));
    parts.vectors.push_back(std::move(read->vectors));
    return {};
}

} // namespace tastebench
