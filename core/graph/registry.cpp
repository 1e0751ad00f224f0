#include <fmt/format.h>

#include "core/graph/transd/transd.h"
#include "core/graph/transe/transe.h"
#include "core/graph/transh/transh.h"

namespace tastebench {

const std::vector<EmbeddingMethod>& embedding_methods() {
    static const std::vector<EmbeddingMethod> methods = [] {
        std::vector<EmbeddingMethod> list;
        list.push_back(transe_method());
        list.push_back(transh_method());
        list.push_back(transd_method());
        return list;
    }();
    return methods;
}

Result<const EmbeddingMethod*> find_embedding_method(std::string_view id) {
    std::vector<std::string> ids;
    for (const auto& method : embedding_methods()) {
        if (method.id == id)
            return &method;
        ids.push_back(method.id);
    }
    const auto guess = nearest(id, ids);
    return usage_error(fmt::format("there is no embedding method '{}'", id), "method",
                       guess.empty() ? fmt::format("the methods are {}", fmt::join(ids, ", "))
                                     : fmt::format("did you mean '{}'?", guess));
}

} // namespace tastebench
