#include "core/report/report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "core/experiment/curve_names.h"
#include "core/explain/sentence.h"
#include "core/report/html.h"
#include "core/report/report_data.h"

namespace tastebench {

namespace {

std::string paragraph(const std::string& text) {
    return "<p>" + html::escape(text) + "</p>\n";
}
std::string heading(const std::string& text) {
    return "<h2>" + html::escape(text) + "</h2>\n";
}

std::string chance(double p) {
    return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p);
}

/// One paragraph that a manager can act on.
std::string answer(const ReportData& data) {
    const auto& best = data.runs[data.best];
    const auto metric = data.metric_title();
    std::string text = fmt::format("{} does best: {} {}", best.label, metric, html::number(best.value, data.digits()));
    if (best.compared)
        text += fmt::format(" (95 % interval {} to {})", html::number(best.compared->interval.low, data.digits()),
                            html::number(best.compared->interval.high, data.digits()));
    text += ".";
    if (data.runs.size() < 2)
        return text;
    const auto& second = data.runs[data.runner_up];
    if (!second.compared || !second.compared->p_adjusted)
        return text + fmt::format(" {} follows with {}; whether that difference is chance cannot be tested here.",
                                  second.label, html::number(second.value, data.digits()));
    const double p = *second.compared->p_adjusted;
    if (p < 0.05)
        text +=
            fmt::format(" The next, {}, reaches {}; the difference is unlikely to be chance ({} in a paired test over "
                        "users, corrected for {} comparison{}).",
                        second.label, html::number(second.value, data.digits()), chance(p), data.runs.size() - 1,
                        data.runs.size() > 2 ? "s" : "");
    else
        text += fmt::format(" There is no clear difference to the next, {} ({}; {}).", second.label,
                            html::number(second.value, data.digits()), chance(p));
    return text;
}

std::string question_section(const ReportData& data, const ReportRequest& request) {
    std::string out;
    if (!request.question.empty())
        out += heading("Question") + paragraph(request.question);
    out += heading("Answer") + "<div class=\"answer\">" + html::escape(answer(data)) + "</div>\n";
    for (const auto& warning : data.warnings)
        out += "<div class=\"answer warning\">" + html::escape(warning) + "</div>\n";
    return out;
}

std::string data_section(const ReportData& data) {
    const auto& s = data.data->summary();
    std::string out = heading("Data");
    if (!data.data->has_pairs())
        return out + paragraph(fmt::format("“{}” holds {} rows of {} feature{}; {} rows have a label.",
                                           data.data->name(), html::count(s.interactions), data.data->context().size(),
                                           data.data->context().size() == 1 ? "" : "s", html::count(s.rated)));
    std::string text = fmt::format("“{}” holds {} interactions of {} users with {} items", data.data->name(),
                                   html::count(s.interactions), html::count(s.users), html::count(s.items));
    if (s.first_time)
        text += fmt::format(", from {} to {}", html::date(*s.first_time), html::date(*s.last_time));
    text += fmt::format(". {:.2f} % of all possible pairs of a user and an item occur.", 100 * s.density);
    if (s.rated > 0)
        text += fmt::format(" {} of the rows carry a rating, from {:g} to {:g}, {:.2f} on average.",
                            html::count(s.rated), s.least_value, s.greatest_value, s.mean_value);
    return out + paragraph(text);
}

std::string protocol_section(const ReportData& data) {
    std::string out = heading("How it was measured");
    std::set<std::string> told;
    for (const auto& entry : data.runs) {
        const auto text = describe_protocol(entry.run);
        if (told.insert(text).second)
            out += paragraph(text +
                             fmt::format(" {} rows train, {} test{}.", html::count(entry.run.train_rows),
                                         html::count(entry.run.test_rows),
                                         entry.run.users_counted == 0
                                             ? std::string() // nobody gets a list
                                             : fmt::format("; {} users count", html::count(entry.run.users_counted))));
    }
    return out;
}

std::string results_section(const ReportData& data) {
    std::set<std::string> names;
    for (const auto& entry : data.runs)
        for (const auto& [name, value] : entry.run.metrics)
            names.insert(name);
    std::vector<std::string> ordered;
    for (const auto& info : all_metrics())
        for (const auto& name : names)
            if (const auto* found = find_metric(name); found != nullptr && found->id == info.id)
                ordered.push_back(name);
    html::Table table;
    table.header = {"Metric"};
    for (const auto& entry : data.runs)
        table.header.push_back(entry.label);
    for (const auto& name : ordered) {
        const auto* info = find_metric(name);
        std::vector<std::string> row{info->at_k ? info->title + name.substr(name.find('@')) : info->title};
        std::vector<bool> strong{false};
        double best = 0;
        bool any = false;
        for (const auto& entry : data.runs)
            if (const auto at = entry.run.metrics.find(name); at != entry.run.metrics.end()) {
                const bool better = info->higher_is_better ? at->second > best : at->second < best;
                best = !any || better ? at->second : best;
                any = true;
            }
        for (const auto& entry : data.runs) {
            const auto at = entry.run.metrics.find(name);
            row.push_back(at == entry.run.metrics.end() ? "–" : html::number(at->second, 4));
            strong.push_back(at != entry.run.metrics.end() && at->second == best && data.runs.size() > 1);
        }
        table.rows.push_back(std::move(row));
        table.strong.push_back(std::move(strong));
    }
    std::string out = heading("Results") + html::table(table);
    html::Table tests;
    tests.header = {"Run", data.metric_title(), "95 % interval", "Difference to best", "p (Holm)", "Effect (d)"};
    for (const auto& entry : data.runs) {
        if (!entry.compared)
            continue;
        const auto& c = *entry.compared;
        tests.rows.push_back({entry.label, html::number(entry.value, data.digits()),
                              html::number(c.interval.low, 4) + " to " + html::number(c.interval.high, 4),
                              c.p_value ? html::number(entry.value - data.runs[data.best].value, 4) : "–",
                              c.p_adjusted ? chance(*c.p_adjusted) : "–", c.effect ? html::number(*c.effect, 2) : "–"});
    }
    if (!tests.rows.empty())
        out +=
            html::table(tests) +
            paragraph("Intervals: percentile bootstrap over users, 2,000 resamples. Tests: paired sign-flip "
                      "permutation over users against the best run, 10,000 flips, corrected after Holm. Effect: mean "
                      "difference divided by its standard deviation over users.");
    return out;
}

/// One chart for each scale: losses and metrics of validation do not share an axis.
std::string learning_curves(const ReportData& data) {
    struct Chart {
        std::string scale, by;
        std::vector<html::Line> lines;
    };
    std::vector<Chart> charts;
    for (const auto& entry : data.runs)
        for (const auto& group : group_curves(entry.run.curves))
            for (const auto& line : group.lines) {
                if (line.points.size() < 2)
                    continue;
                const bool shared = line.title == as_predicted;
                html::Line drawn{shared ? line.title : fmt::format("{}: {}", entry.label, line.title), {}};
                for (const auto& point : line.points)
                    drawn.points.emplace_back(point.x, point.y);
                auto at = std::find_if(charts.begin(), charts.end(),
                                       [&](const auto& chart) { return chart.scale == group.scale; });
                if (at == charts.end())
                    at = charts.insert(charts.end(), {group.scale, group.by, {}});
                if (!shared || at->lines.empty()) // once for all runs
                    at->lines.push_back(std::move(drawn));
            }
    std::string out;
    for (const auto& [scale, by, lines] : charts) {
        const auto title = fmt::format("{} by {}", scale, by);
        out += "<h3>" + html::escape(title) + "</h3>" +
               html::line_chart(title, by == "epoch" ? "Epoch" : "Predicted probability", lines);
    }
    return out;
}

std::string charts_section(const ReportData& data) {
    std::vector<html::Bar> bars;
    for (std::size_t i = 0; i < data.runs.size(); ++i) {
        html::Bar bar{data.runs[i].label, data.runs[i].value, {}, i == data.best};
        if (data.runs[i].compared)
            bar.interval = {data.runs[i].compared->interval.low, data.runs[i].compared->interval.high};
        bars.push_back(std::move(bar));
    }
    std::string out = heading("Charts") + "<h3>" + html::escape(data.metric_title()) + "</h3>" +
                      html::bar_chart(data.metric_title(), bars, data.digits());
    return out + learning_curves(data) + "\n";
}

Result<std::string> explanations_section(Workspace& workspace, const ReportData& data, const ReportRequest& request) {
    if (request.explanations.empty())
        return std::string();
    std::string out = heading("Why these recommendations");
    for (const auto& [id, pair] : request.explanations) {
        auto model = workspace.model(id);
        if (!model)
            return fail(model.error());
        const auto& d = *data.data;
        if (pair.user >= d.users().size() || pair.item >= d.items().size() || (*model)->n_users() != d.users().size())
            return usage_error(fmt::format("run {} was not trained on '{}'", id, d.name()), "explanations",
                               "explain runs of the reported data set only");
        const auto why = (*model)->explain(pair.user, pair.item);
        if (!why)
            return usage_error(fmt::format("the model of run {} cannot explain itself", id), "explanations",
                               "choose a run of a model that gives reasons, such as SAR");
        out += fmt::format("<h3>{} for user {}</h3>", html::escape(d.title(pair.item)),
                           html::escape(d.users().id(pair.user)));
        out += paragraph(explain_in_words(d, *why));
        html::Table table{
            {"Because of", "Weight", "Similarity", "Contribution", "Share", "People with both"}, {}, {}, 1};
        constexpr std::size_t shown = 12;
        double rest = 0;
        for (std::size_t i = 0; i < why->contributions.size(); ++i) {
            const auto& c = why->contributions[i];
            if (i >= shown) {
                rest += c.contribution;
                continue;
            }
            table.rows.push_back({std::string(d.title(c.item)), html::number(c.affinity, 3),
                                  html::number(c.similarity, 4), html::number(c.contribution, 4),
                                  html::number(100 * c.contribution / why->score, 1) + " %",
                                  c.common_users == 0 ? "–" : html::count(c.common_users)});
        }
        if (why->contributions.size() > shown)
            table.rows.push_back({fmt::format("{} more items", why->contributions.size() - shown), "", "",
                                  html::number(rest, 4), html::number(100 * rest / why->score, 1) + " %", ""});
        table.rows.push_back({"Score", "", "", html::number(why->score, 4), "100.0 %", ""});
        out += html::table(table);
    }
    return out;
}

std::string reproducibility_section(const ReportData& data) {
    std::string out = heading("To repeat it");
    out += paragraph(fmt::format("Data fingerprint {} (source: {}).", data.data->fingerprint(), data.data->source()));
    for (const auto& entry : data.runs) {
        const auto& run = entry.run;
        out += "<h3>" + html::escape(fmt::format("Run {}: {}", run.id, entry.label)) + "</h3>";
        html::Table table{{"Parameter", "Value"}, {}, {}, 2};
        for (const auto& [name, value] : run.spec.parameters)
            table.rows.push_back({name, to_text(value)});
        table.rows.push_back({"split", run.spec.split.text()});
        table.rows.push_back({"seed", std::to_string(run.spec.seed)});
        out += html::table(table) + "<pre>" + html::escape(command_line(run.spec)) + "</pre>";
        out +=
            paragraph(fmt::format("Trained in {:.2f} s and evaluated in {:.2f} s on {} with {} threads, {} MB of "
                                  "memory at most. Tastebench {} ({}), {}, {}. Finished {}.",
                                  run.fit_seconds, run.evaluate_seconds, run.environment.cpu, run.environment.threads,
                                  run.peak_memory_bytes / 1'000'000, run.environment.version, run.environment.variant,
                                  run.environment.compiler, run.environment.system, html::date_time(run.finished)));
    }
    out += "<h3>What the metrics mean</h3>";
    html::Table glossary{{"Metric", "Meaning"}, {}, {}, 2};
    for (const auto& info : all_metrics())
        glossary.rows.push_back({info.title, info.help});
    return out + html::table(glossary);
}

} // namespace

const std::vector<ReportSectionInfo>& report_sections() {
    static const std::vector<ReportSectionInfo> sections{
        {ReportSection::question, "question", "Question and answer",
         "What was asked and the answer in a few sentences."},
        {ReportSection::data, "data", "Data", "What the data set holds."},
        {ReportSection::protocol, "protocol", "Protocol", "How the models were measured."},
        {ReportSection::results, "results", "Results", "All metrics, intervals and tests."},
        {ReportSection::charts, "charts", "Charts", "The chosen metric as bars, and training curves."},
        {ReportSection::explanations, "explanations", "Explanations", "Why single recommendations were made."},
        {ReportSection::reproducibility, "reproducibility", "Reproducibility",
         "Parameters, fingerprints, environment and the commands that repeat each run."}};
    return sections;
}

Result<std::string> report_html(Workspace& workspace, const ReportRequest& request, const Parallel&) {
    auto data = collect_report_data(workspace, request);
    if (!data)
        return fail(data.error());
    std::vector<ReportSection> sections = request.sections;
    if (sections.empty())
        for (const auto& info : report_sections())
            sections.push_back(info.section);
    std::string body = "<h1>" + html::escape(request.title) + "</h1>\n<p class=\"soft\">";
    body += html::escape(request.author.empty() ? "" : request.author + " · ") + html::date_time(data->written) +
            " · Tastebench</p>\n";
    for (const auto section : sections) {
        switch (section) {
        case ReportSection::question:
            body += question_section(*data, request);
            break;
        case ReportSection::data:
            body += data_section(*data);
            break;
        case ReportSection::protocol:
            body += protocol_section(*data);
            break;
        case ReportSection::results:
            body += results_section(*data);
            break;
        case ReportSection::charts:
            body += charts_section(*data);
            break;
        case ReportSection::explanations: {
            auto text = explanations_section(workspace, *data, request);
            if (!text)
                return fail(text.error());
            body += *text;
            break;
        }
        case ReportSection::reproducibility:
            body += reproducibility_section(*data);
            break;
        }
    }
    return html::page(request.title, body);
}

} // namespace tastebench
