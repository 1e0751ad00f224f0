// Reports: a document model filled from stored runs, written as one HTML file without any network reference.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/eval/compare.h"
#include "core/store/workspace.h"

namespace tastebench {

enum class ReportSection { question, data, protocol, results, charts, explanations, reproducibility };
struct ReportSectionInfo {
    ReportSection section;
    std::string id, title, help;
};
const std::vector<ReportSectionInfo>& report_sections();

struct ReportRequest {
    std::vector<RunId> runs; ///< at least one; all on one data set and split, or the report says what differs
    std::string metric = "ndcg@10";
    std::string title = "Which recommender serves our users best?";
    std::string author, question;                     ///< free text; may be empty
    std::vector<ReportSection> sections;              ///< in order; empty: all
    std::vector<std::pair<RunId, Pair>> explanations; ///< recommendations to explain
};

/// A complete HTML 5 document, UTF-8, styles and charts (inline SVG) inside; every text escaped.
Result<std::string> report_html(Workspace& workspace, const ReportRequest& request, const Parallel& parallel);
/// Writes beside and renames, so a full disk leaves no half report.
Status write_file_atomically(const std::filesystem::path& file, std::string_view content);

} // namespace tastebench
