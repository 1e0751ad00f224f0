#include <charconv>
#include <cmath>
#include <unordered_map>

#include <fast_float/fast_float.h>

#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

constexpr const char* columns =
    "id, state, error, data_name, data_fingerprint, model, seed, split_kind, split_ratio, split_group, split_seed, "
    "split_file, split_rows, ks, remove_seen, created, started, finished, version, variant, compiler, cpu, system, "
    "threads, train_rows, test_rows, fit_seconds, evaluate_seconds, peak_memory, users_counted, rated_test_rows, note, "
    "split_form, split_fingerprint, validation_rows, sampled";

std::vector<std::uint32_t> read_ks(const std::string& text) {
    std::vector<std::uint32_t> out;
    for (const char* at = text.data(); at < text.data() + text.size();) {
        std::uint32_t k = 0;
        at = std::from_chars(at, text.data() + text.size(), k).ptr + 1;
        out.push_back(k);
    }
    return out;
}

/// Whether the columns split_kind, split_ratio, split_group, split_seed, split_file and split_rows say it all; else the
/// recipe is kept as text in split_form, and they are only there for those who look at the table.
bool columns_hold(const SplitRecipe& split) {
    const bool first_kinds = split.kind == SplitKind::random || split.kind == SplitKind::chrono ||
                             split.kind == SplitKind::stratified || split.kind == SplitKind::rows;
    return first_kinds && !split.validates() && split.filter.empty();
}

Result<Run> read_run(SQLite::Statement& row) {
    int at = 0;
    const auto text = [&] { return row.getColumn(at++).getString(); };
    const auto whole = [&] { return row.getColumn(at++).getInt64(); };
    const auto count = [&] { return static_cast<std::uint64_t>(row.getColumn(at++).getInt64()); };
    const auto real = [&] { return row.getColumn(at++).getDouble(); };
    Run run;
    run.id = whole();
    run.state = run_state_from(text()).value_or(RunState::failed);
    run.error = text();
    run.spec.data_name = text();
    run.spec.data_fingerprint = text();
    run.spec.model = text();
    run.spec.seed = count();
    auto& split = run.spec.split;
    split.kind = static_cast<SplitKind>(whole());
    split.ratio = real();
    split.group = static_cast<SplitGroup>(whole());
    split.seed = count();
    split.rows_file = text();
    if (const auto blob = row.getColumn(at++); blob.getBytes() > 0) {
        split.test_rows.resize(static_cast<std::size_t>(blob.getBytes()) / sizeof(RowIx));
        std::memcpy(split.test_rows.data(), blob.getBlob(), split.test_rows.size() * sizeof(RowIx));
    }
    run.spec.evaluation.ks = read_ks(text());
    run.spec.evaluation.remove_seen = whole() != 0;
    run.created = whole();
    run.started = whole();
    run.finished = whole();
    run.environment.version = text();
    run.environment.variant = text();
    run.environment.compiler = text();
    run.environment.cpu = text();
    run.environment.system = text();
    run.environment.threads = static_cast<int>(whole());
    run.train_rows = count();
    run.test_rows = count();
    run.fit_seconds = real();
    run.evaluate_seconds = real();
    run.peak_memory_bytes = count();
    run.users_counted = count();
    run.rated_test_rows = count();
    run.spec.note = text();
    if (const auto form = text(); !form.empty()) {
        auto recipe = SplitRecipe::parse(form, split.seed);
        if (!recipe)
            return bad_data(fmt::format("the split of run {}, '{}', is damaged", run.id, form), "split",
                            "delete the run");
        split = std::move(*recipe);
    }
    run.split_fingerprint = text();
    run.validation_rows = count();
    run.spec.evaluation.sampled = whole() != 0;
    return run;
}

ParameterValue read_value(int type, const std::string& text) {
    const auto* end = text.data() + text.size();
    if (type == 0)
        return text == "true";
    if (type == 1) {
        std::int64_t number = 0;
        std::from_chars(text.data(), end, number);
        return number;
    }
    if (type == 2) {
        double number = 0;
        fast_float::from_chars(text.data(), end, number);
        return number;
    }
    return text;
}

/// Adds parameters and metrics to runs; `where` is "" or "WHERE run_id = ?".
void read_details(SQLite::Database& db, std::vector<Run>& runs, std::optional<RunId> only) {
    std::unordered_map<RunId, Run*> by_id;
    for (auto& run : runs)
        by_id.emplace(run.id, &run);
    const std::string where = only ? " WHERE run_id = ?" : "";
    SQLite::Statement parameters(db, "SELECT run_id, name, type, value FROM parameter" + where);
    SQLite::Statement metrics(db, "SELECT run_id, name, value FROM metric" + where);
    if (only) {
        parameters.bind(1, *only);
        metrics.bind(1, *only);
    }
    while (parameters.executeStep())
        if (const auto run = by_id.find(parameters.getColumn(0).getInt64()); run != by_id.end())
            run->second->spec.parameters[parameters.getColumn(1).getString()] =
                read_value(parameters.getColumn(2).getInt(), parameters.getColumn(3).getString());
    while (metrics.executeStep())
        if (const auto run = by_id.find(metrics.getColumn(0).getInt64()); run != by_id.end())
            run->second->metrics[metrics.getColumn(1).getString()] = metrics.getColumn(2).getDouble();
}

template <typename T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
    return std::as_bytes(std::span(values));
}

} // namespace

tl::unexpected<Error> no_such_run(RunId id) {
    return usage_error(fmt::format("there is no run {}", id), "run", "look at the list of runs");
}

Result<std::vector<Run>> Workspace::runs() const {
    return impl_->guarded([&]() -> Result<std::vector<Run>> {
        SQLite::Statement select(impl_->db, fmt::format("SELECT {} FROM run ORDER BY id DESC", columns));
        std::vector<Run> out;
        while (select.executeStep()) {
            auto run = read_run(select);
            if (!run)
                return fail(run.error());
            out.push_back(std::move(*run));
        }
        read_details(impl_->db, out, {});
        return out;
    });
}

Result<Run> Workspace::run(RunId id) const {
    return impl_->guarded([&]() -> Result<Run> {
        SQLite::Statement select(impl_->db, fmt::format("SELECT {} FROM run WHERE id = ?", columns));
        select.bind(1, id);
        if (!select.executeStep())
            return no_such_run(id);
        auto stored = read_run(select);
        if (!stored)
            return fail(stored.error());
        std::vector<Run> one;
        one.push_back(std::move(*stored));
        read_details(impl_->db, one, id);
        SQLite::Statement curve(impl_->db, "SELECT series, x, y FROM curve WHERE run_id = ? ORDER BY position");
        curve.bind(1, id);
        while (curve.executeStep())
            one.front().curves.push_back(
                {curve.getColumn(0).getString(), curve.getColumn(1).getDouble(), curve.getColumn(2).getDouble()});
        return std::move(one.front());
    });
}

Result<std::optional<PerUserValues>> Workspace::per_user(RunId id, const std::string& metric) const {
    return impl_->guarded([&]() -> Result<std::optional<PerUserValues>> {
        const auto users = impl_->read_part(run_part_table, run_part_key, id, "users");
        const auto values = impl_->read_part(run_part_table, run_part_key, id, "per_user:" + metric);
        if (users.empty() || values.empty())
            return std::optional<PerUserValues>();
        if (users.size() != values.size())
            return bad_data(fmt::format("the values of run {} are damaged", id), file().string(), "run it again");
        PerUserValues out;
        out.users.resize(users.size() / sizeof(UserIx));
        out.values.resize(values.size() / sizeof(float));
        std::memcpy(out.users.data(), users.data(), users.size());
        std::memcpy(out.values.data(), values.data(), values.size());
        return std::optional(std::move(out));
    });
}

Result<std::unique_ptr<Recommender>> Workspace::model(RunId id) const {
    struct Stored {
        std::string model;
        std::vector<std::byte> bytes;
    };
    auto stored = impl_->guarded([&]() -> Result<Stored> {
        SQLite::Statement select(impl_->db, "SELECT model FROM run WHERE id = ?");
        select.bind(1, id);
        if (!select.executeStep())
            return no_such_run(id);
        return Stored{select.getColumn(0).getString(), impl_->read_part(run_part_table, run_part_key, id, "model")};
    });
    if (!stored)
        return fail(stored.error());
    if (stored->bytes.empty())
        return usage_error(fmt::format("run {} has no trained model", id), "run", "choose a run that is done");
    return load_model(stored->model, stored->bytes);
}

Status Workspace::delete_run(RunId id) {
    return impl_->change([&]() -> Status {
        SQLite::Statement remove(impl_->db, "DELETE FROM run WHERE id = ?");
        remove.bind(1, id);
        if (remove.exec() == 0)
            return no_such_run(id);
        return {};
    });
}

Status Workspace::set_note(RunId id, const std::string& note) {
    return impl_->change([&]() -> Status {
        SQLite::Statement update(impl_->db, "UPDATE run SET note = ? WHERE id = ?");
        update.bind(1, note);
        update.bind(2, id);
        if (update.exec() == 0)
            return no_such_run(id);
        return {};
    });
}

Result<RunId> Workspace::add_run(const Run& run) {
    RunId id = 0;
    auto status = impl_->change([&]() -> Status {
        const auto& spec = run.spec;
        SQLite::Statement insert(
            impl_->db, "INSERT INTO run (state, owner, data_name, data_fingerprint, model, seed, split_kind, "
                       "split_ratio, split_group, split_seed, split_file, split_rows, ks, remove_seen, created, note, "
                       "split_form, sampled) VALUES ('queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        int at = 0;
        insert.bind(++at, process_identity());
        insert.bind(++at, spec.data_name);
        insert.bind(++at, spec.data_fingerprint);
        insert.bind(++at, spec.model);
        insert.bind(++at, static_cast<std::int64_t>(spec.seed));
        insert.bind(++at, static_cast<int>(spec.split.kind));
        insert.bind(++at, spec.split.ratio);
        insert.bind(++at, static_cast<int>(spec.split.group));
        insert.bind(++at, static_cast<std::int64_t>(spec.split.seed));
        insert.bind(++at, spec.split.rows_file);
        const auto rows = bytes_of(spec.split.test_rows);
        insert.bind(++at, rows.data(), static_cast<int>(rows.size()));
        insert.bind(++at, fmt::format("{}", fmt::join(spec.evaluation.ks, ",")));
        insert.bind(++at, spec.evaluation.remove_seen ? 1 : 0);
        insert.bind(++at, run.created);
        insert.bind(++at, spec.note);
        insert.bind(++at, columns_hold(spec.split) ? std::string() : spec.split.text());
        insert.bind(++at, spec.evaluation.sampled ? 1 : 0);
        insert.exec();
        id = impl_->db.getLastInsertRowid();
        SQLite::Statement parameter(impl_->db, "INSERT INTO parameter (run_id, name, type, value) VALUES (?, ?, ?, ?)");
        for (const auto& [name, value] : spec.parameters) {
            parameter.bind(1, id);
            parameter.bind(2, name);
            parameter.bind(3, static_cast<int>(value.index()));
            parameter.bind(4, to_text(value));
            parameter.exec();
            parameter.reset();
        }
        return {};
    });
    if (!status)
        return fail(status.error());
    return id;
}

Status Workspace::mark_started(RunId id, std::int64_t time) {
    return impl_->change([&]() -> Status {
        SQLite::Statement update(impl_->db, "UPDATE run SET state = 'running', started = ?, owner = ? WHERE id = ?");
        update.bind(1, time);
        update.bind(2, process_identity());
        update.bind(3, id);
        if (update.exec() == 0)
            return no_such_run(id);
        return {};
    });
}

Status Workspace::mark_ended(RunId id, RunState state, const std::string& error, std::int64_t time) {
    return impl_->change([&]() -> Status {
        SQLite::Statement update(impl_->db, "UPDATE run SET state = ?, error = ?, finished = ? WHERE id = ?");
        update.bind(1, std::string(to_text(state)));
        update.bind(2, error);
        update.bind(3, time);
        update.bind(4, id);
        if (update.exec() == 0)
            return no_such_run(id);
        return {};
    });
}

Status Workspace::finish_run(const RunOutcome& outcome) {
    // Made ready before the lock is taken: a large model takes a while to write down.
    Writer model;
    outcome.model->save(model);
    return impl_->change([&]() -> Status {
        const auto& run = outcome.run;
        SQLite::Statement update(
            impl_->db,
            "UPDATE run SET state = 'done', error = '', finished = ?, version = ?, variant = ?, compiler = ?, cpu = ?, "
            "system = ?, threads = ?, train_rows = ?, test_rows = ?, validation_rows = ?, split_fingerprint = ?, "
            "fit_seconds = ?, evaluate_seconds = ?, "
            "peak_memory = ?, users_counted = ?, rated_test_rows = ?, note = ? WHERE id = ?");
        int at = 0;
        update.bind(++at, run.finished);
        update.bind(++at, run.environment.version);
        update.bind(++at, run.environment.variant);
        update.bind(++at, run.environment.compiler);
        update.bind(++at, run.environment.cpu);
        update.bind(++at, run.environment.system);
        update.bind(++at, run.environment.threads);
        for (const auto count : {run.train_rows, run.test_rows, run.validation_rows})
            update.bind(++at, static_cast<std::int64_t>(count));
        update.bind(++at, run.split_fingerprint);
        update.bind(++at, run.fit_seconds);
        update.bind(++at, run.evaluate_seconds);
        for (const auto count : {run.peak_memory_bytes, run.users_counted, run.rated_test_rows})
            update.bind(++at, static_cast<std::int64_t>(count));
        update.bind(++at, run.spec.note);
        update.bind(++at, run.id);
        if (update.exec() == 0)
            return no_such_run(run.id);
        SQLite::Statement drop(impl_->db, "DELETE FROM run_part WHERE run_id = ? AND part = ?");
        drop.bind(1, run.id);
        drop.bind(2, checkpoint_part);
        drop.exec();
        SQLite::Statement metric(impl_->db, "INSERT INTO metric (run_id, name, value) VALUES (?, ?, ?)");
        for (const auto& [name, value] : run.metrics) {
            if (!std::isfinite(value))
                continue;
            metric.bind(1, run.id);
            metric.bind(2, name);
            metric.bind(3, value);
            metric.exec();
            metric.reset();
        }
        SQLite::Statement curve(impl_->db, "INSERT INTO curve (run_id, position, series, x, y) VALUES (?, ?, ?, ?, ?)");
        for (std::size_t i = 0; i < run.curves.size(); ++i) {
            curve.bind(1, run.id);
            curve.bind(2, static_cast<std::int64_t>(i));
            curve.bind(3, run.curves[i].series);
            curve.bind(4, run.curves[i].x);
            curve.bind(5, run.curves[i].y);
            curve.exec();
            curve.reset();
        }
        impl_->write_part(run_part_table, run_part_key, run.id, "users", bytes_of(outcome.evaluation.users));
        for (const auto& [name, values] : outcome.evaluation.per_user)
            impl_->write_part(run_part_table, run_part_key, run.id, "per_user:" + name, bytes_of(values));
        impl_->write_part(run_part_table, run_part_key, run.id, "model", model.bytes());
        return {};
    });
}

} // namespace tastebench
