#include "core/store/schema.h"

#include <array>

namespace tastebench {

namespace {

constexpr const char* version_1 = R"sql(
CREATE TABLE dataset (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created INTEGER NOT NULL,
    summary BLOB NOT NULL
);
CREATE TABLE dataset_part (
    dataset_id INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (dataset_id, part, chunk)
) WITHOUT ROWID;
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    data_name TEXT NOT NULL,
    data_fingerprint TEXT NOT NULL,
    model TEXT NOT NULL,
    seed INTEGER NOT NULL,
    split_kind INTEGER NOT NULL,
    split_ratio REAL NOT NULL,
    split_group INTEGER NOT NULL,
    split_seed INTEGER NOT NULL,
    split_file TEXT NOT NULL DEFAULT '',
    split_rows BLOB,
    ks TEXT NOT NULL,
    remove_seen INTEGER NOT NULL,
    created INTEGER NOT NULL,
    started INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0,
    version TEXT NOT NULL DEFAULT '',
    variant TEXT NOT NULL DEFAULT '',
    compiler TEXT NOT NULL DEFAULT '',
    cpu TEXT NOT NULL DEFAULT '',
    system TEXT NOT NULL DEFAULT '',
    threads INTEGER NOT NULL DEFAULT 0,
    train_rows INTEGER NOT NULL DEFAULT 0,
    test_rows INTEGER NOT NULL DEFAULT 0,
    fit_seconds REAL NOT NULL DEFAULT 0,
    evaluate_seconds REAL NOT NULL DEFAULT 0,
    peak_memory INTEGER NOT NULL DEFAULT 0,
    users_counted INTEGER NOT NULL DEFAULT 0,
    rated_test_rows INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_by_data ON run(data_fingerprint);
CREATE TABLE parameter (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
) WITHOUT ROWID;
CREATE TABLE metric (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run_id, name)
) WITHOUT ROWID;
CREATE TABLE curve (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    series TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
CREATE TABLE run_part (
    run_id INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (run_id, part, chunk)
) WITHOUT ROWID;
)sql";

constexpr const char* version_2 = R"sql(
ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
)sql";

// hash: XXH3, 64 bits, of a chunk's bytes, seeded with its place (chunk_hash); NULL in parts written before version 3.
// recipe: how the data was imported (JSON). source_hash: fingerprint of the source files' bytes.
// split_form: the split as text where the numbered columns cannot hold it; split_fingerprint: of the rows on each
// side.
// deleted: Unix seconds; in the bin since then. NULL: living, and only the names of these are unique, which is why
// the table is made anew. Ids are never used twice, so that none names other data than it did.
constexpr const char* version_3 = R"sql(
ALTER TABLE dataset_part ADD COLUMN hash INTEGER;
CREATE TABLE new_dataset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created INTEGER NOT NULL,
    summary BLOB NOT NULL,
    recipe TEXT NOT NULL DEFAULT '',
    source_hash TEXT NOT NULL DEFAULT '',
    deleted INTEGER
);
INSERT INTO new_dataset (id, name, source, fingerprint, created, summary)
    SELECT id, name, source, fingerprint, created, summary FROM dataset;
DROP TABLE dataset;
ALTER TABLE new_dataset RENAME TO dataset;
CREATE UNIQUE INDEX living_dataset ON dataset(name) WHERE deleted IS NULL;
ALTER TABLE run ADD COLUMN split_form TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN split_fingerprint TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN validation_rows INTEGER NOT NULL DEFAULT 0;
CREATE TABLE recipe (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE embedding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    data_name TEXT NOT NULL,
    data_fingerprint TEXT NOT NULL,
    created INTEGER NOT NULL,
    record TEXT NOT NULL
);
CREATE TABLE embedding_part (
    embedding_id INTEGER NOT NULL REFERENCES embedding(id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    hash INTEGER,
    PRIMARY KEY (embedding_id, part, chunk)
) WITHOUT ROWID;
)sql";

// sampled: whether test items are ranked among items by lot as well.
constexpr const char* version_4 = R"sql(
ALTER TABLE run ADD COLUMN sampled INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr std::array steps{version_1, version_2, version_3, version_4};

} // namespace

std::span<const char* const> schema_steps() {
    return steps;
}

} // namespace tastebench
