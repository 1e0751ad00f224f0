// The parameters that Wide&Deep, DeepFM and xDeepFM share.
#pragma once

#include "core/models/fieldnet/model.h"

namespace tastebench {

/// The task, the features, embeddings, deep layers and training; `deep` is the default of the layers.
void add_fieldnet_parameters(std::vector<ParameterSpec>& specs, std::string_view deep);
/// All but the parts that a model chooses itself.
FieldNetSettings read_fieldnet_settings(const Parameters& parameters);

/// A choice of activations, and what it names.
ParameterSpec activation_spec(const char* name, const char* title, const char* help, const char* standard);
nn::Activation read_activation(std::string_view name);

/// A list of layer widths such as "256,128", or "none".
std::string check_widths(std::string_view text);
std::vector<std::uint32_t> read_widths(std::string_view text);

} // namespace tastebench
