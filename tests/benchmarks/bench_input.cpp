#include "bench_input.h"

#include <numeric>

#include <Eigen/Core>
#include <fmt/format.h>

#include "core/base/rng.h"
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

DatasetPtr random_news() {
    constexpr std::uint32_t news = 2000, length = 10, words = 20'000, entities = 10'000, people = 100, clicked = 40,
                            shown = 60;
    Rng rng(1);
    const auto numbered = [](std::uint32_t n) {
        StringColumn out;
        for (std::uint32_t i = 0; i < n; ++i)
            out.push_back(std::to_string(i));
        return out;
    };
    DatasetParts parts;
    parts.name = "random news";
    parts.users = IdMap(numbered(people));
    parts.items = IdMap(numbered(news));
    for (std::uint32_t i = 0; i < entities; ++i)
        parts.graph.entities.push_back(fmt::format("entity{}", i));
    for (ItemIx item = 0; item < news; ++item) {
        std::string title;
        for (std::uint32_t p = 0; p < length; ++p) {
            title += fmt::format("word{} ", rng.below(words));
            // Those of one title differ, or they would be fewer than its words.
            parts.graph.links.push_back({item, p * (entities / length) + rng.below(entities / length)});
        }
        parts.item_titles.push_back(title);
    }
    std::vector<ItemIx> all(news);
    std::iota(all.begin(), all.end(), ItemIx{0});
    for (UserIx user = 0; user < people; ++user) {
        rng.shuffle(std::span(all));
        for (std::uint32_t i = 0; i < shown; ++i) {
            parts.interactions.user.push_back(user);
            parts.interactions.item.push_back(all[i]);
            parts.interactions.value.push_back(i < clicked ? 1.0F : 0.0F);
        }
    }
    return must(Dataset::make(std::move(parts)));
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
