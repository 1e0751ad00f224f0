// How the network is stored, and what is believed of stored bytes.
#include <algorithm>

#include "core/models/dkn/network.h"

namespace tastebench {

namespace {

constexpr std::uint32_t most_width = 1U << 20;

void write_shape(const DknShape& s, Writer& out) {
    for (const auto number :
         {s.words, s.entities, s.word_width, s.entity_width, s.context ? 1U : 0U, s.convolution.filters, s.attention})
        out.number(number);
    out.array(s.convolution.widths);
    out.array(s.layers);
    out.number(s.dropout);
}

DknShape read_shape(Reader& in) {
    DknShape s;
    for (auto* number : {&s.words, &s.entities, &s.word_width, &s.entity_width})
        *number = in.number<std::uint32_t>();
    s.context = in.number<std::uint32_t>() != 0;
    s.convolution.filters = in.number<std::uint32_t>();
    s.attention = in.number<std::uint32_t>();
    s.convolution.widths = in.array<std::uint32_t>();
    s.layers = in.array<std::uint32_t>();
    s.dropout = in.number<float>();
    return s;
}

bool is_sound(const DknShape& s) {
    const auto width = [](std::uint32_t n) { return n > 0 && n < most_width; };
    const auto widths = [&](const std::vector<std::uint32_t>& all) {
        return std::all_of(all.begin(), all.end(), width);
    };
    return s.words > 0 && width(s.word_width) && width(s.entity_width) && width(s.convolution.filters) &&
           width(s.attention) && !s.convolution.widths.empty() && widths(s.convolution.widths) && widths(s.layers) &&
           s.dropout >= 0 && s.dropout < 1;
}

/// A lower bound of how many parameters there are, in numbers that cannot overflow.
double least_parameters(const DknShape& s) {
    double sum = static_cast<double>(s.convolution.taps()) * s.convolution.filters * s.word_width +
                 static_cast<double>(s.title_width()) * s.attention;
    if (s.entities > 0)
        sum += static_cast<double>(s.entity_width) * s.word_width;
    double inputs = static_cast<double>(s.title_width());
    for (const auto layer : s.layers) {
        sum += inputs * layer;
        inputs = layer;
    }
    return sum;
}

void put(nn::EmbeddingTable& table, const std::vector<float>& from) {
    if (!from.empty())
        std::copy(from.begin(), from.end(), table.row(0));
}

} // namespace

void DknNetwork::save(Writer& out) const {
    write_shape(shape_, out);
    parameters_.save(out);
    for (const auto* table : {&words_, &entities_, &contexts_})
        table->save(out);
}

bool DknNetwork::load(Reader& in) {
    const auto s = read_shape(in);
    const auto values = in.array<float>();
    const auto words = in.array<float>();
    const auto entities = in.array<float>();
    const auto contexts = in.array<float>();
    // Told from the bytes that are there before anything of that size is made.
    if (!in.ok() || !is_sound(s) || least_parameters(s) > static_cast<double>(values.size()) ||
        words.size() != std::size_t{s.words} * s.word_width ||
        entities.size() != std::size_t{s.entities} * s.entity_width ||
        contexts.size() != (s.context ? entities.size() : 0))
        return false;
    lay_out(s);
    if (values.size() != parameters_.size())
        return false;
    std::copy(values.begin(), values.end(), parameters_.values().begin());
    start_tables(0, 0, Parallel(1)); // nothing is drawn
    put(words_, words);
    put(entities_, entities);
    put(contexts_, contexts);
    return true;
}

void DknNetwork::save_training(Writer& out) const {
    optimizer_.save(out);
    for (const auto* table : {&words_, &entities_, &contexts_})
        table->save_training(out);
}

bool DknNetwork::load_training(Reader& in) {
    return optimizer_.load(in) && words_.load_training(in) && entities_.load_training(in) &&
           contexts_.load_training(in);
}

} // namespace tastebench
