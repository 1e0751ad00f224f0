// Export of a data set, or of a split of it, into a folder of CSV tables or RecBole atomic files with a description
// (core/data/description.h), from which an import makes the same data set again: same fingerprint.
// CSV: interactions.csv, users.csv, items.csv, triples.csv, links.csv, social.csv, NAME.vec, dataset.json.
// RecBole: NAME.inter, .user, .item, .kg, .link, .net, .vec, NAME.dataset.json.
// A part of a split is one file more, interactions.train.csv or NAME.train.inter, and its row numbers,
// rows.train.txt: the form that "rows:FILE" reads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/data/dataset.h"

namespace tastebench {

struct Split;

enum class ExportFormat { csv, recbole };

struct ExportPart {
    std::string name; ///< "train", "valid", "test"
    std::vector<RowIx> rows;
};

struct ExportOptions {
    std::filesystem::path folder = {}; ///< made; its parent exists
    ExportFormat format = ExportFormat::csv;
    bool overwrite = false; ///< replaces an earlier export, but never a folder that holds anything else
    std::vector<ExportPart> parts = {};
    std::string split = {}; ///< the recipe that made the parts, for the description
};

struct ExportReport {
    std::vector<std::string> files; ///< names in the folder
    std::uint64_t rows = 0, bytes = 0;
    double seconds = 0;
};

/// The parts of a split under RecBole's names: train, valid (where there are such rows), test.
std::vector<ExportPart> export_parts(const Split& split);

/// All or nothing: written to a folder beside, made durable and renamed. usage error: the folder is taken.
/// bad_data: an id or text that the format cannot hold. failed: a full disk and the like. cancelled.
Result<ExportReport> export_dataset(const Dataset& data, const ExportOptions& options, Progress& progress);

} // namespace tastebench
