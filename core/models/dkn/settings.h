// What the parameters of DKN say.
#pragma once

#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/nn/optimizer.h"

namespace tastebench {

enum class VectorSource : std::uint8_t { learned, given, graph };

struct DknSettings {
    std::string text; ///< "title", or a text feature of the items
    std::uint32_t title_words, minimum_count, history;
    bool only_earlier; ///< a row's history is what its user had before it
    std::uint32_t negatives;
    double positive_from;
    std::uint32_t word_width, entity_width;
    bool use_entities, use_context;
    VectorSource word_vectors, entity_vectors;
    std::string graph_method; ///< "transe", "transh" or "transd" where entity_vectors come from the graph
    std::uint32_t graph_epochs;
    std::uint32_t filters, attention;
    std::vector<std::uint32_t> widths, layers;
    float dropout, init_deviation;
    std::uint32_t batch;
    nn::OptimizerSettings optimizer;
};

std::vector<ParameterSpec> dkn_specs();
std::vector<Preset> dkn_presets();
DknSettings read_dkn_settings(const Parameters& parameters);

} // namespace tastebench
