#include <QTest>

#include "core/experiment/run.h"
#include "core/make_data.h"
#include "core/ml100k.h"
#include "core/models/mvae/autoencoder.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

SparseRows small_rows() {
    SparseRows rows;
    rows.n_columns = 5;
    rows.starts = {0, 2, 5, 6};
    rows.columns = {0, 3, 1, 2, 4, 4};
    rows.values = {1, 2, 1, 1, 3, 1};
    return rows;
}

} // namespace

class TestMvae : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    /// Central differences of the loss in every parameter, with the noise and the dropout of one fixed step.
    void gradient_is_that_of_the_loss() {
        const auto rows = small_rows();
        const std::vector<std::uint32_t> users{2, 0, 1};
        Autoencoder network;
        network.start({5, 4, 3}, 11);
        const Parallel parallel(2);
        const Autoencoder::Step step{rows, users, 0.3F, 0.7F, true, 99};
        std::vector<float> gradient(network.parameters().size());
        std::vector<float> unused(gradient.size());
        network.gradient(step, gradient, parallel);
        double largest = 0;
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            constexpr float h = 1e-2F;
            float& value = network.parameters().values()[i];
            const float kept = value;
            value = kept + h;
            const double above = network.gradient(step, unused, parallel);
            value = kept - h;
            const double below = network.gradient(step, unused, parallel);
            value = kept;
            const double slope = (above - below) / (2 * static_cast<double>(h));
            QVERIFY2(std::abs(slope - static_cast<double>(gradient[i])) < 2e-4 + 2e-3 * std::abs(slope),
                     qPrintable(QString("parameter %1: %2, not %3").arg(i).arg(slope).arg(gradient[i])));
            largest = std::max(largest, std::abs(slope));
        }
        QVERIFY(largest > 0.1);
    }

    /// With weights of zero the logits are the output biases: softmax and loss have a closed form.
    void loss_of_zero_weights_is_the_entropy_of_the_items() {
        const auto rows = small_rows();
        const std::vector<std::uint32_t> users{0, 1, 2};
        Autoencoder network;
        network.start({5, 4, 3}, 11);
        std::fill(network.parameters().values().begin(), network.parameters().values().end(), 0.0F);
        std::vector<float> gradient(network.parameters().size());
        const Parallel parallel(1);
        const double loss = network.gradient({rows, users, 1.0F, 1.0F, true, 1}, gradient, parallel);
        QVERIFY(std::abs(loss - (3 + 5 + 1) * std::log(5.0) / 3) < 1e-5);
    }

    void learns_the_tastes_of_people() {
        const auto data = tastes(80, 40);
        RunSpec spec;
        spec.model = "mvae";
        spec.parameters = {{"hidden", std::int64_t{32}},
                           {"latent", std::int64_t{8}},
                           {"epochs", std::int64_t{60}},
                           {"batch", std::int64_t{40}},
                           {"learning_rate", 0.01}};
        spec.split = *SplitRecipe::parse("random:0.7", 5);
        const Parallel parallel(2);
        Progress progress;
        auto ready = prepare_spec(*data, spec);
        QVERIFY(ready);
        const auto done = execute(*data, *ready, parallel, progress);
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        spec.model = "popularity";
        spec.parameters = {};
        const auto popular = execute(*data, *prepare_spec(*data, spec), parallel, progress);
        QVERIFY(done->run.metrics.at("ndcg@10") > popular->run.metrics.at("ndcg@10") + 0.1);
        const auto& curve = done->run.curves;
        QVERIFY(curve.back().y < curve.front().y);
    }

    void keeps_the_best_epoch_of_the_validation_rows() {
        const auto data = tastes(80, 40);
        RunSpec spec;
        spec.model = "mvae";
        spec.parameters = {{"hidden", std::int64_t{32}}, {"latent", std::int64_t{8}},   {"epochs", std::int64_t{200}},
                           {"batch", std::int64_t{40}},  {"patience", std::int64_t{3}}, {"learning_rate", 0.03}};
        spec.split = *SplitRecipe::parse("random:0.6,0.2", 5);
        const Parallel parallel(2);
        Progress progress;
        const auto done = execute(*data, *prepare_spec(*data, spec), parallel, progress);
        QVERIFY2(done, done ? "" : done.error().text().c_str());
        std::vector<double> watched;
        for (const auto& point : done->run.curves)
            if (point.series == "validation_ndcg@10")
                watched.push_back(point.y);
        QVERIFY(watched.size() >= 4 && watched.size() < 200);
        // The three last checks brought nothing better than the one before them.
        const auto best = std::max_element(watched.begin(), watched.end());
        QCOMPARE(watched.end() - best, 4);
    }

    void patience_without_validation_rows_is_refused_before_training() {
        const auto data = tastes(20, 10);
        RunSpec spec;
        spec.model = "mvae";
        spec.parameters = {{"patience", std::int64_t{3}}};
        spec.split = *SplitRecipe::parse("random:0.8", 5);
        const auto ready = prepare_spec(*data, spec);
        QVERIFY(!ready);
        QCOMPARE(ready.error().where, std::string("patience"));
    }

    void the_end_of_training_leaves_what_was_learned_and_bad_weights_are_told() {
        const auto rows = small_rows();
        const std::vector<std::uint32_t> users{2, 0, 1};
        Autoencoder network;
        network.start({5, 4, 3}, 11);
        std::vector<float> gradient(network.parameters().size());
        network.gradient({rows, users, 0.3F, 0.7F, true, 99}, gradient, Parallel(1));
        Writer before;
        network.save(before);
        network.end_training();
        Writer after;
        network.save(after);
        QVERIFY(after.bytes() == before.bytes());
        QVERIFY(network.finite());
        network.parameters().values()[7] = std::numeric_limits<float>::infinity();
        QVERIFY(!network.finite());
    }
};

QTEST_GUILESS_MAIN(TestMvae)
#include "tst_mvae.moc"
