// The parameters that Wide&Deep, DeepFM and xDeepFM share.
#pragma once

#include "core/models/fieldnet/model.h"

namespace tastebench {

/// What follows the task: embeddings, deep layers, training. `epochs` is the default.
void add_fieldnet_parameters(std::vector<ParameterSpec>& specs, std::string_view deep);
/// All but the parts that a model chooses itself.
FieldNetSettings read_fieldnet_settings(const Parameters& parameters);

/// A list of layer widths such as "256,128", or "none".
std::string check_widths(std::string_view text);
std::vector<std::uint32_t> read_widths(std::string_view text);

} // namespace tastebench
