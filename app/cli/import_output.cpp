// What `data import` and its kin say: the preview before, the report after.
#include <algorithm>

#include <fmt/format.h>

#include "app/cli/data_commands.h"

namespace tastebench::cli {

namespace {

Json to_json(const BadRow& row) {
    return {{"place", row.place}, {"reason", row.reason}, {"remedy", row.remedy}, {"text", row.text}};
}

} // namespace

Json to_json(const ImportReport& report) {
    Json out{{"rows_read", report.rows_read},         {"rows_kept", report.rows_kept},
             {"bad_rows", report.bad_rows},           {"missing", report.missing},
             {"duplicates", report.duplicates},       {"sampled_out", report.sampled_out},
             {"below_minimum", report.below_minimum}, {"seconds", report.seconds},
             {"source_hash", report.source_hash},     {"notes", report.notes}};
    out["bad"] = Json::array();
    for (const auto& row : report.bad)
        out["bad"].push_back(to_json(row));
    out["joined"] = Json::array();
    for (const auto& table : report.joined)
        out["joined"].push_back({{"table", table.table},
                                 {"rows", table.rows},
                                 {"matched", table.matched},
                                 {"without", table.without},
                                 {"unmatched", table.unmatched}});
    return out;
}

void tell(const Session& session, const ImportReport& report) {
    for (std::size_t i = 0; i < std::min<std::size_t>(report.bad.size(), 20); ++i)
        session.tell(fmt::format("left out {}: {}", report.bad[i].place, report.bad[i].reason));
    for (const auto& [count, what] : {std::pair(report.bad_rows, "rows could not be read and were left out"),
                                      std::pair(report.missing, "rows without a rating were dropped"),
                                      std::pair(report.duplicates, "rows repeated others and were merged"),
                                      std::pair(report.sampled_out, "rows were not drawn into the sample"),
                                      std::pair(report.below_minimum, "rows belonged to users or items with too few")})
        if (count > 0)
            session.tell(fmt::format("{} {}", with_commas(count), what));
    for (const auto& table : report.joined)
        session.tell(fmt::format("{}: {} of {} rows matched; {} of the data's ids are not in it", table.table,
                                 with_commas(table.matched), with_commas(table.rows), with_commas(table.without)));
    for (const auto& note : report.notes)
        session.tell(note);
    session.tell(fmt::format("read {} rows in {}", with_commas(report.rows_read), duration(report.seconds)));
}

Status show_preview(const Session& session, const ImportOptions& options) {
    auto preview = preview_import(options, 10);
    if (!preview)
        return fail(preview.error());
    if (session.json) {
        Json out{{"format", std::string(to_text(preview->format))},
                 {"encoding", preview->encoding},
                 {"separator", preview->separator},
                 {"header", preview->header},
                 {"decimal", std::string(1, preview->decimal)},
                 {"time_format", preview->time_format},
                 {"member", preview->member},
                 {"members", preview->members},
                 {"columns", preview->columns},
                 {"user", preview->user},
                 {"item", preview->item},
                 {"value", preview->value},
                 {"time", preview->time},
                 {"event", preview->event},
                 {"context", preview->context},
                 {"rows", preview->rows}};
        out["problems"] = Json::array();
        for (const auto& problem : preview->problems)
            out["problems"].push_back(to_json(problem));
        return print_json(out);
    }
    Table table;
    for (const auto& column : preview->columns)
        table.column(column);
    for (const auto& row : preview->rows) {
        std::vector<std::string> cells;
        for (std::size_t c = 0; c < preview->columns.size(); ++c)
            cells.push_back(c < row.size() ? shortened(row[c], 40) : std::string());
        table.row(std::move(cells));
    }
    std::string text = fmt::format("format {}, encoding {}", to_text(preview->format), preview->encoding);
    for (const auto& [role, column] :
         {std::pair("user", preview->user), std::pair("item", preview->item), std::pair("rating", preview->value),
          std::pair("time", preview->time), std::pair("event", preview->event)})
        if (!column.empty())
            text += fmt::format(", {} '{}'", role, column);
    text += "\n\n" + table.text();
    if (!preview->roles_fixed && (preview->user.empty() || preview->item.empty()))
        text += "say which columns are the user and the item, with --user and --item\n";
    for (const auto& problem : preview->problems)
        text += fmt::format("{}: {}; {}\n", problem.place, problem.reason, problem.remedy);
    return print(text);
}

} // namespace tastebench::cli
