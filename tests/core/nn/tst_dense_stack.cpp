#include <QtTest>

#include "core/base/rng.h"
#include "core/nn/dense_stack.h"
#include "core/nn/gradient_check.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

using namespace tastebench;
using namespace tastebench::nn;
using tastebench::testing::check_gradient;

namespace {

/// A stack with a batch of random samples and targets.
struct Network {
    ParameterSet parameters;
    DenseStack stack;
    DenseStack::Work work;
    std::size_t samples;
    std::vector<float> inputs, targets;
    std::uint64_t step = 1;
    bool averages = true; ///< whether learn() moves the moving averages

    Network(DenseStackShape shape, std::size_t n, std::uint64_t seed = 3) : samples(n) {
        const std::size_t width = shape.inputs;
        stack.lay_out(parameters, std::move(shape));
        stack.draw(parameters, seed, 0);
        stack.reserve(work, n);
        Rng rng(seed, 99);
        for (std::size_t i = 0; i < n * width; ++i)
            inputs.push_back(static_cast<float>(rng.normal()));
        for (std::size_t i = 0; i < n; ++i)
            targets.push_back(rng.uniform() < 0.5 ? 1.0F : 0.0F);
        // Biases that are not zero, so that an error in them shows.
        for (float& value : parameters.values())
            value += 0.05F * static_cast<float>(rng.normal());
    }
    ConstMatrixView x() const { return view(inputs.data(), samples, stack.shape().inputs); }
    double forward(std::size_t first, std::size_t last) {
        const DenseStack::Training training{step, 7};
        const std::size_t width = stack.shape().inputs;
        stack.forward(parameters, work, view(std::as_const(inputs).data() + first * width, last - first, width), first,
                      last, &training);
        return binary_cross_entropy(work.output(first), targets.data() + first, last - first, work.error(first));
    }
    double loss() {
        double sum = 0;
        for (std::size_t first = 0; first < samples; first += DenseStack::slice)
            sum += forward(first, std::min(samples, first + DenseStack::slice));
        return sum;
    }
    /// One step; the sum of the losses before it. Without an optimiser only the gradients are taken.
    double learn(std::vector<float>& gradient, std::vector<float>& dx, Optimizer* optimizer, const Parallel& parallel) {
        const std::size_t width = stack.shape().inputs;
        gradient.assign(parameters.size(), 0.0F);
        dx.assign(samples * width, 0.0F);
        std::vector<double> losses((samples + DenseStack::slice - 1) / DenseStack::slice);
        parallel.for_blocks(samples, DenseStack::slice, [&](std::size_t first, std::size_t last) {
            losses[first / DenseStack::slice] = forward(first, last);
            stack.backward(parameters, work, first, last, view(dx.data() + first * width, last - first, width));
        });
        if (optimizer != nullptr)
            optimizer->begin_step();
        const auto parts = stack.parts();
        parallel.for_blocks(parts.size(), 1, [&](std::size_t p, std::size_t) {
            stack.gradient(parts[p], work, x(), gradient.data());
            if (optimizer != nullptr)
                optimizer->step_range(parameters.values().data(), gradient.data(), parts[p].offset, parts[p].size);
        });
        if (averages)
            stack.finish_batch(work, samples);
        double sum = 0;
        for (const double one : losses)
            sum += one;
        return sum;
    }
};

DenseStackShape shape_of(Activation activation, float dropout, bool batch_norm) {
    return {5, {{7, activation}, {4, activation}, {1, Activation::identity}}, dropout, batch_norm};
}

} // namespace

class TestDenseStack : public QObject {
    Q_OBJECT
  private slots:
    void gradients_are_those_of_the_loss_data() {
        QTest::addColumn<int>("activation");
        QTest::addColumn<float>("dropout");
        QTest::addColumn<bool>("batch_norm");
        QTest::addColumn<int>("samples");
        // Two slices, the second not full. Relu bends where a finite difference may step over it, so the smooth ones
        // carry the options.
        QTest::newRow("tanh") << static_cast<int>(Activation::tanh) << 0.0F << false << 83;
        QTest::newRow("sigmoid, dropout") << static_cast<int>(Activation::sigmoid) << 0.4F << false << 83;
        QTest::newRow("tanh, dropout") << static_cast<int>(Activation::tanh) << 0.4F << false << 83;
        QTest::newRow("tanh, batch norm") << static_cast<int>(Activation::tanh) << 0.0F << true << 83;
        QTest::newRow("sigmoid, both") << static_cast<int>(Activation::sigmoid) << 0.3F << true << 83;
        QTest::newRow("tanh, batch norm, one sample over") << static_cast<int>(Activation::tanh) << 0.0F << true << 65;
        QTest::newRow("identity") << static_cast<int>(Activation::identity) << 0.0F << false << 83;
    }
    void gradients_are_those_of_the_loss() {
        QFETCH(int, activation);
        QFETCH(float, dropout);
        QFETCH(bool, batch_norm);
        QFETCH(int, samples);
        Network network(shape_of(static_cast<Activation>(activation), dropout, batch_norm),
                        static_cast<std::size_t>(samples));
        network.averages = false;
        std::vector<float> gradient, dx;
        network.learn(gradient, dx, nullptr, Parallel(1));
        const auto loss = [&] { return network.loss(); };
        check_gradient(network.parameters.values(), gradient, loss, 2e-3, 1e-2);
        check_gradient(network.inputs, dx, loss, 2e-3, 1e-2);
    }
    void relu_passes_what_is_above_zero() {
        float y[] = {0.0F, 2.0F, 0.0F, 1.0F};
        float d[] = {3.0F, 4.0F, -5.0F, -6.0F};
        activate_backward(Activation::relu, y, d, 4);
        QCOMPARE(d[0], 0.0F);
        QCOMPARE(d[1], 4.0F);
        QCOMPARE(d[2], 0.0F);
        QCOMPARE(d[3], -6.0F);
    }
    void every_parameter_is_in_one_part() {
        Network network({130, {{70, Activation::relu}, {3, Activation::identity}}, 0, true}, 10);
        std::vector<int> times(network.parameters.size(), 0);
        for (const auto& part : network.stack.parts())
            for (std::size_t i = 0; i < part.size; ++i)
                ++times[part.offset + i];
        for (const std::size_t layer : {0, 1}) {
            const auto w = network.stack.weights(layer);
            const auto b = network.stack.bias(layer);
            for (std::size_t i = 0; i < w.size(); ++i)
                QCOMPARE(times[w.offset + i], 1);
            for (std::size_t i = 0; i < b.size(); ++i)
                QCOMPARE(times[b.offset + i], 1);
        }
        QVERIFY(std::all_of(times.begin(), times.end(), [](int t) { return t <= 1; }));
    }
    void learns_with_the_same_digits_on_any_threads() {
        std::vector<std::vector<float>> ends;
        for (const int threads : {1, 2, 3}) {
            Network network({20, {{96, Activation::relu}, {1, Activation::identity}}, 0.2F, true}, 200);
            Optimizer optimizer;
            OptimizerSettings settings;
            settings.rate = 0.01F;
            settings.l1 = 1e-4F;
            optimizer.start(settings, network.parameters.size());
            const Parallel parallel(threads);
            std::vector<float> gradient, dx;
            double first = 0;
            double last = 0;
            for (int step = 0; step < 60; ++step) {
                network.step = static_cast<std::uint64_t>(step) + 1;
                last = network.learn(gradient, dx, &optimizer, parallel);
                first = step == 0 ? last : first;
            }
            QVERIFY2(last < first / 2, qPrintable(QString("%1 after %2").arg(last).arg(first)));
            ends.emplace_back(network.parameters.values().begin(), network.parameters.values().end());
        }
        QVERIFY(ends[0] == ends[1]);
        QVERIFY(ends[0] == ends[2]);
    }
    void moving_averages_are_those_of_the_data_data() {
        QTest::addColumn<int>("samples");
        QTest::newRow("two slices") << 128;
        QTest::newRow("one sample over") << 65;
        QTest::newRow("a short slice") << 66;
    }
    /// A layer that passes on what comes in: its moments are those of the samples.
    void moving_averages_are_those_of_the_data() {
        QFETCH(int, samples);
        const auto n = static_cast<std::size_t>(samples);
        Network network({1, {{1, Activation::tanh}, {1, Activation::identity}}, 0, true}, n);
        network.parameters.at(network.stack.weights(0))[0] = 1;
        const std::size_t counted = n == 65 ? 64 : n;
        double mean = 0;
        double variance = 0; // within slices, each by its number of samples
        for (std::size_t first = 0; first < counted; first += 64) {
            const std::size_t end = std::min(counted, first + 64);
            double sum = 0;
            double squares = 0;
            for (std::size_t i = first; i < end; ++i)
                sum += static_cast<double>(network.inputs[i]);
            const auto size = static_cast<double>(end - first);
            for (std::size_t i = first; i < end; ++i)
                squares += std::pow(static_cast<double>(network.inputs[i]) - sum / size, 2);
            mean += sum / static_cast<double>(counted);
            variance += size / static_cast<double>(counted) * squares / (size - 1);
        }
        std::vector<float> gradient, dx;
        network.learn(gradient, dx, nullptr, Parallel(1));
        const auto averages = [&] {
            Writer out;
            network.stack.save(out);
            const auto bytes = out.take();
            return Reader(bytes).array<float>();
        };
        // One batch moves them by a hundredth, however many slices it has.
        QVERIFY(std::abs(static_cast<double>(averages()[0]) - 0.01 * mean) < 1e-6);
        for (int step = 0; step < 2000; ++step)
            network.learn(gradient, dx, nullptr, Parallel(1));
        QVERIFY(std::abs(static_cast<double>(averages()[0]) - mean) < 1e-4);
        QVERIFY(std::abs(static_cast<double>(averages()[1]) - variance) < 1e-4);
    }
    void scoring_uses_the_moving_averages() {
        Network network(shape_of(Activation::tanh, 0.5F, true), 64);
        std::vector<float> gradient, dx;
        for (int step = 0; step < 600; ++step)
            network.learn(gradient, dx, nullptr, Parallel(1));
        // The batch's own moments are by now the averages; one sample alone is scored as it is among the others.
        const auto score = [&](std::size_t first, std::size_t last) {
            network.stack.forward(network.parameters, network.work,
                                  view(std::as_const(network.inputs).data() + first * 5, last - first, 5), 0,
                                  last - first, nullptr);
            return network.work.output(0)[0];
        };
        const float alone = score(11, 12);
        network.stack.forward(network.parameters, network.work, network.x(), 0, 64, nullptr);
        QVERIFY(std::abs(network.work.output(11)[0] - alone) < 1e-6F);
        Writer out;
        network.stack.save(out);
        Network other(shape_of(Activation::tanh, 0.5F, true), 64);
        const auto bytes = out.take();
        Reader in(bytes);
        QVERIFY(other.stack.load(in));
        other.stack.forward(network.parameters, other.work, network.x(), 0, 64, nullptr);
        QCOMPARE(other.work.output(11)[0], network.work.output(11)[0]);
    }
};

QTEST_APPLESS_MAIN(TestDenseStack)
#include "tst_dense_stack.moc"
