// What is told of a training before it starts, beside what it takes.
#include <ctime>
#include <fstream>

#include <QTest>

#include "core/experiment/estimate.h"
#include "core/nn/products.h"
#include "feature_data.h"

using namespace tastebench;
using namespace tastebench::testing;

namespace {

/// A number of /proc/self/status in bytes.
double memory(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name))
            return 1024 * std::stod(line.substr(name.size() + 1));
    return 0;
}

/// Clicks that depend on nothing: rows of ten features beside their users and items.
DatasetPtr many_features(std::uint32_t rows) {
    Rng rng(7);
    DatasetParts parts;
    parts.name = "features";
    parts.source = "test";
    std::vector<std::string> ids;
    for (int i = 0; i < 2000; ++i)
        ids.push_back(std::to_string(i));
    parts.users = make_ids(ids);
    parts.items = make_ids(ids);
    for (int f = 0; f < 10; ++f) {
        ContextColumn column;
        column.name = "f" + std::to_string(f);
        for (int value = 0; value < 500; ++value)
            column.categories.push_back(std::to_string(value));
        for (std::uint32_t row = 0; row < rows; ++row)
            column.codes.push_back(rng.below(500));
        parts.context.push_back(std::move(column));
    }
    for (std::uint32_t row = 0; row < rows; ++row) {
        parts.interactions.user.push_back(rng.below(2000));
        parts.interactions.item.push_back(rng.below(2000));
        parts.interactions.value.push_back(static_cast<float>(rng.below(2)));
    }
    return *Dataset::make(std::move(parts));
}

/// The time of a product of matrices as a multiple of what it takes where the estimates were fitted. Debug builds are
/// slower in these than in other work, and nearly all time goes into them.
double slowness_of_products() {
    constexpr std::size_t n = 64, width = 256;
    constexpr int times = 20;
    std::vector<float> a(n * width, 0.5F), b(width * width, 0.25F), c(n * width);
    double best = std::numeric_limits<double>::infinity();
    for (int trial = 0; trial < 5; ++trial) {
        const std::clock_t start = std::clock();
        for (int i = 0; i < times; ++i)
            nn::multiply({a.data(), width, 1, b.data(), width, c.data(), width, n, width, width});
        best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best * 90e9 / (2.0 * times * n * width * width);
}

struct Taken {
    double bytes, seconds;
};

Taken train(std::string_view model, const Dataset& data, const Parameters& settings) {
    const auto rows = all_rows(data);
    std::ofstream("/proc/self/clear_refs") << '5';
    const double before = memory("VmRSS:");
    const std::clock_t start = std::clock();
    const auto fitted = fit_model(model, data, rows, settings, 1);
    if (!fitted.status)
        qFatal("%s", fitted.status.error().text().c_str());
    return {memory("VmHWM:") - before, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC};
}

} // namespace

class TestFieldnetCost : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void estimates_are_within_a_factor_of_three_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::newRow("interactions") << "xdeepfm"
                                      << "cin"
                                      << "32,32";
        QTest::newRow("linear interactions") << "xdeepfm"
                                             << "cin"
                                             << "128";
        QTest::newRow("deep layers") << "deepfm"
                                     << "deep"
                                     << "512,512,512";
        QTest::newRow("crosses") << "widedeep"
                                 << "cross_buckets"
                                 << "5000000";
    }
    void estimates_are_within_a_factor_of_three() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("a sanitizer takes memory and time of its own");
#endif
        QFETCH(QString, model);
        QFETCH(QString, name);
        QFETCH(QString, value);
        const auto data = many_features(12'288);
        std::vector<std::pair<std::string, std::string>> given{{"task", "clicks"}, {"epochs", "2"}, {"batch", "4096"}};
        if (model == "xdeepfm") {
            given.emplace_back("cin_activation", value.contains(',') ? "relu" : "identity");
            given.emplace_back("split_half", "false");
        }
        if (name == "cross_buckets")
            given.emplace_back("crosses", "f0*f1,user_id*f2");
        given.emplace_back(name.toStdString(), value.toStdString());
        RunSpec spec;
        spec.model = model.toStdString();
        spec.parameters = parameters_of(spec.model, given);
        const auto told =
            (*find_model(spec.model))->make()->cost(::tastebench::shape_of(*data, 12'288), spec.parameters);
        const double seconds = told.core_seconds * slowness_of_products();
        const auto taken = train(spec.model, *data, spec.parameters);
        qInfo("told %.0f MB and %.2f s, taken %.0f MB and %.2f s", told.memory_bytes / 1e6, seconds, taken.bytes / 1e6,
              taken.seconds);
        QVERIFY(told.memory_bytes < 3 * taken.bytes && told.memory_bytes > taken.bytes / 3);
        QVERIFY(seconds < 3 * taken.seconds && seconds > taken.seconds / 3);
    }
};

QTEST_GUILESS_MAIN(TestFieldnetCost)
#include "tst_fieldnet_cost.moc"
