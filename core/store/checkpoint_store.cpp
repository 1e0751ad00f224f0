// Checkpoints of runs, and taking them up again.
#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

/// A run whose program is gone counts as interrupted, though nobody has marked it yet.
RunState state_of(RunState stored, const std::string& owner) {
    const bool open = stored == RunState::queued || stored == RunState::running;
    return open && !process_runs(owner) ? RunState::interrupted : stored;
}

Status check_resumable(RunId id, RunState state) {
    switch (state) {
    case RunState::done:
        return usage_error(fmt::format("run {} is done: there is nothing to go on with", id), "run",
                           "run it again to repeat it");
    case RunState::queued:
    case RunState::running:
        return usage_error(fmt::format("run {} is {}", id, to_text(state)), "run", "wait until it ends, or cancel it");
    default:
        return {};
    }
}

} // namespace

Result<Run> Workspace::resume_run(RunId id) {
    auto status = impl_->change([&]() -> Status {
        SQLite::Statement select(impl_->db, "SELECT state, owner FROM run WHERE id = ?");
        select.bind(1, id);
        if (!select.executeStep())
            return no_such_run(id);
        const auto stored = run_state_from(select.getColumn(0).getString()).value_or(RunState::failed);
        if (auto resumable = check_resumable(id, state_of(stored, select.getColumn(1).getString())); !resumable)
            return resumable;
        SQLite::Statement update(impl_->db,
                                 "UPDATE run SET state = 'queued', owner = ?, error = '', finished = 0 WHERE id = ?");
        update.bind(1, process_identity());
        update.bind(2, id);
        update.exec();
        return {};
    });
    if (!status)
        return fail(status.error());
    return run(id);
}

Status Workspace::keep_checkpoint(RunId id, std::span<const std::byte> state) {
    const std::scoped_lock turn(impl_->writing);
    return attempt(impl_->file, [&]() -> Status {
        auto db = connect_to_write(impl_->file);
        SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement known(db, "SELECT 1 FROM run WHERE id = ?");
        known.bind(1, id);
        if (!known.executeStep())
            return no_such_run(id);
        known.reset();
        SQLite::Statement drop(db, "DELETE FROM run_part WHERE run_id = ? AND part = ?");
        drop.bind(1, id);
        drop.bind(2, checkpoint_part);
        drop.exec();
        Impl::write_part(db, run_part_table, run_part_key, id, checkpoint_part, state);
        transaction.commit();
        return {};
    });
}

Result<std::optional<std::vector<std::byte>>> Workspace::take_checkpoint(RunId id) {
    return impl_->guarded([&]() -> Result<std::optional<std::vector<std::byte>>> {
        auto bytes = impl_->read_part(run_part_table, run_part_key, id, checkpoint_part);
        if (bytes.empty())
            return std::optional<std::vector<std::byte>>();
        return std::optional(std::move(bytes));
    });
}

} // namespace tastebench
