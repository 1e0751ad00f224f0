#include "core/report/report_data.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <numeric>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/experiment/repeat.h"

namespace tastebench {

namespace {

std::string model_title(const RunSpec& spec) {
    const auto entry = find_model(spec.model);
    return entry ? (*entry)->title : spec.model;
}

/// Titles of models, with what tells them apart where there are several of one kind.
void label_runs(std::vector<ReportedRun>& runs) {
    std::map<std::string, int> times;
    for (const auto& entry : runs)
        ++times[entry.run.spec.model];
    for (auto& entry : runs) {
        entry.label = model_title(entry.run.spec);
        if (times[entry.run.spec.model] > 1)
            entry.label += fmt::format(" (run {})", entry.run.id);
    }
}

void note_differences(ReportData& data) {
    const auto& first = data.runs.front().run.spec;
    for (const auto& entry : data.runs) {
        const auto& spec = entry.run.spec;
        if (spec.data_fingerprint != first.data_fingerprint)
            data.warnings.push_back(fmt::format("{} was trained on “{}”, not on “{}”: its values cannot be compared.",
                                                entry.label, spec.data_name, first.data_name));
        else if (spec.split.text() != first.split.text() || spec.split.seed != first.split.seed ||
                 spec.split.test_rows != first.split.test_rows)
            data.warnings.push_back(
                fmt::format("{} used the split {} (seed {}), {} used {} (seed {}): they were tested on "
                            "different rows.",
                            entry.label, spec.split.text(), spec.split.seed, data.runs.front().label,
                            first.split.text(), first.split.seed));
    }
}

Status compare(Workspace& workspace, ReportData& data) {
    std::vector<ComparisonInput> inputs;
    for (const auto& entry : data.runs) {
        auto values = workspace.per_user(entry.run.id, data.metric);
        if (!values)
            return fail(values.error());
        if (!*values)
            return {};
        inputs.push_back({entry.run.id, std::move((*values)->users), std::move((*values)->values)});
    }
    // Runs on other data or another split are shown, but not tested against one another.
    const auto baseline = data.warnings.empty() ? data.runs[data.best].run.id : -1;
    const auto compared = compare_runs(inputs, baseline);
    for (std::size_t i = 0; i < compared.size(); ++i)
        data.runs[i].compared = compared[i];
    return {};
}

} // namespace

std::string ReportData::metric_title() const {
    const auto* info = find_metric(metric);
    return info->at_k ? info->title + metric.substr(metric.find('@')) : info->title;
}

Result<ReportData> collect_report_data(Workspace& workspace, const ReportRequest& request) {
    if (request.runs.empty())
        return usage_error("there is no run to report on", "runs", "name at least one run that is done");
    const auto* info = find_metric(request.metric);
    if (info == nullptr)
        return usage_error(fmt::format("there is no metric '{}'", request.metric), "metric",
                           "give for example ndcg@10 or rmse");
    ReportData out;
    out.metric = request.metric;
    for (const auto id : request.runs) {
        auto run = workspace.run(id);
        if (!run)
            return fail(run.error());
        if (run->state != RunState::done)
            return usage_error(fmt::format("run {} is {}", id, to_text(run->state)), "runs",
                               "choose runs that are done");
        const auto value = run->metrics.find(request.metric);
        if (value == run->metrics.end())
            return usage_error(fmt::format("run {} has no {}", id, request.metric), "metric",
                               "choose a metric that all runs have");
        out.runs.push_back({std::move(*run), {}, value->second, {}});
    }
    label_runs(out.runs);
    note_differences(out);
    auto data = dataset_of(workspace, out.runs.front().run);
    if (!data)
        return fail(data.error());
    out.data = *data;
    std::vector<std::size_t> order(out.runs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return info->higher_is_better ? out.runs[a].value > out.runs[b].value : out.runs[a].value < out.runs[b].value;
    });
    out.best = order.front();
    out.runner_up = order.size() > 1 ? order[1] : order[0];
    out.written =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    if (auto status = compare(workspace, out); !status)
        return fail(status.error());
    return out;
}

Status write_file_atomically(const std::filesystem::path& file, std::string_view content) {
    auto part = file;
    part += ".part";
    const auto refuse = [&](int code) {
        ::unlink(part.c_str());
        return run_failed(fmt::format("the file cannot be written: {}", std::strerror(code)), file.string(),
                          code == ENOSPC ? "free some space on the disk"
                                         : "check the folder and whether you may write to it");
    };
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return refuse(errno);
    int code = 0;
    while (!content.empty() && code == 0) {
        const auto written = ::write(descriptor, content.data(), content.size());
        if (written > 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            code = errno == 0 ? EIO : errno;
    }
    if (code == 0 && ::fsync(descriptor) != 0)
        code = errno;
    if (::close(descriptor) != 0 && code == 0)
        code = errno;
    if (code == 0 && ::rename(part.c_str(), file.c_str()) != 0)
        code = errno;
    if (code != 0)
        return refuse(code);
    return {};
}

} // namespace tastebench
