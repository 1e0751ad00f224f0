// Data sets as bytes: one part per column, integers in as few bytes as their range needs, ratings as codes of a
// dictionary where there are at most 256 of them.
#pragma once

#include <functional>
#include <string_view>

#include "core/base/binary.h"
#include "core/data/dataset.h"

namespace tastebench {

void write_dataset(const DatasetParts& parts,
                   const std::function<void(std::string_view part, std::span<const std::byte> bytes)>& keep);
Result<DatasetParts> read_dataset(const std::function<std::vector<std::byte>(std::string_view part)>& fetch);

std::vector<std::byte> write_summary(const DatasetSummary& summary);
Result<DatasetSummary> read_summary(std::span<const std::byte> bytes);

} // namespace tastebench
