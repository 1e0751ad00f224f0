#include "core/models/ncf/ncf_settings.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/models/epoch_loop.h"

namespace tastebench {

namespace {

std::optional<std::vector<std::uint32_t>> read_layers(std::string_view text) {
    std::vector<std::uint32_t> out;
    for (const char *at = text.data(), *end = text.data() + text.size();;) {
        while (at != end && *at == ' ')
            ++at;
        std::uint32_t width = 0;
        const auto [next, error] = std::from_chars(at, end, width);
        if (error != std::errc{} || width < 1 || width > NcfShape::most_width)
            return std::nullopt;
        out.push_back(width);
        at = next;
        while (at != end && *at == ' ')
            ++at;
        if (at == end)
            return out;
        if (*at++ != ',')
            return std::nullopt;
    }
}

std::string check_layers(std::string_view text) {
    const auto layers = read_layers(text);
    if (!layers || layers->size() < 2)
        return "give two or more widths from 1 to 4096, such as 64,32,16,8";
    if (layers->front() % 2 != 0)
        return "the first width is that of two embeddings side by side, so it must be even";
    return {};
}

nn::Method method_of(const std::string& name) {
    return name == "sgd" ? nn::Method::sgd : name == "adagrad" ? nn::Method::adagrad : nn::Method::adam;
}

const std::vector<Choice>& optimizers() {
    static const std::vector<Choice> list{
        {"adam", "Adam", "Steps sized for each weight by the mean and the spread of its past gradients."},
        {"adagrad", "Adagrad", "Steps that shrink for each weight with the squares of all its past gradients."},
        {"sgd", "SGD", "Plain gradient descent; needs a far larger learning rate."},
    };
    return list;
}

std::vector<ParameterSpec> network_specs() {
    return {
        {"network",
         "Network",
         "Which of the paper's three networks is trained.",
         "",
         ParameterType::choice,
         std::string("neumf"),
         0,
         0,
         {{"neumf", "NeuMF", "GMF and the MLP side by side, with embeddings of their own."},
          {"gmf", "GMF", "A weighted product of the two embeddings: matrix factorisation with learned weights."},
          {"mlp", "MLP", "Layers of units on the two embeddings side by side."}}},
        {"factors", "Factors", "Numbers that GMF keeps of each person and each item.", "", ParameterType::integer,
         std::int64_t{8}, 1, static_cast<double>(NcfShape::most_width)},
        {"layers",
         "Layers",
         "Widths of the MLP: the two embeddings side by side, then each layer. The last is best about as wide as GMF.",
         "",
         ParameterType::text,
         std::string("64,32,16,8"),
         0,
         0,
         {},
         false,
         false,
         check_layers},
        {"negatives", "Negatives", "Items that a person does not have, drawn with each that they have, in every epoch.",
         "", ParameterType::integer, std::int64_t{4}, 1, 1000},
        {"batch", "Batch", "Samples per step.", "samples", ParameterType::integer, std::int64_t{256}, 1, 65'536},
        {"learning_rate", "Learning rate", "How far each batch moves the network.", "", ParameterType::real, 0.001,
         1e-7, 10},
        {"optimizer", "Optimiser", "How steps are sized.", "", ParameterType::choice, std::string("adam"), 0, 0,
         optimizers()},
        {"regularization", "Regularization",
         "Pulls weights towards zero: those of layers in every step, those of people and items when they occur.", "",
         ParameterType::real, 0.0, 0, 1},
        {"init_deviation", "Spread at the start", "Standard deviation of the embeddings that training begins with.", "",
         ParameterType::real, 0.01, 1e-6, 1},
    };
}

std::vector<ParameterSpec> training_specs() {
    std::vector<ParameterSpec> list{
        {"pretraining", "Pre-training",
         "NeuMF only: trains GMF and the MLP alone first and puts them together then, as the paper does.", "",
         ParameterType::boolean, false},
        {"pretraining_epochs", "Epochs of the parts", "With pre-training: epochs of GMF, and as many of the MLP.",
         "epochs", ParameterType::integer, std::int64_t{20}, 1, 100'000},
        {"alpha", "Trade-off", "With pre-training: the weight of GMF's answer at the start; the MLP has the rest.", "",
         ParameterType::real, 0.5, 0, 1},
        {"finish_optimizer", "Optimiser after pre-training", "How NeuMF goes on when its parts are pre-trained.", "",
         ParameterType::choice, std::string("sgd"), 0, 0, optimizers()},
        {"finish_rate", "Learning rate after pre-training", "How far each batch moves NeuMF then.", "",
         ParameterType::real, 0.001, 1e-7, 10},
    };
    for (auto& spec : list)
        spec.advanced = true;
    return list;
}

} // namespace

std::size_t NcfSettings::moments() const {
    const auto of = [](nn::Method method) {
        return method == nn::Method::adam ? std::size_t{2} : method == nn::Method::adagrad ? std::size_t{1} : 0;
    };
    return part_epochs > 0 ? std::max(of(optimizer.method), of(finish.method)) : of(optimizer.method);
}

NcfSettings read_ncf_settings(const Parameters& p) {
    NcfSettings out;
    const auto& network = get_text(p, "network");
    out.network = network == "gmf" ? NcfKind::gmf : network == "mlp" ? NcfKind::mlp : NcfKind::neumf;
    out.factors = out.network == NcfKind::mlp ? 0 : static_cast<std::uint32_t>(get_int(p, "factors"));
    if (out.network != NcfKind::gmf)
        out.layers = read_layers(get_text(p, "layers")).value_or(std::vector<std::uint32_t>{});
    out.negatives = static_cast<std::uint32_t>(get_int(p, "negatives"));
    out.batch = static_cast<std::uint32_t>(get_int(p, "batch"));
    out.deviation = static_cast<float>(get_real(p, "init_deviation"));
    out.optimizer.method = method_of(get_text(p, "optimizer"));
    out.optimizer.rate = static_cast<float>(get_real(p, "learning_rate"));
    out.optimizer.l2 = static_cast<float>(get_real(p, "regularization"));
    if (out.network == NcfKind::neumf && get_bool(p, "pretraining"))
        out.part_epochs = static_cast<std::uint32_t>(get_int(p, "pretraining_epochs"));
    out.alpha = static_cast<float>(get_real(p, "alpha"));
    out.finish = out.optimizer;
    out.finish.method = method_of(get_text(p, "finish_optimizer"));
    out.finish.rate = static_cast<float>(get_real(p, "finish_rate"));
    return out;
}

ParameterSchema ncf_schema() {
    auto list = network_specs();
    add_epoch_parameters(list, 20, "How often training goes through all pairs of a person and an item.");
    for (auto& spec : training_specs())
        list.push_back(std::move(spec));
    return {std::move(list),
            {{"fast",
              "Fast",
              "Large batches and few epochs.",
              {{"batch", std::int64_t{1024}}, {"learning_rate", 0.003}, {"epochs", std::int64_t{10}}}},
             {"paper",
              "Paper",
              "8 factors and layers of 64-32-16-8, batches of 256 and Adam, as in the paper.",
              {{"factors", std::int64_t{8}}, {"layers", std::string("64,32,16,8")}, {"batch", std::int64_t{256}}}},
             {"recommenders",
              "Published benchmark",
              "4 factors and layers of 16-8-4, as Microsoft Recommenders has them in its examples.",
              {{"factors", std::int64_t{4}}, {"layers", std::string("16,8,4")}, {"epochs", std::int64_t{50}}}},
             {"ml-100k",
              "MovieLens 100K",
              "What ranks best on that data's training rows: more factors and negatives, and few epochs.",
              {{"factors", std::int64_t{32}},
               {"negatives", std::int64_t{10}},
               {"batch", std::int64_t{1024}},
               {"epochs", std::int64_t{6}}}}}};
}

} // namespace tastebench
