// The workspace: one SQLite file that holds data sets, runs and models. Nothing else speaks SQL.
// Thread-safe: one connection behind a mutex; other processes may have the same file open (WAL).
// Every change is one transaction: a killed program or a full disk loses nothing that was said to be saved.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/experiment/queue.h"
#include "core/graph/embedding.h"

namespace tastebench {

struct DatasetEntry {
    std::int64_t id = 0;
    std::string name, source, fingerprint;
    std::int64_t created = 0; ///< Unix seconds
    DatasetSummary summary;
    std::string recipe;                  ///< how it was imported (JSON); empty if not told
    std::string source_hash;             ///< fingerprint of the source files' bytes; empty if not told
    std::optional<std::int64_t> deleted; ///< in the bin since (Unix seconds)
};

struct AddOptions {
    std::string recipe = {};            ///< as in DatasetEntry
    std::string source_hash = {};       ///< as in DatasetEntry
    Progress* progress = nullptr;       ///< counts chunks; cancel leaves nothing behind
    const Parallel* parallel = nullptr; ///< threads that pack; none: as many as the processor has, in the background
};

/// Import options under a name; the body is the importer's own text (JSON).
struct Recipe {
    std::string name, body;
};

struct PerUserValues {
    std::vector<UserIx> users;
    std::vector<float> values; ///< parallel; NaN = undefined
};

class Workspace final : public RunKeeper {
  public:
    /// Opens or makes the file, brings an older version up to date, marks runs of dead processes as interrupted.
    /// Errors: locked, corrupt, not a workspace, made by a newer version, not writable; each with its remedy.
    static Result<std::shared_ptr<Workspace>> open(const std::filesystem::path& file);
    ~Workspace() override;
    const std::filesystem::path& file() const;
    /// Grows with every change of this or another process to the file; for cheap polling.
    std::uint64_t change_count() const;

    // Data sets; names are unique among the living. Adding and reading use connections of their own, so that others
    // who use this object do not wait for them.
    Result<std::vector<DatasetEntry>> datasets() const; ///< without those in the bin
    Status add_dataset(const Dataset& data, const AddOptions& options = {});
    /// Every byte is verified. usage error naming the nearest name; bad_data naming what is damaged.
    Result<DatasetPtr> dataset(const std::string& name) override;
    Status rename_dataset(const std::string& name, const std::string& new_name); ///< its runs follow

    // The bin.
    Status delete_dataset(const std::string& name);  ///< into the bin; refused while runs use it
    Status restore_dataset(std::int64_t id);         ///< refused under a taken name
    Status restore_dataset(const std::string& name); ///< the one of that name that was deleted last
    Result<std::vector<DatasetEntry>> binned_datasets() const;
    Status empty_bin(); ///< for good; gives the space back to the disk

    // Import recipes by name.
    Status save_recipe(const std::string& name, const std::string& body); ///< replaces one of the same name
    Result<std::vector<Recipe>> recipes() const;                          ///< by name
    Result<std::string> recipe(const std::string& name) const;            ///< usage error naming the nearest name
    Status delete_recipe(const std::string& name);

    // Runs.
    Result<std::vector<Run>> runs() const;    ///< without curves, newest first; 1,000 in well under 0.1 s
    Result<Run> run(RunId id) const override; ///< with curves
    Result<std::optional<PerUserValues>> per_user(RunId id, const std::string& metric) const;
    Result<std::unique_ptr<Recommender>> model(RunId id) const override;
    Status delete_run(RunId id);
    Status set_note(RunId id, const std::string& note);

    Result<RunId> add_run(const Run& run) override;
    Status mark_started(RunId id, std::int64_t time) override;
    Status finish_run(const RunOutcome& outcome) override;
    Status mark_ended(RunId id, RunState state, const std::string& error, std::int64_t time) override;
    Result<Run> resume_run(RunId id) override;
    Status keep_checkpoint(RunId id, std::span<const std::byte> state) override; ///< on a connection of its own
    Result<std::optional<std::vector<std::byte>>> take_checkpoint(RunId id) override;

    // Embeddings of knowledge graphs. They outlive their data set.
    Result<EmbeddingId> add_embedding(const EmbeddingOutcome& outcome); ///< record.id is left out of account
    Result<std::vector<EmbeddingRecord>> embeddings() const;            ///< newest first
    Result<EmbeddingOutcome> embedding(EmbeddingId id) const;           ///< with its vectors
    Status delete_embedding(EmbeddingId id);

    // Settings by key; empty if unset.
    std::string setting(const std::string& key) const;
    Status set_setting(const std::string& key, const std::string& value);

  private:
    struct Impl;
    explicit Workspace(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tastebench
