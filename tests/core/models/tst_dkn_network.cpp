// The network of DKN by itself.
#include <QTest>

#include "core/models/dkn/network.h"
#include "core/nn/gradient_check.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// Titles of random words and entities; the fourth is empty, the fifth has no entity.
TitleTable some_titles(std::uint32_t items, std::uint32_t length, const DknShape& shape) {
    TitleTable out;
    out.length = length;
    Rng rng(21);
    for (std::uint32_t i = 0; i < items; ++i) {
        out.counts.push_back(i == 3 ? 0 : 1 + rng.below(length));
        for (std::uint32_t p = 0; p < length; ++p) {
            out.words.push_back(rng.below(shape.words));
            if (shape.entities > 0)
                out.entities.push_back(i == 4 || rng.uniform() < 0.4 ? 0 : rng.below(shape.entities));
        }
    }
    return out;
}

/// Samples with histories of different lengths, some without any.
DknBatch some_samples(std::uint32_t items, std::size_t n) {
    DknBatch out;
    out.clear();
    Rng rng(22);
    for (std::size_t s = 0; s < n; ++s) {
        out.candidates.push_back(rng.below(items));
        for (std::uint32_t left = rng.below(5); left > 0; --left)
            out.history.push_back(rng.below(items));
        out.starts.push_back(static_cast<std::uint32_t>(out.history.size()));
        out.targets.push_back(rng.uniform() < 0.5 ? 1.0F : 0.0F);
    }
    return out;
}

DknShape small_shape(bool entities, bool context, float dropout = 0) {
    DknShape shape;
    shape.words = 12;
    shape.entities = entities ? 6 : 0;
    shape.word_width = 4;
    shape.entity_width = 3;
    shape.context = context;
    shape.convolution = {5, {1, 2}};
    shape.attention = 4;
    shape.layers = {6};
    shape.dropout = dropout;
    return shape;
}

/// Great enough for the slopes to stand out of the rounding.
DknNetwork make_network(const DknShape& shape, std::uint64_t seed = 4) {
    DknNetwork network;
    network.start(shape, 0.8F, seed, Parallel(1));
    network.set_optimizer({});
    Rng rng(seed, 77);
    for (float& value : network.parameters().values())
        value += 0.2F * static_cast<float>(rng.normal());
    return network;
}

} // namespace

class TestDknNetwork : public QObject {
    Q_OBJECT

  private slots:
    void gradients_are_those_of_the_loss_data() {
        QTest::addColumn<bool>("entities");
        QTest::addColumn<bool>("context");
        QTest::addColumn<float>("dropout");
        QTest::newRow("words alone") << false << false << 0.0F;
        QTest::newRow("entities") << true << false << 0.0F;
        QTest::newRow("entities and neighbours") << true << true << 0.0F;
        QTest::newRow("dropout") << true << true << 0.3F;
    }

    /// Of the mean loss, by every weight and every vector that the batch touches.
    void gradients_are_those_of_the_loss() {
        QFETCH(bool, entities);
        QFETCH(bool, context);
        QFETCH(float, dropout);
        const auto shape = small_shape(entities, context, dropout);
        auto network = make_network(shape);
        const auto titles = some_titles(9, 5, shape);
        const auto batch = some_samples(9, 11);
        const Parallel parallel(1);
        const DknNetwork::Step step{nullptr, 5, false};
        const auto loss = [&] {
            return network.learn(titles, batch, step, parallel) / static_cast<double>(batch.size());
        };
        loss();
        const std::vector<float> gradient(network.gradient().begin(), network.gradient().end());
        std::vector<std::pair<float*, std::vector<float>>> rows;
        const auto note = [&](nn::EmbeddingTable& table, const DknNetwork::RowGradients& of) {
            for (std::size_t r = 0; r < of.rows.size(); ++r)
                rows.emplace_back(table.row(of.rows[r]), std::vector<float>(of.values + r * table.width(),
                                                                            of.values + (r + 1) * table.width()));
        };
        note(network.words(), network.word_gradients());
        if (entities)
            note(network.entities(), network.entity_gradients());
        if (context)
            note(network.contexts(), network.context_gradients());
        QVERIFY(rows.size() > 6);
        // Small steps: relu and the maximum bend where a longer one would reach over.
        check_gradient(network.parameters().values(), gradient, loss, 1e-3, 1e-2, 5e-4F);
        for (const auto& [values, told] : rows)
            check_gradient({values, told.size()}, told, loss, 1e-3, 1e-2, 5e-4F);
    }

    void a_title_read_with_others_is_what_it_is_alone() {
        const auto shape = small_shape(true, true);
        auto network = make_network(shape);
        const auto titles = some_titles(40, 5, shape);
        const Parallel parallel(1);
        EncodedTitles all;
        QVERIFY(network.encode(titles, all, parallel, nullptr));
        for (const std::uint32_t item : {0U, 3U, 4U, 39U}) {
            TitleTable one{titles.length, {titles.counts[item]}, {}, {}};
            const auto cut = [&](const std::vector<std::uint32_t>& from) {
                return std::vector<std::uint32_t>(from.begin() + item * titles.length,
                                                  from.begin() + (item + 1) * titles.length);
            };
            one.words = cut(titles.words);
            one.entities = cut(titles.entities);
            EncodedTitles alone;
            network.encode(one, alone, parallel, nullptr);
            const auto same = [&](const nn::AlignedFloats& one_alone, const nn::AlignedFloats& among) {
                const std::size_t width = one_alone.size();
                for (std::size_t f = 0; f < width; ++f)
                    if (std::abs(one_alone[f] - among[item * width + f]) > 1e-5F)
                        return false;
                return width > 0;
            };
            QVERIFY(same(alone.keys, all.keys) && same(alone.queries, all.queries));
            QVERIFY(same(alone.as_candidate, all.as_candidate) && same(alone.as_history, all.as_history));
        }
        // An empty title says nothing.
        for (std::size_t f = 0; f < shape.layers[0]; ++f)
            QCOMPARE(all.as_history[3 * shape.layers[0] + f], 0.0F);
    }

    void scoring_agrees_with_training() {
        const auto shape = small_shape(true, true);
        auto network = make_network(shape);
        const auto titles = some_titles(20, 5, shape);
        const auto batch = some_samples(20, 100);
        const Parallel parallel(1);
        EncodedTitles encoded;
        network.encode(titles, encoded, parallel, nullptr);
        std::vector<float> logits(batch.size());
        network.score(encoded, batch, logits);
        double loss = 0;
        for (std::size_t s = 0; s < logits.size(); ++s) {
            const auto logit = static_cast<double>(logits[s]);
            loss += std::log1p(std::exp(batch.targets[s] > 0 ? -logit : logit));
        }
        const double learned = network.learn(titles, batch, {nullptr, 1, false}, parallel);
        QVERIFY(std::abs(loss - learned) < 1e-4 * learned);
    }
};

QTEST_GUILESS_MAIN(TestDknNetwork)
#include "tst_dkn_network.moc"
