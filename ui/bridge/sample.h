// Made-up data from the core's generator, added to the workspace in the background.
#pragma once

#include "core/data/generator.h"
#include "ui/bridge/workbench.h"

namespace tastebench::ui {

/// Generates and stores; tells the window when it is there. `progress` may be kept to show and cancel.
void addGenerated(Workbench& workbench, const GeneratorOptions& options, const QString& name,
                  const std::shared_ptr<Progress>& progress, std::function<void(const Status&)> then = {});
/// On a workspace without data sets: the embedded sample, so that the first start shows something.
void addSampleIfEmpty(Workbench& workbench);

inline const char* const sampleName = "sample";

} // namespace tastebench::ui
