#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/cin.h"
#include "core/nn/gradient_check.h"
#include "core/nn/optimizer.h"

using namespace tastebench;
using namespace tastebench::nn;
using tastebench::testing::check_gradient;

namespace {

double apply(Activation f, double x) {
    switch (f) {
    case Activation::identity:
        return x;
    case Activation::relu:
        return std::max(x, 0.0);
    case Activation::tanh:
        return std::tanh(x);
    case Activation::sigmoid:
        return 1 / (1 + std::exp(-x));
    }
    return x;
}

/// A network with a batch of random embeddings, whose loss is a random weighting of the outputs and half their squares.
struct Network {
    ParameterSet parameters;
    Cin cin;
    Cin::Work work;
    std::size_t samples;
    std::size_t width;
    std::vector<float> embeddings, targets;

    Network(const CinShape& shape, std::size_t n) : samples(n), width(std::size_t{shape.fields} * shape.dim) {
        cin.lay_out(parameters, shape);
        cin.draw(parameters, 3, 0);
        cin.reserve(work, n);
        Rng rng(3, 99);
        for (std::size_t i = 0; i < n * width; ++i)
            embeddings.push_back(0.7F * static_cast<float>(rng.normal()));
        for (std::size_t i = 0; i < n * cin.outputs(); ++i)
            targets.push_back(static_cast<float>(rng.normal()));
        // Weights that matter, and biases that are not zero, so that an error in either shows.
        for (float& value : parameters.values())
            value = 2 * value + 0.1F * static_cast<float>(rng.normal());
    }
    double forward(std::size_t first, std::size_t last) {
        const auto x = view(std::as_const(embeddings).data() + first * width, last - first, width);
        cin.forward(parameters, work, x, first, last);
        double sum = 0;
        for (std::size_t s = first; s < last; ++s)
            for (std::size_t o = 0; o < cin.outputs(); ++o) {
                const float error = work.output(s)[o] - targets[s * cin.outputs() + o];
                work.d_output(s)[o] = error;
                sum += 0.5 * static_cast<double>(error) * static_cast<double>(error);
            }
        return sum;
    }
    double loss() {
        double sum = 0;
        for (std::size_t first = 0; first < samples; first += Cin::slice)
            sum += forward(first, std::min(samples, first + Cin::slice));
        return sum;
    }
    double learn(std::vector<float>& gradient, std::vector<float>& dx, Optimizer* optimizer, const Parallel& parallel) {
        gradient.assign(parameters.size(), 0.0F);
        std::vector<double> losses((samples + Cin::slice - 1) / Cin::slice);
        parallel.for_blocks(samples, Cin::slice, [&](std::size_t first, std::size_t last) {
            losses[first / Cin::slice] = forward(first, last);
            cin.backward(parameters, work, first, last, view(dx.data() + first * width, last - first, width));
        });
        if (optimizer != nullptr)
            optimizer->begin_step();
        const auto parts = cin.parts();
        parallel.for_blocks(parts.size(), 1, [&](std::size_t p, std::size_t) {
            cin.gradient(parts[p], work, samples, gradient.data());
            if (optimizer != nullptr)
                optimizer->step_range(parameters.values().data(), gradient.data(), parts[p].offset, parts[p].size);
        });
        double sum = 0;
        for (const double one : losses)
            sum += one;
        return sum;
    }

    /// The outputs of a sample by the paper's equations 6 and 7, one product at a time.
    std::vector<double> by_definition(std::size_t sample) const {
        const auto& shape = cin.shape();
        const float* e = embeddings.data() + sample * width;
        std::vector<double> out;
        std::size_t inputs = shape.fields;
        std::vector<double> x(e, e + width); // [maps x dim]
        for (std::size_t l = 0; l < shape.layers.size(); ++l) {
            const std::size_t maps = shape.layers[l];
            const bool last = l + 1 == shape.layers.size();
            std::vector<double> y(maps * shape.dim);
            for (std::size_t n = 0; n < maps; ++n)
                for (std::size_t d = 0; d < shape.dim; ++d) {
                    double sum = static_cast<double>(parameters.at(cin.bias(l))[n]);
                    for (std::size_t m = 0; m < shape.fields; ++m)
                        for (std::size_t h = 0; h < inputs; ++h)
                            sum += weight(l, n, h, m, inputs) * x[h * shape.dim + d] *
                                   static_cast<double>(e[m * shape.dim + d]);
                    y[n * shape.dim + d] = apply(shape.activation, sum);
                }
            for (std::size_t n = shape.split_half && !last ? maps / 2 : 0; n < maps; ++n) {
                double sum = 0;
                for (std::size_t d = 0; d < shape.dim; ++d)
                    sum += y[n * shape.dim + d];
                out.push_back(sum);
            }
            x = y;
            inputs = shape.split_half ? maps / 2 : maps;
        }
        return out;
    }

  private:
    /// The paper's W[n, h, m]; in the first layer half of what (h, m) and (m, h) share.
    double weight(std::size_t l, std::size_t n, std::size_t h, std::size_t m, std::size_t inputs) const {
        const auto w = cin.weights(l);
        if (l > 0)
            return static_cast<double>(parameters.at(w)[(m * inputs + h) * w.columns + n]);
        const std::size_t pair = std::max(h, m) * (std::max(h, m) + 1) / 2 + std::min(h, m);
        return static_cast<double>(parameters.at(w)[pair * w.columns + n]) * (h == m ? 1.0 : 0.5);
    }
};

void shapes() {
    QTest::addColumn<int>("fields");
    QTest::addColumn<int>("dim");
    QTest::addColumn<QList<int>>("layers");
    QTest::addColumn<int>("activation");
    QTest::addColumn<bool>("split_half");
    const auto add = [](const char* name, int fields, int dim, const QList<int>& layers, Activation f, bool split) {
        QTest::newRow(name) << fields << dim << layers << static_cast<int>(f) << split;
    };
    add("one layer", 4, 3, {5}, Activation::tanh, false);
    add("one layer, identity", 4, 3, {5}, Activation::identity, false);
    add("identity", 5, 3, {6, 4}, Activation::identity, false);
    add("identity, split", 5, 2, {6, 4, 3}, Activation::identity, true);
    add("tanh", 5, 3, {6, 4, 3}, Activation::tanh, false);
    add("tanh, split", 5, 3, {6, 5, 3}, Activation::tanh, true);
    add("sigmoid, split", 3, 2, {4, 4}, Activation::sigmoid, true);
    add("one field", 1, 4, {3, 2}, Activation::tanh, false);
    add("several chunks of pairs", 17, 2, {11, 3}, Activation::tanh, false);
}

CinShape fetched() {
    QFETCH(int, fields);
    QFETCH(int, dim);
    QFETCH(QList<int>, layers);
    QFETCH(int, activation);
    QFETCH(bool, split_half);
    return {static_cast<std::uint32_t>(fields), static_cast<std::uint32_t>(dim),
            std::vector<std::uint32_t>(layers.begin(), layers.end()), static_cast<Activation>(activation), split_half};
}

} // namespace

class TestCin : public QObject {
    Q_OBJECT
  private slots:
    void outputs_are_those_of_the_definition_data() {
        shapes();
        QTest::newRow("relu, split, wide")
            << 13 << 5 << QList<int>{40, 36, 33} << static_cast<int>(Activation::relu) << true;
    }
    void outputs_are_those_of_the_definition() {
        Network network(fetched(), 70);
        network.loss();
        for (std::size_t s = 0; s < 70; s += 23) {
            const auto expected = network.by_definition(s);
            QCOMPARE(expected.size(), network.cin.outputs());
            for (std::size_t o = 0; o < expected.size(); ++o) {
                const auto told = static_cast<double>(network.work.output(s)[o]);
                QVERIFY2(std::abs(told - expected[o]) < 1e-5 * (10 + std::abs(expected[o])),
                         qPrintable(QString("%1: %2, not %3").arg(o).arg(told).arg(expected[o])));
            }
        }
    }
    void gradients_are_those_of_the_loss_data() { shapes(); }
    void gradients_are_those_of_the_loss() {
        // Two slices, the second not full.
        Network network(fetched(), 67);
        std::vector<float> gradient;
        std::vector<float> dx(network.embeddings.size(), 0.0F);
        network.learn(gradient, dx, nullptr, Parallel(1));
        const auto loss = [&] { return network.loss(); };
        check_gradient(network.parameters.values(), gradient, loss, 2e-2, 1e-2);
        check_gradient(std::span(network.embeddings).first(4 * network.width), std::span(dx).first(4 * network.width),
                       loss, 2e-2, 1e-2);
        check_gradient(std::span(network.embeddings).last(2 * network.width), std::span(dx).last(2 * network.width),
                       loss, 2e-2, 1e-2);
    }
    void derivatives_are_added_to_what_is_there() {
        Network network({4, 3, {5, 4}, Activation::relu, false}, 10);
        std::vector<float> gradient;
        std::vector<float> dx(network.embeddings.size(), 0.0F);
        network.learn(gradient, dx, nullptr, Parallel(1));
        std::vector<float> more(dx.size(), 100.0F);
        network.learn(gradient, more, nullptr, Parallel(1));
        for (std::size_t i = 0; i < dx.size(); ++i)
            QVERIFY(std::abs(more[i] - 100.0F - dx[i]) < 1e-4F);
    }
    void every_parameter_is_in_one_part() {
        Network network({18, 2, {30, 7}, Activation::relu, false}, 2);
        std::vector<int> times(network.parameters.size(), 0);
        for (const auto& part : network.cin.parts())
            for (std::size_t i = 0; i < part.size; ++i)
                ++times[part.offset + i];
        for (const std::size_t layer : {0, 1})
            for (const auto& slot : {network.cin.weights(layer), network.cin.bias(layer)})
                for (std::size_t i = 0; i < slot.size(); ++i)
                    QCOMPARE(times[slot.offset + i], 1);
        QVERIFY(std::all_of(times.begin(), times.end(), [](int t) { return t <= 1; }));
    }
    void a_pair_of_fields_has_one_weight() {
        Network network({26, 10, {128, 128}, Activation::relu, false}, 1);
        QCOMPARE(network.cin.weights(0).rows, std::size_t{351});
        QCOMPARE(network.cin.weights(1).rows, std::size_t{128 * 26});
        QCOMPARE(network.cin.outputs(), std::size_t{256});
        Network split({26, 10, {128, 128}, Activation::relu, true}, 1);
        QCOMPARE(split.cin.weights(1).rows, std::size_t{64 * 26});
        QCOMPARE(split.cin.outputs(), std::size_t{64 + 128});
    }
    void learns_with_the_same_digits_on_any_threads() {
        std::vector<std::vector<float>> ends;
        for (const int threads : {1, 2, 3}) {
            Network network({9, 4, {20, 16}, Activation::relu, true}, 200);
            Optimizer optimizer;
            OptimizerSettings settings;
            settings.rate = 0.01F;
            optimizer.start(settings, network.parameters.size());
            const Parallel parallel(threads);
            std::vector<float> gradient;
            std::vector<float> dx(network.embeddings.size(), 0.0F);
            double first = 0;
            double last = 0;
            for (int step = 0; step < 80; ++step) {
                last = network.learn(gradient, dx, &optimizer, parallel);
                first = step == 0 ? last : first;
            }
            QVERIFY2(last < 0.8 * first, qPrintable(QString("%1 after %2").arg(last).arg(first)));
            ends.emplace_back(network.parameters.values().begin(), network.parameters.values().end());
            ends.back().insert(ends.back().end(), dx.begin(), dx.end());
        }
        QVERIFY(ends[0] == ends[1]);
        QVERIFY(ends[0] == ends[2]);
    }
};

QTEST_APPLESS_MAIN(TestCin)
#include "tst_cin.moc"
