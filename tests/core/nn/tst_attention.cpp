#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/attention.h"
#include "core/nn/gradient_check.h"

using namespace tastebench;
using namespace tastebench::nn;
using tastebench::testing::check_gradient;

namespace {

constexpr std::size_t width = 6, value_width = 4, rows = 5;

/// One query over rows of which one stands twice; the loss is a weighed sum of what comes out.
struct Query {
    std::vector<float> keys, values, v, q, mix;
    std::vector<std::uint32_t> ids{3, 0, 4, 3};
    std::vector<float> weights, out;

    Query() {
        Rng rng(8);
        const auto fill = [&](std::vector<float>& to, std::size_t n) {
            for (std::size_t i = 0; i < n; ++i)
                to.push_back(static_cast<float>(rng.normal()));
        };
        fill(keys, rows * width);
        fill(values, rows * value_width);
        fill(v, width);
        fill(q, width);
        fill(mix, value_width);
        weights.resize(ids.size());
        out.resize(value_width);
    }
    AttentionTables tables() const { return {keys.data(), values.data(), v.data(), width, value_width}; }
    double loss() {
        attend(tables(), ids, q.data(), weights.data(), out.data());
        double sum = 0;
        for (std::size_t i = 0; i < value_width; ++i)
            sum += static_cast<double>(mix[i]) * static_cast<double>(out[i]);
        return sum;
    }
};

} // namespace

class TestAttention : public QObject {
    Q_OBJECT

  private slots:
    void weights_are_the_softmax_of_the_scores() {
        Query query;
        query.loss();
        std::vector<double> expected;
        double sum = 0;
        for (const auto id : query.ids) {
            double score = 0;
            for (std::size_t f = 0; f < width; ++f)
                score +=
                    static_cast<double>(query.v[f]) *
                    std::max(0.0, static_cast<double>(query.q[f]) + static_cast<double>(query.keys[id * width + f]));
            expected.push_back(std::exp(score));
            sum += expected.back();
        }
        for (std::size_t k = 0; k < expected.size(); ++k)
            QVERIFY(std::abs(static_cast<double>(query.weights[k]) - expected[k] / sum) < 1e-6);
    }

    void without_keys_the_outcome_is_zero() {
        Query query;
        query.ids.clear();
        QCOMPARE(query.loss(), 0.0);
        QVERIFY(query.out == std::vector<float>(value_width, 0.0F));
    }

    void great_scores_do_not_overflow() {
        Query query;
        for (auto& v : query.v)
            v = 1000;
        query.loss();
        float sum = 0;
        for (const float weight : query.weights)
            sum += weight;
        QVERIFY(std::abs(sum - 1) < 1e-5F);
    }

    void gradients_are_those_of_the_loss() {
        Query query;
        query.loss();
        std::vector<float> d_scores(query.ids.size()), d_q(width), d_v(width);
        attend_backward(query.tables(), query.ids, query.q.data(), query.weights.data(), query.mix.data(),
                        d_scores.data(), d_q.data(), d_v.data());
        std::vector<float> d_keys(query.keys.size(), 0.0F), d_values(query.values.size(), 0.0F);
        for (std::size_t k = 0; k < query.ids.size(); ++k) {
            const auto id = query.ids[k];
            add_key_gradient(query.q.data(), query.keys.data() + id * width, query.v.data(), d_scores[k], width,
                             d_keys.data() + id * width);
            add_scaled(d_values.data() + id * value_width, query.mix.data(), query.weights[k], value_width);
        }
        const auto loss = [&] { return query.loss(); };
        check_gradient(query.q, d_q, loss, 1e-3, 5e-3, 1e-3F);
        check_gradient(query.v, d_v, loss, 1e-3, 5e-3, 1e-3F);
        check_gradient(query.keys, d_keys, loss, 1e-3, 5e-3, 1e-3F);
        check_gradient(query.values, d_values, loss, 1e-3, 5e-3, 1e-3F);
    }
};

QTEST_APPLESS_MAIN(TestAttention)
#include "tst_attention.moc"
