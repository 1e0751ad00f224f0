// Fitting a model by its id in a test, and looking into what it learned.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/experiment/run.h"

namespace tastebench::testing {

using Settings = std::vector<std::pair<std::string, std::string>>;

inline Parameters parameters_of(const std::string& model, const Settings& given) {
    const auto& schema = (*find_model(model))->schema;
    Parameters out;
    for (const auto& [name, text] : given)
        out[name] = *schema.parse(name, text);
    return *schema.complete(out);
}

inline Parameters preset_of(const std::string& model, const std::string& preset, const Settings& given = {}) {
    const auto& schema = (*find_model(model))->schema;
    Parameters out;
    for (const auto& one : schema.presets())
        if (one.name == preset)
            out = one.values;
    for (const auto& [name, text] : given)
        out[name] = *schema.parse(name, text);
    return *schema.complete(out);
}

/// Keeps the state after every epoch.
class Checkpoints final : public CheckpointKeeper {
  public:
    Status keep(std::span<const std::byte> state) override {
        states.emplace_back(state.begin(), state.end());
        if (states.size() == cancel_after)
            progress->cancel();
        return {};
    }
    std::optional<std::vector<std::byte>> take() override { return std::exchange(resume_from, std::nullopt); }
    std::vector<std::vector<std::byte>> states;
    std::optional<std::vector<std::byte>> resume_from;
    std::size_t cancel_after = 0; ///< states; 0: never
    Progress* progress = nullptr;
};

struct Fitted {
    std::unique_ptr<Recommender> model;
    Status status;
    Curves curves;

    std::vector<std::byte> bytes() const {
        Writer out;
        model->save(out);
        return out.take();
    }
    std::vector<double> curve(std::string_view series) const {
        std::vector<double> out;
        for (const auto& point : curves)
            if (point.series == series)
                out.push_back(point.y);
        return out;
    }
    std::vector<double> scores(UserIx user) const {
        std::vector<double> out(model->n_items());
        model->score(user, out);
        return out;
    }
};

inline Fitted fit_model(const std::string& id, const Dataset& data, std::span<const RowIx> rows,
                        const Parameters& settings, int threads = 2, std::uint64_t seed = 42,
                        Checkpoints* checkpoints = nullptr) {
    Fitted out;
    out.model = (*find_model(id))->make();
    const Parallel parallel(threads);
    Progress progress;
    FitContext context{progress, parallel, seed};
    if (checkpoints != nullptr) {
        checkpoints->progress = &progress;
        context.checkpoints = checkpoints;
        context.checkpoint_seconds = 0;
    }
    out.status = out.model->fit(TrainingData(data, rows), settings, context);
    out.curves = progress.curves();
    return out;
}

/// The scores of all users, one after another.
inline std::vector<double> all_scores(const Recommender& model) {
    std::vector<double> all;
    std::vector<double> scores(model.n_items());
    for (UserIx u = 0; u < model.n_users(); ++u) {
        model.score(u, scores);
        all.insert(all.end(), scores.begin(), scores.end());
    }
    return all;
}

/// A factor table as it is stored, in double precision, for tests that go on computing with it.
struct StoredTable {
    std::vector<double> bias;
    std::vector<std::vector<double>> rows;
};

inline StoredTable read_stored_table(Reader& in) {
    StoredTable out;
    const auto factors = in.number<std::uint32_t>();
    for (const float b : in.array<float>())
        out.bias.push_back(static_cast<double>(b));
    const auto values = in.array<float>();
    const std::size_t width = (factors + 15) / 16 * 16;
    for (std::size_t i = 0; i < out.bias.size(); ++i) {
        out.rows.emplace_back();
        for (std::size_t f = 0; f < factors; ++f)
            out.rows.back().push_back(static_cast<double>(values[i * width + f]));
    }
    return out;
}

/// The stored parameters of a factor model; rows as wide as the factors, the padding left out.
struct StoredFactors {
    struct Side {
        std::uint32_t factors = 0;
        std::vector<float> bias;
        std::vector<std::vector<double>> rows;
    };
    float mean = 0;
    Side users, items;

    explicit StoredFactors(const std::vector<std::byte>& bytes) {
        Reader in(bytes);
        in.number<std::uint32_t>();
        in.number<std::uint32_t>();
        in.array<std::uint64_t>();
        in.array<ItemIx>();
        in.array<std::uint8_t>();
        mean = in.number<float>();
        in.number<float>();
        in.number<float>();
        users = read(in);
        items = read(in);
    }
    double score(UserIx u, ItemIx i) const {
        double out = double{mean} + double{users.bias[u]} + double{items.bias[i]};
        for (std::uint32_t f = 0; f < users.factors; ++f)
            out += users.rows[u][f] * items.rows[i][f];
        return out;
    }

  private:
    static Side read(Reader& in) {
        Side out;
        out.factors = in.number<std::uint32_t>();
        out.bias = in.array<float>();
        const auto values = in.array<float>();
        const auto width = out.bias.empty() ? 0 : values.size() / out.bias.size();
        for (std::size_t i = 0; i < out.bias.size(); ++i)
            out.rows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(i * width),
                                  values.begin() + static_cast<std::ptrdiff_t>(i * width + out.factors));
        return out;
    }
};

/// x of A x = b by Gauss's elimination with pivots, in double precision; A is n x n, row-major.
inline std::vector<double> solve_dense(std::vector<double> a, std::vector<double> b) {
    const std::size_t n = b.size();
    for (std::size_t c = 0; c < n; ++c) {
        std::size_t best = c;
        for (std::size_t r = c + 1; r < n; ++r)
            if (std::abs(a[r * n + c]) > std::abs(a[best * n + c]))
                best = r;
        for (std::size_t j = 0; j < n; ++j)
            std::swap(a[c * n + j], a[best * n + j]);
        std::swap(b[c], b[best]);
        for (std::size_t r = c + 1; r < n; ++r) {
            const double factor = a[r * n + c] / a[c * n + c];
            for (std::size_t j = c; j < n; ++j)
                a[r * n + j] -= factor * a[c * n + j];
            b[r] -= factor * b[c];
        }
    }
    for (std::size_t c = n; c-- > 0;) {
        for (std::size_t j = c + 1; j < n; ++j)
            b[c] -= a[c * n + j] * b[j];
        b[c] /= a[c * n + c];
    }
    return b;
}

} // namespace tastebench::testing
