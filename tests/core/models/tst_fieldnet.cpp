// What Wide&Deep, DeepFM and xDeepFM share: the network over fields, and the recommender around it.
#include <QTest>

#include "core/models/fieldnet/network.h"
#include "core/nn/gradient_check.h"
#include "feature_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// A network on samples of featured(), whose steps are plain and of rate 1, so that a step is the gradient.
struct Network {
    DatasetPtr data = featured(40, 30, 0.3);
    std::vector<RowIx> rows = all_rows(*data);
    Parallel parallel{2};
    TrainingData training{*data, rows};
    FeatureEncoder encoder;
    Samples samples;
    FieldNetwork network;
    FieldNetwork::Work work;
    std::vector<SampleBlock> blocks;
    nn::DenseStack::Training drawn{5, 0};
    float scale;

    Network(const FieldNetworkShape& shape, const char* crosses, std::uint32_t n = 80)
        : encoder(*FeatureEncoder::learn(training, {}, parallel)),
          samples(*Samples::make(training, encoder, FeatureTask::clicks, 3.0, parallel)),
          scale(1.0F / static_cast<float>(n)) {
        const nn::OptimizerSettings plain{nn::Method::sgd, 1.0F};
        network.lay_out(shape, encoder, *Crosses::make(crosses, 50, encoder), plain, plain);
        network.draw(std::vector<std::uint8_t>(encoder.n_indices(), 1), 0.3F, 3, parallel);
        Rng rng(4, 99);
        for (auto& value : network.parameters().values())
            value += 0.05F * static_cast<float>(rng.normal());
        for (std::size_t i = 0; i < network.table().indices(); ++i)
            network.table().row(i)[shape.dim] = 0.1F * static_cast<float>(rng.normal());
        for (std::size_t i = 0; i < network.crosses().size(); ++i)
            network.crosses().weight(i) = 0.1F * static_cast<float>(rng.normal());
        network.reserve(work, (n + 63) / 64, 64, true);
        blocks.resize((n + 63) / 64);
        for (std::uint32_t first = 0; first < n; first += 64)
            for (std::uint32_t b = first / 64, i = 0; i == 0; ++i) {
                std::vector<std::uint32_t> which;
                for (std::uint32_t s = first; s < std::min(n, first + 64); ++s)
                    which.push_back(s * 7 % samples.size());
                samples.fill(which, 1, 1, b, blocks[b]);
            }
    }
    double loss() {
        double sum = 0;
        for (std::uint32_t b = 0; b < blocks.size(); ++b) {
            auto block = blocks[b];
            network.forward(work, block, b, &drawn);
            sum += take_errors(FeatureTask::clicks, block);
        }
        return sum * static_cast<double>(scale);
    }
    void step() {
        network.refresh(work);
        auto some = blocks;
        for (std::uint32_t b = 0; b < some.size(); ++b) {
            network.forward(work, some[b], b, &drawn);
            take_errors(FeatureTask::clicks, some[b]);
            network.backward(work, some[b], b, scale);
        }
        network.step(work, some, parallel, Progress());
    }
    std::vector<float> weights_of_crosses() {
        std::vector<float> out;
        for (std::size_t i = 0; i < network.crosses().size(); ++i)
            out.push_back(network.crosses().weight(i));
        return out;
    }
    std::vector<float> rows_of_table() {
        std::vector<float> out;
        for (std::size_t i = 0; i < network.table().indices(); ++i)
            out.insert(out.end(), network.table().row(i), network.table().row(i) + network.shape().dim + 1);
        return out;
    }
};

FieldNetworkShape shape_of(bool pairs, std::vector<std::uint32_t> deep, bool embed_numbers, float dropout = 0,
                           bool batch_norm = false) {
    FieldNetworkShape shape;
    shape.dim = 5;
    shape.pairs = pairs;
    shape.deep = std::move(deep);
    shape.embed_numbers = embed_numbers;
    shape.activation = nn::Activation::tanh;
    shape.dropout = dropout;
    shape.batch_norm = batch_norm;
    return shape;
}

FieldNetworkShape with_cin(std::vector<std::uint32_t> deep, bool split_half) {
    auto shape = shape_of(split_half, std::move(deep), split_half);
    shape.cin = {6, 4};
    shape.cin_activation = nn::Activation::tanh;
    shape.split_half = split_half;
    return shape;
}

} // namespace

class TestFieldnet : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void gradients_are_those_of_the_loss_data() {
        QTest::addColumn<int>("which");
        const char* names[] = {"linear",         "linear and crosses", "wide and deep", "pairs",
                               "pairs and deep", "plain numbers",      "dropout",       "batch norm",
                               "interactions",   "all parts"};
        for (int i = 0; i < 10; ++i)
            QTest::newRow(names[i]) << i;
    }
    void gradients_are_those_of_the_loss() {
        QFETCH(int, which);
        const FieldNetworkShape shapes[] = {shape_of(false, {}, true),
                                            shape_of(false, {}, true),
                                            shape_of(false, {6, 4}, true),
                                            shape_of(true, {}, true),
                                            shape_of(true, {6, 4}, true),
                                            shape_of(true, {6}, false),
                                            shape_of(true, {6}, true, 0.4F),
                                            shape_of(false, {6, 4}, false, 0, true),
                                            with_cin({}, false),
                                            with_cin({6}, true)};
        const char* crosses = which == 1 || which == 2 || which == 9 ? "user.group*item.kinds,hour*kinds" : "";
        Network net(shapes[which], crosses);
        const auto table_before = net.rows_of_table();
        const auto crosses_before = net.weights_of_crosses();
        const std::vector<float> dense_before(net.network.parameters().values().begin(),
                                              net.network.parameters().values().end());
        net.step();
        auto table = net.rows_of_table();
        auto of_crosses = net.weights_of_crosses();
        for (std::size_t i = 0; i < of_crosses.size(); ++i) {
            of_crosses[i] = crosses_before[i] - of_crosses[i];
            net.network.crosses().weight(i) = crosses_before[i];
        }
        std::vector<float> dense(net.network.parameters().values().begin(), net.network.parameters().values().end());
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = table_before[i] - table[i];
        for (std::size_t i = 0; i < dense.size(); ++i)
            dense[i] = dense_before[i] - dense[i];
        std::copy(dense_before.begin(), dense_before.end(), net.network.parameters().values().begin());
        const std::size_t width = net.network.shape().dim + 1;
        for (std::size_t i = 0; i < net.network.table().indices(); ++i)
            std::copy_n(table_before.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                        net.network.table().row(i));
        const auto loss = [&] { return net.loss(); };
        check_gradient(net.network.parameters().values(), dense, loss, 1e-4, 1e-2, 1e-2F);
        for (std::size_t i = 0; i < of_crosses.size(); ++i)
            check_gradient({&net.network.crosses().weight(i), 1}, std::span(of_crosses).subspan(i, 1), loss, 1e-4, 1e-2,
                           1e-2F);
        QCOMPARE(std::any_of(of_crosses.begin(), of_crosses.end(), [](float g) { return std::abs(g) > 1e-3F; }),
                 !of_crosses.empty());
        bool any = false;
        for (std::size_t i = 0; i < net.network.table().indices(); ++i) {
            const std::span<const float> told = std::span(table).subspan(i * width, width);
            any = any || std::any_of(told.begin(), told.end(), [](float g) { return std::abs(g) > 1e-3F; });
            check_gradient({net.network.table().row(i), width}, told, loss, 1e-4, 1e-2, 1e-2F);
        }
        QVERIFY(any);
    }
    void rows_that_no_sample_has_rest() {
        Network net(shape_of(true, {6}, true), "");
        const auto before = net.rows_of_table();
        net.step();
        const auto after = net.rows_of_table();
        std::vector<std::uint8_t> touched(net.encoder.n_indices(), 0);
        for (const auto& block : net.blocks) {
            for (const auto& entry : block.singles)
                touched[entry.index] = 1;
            for (const auto& entry : block.multi)
                touched[entry.index] = 1;
        }
        QVERIFY(std::count(touched.begin(), touched.end(), 0) > 3);
        for (std::size_t i = 0; i < touched.size(); ++i)
            for (std::size_t f = 0; f < 6; ++f)
                QVERIFY(touched[i] != 0 || before[i * 6 + f] == after[i * 6 + f]);
    }
};

QTEST_APPLESS_MAIN(TestFieldnet)
#include "tst_fieldnet.moc"
