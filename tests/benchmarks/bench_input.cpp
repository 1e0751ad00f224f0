#include "bench_input.h"

#include <Eigen/Core>
#include <fmt/format.h>

#include "core/models/common/factor_model.h"

namespace tastebench::bench {

DatasetPtr import_named(const char* variable) {
    ImportOptions options;
    if (const char* file = std::getenv(variable))
        options.files = {file};
    Progress progress;
    return must(import_dataset(options, parallel(), progress));
}

const Input& input() {
    static const Input made = [] {
        Input in;
        in.data = import_named("TASTEBENCH_BENCH_FILE");
        for (RowIx row = 0; row < in.data->interactions().size(); ++row)
            in.rows.push_back(row);
        std::vector<double> events(in.data->users().size());
        for (const UserIx user : in.data->interactions().user)
            ++events[user];
        for (UserIx user = 0; user < events.size(); ++user) {
            in.users.push_back(user);
            in.pairs_of_events += events[user] * (events[user] - 1) / 2;
        }
        return in;
    }();
    return made;
}

std::unique_ptr<Recommender> fit(const std::string& id, const TypedParameters& given, const Dataset& data,
                                 std::span<const RowIx> rows) {
    const auto* entry = must(find_model(id));
    Parameters parameters;
    for (const auto& [name, text] : given)
        parameters[name] = must(entry->schema.parse(name, text));
    auto model = entry->make();
    Progress progress;
    FitContext context{progress, parallel(), 1};
    must(model->fit(TrainingData(data, rows, &context.parallel), must(entry->schema.complete(parameters)), context));
    return model;
}

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix to_double(const FactorTable& table) {
    Matrix out(table.size(), table.factors());
    for (std::uint32_t i = 0; i < table.size(); ++i)
        out.row(i) = table.row(i).head(table.factors()).cast<double>();
    return out;
}

} // namespace

double implicit_loss(const Recommender& model, double confidence, double regularization) {
    Writer stored;
    model.save(stored);
    Reader in(stored.bytes());
    in.number<std::uint32_t>(); // mark and version of every model, what the users have seen, the scale of scores
    in.number<std::uint32_t>();
    const auto starts = in.array<std::uint64_t>();
    const auto items = in.array<ItemIx>();
    in.array<std::uint8_t>();
    for (int skipped = 0; skipped < 3; ++skipped)
        in.number<float>();
    FactorTable user_table, item_table;
    if (!user_table.load(in) || !item_table.load(in)) {
        fmt::print(stderr, "the model does not begin with its factors\n");
        std::exit(4);
    }
    const Matrix x = to_double(user_table);
    const Matrix y = to_double(item_table);
    double loss = regularization * (x.squaredNorm() + y.squaredNorm());
    loss += (x.transpose() * x).cwiseProduct(y.transpose() * y).sum();
    for (Eigen::Index user = 0; user < x.rows(); ++user)
        for (auto at = starts[user]; at < starts[user + 1]; ++at) {
            const double score = x.row(user).dot(y.row(items[at]));
            loss += confidence * (1 - score) * (1 - score) - score * score;
        }
    return loss;
}

} // namespace tastebench::bench
