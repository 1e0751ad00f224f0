#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/gradient_check.h"
#include "core/nn/word_convolution.h"

using namespace tastebench;
using namespace tastebench::nn;
using tastebench::testing::check_gradient;

namespace {

/// Texts of rows of two sides, and weights; the loss is a weighed sum of pooled.
struct Texts {
    WordConvolutionShape shape{5, {1, 3, 2}};
    std::size_t length = 6;
    std::array<std::size_t, 2> inputs{4, 3};
    std::array<std::vector<float>, 2> rows, weights; ///< [7 x inputs], [products x inputs]
    std::vector<float> bias, mix;
    std::vector<std::size_t> words{6, 2, 0, 1, 4};
    std::array<std::vector<std::uint32_t>, 2> of_place;
    std::vector<float> pooled;
    std::vector<std::int32_t> where;
    static constexpr std::size_t n_rows = 7;

    Texts() {
        Rng rng(5);
        const auto fill = [&](std::vector<float>& out, std::size_t n) {
            for (std::size_t i = 0; i < n; ++i)
                out.push_back(static_cast<float>(rng.normal()));
        };
        for (std::size_t side = 0; side < 2; ++side) {
            fill(rows[side], n_rows * inputs[side]);
            fill(weights[side], shape.products() * inputs[side]);
            for (std::size_t i = 0; i < words.size() * length; ++i)
                of_place[side].push_back(side == 1 && rng.uniform() < 0.4 ? TextSide::none : rng.below(n_rows));
        }
        fill(bias, shape.outputs());
        fill(mix, words.size() * shape.outputs());
        pooled.resize(mix.size());
        where.resize(mix.size());
    }
    std::vector<float> products(std::size_t side) const {
        std::vector<float> out(n_rows * shape.products());
        std::vector<float> by_input(weights[side].size());
        for (std::size_t p = 0; p < shape.products(); ++p)
            for (std::size_t d = 0; d < inputs[side]; ++d)
                by_input[d * shape.products() + p] = weights[side][p * inputs[side] + d];
        row_products(view(rows[side].data(), n_rows, inputs[side]),
                     view(std::as_const(by_input).data(), inputs[side], shape.products()),
                     view(out.data(), n_rows, shape.products()));
        return out;
    }
    double loss() {
        const std::array<std::vector<float>, 2> both{products(0), products(1)};
        double sum = 0;
        for (std::size_t t = 0; t < words.size(); ++t) {
            const std::array<TextSide, 2> sides{TextSide{both[0].data(), of_place[0].data() + t * length},
                                                TextSide{both[1].data(), of_place[1].data() + t * length}};
            pool_text(shape, sides, words[t], bias.data(), pooled.data() + t * shape.outputs(),
                      where.data() + t * shape.outputs());
        }
        for (std::size_t i = 0; i < mix.size(); ++i)
            sum += static_cast<double>(mix[i]) * static_cast<double>(pooled[i]);
        return sum;
    }
    /// By its definition: every window of every text in full.
    float direct(std::size_t text, std::size_t width_number, std::size_t filter) const {
        std::size_t tap = 0;
        for (std::size_t w = 0; w < width_number; ++w)
            tap += shape.widths[w];
        const std::size_t width = shape.widths[width_number];
        const std::size_t n = words[text];
        double best = 0;
        for (std::size_t t = 0; n > 0 && t < std::max<std::size_t>(1, n + 1 - std::min(n, width)); ++t) {
            double sum = static_cast<double>(bias[width_number * shape.filters + filter]);
            for (std::size_t j = 0; j < width && t + j < n; ++j)
                for (std::size_t side = 0; side < 2; ++side) {
                    const auto row = of_place[side][text * length + t + j];
                    for (std::size_t d = 0; row != TextSide::none && d < inputs[side]; ++d)
                        sum +=
                            static_cast<double>(rows[side][row * inputs[side] + d]) *
                            static_cast<double>(weights[side][((tap + j) * shape.filters + filter) * inputs[side] + d]);
                }
            best = std::max(best, sum);
        }
        return static_cast<float>(best);
    }
};

} // namespace

class TestWordConvolution : public QObject {
    Q_OBJECT

  private slots:
    void is_the_convolution_of_its_definition() {
        Texts texts;
        texts.loss();
        for (std::size_t t = 0; t < texts.words.size(); ++t)
            for (std::size_t w = 0; w < 3; ++w)
                for (std::size_t f = 0; f < texts.shape.filters; ++f) {
                    const float found = texts.pooled[t * texts.shape.outputs() + w * texts.shape.filters + f];
                    QVERIFY(std::abs(found - texts.direct(t, w, f)) < 1e-4F);
                }
    }

    void an_empty_text_is_zero() {
        Texts texts;
        texts.loss();
        for (std::size_t i = 2 * texts.shape.outputs(); i < 3 * texts.shape.outputs(); ++i) {
            QCOMPARE(texts.pooled[i], 0.0F);
            QCOMPARE(texts.where[i], -1);
        }
    }

    void what_lies_beyond_the_end_of_a_text_does_not_matter() {
        Texts texts;
        texts.loss();
        const auto before = texts.pooled;
        for (std::size_t side = 0; side < 2; ++side)
            for (std::size_t t = 0; t < texts.words.size(); ++t)
                for (std::size_t p = texts.words[t]; p < texts.length; ++p)
                    texts.of_place[side][t * texts.length + p] = 0;
        texts.loss();
        QVERIFY(texts.pooled == before);
    }

    void gradients_are_those_of_the_loss() {
        Texts texts;
        texts.loss();
        std::vector<float> d_pooled(texts.mix.size());
        std::vector<float> d_bias(texts.bias.size(), 0.0F);
        for (std::size_t i = 0; i < d_pooled.size(); ++i) {
            d_pooled[i] = texts.where[i] < 0 ? 0.0F : texts.mix[i];
            d_bias[i % d_bias.size()] += d_pooled[i];
        }
        const std::size_t n = texts.shape.products();
        const auto loss = [&] { return texts.loss(); };
        for (std::size_t side = 0; side < 2; ++side) {
            std::vector<float> d_products(Texts::n_rows * n, 0.0F);
            for (std::size_t t = 0; t < texts.words.size(); ++t)
                for (std::size_t p = 0; p < texts.words[t]; ++p)
                    if (const auto row = texts.of_place[side][t * texts.length + p]; row != TextSide::none)
                        add_place_gradient(texts.shape, p, d_pooled.data() + t * texts.shape.outputs(),
                                           texts.where.data() + t * texts.shape.outputs(), d_products.data() + row * n);
            const auto d = view(std::as_const(d_products).data(), Texts::n_rows, n);
            std::vector<float> d_rows(texts.rows[side].size());
            row_products_backward(d, view(std::as_const(texts.weights[side]).data(), n, texts.inputs[side]),
                                  view(d_rows.data(), Texts::n_rows, texts.inputs[side]));
            std::vector<float> d_weights(texts.weights[side].size());
            // In two parts, as threads take them.
            for (const std::size_t first : {std::size_t{0}, std::size_t{10}})
                row_products_weights(
                    d, view(std::as_const(texts.rows[side]).data(), Texts::n_rows, texts.inputs[side]), first,
                    view(d_weights.data() + first * texts.inputs[side], first == 0 ? 10 : n - 10, texts.inputs[side]));
            check_gradient(texts.rows[side], d_rows, loss, 2e-3, 5e-3, 1e-3F);
            check_gradient(texts.weights[side], d_weights, loss, 2e-3, 5e-3, 1e-3F);
        }
        check_gradient(texts.bias, d_bias, loss, 2e-3, 5e-3, 1e-3F);
    }
};

QTEST_APPLESS_MAIN(TestWordConvolution)
#include "tst_word_convolution.moc"
