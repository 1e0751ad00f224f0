// The Boltzmann machines by themselves, against their definition; the model around them is in tst_rbm.cpp.
#include <QTest>

#include "core/base/rng.h"
#include "core/models/rbm/binary_machine.h"
#include "core/models/rbm/softmax_machine.h"

using namespace tastebench;
using namespace tastebench::rbm;

namespace {

/// Three people, three items, levels counted from 0.
SparseRows few_ratings() {
    SparseRows rows;
    rows.n_columns = 3;
    rows.starts = {0, 2, 5, 6};
    rows.columns = {0, 2, 0, 1, 2, 1};
    rows.values = {1, 0, 2, 0, 1, 2};
    return rows;
}

void randomise(nn::ParameterSet& parameters, double deviation) {
    Rng rng(5);
    for (float& value : parameters.values())
        value = static_cast<float>(deviation * rng.normal());
}

using Gradient = std::vector<double>; ///< of the size of the parameters

/// A small machine by the definition: its energy, and what follows from summing over all states.
class Exact {
  public:
    explicit Exact(const SoftmaxMachine& machine)
        : w_(machine.parameters()), m_(machine), levels_(machine.levels().size()) {}

    std::size_t states(std::size_t items) const {
        std::size_t out = 1;
        for (std::size_t i = 0; i < items; ++i)
            out *= levels_;
        return out;
    }
    /// The levels of the items in the n-th of all states.
    std::vector<float> state(std::size_t n, std::size_t items) const {
        std::vector<float> out;
        for (std::size_t i = 0; i < items; ++i, n /= levels_)
            out.push_back(static_cast<float>(n % levels_));
        return out;
    }
    double energy(std::span<const std::uint32_t> items, std::span<const float> values, std::size_t hidden) const {
        double out = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::size_t unit = items[i] * levels_ + static_cast<std::size_t>(values[i]);
            out -= at(m_.visible_bias(), unit);
            for (std::size_t j = 0; j < m_.hidden(); ++j)
                if ((hidden >> j & 1) != 0)
                    out -= at(m_.weights(), unit * m_.hidden() + j) +
                           (m_.conditional().rows > 0 ? at(m_.conditional(), items[i] * m_.hidden() + j) : 0.0);
        }
        for (std::size_t j = 0; j < m_.hidden(); ++j)
            if ((hidden >> j & 1) != 0)
                out -= at(m_.hidden_bias(), j);
        return out;
    }
    /// sum over hidden states of exp(-energy)
    double weight(std::span<const std::uint32_t> items, std::span<const float> values) const {
        double out = 0;
        for (std::size_t h = 0; h < std::size_t{1} << m_.hidden(); ++h)
            out += std::exp(-energy(items, values, h));
        return out;
    }
    /// log p(values), given which items are rated
    double log_likelihood(std::span<const std::uint32_t> items, std::span<const float> values) const {
        double all = 0;
        for (std::size_t n = 0; n < states(items.size()); ++n)
            all += weight(items, state(n, items.size()));
        return std::log(weight(items, values) / all);
    }

  private:
    double at(const nn::Slot& slot, std::size_t i) const { return static_cast<double>(w_.at(slot)[i]); }

    const nn::ParameterSet& w_;
    const SoftmaxMachine& m_;
    std::size_t levels_;
};

SoftmaxMachine small_machine(bool conditional) {
    return SoftmaxMachine({3, 2, {1, 3, 4}, conditional}, few_ratings(), 0.01F, 1);
}

/// The mean of many steps of size 1 from the same weights: what contrastive divergence expects.
Gradient mean_step(SoftmaxMachine& machine, const SparseRows& rows, std::span<const std::uint32_t> users,
                   std::uint32_t rounds, int times) {
    const auto parameters = machine.parameters().values();
    const std::vector<float> before(parameters.begin(), parameters.end());
    Gradient mean(parameters.size());
    const Parallel parallel(1);
    for (int t = 0; t < times; ++t) {
        machine.learn({rows, users, rounds, 1, 0, 0, static_cast<std::uint64_t>(t)}, parallel);
        for (std::size_t i = 0; i < mean.size(); ++i) {
            mean[i] += static_cast<double>(parameters[i] - before[i]) / times;
            parameters[i] = before[i];
        }
    }
    return mean;
}

/// Central differences of the mean log-likelihood of the users.
Gradient exact_gradient(SoftmaxMachine& machine, const SparseRows& rows, std::span<const std::uint32_t> users) {
    const Exact exact(machine);
    const auto mean = [&] {
        double sum = 0;
        for (const auto user : users)
            sum += exact.log_likelihood(rows.columns_of(user), rows.values_of(user));
        return sum / static_cast<double>(users.size());
    };
    Gradient out;
    for (float& value : machine.parameters().values()) {
        const float before = value;
        value = before + 1e-3F;
        const double above = mean();
        value = before - 1e-3F;
        const double below = mean();
        value = before;
        out.push_back((above - below) / 2e-3);
    }
    return out;
}

double distance(const Gradient& a, const Gradient& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

double length(const Gradient& a) {
    return distance(a, Gradient(a.size()));
}

} // namespace

class TestRbmMachines : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void long_chains_follow_the_gradient_of_the_likelihood_data() {
        QTest::addColumn<bool>("conditional");
        QTest::newRow("plain") << false;
        QTest::newRow("conditional") << true;
    }
    /// With many rounds the mean step is the gradient of the log-likelihood, up to chance; one round is further off.
    void long_chains_follow_the_gradient_of_the_likelihood() {
        QFETCH(bool, conditional);
        auto machine = small_machine(conditional);
        randomise(machine.parameters(), 1.5);
        const auto rows = few_ratings();
        const std::vector<std::uint32_t> users{1, 0};
        const auto exact = exact_gradient(machine, rows, users);
        QVERIFY(length(exact) > 0.3);
        constexpr int times = 6000;
        const double far = distance(mean_step(machine, rows, users, 1, times), exact);
        const double near = distance(mean_step(machine, rows, users, 40, times), exact);
        // A step's deviation is below 1 in each of some ten numbers.
        QVERIFY2(near < 0.06, qPrintable(QString::number(near)));
        QVERIFY2(near < far / 2, qPrintable(QString("%1 after 40 rounds, %2 after one").arg(near).arg(far)));
    }
    void steps_carry_momentum_and_decay() {
        auto machine = small_machine(false);
        randomise(machine.parameters(), 0.5);
        const auto rows = few_ratings();
        const std::vector<std::uint32_t> users{1};
        const Parallel parallel(1);
        const auto at = machine.weights().offset;
        const auto w = machine.parameters().values();
        const std::vector<float> start(w.begin(), w.end());
        machine.learn({rows, users, 1, 0.1F, 0.5F, 0, 3}, parallel);
        const float plain = w[at] - start[at];
        auto decayed = small_machine(false);
        randomise(decayed.parameters(), 0.5);
        decayed.learn({rows, users, 1, 0.1F, 0.5F, 0.2F, 3}, parallel);
        QVERIFY(std::abs(decayed.parameters().values()[at] - start[at] - (plain - 0.1F * 0.2F * start[at])) < 1e-6F);
        // A second step of rate 0 goes on with half of the first.
        machine.learn({rows, users, 1, 0, 0.5F, 0, 4}, parallel);
        QVERIFY(std::abs(w[at] - start[at] - 1.5F * plain) < 1e-6F);
        // Items that the batch has not stay as they are.
        const std::vector<std::uint32_t> other{2};
        const float rests = w[at];
        machine.learn({rows, other, 1, 0.1F, 0.5F, 0.2F, 5}, parallel);
        QCOMPARE(w[at], rests);
    }
    void hidden_units_are_those_of_the_definition_data() { long_chains_follow_the_gradient_of_the_likelihood_data(); }
    void hidden_units_are_those_of_the_definition() {
        QFETCH(bool, conditional);
        auto machine = small_machine(conditional);
        randomise(machine.parameters(), 1);
        const Exact exact(machine);
        const auto rows = few_ratings();
        for (std::uint32_t user = 0; user < 3; ++user) {
            float told[2];
            machine.encode(rows.columns_of(user), rows.values_of(user), told);
            for (std::size_t j = 0; j < 2; ++j) {
                double on = 0;
                for (std::size_t h = 0; h < 4; ++h)
                    if ((h >> j & 1) != 0)
                        on += std::exp(-exact.energy(rows.columns_of(user), rows.values_of(user), h));
                const double expected = on / exact.weight(rows.columns_of(user), rows.values_of(user));
                QVERIFY(std::abs(static_cast<double>(told[j]) - expected) < 1e-5);
            }
        }
    }
    void ratings_are_means_under_the_softmax() {
        auto machine = small_machine(true);
        randomise(machine.parameters(), 1);
        const float hidden[] = {0.3F, 0.9F};
        float told[3];
        machine.decode(nn::view(hidden, 1, 2), 0, nn::view(told, 1, 3));
        const auto& w = machine.parameters();
        for (std::size_t item = 0; item < 3; ++item) {
            double sum = 0;
            double mean = 0;
            for (std::size_t k = 0; k < 3; ++k) {
                const auto weight = [&](std::size_t j) {
                    return static_cast<double>(w.at(machine.weights())[(item * 3 + k) * 2 + j]);
                };
                const double p = std::exp(static_cast<double>(w.at(machine.visible_bias())[item * 3 + k]) +
                                          0.3 * weight(0) + 0.9 * weight(1));
                sum += p;
                mean += p * static_cast<double>(machine.levels()[k]);
            }
            QVERIFY(std::abs(static_cast<double>(told[item]) - mean / sum) < 1e-5);
        }
    }
    void untrained_it_gives_the_shares_of_the_levels() {
        const SoftmaxMachine machine({3, 4, {1, 3, 4}, true}, few_ratings(), 0, 1);
        const float hidden[4] = {};
        float told[3];
        machine.decode(nn::view(hidden, 1, 4), 0, nn::view(told, 1, 3));
        // Item 0 has levels 1 and 2; of all ratings, one more of each added, the shares are 1/3 each.
        QVERIFY(std::abs(told[0] - (3 + 4 + 5 * (1 + 3 + 4) / 3.0F) / 7) < 1e-5F);
    }
    void having_is_decided_by_log_odds() {
        SparseRows rows = few_ratings();
        BinaryMachine machine(rows, 2, 0.01F, 1);
        randomise(machine.parameters(), 1);
        const auto& p = machine.parameters();
        const auto w = [&](std::size_t item, std::size_t j) {
            return static_cast<double>(p.at(machine.weights())[item * 2 + j]);
        };
        float hidden[2];
        machine.encode(rows.columns_of(0), {}, hidden);
        for (std::size_t j = 0; j < 2; ++j) {
            const double sum = static_cast<double>(p.at(machine.hidden_bias())[j]) + w(0, j) + w(2, j);
            QVERIFY(std::abs(static_cast<double>(hidden[j]) - 1 / (1 + std::exp(-sum))) < 1e-5);
        }
        float told[3];
        machine.decode(nn::view(std::as_const(hidden), 1, 2), 0, nn::view(told, 1, 3));
        for (std::size_t item = 0; item < 3; ++item) {
            const double sum = static_cast<double>(p.at(machine.visible_bias())[item]) +
                               static_cast<double>(hidden[0]) * w(item, 0) +
                               static_cast<double>(hidden[1]) * w(item, 1);
            QVERIFY(std::abs(static_cast<double>(told[item]) - sum) < 1e-5);
        }
    }
    /// One round from hidden units that are sure of themselves is not left to chance: the step has a closed form.
    void a_step_of_having_is_that_of_the_definition() {
        const SparseRows rows = few_ratings();
        BinaryMachine machine(rows, 2, 0.01F, 1);
        randomise(machine.parameters(), 0.3);
        auto& p = machine.parameters();
        p.at(machine.hidden_bias())[0] = 40;  // always on
        p.at(machine.hidden_bias())[1] = -40; // always off
        const std::vector<float> before(p.values().begin(), p.values().end());
        const std::vector<std::uint32_t> users{1, 0};
        machine.learn({rows, users, 1, 0.2F, 0.9F, 0, 7}, Parallel(1));
        for (std::size_t item = 0; item < 3; ++item) {
            const double w = static_cast<double>(before[machine.weights().offset + item * 2]);
            const double b = static_cast<double>(before[machine.visible_bias().offset + item]);
            const double had = (item == 1 ? 1 : 2) / 2.0;
            const double step = 0.2 * (had - 1 / (1 + std::exp(-(b + w))));
            QVERIFY(std::abs(static_cast<double>(p.at(machine.weights())[item * 2]) - w - step) < 1e-5);
            QVERIFY(std::abs(static_cast<double>(p.at(machine.weights())[item * 2 + 1]) -
                             static_cast<double>(before[machine.weights().offset + item * 2 + 1])) < 1e-6);
            QVERIFY(std::abs(static_cast<double>(p.at(machine.visible_bias())[item]) - b - step) < 1e-5);
        }
    }
    /// What was trained is the same without what only training needs, and a machine that was read trains on.
    void the_end_of_training_leaves_what_was_learned() {
        const SparseRows rows = few_ratings();
        const std::vector<std::uint32_t> users{1, 0};
        auto machine = small_machine(true);
        machine.learn({rows, users}, Parallel(1));
        Writer before;
        machine.save(before);
        Writer training;
        machine.save_training(training);
        machine.end_training();
        Writer after;
        machine.save(after);
        QVERIFY(after.bytes() == before.bytes());
        QVERIFY(machine.velocity().empty());
        Reader in(before.bytes());
        const auto read = SoftmaxMachine::load(in, 3);
        QVERIFY(read != nullptr && read->velocity().empty());
        Reader moments(training.bytes());
        QVERIFY(read->load_training(moments));
        auto again = small_machine(true);
        again.learn({rows, users}, Parallel(1));
        again.learn({rows, users}, Parallel(1));
        read->learn({rows, users}, Parallel(1));
        QVERIFY(std::ranges::equal(again.parameters().values(), read->parameters().values()));
    }
    void a_weight_that_is_no_number_is_told() {
        auto machine = small_machine(true);
        QVERIFY(machine.finite());
        for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
            machine.parameters().values()[5] = bad;
            QVERIFY(!machine.finite());
        }
    }
};

QTEST_GUILESS_MAIN(TestRbmMachines)
#include "tst_rbm_machines.moc"
