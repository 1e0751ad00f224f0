#include "ui/bridge/sample.h"

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

Status generateInto(Workspace& workspace, const GeneratorOptions& options, const std::string& name,
                    Progress& progress) {
    const auto data = generate_dataset(options, name, progress);
    if (!data)
        return fail(data.error());
    return workspace.add_dataset(**data);
}

} // namespace

void addGenerated(Workbench& workbench, const GeneratorOptions& options, const QString& name,
                  const std::shared_ptr<Progress>& progress, std::function<void(const Status&)> then) {
    workbench.inBackground(
        &workbench,
        [workspace = workbench.workspace(), options, name = toStd(name), progress] {
            return generateInto(*workspace, options, name, *progress);
        },
        [&workbench, name, then = std::move(then)](const Status& status) {
            if (status) {
                workbench.setCurrentDataset(name);
                workbench.notifyDatasetsChanged();
            } else if (status.error().kind != ErrorKind::cancelled) {
                workbench.showError(status.error());
            }
            if (then)
                then(status);
        });
}

void addSampleIfEmpty(Workbench& workbench) {
    workbench.inBackground(
        &workbench,
        [workspace = workbench.workspace()] {
            const auto entries = workspace->datasets();
            return entries && entries->empty();
        },
        [&workbench](bool empty) {
            if (empty)
                addGenerated(workbench, {}, QString::fromLatin1(sampleName), std::make_shared<Progress>());
        });
}

} // namespace tastebench::ui
