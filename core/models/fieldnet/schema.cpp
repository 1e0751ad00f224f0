#include "core/models/fieldnet/schema.h"

#include <charconv>

#include "core/models/fm/fm.h"

namespace tastebench {

namespace {

constexpr std::uint32_t widest = 8192;
constexpr std::size_t most_layers = 8;

/// False if the text is no list of widths.
bool parse_widths(std::string_view text, std::vector<std::uint32_t>& out) {
    out.clear();
    if (text == "none")
        return true;
    for (bool more = true; more;) {
        const auto comma = std::min(text.find(','), text.size());
        auto word = text.substr(0, comma);
        more = comma < text.size();
        text.remove_prefix(comma + (more ? 1 : 0));
        while (word.starts_with(' '))
            word.remove_prefix(1);
        while (word.ends_with(' '))
            word.remove_suffix(1);
        std::uint32_t width = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), width);
        if (error != std::errc() || end != word.data() + word.size() || width < 1 || width > widest)
            return false;
        out.push_back(width);
    }
    return out.size() <= most_layers;
}

ParameterSpec choice(const char* name, const char* title, const char* help, const char* standard,
                     std::vector<Choice> choices) {
    return {name, title, help, "", ParameterType::choice, std::string(standard), 0, 0, std::move(choices)};
}

ParameterSpec real(const char* name, const char* title, const char* help, double standard, double least,
                   double greatest) {
    return {name, title, help, "", ParameterType::real, standard, least, greatest};
}

} // namespace

ParameterSpec activation_spec(const char* name, const char* title, const char* help, const char* standard) {
    return choice(name, title, help, standard,
                  {{"relu", "Relu", "Nothing below zero, and in proportion above; the usual choice."},
                   {"tanh", "Tanh", "Smooth, between -1 and 1."},
                   {"sigmoid", "Sigmoid", "Smooth, between 0 and 1."},
                   {"identity", "None", "In proportion everywhere."}});
}

nn::Activation read_activation(std::string_view name) {
    return name == "relu"      ? nn::Activation::relu
           : name == "tanh"    ? nn::Activation::tanh
           : name == "sigmoid" ? nn::Activation::sigmoid
                               : nn::Activation::identity;
}

std::string check_widths(std::string_view text) {
    std::vector<std::uint32_t> widths;
    return parse_widths(text, widths) ? std::string() : "write up to 8 widths from 1 to 8192, such as 256,128, or none";
}

std::vector<std::uint32_t> read_widths(std::string_view text) {
    std::vector<std::uint32_t> widths;
    parse_widths(text, widths);
    return widths;
}

void add_fieldnet_parameters(std::vector<ParameterSpec>& list, std::string_view deep) {
    add_task_parameters(list);
    for (auto& spec : list)
        if (spec.name == "task") {
            spec.help = "What is learned. Rankings suit any data with users and items; click logs and other data of 0 "
                        "and 1 want clicks.";
            spec.standard = std::string("ranking");
        }
    list.push_back({"dim", "Embedding size", "How many numbers each value of a feature is described by.", "",
                    ParameterType::integer, std::int64_t{16}, 1, 512});
    list.push_back({"deep", "Deep layers",
                    "Widths of the layers of the network, from the input on; none leaves it out.", "",
                    ParameterType::text, std::string(deep)});
    list.back().check = check_widths;
    list.push_back(activation_spec("activation", "Activation", "How the units of the deep layers answer.", "relu"));
    list.push_back(real("dropout", "Dropout", "Share of the deep units that are left out of each step in training.",
                        0.0, 0, 0.95));
    list.push_back({"batch_norm", "Batch normalisation", "Brings what enters each deep layer to a common scale.", "",
                    ParameterType::boolean, false});
    list.push_back(
        choice("number_fields", "Numbers as fields", "What numbers are beside inputs of the deep layers.", "embedded",
               {{"embedded", "Embedded", "Each number also scales an embedding that meets the other fields."},
                {"plain", "Plain", "Numbers have a linear weight and enter the deep layers, nothing more."}}));
    list.push_back(choice("optimizer", "Optimiser", "How gradients become steps.", "adam",
                          {{"adam", "Adam", "Steps by the mean and the spread of past gradients."},
                           {"adagrad", "Adagrad", "Steps grow smaller where gradients were large."},
                           {"sgd", "Plain", "Steps in proportion to the gradient."}}));
    list.push_back(real("learning_rate", "Learning rate", "How far each step moves the weights.", 0.001, 1e-7, 10));
    add_schedule_parameters(list);
    list.push_back(real("embedding_regularization", "Regularization of embeddings",
                        "Pulls embeddings and linear weights of the values in a batch towards zero.", 1e-5, 0, 10));
    list.push_back(real("network_regularization", "Regularization of layers",
                        "Pulls the weights of the layers towards "
                        "zero.",
                        0.0, 0, 10));
    list.push_back(real("clip", "Clip",
                        "Greatest length of a gradient: of all layers together, and of each value's "
                        "weights; 0 sets no limit.",
                        0.0, 0, 1e6));
    list.push_back(real("init_deviation", "Start deviation", "Standard deviation of the random start of embeddings.",
                        0.01, 0, 10));
    for (auto at = list.end() - 4; at != list.end(); ++at)
        at->advanced = true;
    add_feature_parameters(list);
    list.push_back({"batch", "Batch", "Training rows after which the weights are changed.", "rows",
                    ParameterType::integer, std::int64_t{256}, 1, 32'768});
    add_epoch_parameters(list, 10, "How often training goes through all rows.");
}

FieldNetSettings read_fieldnet_settings(const Parameters& p) {
    FieldNetSettings out;
    const auto& task = get_text(p, "task");
    out.task = task == "ratings" ? FeatureTask::ratings : task == "clicks" ? FeatureTask::clicks : FeatureTask::ranking;
    out.positive_from = get_real(p, "positive_from");
    out.shape.dim = static_cast<std::uint32_t>(get_int(p, "dim"));
    out.shape.deep = read_widths(get_text(p, "deep"));
    out.shape.activation = read_activation(get_text(p, "activation"));
    out.shape.dropout = static_cast<float>(get_real(p, "dropout"));
    out.shape.batch_norm = get_bool(p, "batch_norm");
    out.shape.embed_numbers = get_text(p, "number_fields") == "embedded";
    const auto& optimizer = get_text(p, "optimizer");
    out.network.method = optimizer == "adam"      ? nn::Method::adam
                         : optimizer == "adagrad" ? nn::Method::adagrad
                                                  : nn::Method::sgd;
    out.network.clip = static_cast<float>(get_real(p, "clip"));
    out.table = out.network;
    out.network.l2 = static_cast<float>(get_real(p, "network_regularization"));
    out.table.l2 = static_cast<float>(get_real(p, "embedding_regularization"));
    out.rate = read_learning_rate(p);
    out.init_deviation = static_cast<float>(get_real(p, "init_deviation"));
    out.batch = static_cast<std::uint32_t>(get_int(p, "batch"));
    return out;
}

} // namespace tastebench
