// The networks of NCF by themselves: gradients, steps, what is stored. Their samples are in tst_ncf_samples.cpp.
#include <algorithm>

#include <QTest>

#include "core/base/rng.h"
#include "core/models/ncf/network.h"
#include "core/nn/losses.h"

using namespace tastebench;

namespace {

/// A network with samples, of which some share a user, some an item.
struct Case {
    NcfNetwork network;
    std::vector<UserIx> users;
    std::vector<ItemIx> items;
    std::vector<float> labels;

    Case(NcfKind kind, std::size_t samples, const nn::OptimizerSettings& settings, float deviation = 0.5F) {
        NcfShape shape{11, 9, 3, {12, 7, 5}};
        if (kind == NcfKind::gmf)
            shape.layers.clear();
        if (kind == NcfKind::mlp)
            shape.factors = 0;
        network.lay_out(shape, 2);
        network.draw(deviation, std::vector<std::uint8_t>(11, 1), std::vector<std::uint8_t>(9, 1), 3, Parallel(1));
        Rng rng(8);
        for (std::size_t s = 0; s < samples; ++s) {
            users.push_back(rng.below(11));
            items.push_back(rng.below(9));
            labels.push_back(rng.below(2) == 0 ? 1.0F : 0.0F);
        }
        // Biases that are not 0, since there the relu of a unit without inputs has no slope.
        float* dense = network.dense().values().data();
        if (kind != NcfKind::gmf)
            for (std::size_t o = 0; o < 12; ++o)
                (o < 7 ? dense[128 + o] : dense[208 + o - 7]) = 0.1F + 0.02F * static_cast<float>(o);
        network.begin(kind, settings, samples);
    }
    double step(const Parallel& parallel) {
        return network.step(
            users.size(),
            [&](std::size_t first, auto u, auto i, auto y) {
                std::copy_n(users.begin() + static_cast<std::ptrdiff_t>(first), u.size(), u.begin());
                std::copy_n(items.begin() + static_cast<std::ptrdiff_t>(first), i.size(), i.begin());
                std::copy_n(labels.begin() + static_cast<std::ptrdiff_t>(first), y.size(), y.begin());
            },
            parallel);
    }
    /// All numbers: rows of users, rows of items, dense weights.
    std::vector<float> numbers() {
        std::vector<float> out;
        for (UserIx u = 0; u < 11; ++u)
            out.insert(out.end(), network.user_row(u).begin(), network.user_row(u).end());
        for (ItemIx i = 0; i < 9; ++i)
            out.insert(out.end(), network.item_row(i).begin(), network.item_row(i).end());
        const auto dense = network.dense().values();
        out.insert(out.end(), dense.begin(), dense.end());
        return out;
    }
};

/// The same network written down plainly in double precision, on the numbers of a Case.
struct Plain {
    std::size_t gmf, half;
    std::vector<std::size_t> widths;
    std::vector<double> numbers;

    Plain(NcfKind kind, const std::vector<float>& given) : numbers(given.begin(), given.end()) {
        gmf = kind == NcfKind::mlp ? 0 : 8;
        half = kind == NcfKind::gmf ? 0 : 8;
        if (half > 0)
            widths = {16, 8, 8};
    }
    /// The logit of (user, item). `mlp_bias`: the network is the MLP alone.
    double logit(std::size_t user, std::size_t item, bool mlp_bias) const {
        const std::size_t width = gmf + half;
        const double* p = numbers.data() + user * width;
        const double* q = numbers.data() + (11 + item) * width;
        const double* at = numbers.data() + 20 * width;
        std::vector<double> a(p + gmf, p + width);
        a.insert(a.end(), q + gmf, q + width);
        for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
            const double* bias = at + (widths[l] * widths[l + 1] + 15) / 16 * 16;
            std::vector<double> next(bias, bias + widths[l + 1]);
            for (std::size_t o = 0; o < next.size(); ++o) {
                for (std::size_t i = 0; i < a.size(); ++i)
                    next[o] += a[i] * at[i * widths[l + 1] + o];
                next[o] = std::max(next[o], 0.0);
            }
            at = bias + (widths[l + 1] + 15) / 16 * 16;
            a = next;
        }
        double out = 0;
        for (std::size_t f = 0; f < gmf; ++f)
            out += p[f] * q[f] * at[f];
        at += (gmf + 15) / 16 * 16;
        for (std::size_t f = 0; half > 0 && f < a.size(); ++f)
            out += a[f] * at[f];
        at += half > 0 ? (a.size() + 15) / 16 * 16 : 0;
        return out + at[mlp_bias ? 1 : 0];
    }
    double mean_loss(const Case& c, bool mlp_bias) const {
        double sum = 0;
        for (std::size_t s = 0; s < c.users.size(); ++s) {
            const double x = logit(c.users[s], c.items[s], mlp_bias);
            sum += std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0) - static_cast<double>(c.labels[s]) * x;
        }
        return sum / static_cast<double>(c.users.size());
    }
};

nn::OptimizerSettings plain_descent() {
    nn::OptimizerSettings settings;
    settings.method = nn::Method::sgd;
    settings.rate = 1;
    return settings;
}

void each_kind() {
    QTest::addColumn<int>("kind");
    QTest::newRow("NeuMF") << static_cast<int>(NcfKind::neumf);
    QTest::newRow("GMF") << static_cast<int>(NcfKind::gmf);
    QTest::newRow("MLP") << static_cast<int>(NcfKind::mlp);
}

NcfKind current_kind() {
    QFETCH(int, kind);
    return static_cast<NcfKind>(kind);
}

} // namespace

class TestNcfNetwork : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_forward_pass_is_the_papers_data() { each_kind(); }
    void the_forward_pass_is_the_papers() {
        const NcfKind kind = current_kind();
        Case c(kind, 10, plain_descent());
        c.network.dense().fill({c.network.dense().size() - 16, 1, 2}, 0.3F);
        const Plain plain(kind, c.numbers());
        std::vector<ItemIx> items(9);
        std::iota(items.begin(), items.end(), 0U);
        std::vector<double> logits(9);
        for (UserIx u = 0; u < 11; ++u) {
            c.network.logits(u, items, logits);
            for (ItemIx i = 0; i < 9; ++i)
                QVERIFY(std::abs(logits[i] - plain.logit(u, i, kind == NcfKind::mlp)) < 1e-6);
        }
    }

    /// A step of plain descent at rate 1 takes off exactly the gradient. 150 samples are three blocks in three slices.
    void a_step_goes_down_the_gradient_of_the_mean_loss_data() { each_kind(); }
    void a_step_goes_down_the_gradient_of_the_mean_loss() {
        const NcfKind kind = current_kind();
        const bool mlp = kind == NcfKind::mlp;
        Case c(kind, 150, plain_descent());
        Plain plain(kind, c.numbers());
        const double before = plain.mean_loss(c, mlp);
        const double told = c.step(Parallel(2)) / 150;
        QVERIFY(std::abs(told - before) < 1e-6);
        const auto after = c.numbers();
        double largest = 0;
        for (std::size_t i = 0; i < after.size(); ++i) {
            constexpr double h = 1e-6;
            const double kept = plain.numbers[i];
            const double taken = kept - static_cast<double>(after[i]);
            plain.numbers[i] = kept + h;
            const double above = plain.mean_loss(c, mlp);
            plain.numbers[i] = kept - h;
            const double slope = (above - plain.mean_loss(c, mlp)) / (2 * h);
            plain.numbers[i] = kept;
            QVERIFY2(std::abs(slope - taken) < 1e-6 + 1e-4 * std::abs(slope),
                     qPrintable(QString("number %1: %2, not %3").arg(i).arg(taken).arg(slope)));
            largest = std::max(largest, std::abs(slope));
        }
        QVERIFY(largest > 0.01);
    }

    void every_number_that_counts_is_trained_data() { each_kind(); }
    void every_number_that_counts_is_trained() {
        const NcfKind kind = current_kind();
        Case c(kind, 300, plain_descent());
        const auto before = c.numbers();
        for (int step = 0; step < 3; ++step)
            c.step(Parallel(1));
        const auto after = c.numbers();
        std::size_t changed = 0;
        for (std::size_t i = 0; i < after.size(); ++i)
            changed += before[i] != after[i] ? 1 : 0;
        const std::size_t row = (kind == NcfKind::mlp ? 0 : 3) + (kind == NcfKind::gmf ? 0 : 6);
        const std::size_t layers = kind == NcfKind::gmf ? 0 : 12 * 7 + 7 + 7 * 5 + 5 + 5;
        const std::size_t most = 20 * row + layers + (kind == NcfKind::mlp ? 0 : 3) + 1;
        // A unit that no sample switches on learns nothing, so not all of the layers need have changed.
        QVERIFY2(changed <= most && changed + layers / 2 >= most,
                 qPrintable(QString("%1 of %2").arg(changed).arg(most)));
    }

    /// The rows that a batch does not name keep their numbers, whatever the moments of Adam say.
    void rows_that_are_not_named_rest() {
        Case c(NcfKind::neumf, 200, {});
        c.step(Parallel(1));
        const std::vector<float> row(c.network.user_row(4).begin(), c.network.user_row(4).end());
        std::replace(c.users.begin(), c.users.end(), UserIx{4}, UserIx{5});
        c.step(Parallel(1));
        QVERIFY(std::equal(row.begin(), row.end(), c.network.user_row(4).begin()));
    }

    void digits_do_not_depend_on_threads_data() { each_kind(); }
    void digits_do_not_depend_on_threads() {
        std::vector<std::vector<float>> ends;
        for (const int threads : {1, 2, 3}) {
            nn::OptimizerSettings settings;
            settings.rate = 0.01F;
            settings.l2 = 1e-4F;
            Case c(current_kind(), 1100, settings);
            const Parallel parallel(threads);
            double first = 0;
            double last = 0;
            for (int step = 0; step < 20; ++step) {
                last = c.step(parallel);
                first = step == 0 ? last : first;
            }
            QVERIFY(last < first);
            ends.push_back(c.numbers());
        }
        QVERIFY(ends[0] == ends[1]);
        QVERIFY(ends[0] == ends[2]);
    }

    /// 1100 samples are nine slices of two blocks, but 1000 are sixteen of one.
    void a_smaller_batch_may_have_more_slices() {
        for (const std::size_t fewer : {577, 1000, 1024}) {
            Case large(NcfKind::neumf, 1100, plain_descent());
            Case exact(NcfKind::neumf, 1100, plain_descent());
            for (auto* c : {&large, &exact}) {
                c->users.resize(fewer);
                c->items.resize(fewer);
                c->labels.resize(fewer);
            }
            exact.network.begin(NcfKind::neumf, plain_descent(), fewer);
            const Parallel parallel(2);
            QCOMPARE(large.step(parallel), exact.step(parallel));
            QVERIFY(large.numbers() == exact.numbers());
        }
    }

    /// The losses of a step that moves nothing, added up in its order of blocks, from the logits of one user's items.
    void logits_have_the_digits_of_training_data() { each_kind(); }
    void logits_have_the_digits_of_training() {
        nn::OptimizerSettings still = plain_descent();
        still.rate = 0;
        Case c(current_kind(), 9, still);
        for (UserIx user = 0; user < 11; ++user) {
            std::fill(c.users.begin(), c.users.end(), user);
            std::iota(c.items.begin(), c.items.end(), 0U);
            std::vector<double> logits(9);
            c.network.logits(user, c.items, logits);
            const std::vector<float> single(logits.begin(), logits.end());
            std::vector<float> errors(9);
            QCOMPARE(c.step(Parallel(1)), nn::binary_cross_entropy(single.data(), c.labels.data(), 9, errors.data()));
        }
    }

    void the_end_of_training_leaves_what_was_learned() {
        Case c(NcfKind::neumf, 300, {});
        c.step(Parallel(1));
        const auto state = [&] {
            Writer out;
            c.network.save(out);
            return out.take();
        };
        const auto before = state();
        const std::vector<ItemIx> items{0, 3, 8};
        std::vector<double> logits(3), again(3);
        c.network.logits(10, items, logits);
        Writer training;
        c.network.save_training(training);
        c.network.end_training();
        QVERIFY(state() == before);
        c.network.logits(10, items, again);
        QVERIFY(again == logits);
        Writer less;
        c.network.save_training(less);
        QVERIFY(less.bytes().size() < 50 && training.bytes().size() > 1000);
    }

    /// Layers as wide as the schema allows are more than 2^24 weights.
    void the_largest_layers_are_read_again() {
        NcfNetwork network;
        network.lay_out({2, 3, 1, {4096, 4096, 8}}, 0);
        network.dense().values().back() = 0.25F;
        Writer out;
        network.save(out);
        NcfNetwork read;
        Reader in(out.bytes());
        QVERIFY(read.load(in));
        QVERIFY(read.shape() == network.shape());
        QVERIFY(std::ranges::equal(read.dense().values(), network.dense().values()));
        // What says so without having them is refused, and nothing of that size is made.
        Writer small;
        for (const std::uint32_t number : {2U, 3U, 1U})
            small.number(number);
        small.array(std::vector<std::uint32_t>(1000, 4096));
        small.number(std::uint8_t{0});
        for (int rows = 0; rows < 3; ++rows)
            small.array(std::vector<float>(8));
        Reader few(small.bytes());
        QVERIFY(!read.load(few));
        QVERIFY(read.shape() == network.shape());
    }

    /// The blended network's logit is alpha times GMF's and 1 - alpha times the MLP's.
    void blending_weighs_the_two_networks() {
        Case c(NcfKind::neumf, 200, {});
        c.network.begin(NcfKind::gmf, {}, 200);
        c.step(Parallel(1));
        const std::vector<ItemIx> items{0, 3, 8};
        std::vector<double> gmf(3), mlp(3), both(3);
        c.network.logits(2, items, gmf);
        c.network.begin(NcfKind::mlp, {}, 200);
        for (int step = 0; step < 3; ++step)
            c.step(Parallel(1));
        c.network.logits(2, items, mlp);
        c.network.blend(0.3F);
        c.network.begin(NcfKind::neumf, {}, 200);
        c.network.logits(2, items, both);
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(both[i] - (0.3 * gmf[i] + 0.7 * mlp[i])) < 1e-6);
    }

    void training_one_part_leaves_the_other_alone() {
        nn::OptimizerSettings settings;
        settings.l2 = 0.1F;
        Case c(NcfKind::neumf, 200, settings);
        c.network.begin(NcfKind::gmf, settings, 200);
        const auto before = c.numbers();
        c.step(Parallel(1));
        const auto after = c.numbers();
        const std::size_t rows = 20 * 16;
        for (std::size_t i = 0; i < rows; ++i)
            if (i % 16 >= 8)
                QCOMPARE(after[i], before[i]);
        const std::size_t layers = 16 * 8 + 16 + 8 * 8 + 16;
        QVERIFY(std::equal(before.begin() + rows, before.begin() + rows + layers, after.begin() + rows));
        QVERIFY(before != after);
    }
};

QTEST_APPLESS_MAIN(TestNcfNetwork)
#include "tst_ncf_network.moc"
