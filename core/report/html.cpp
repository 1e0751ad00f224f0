#include "core/report/html.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace tastebench::html {

namespace {

constexpr std::string_view styles = R"css(
:root { color-scheme: light dark; --ink: #1d2530; --soft: #5b6675; --line: #d9dee5; --paper: #ffffff; --card: #f5f7fa;
  --mark: #0b6bcb; --mark-soft: #9cc3ea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3adba; --line: #3a434f; --paper: #171b21;
  --card: #20262e; --mark: #62aef5; --mark-soft: #2f5c86; } }
body { font: 16px/1.55 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; } .soft { color: var(--soft); }
.answer { background: var(--card); border-left: .3rem solid var(--mark); padding: .9rem 1.2rem; margin: 1.2rem 0;
  border-radius: .3rem; font-size: 1.1rem; }
.warning { border-left-color: #c9820a; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .8rem 0; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 13px; } svg .soft { fill: var(--soft); }
svg .bar { fill: var(--mark-soft); } svg .best { fill: var(--mark); } svg .whisker { stroke: var(--ink); }
svg .axis { stroke: var(--line); }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88rem; }
pre { background: var(--card); padding: .7rem; border-radius: .3rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } table, svg { break-inside: avoid; } }
)css";

constexpr std::array<std::string_view, 6> line_colors{"#0b6bcb", "#d9690f", "#0f9d77", "#b3549e", "#c9a20a", "#6b7a8c"};

std::tm utc(std::int64_t seconds) {
    return fmt::gmtime(static_cast<std::time_t>(seconds));
}

} // namespace

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
                out += c;
        }
    }
    return out;
}

std::string number(double value, int digits) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "–";
}

std::string date_time(std::int64_t seconds) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", utc(seconds));
}
std::string date(std::int64_t seconds) {
    return fmt::format("{:%Y-%m-%d}", utc(seconds));
}

std::string count(std::uint64_t value) {
    auto text = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

std::string bar_chart(const std::string& title, const std::vector<Bar>& bars, int digits) {
    double greatest = 0;
    for (const auto& bar : bars)
        greatest = std::max(greatest, bar.interval ? bar.interval->second : bar.value);
    if (!(greatest > 0))
        greatest = 1;
    constexpr double left = 230, width = 430, row = 34;
    const double height = row * static_cast<double>(bars.size()) + 10;
    std::string twin = title + ": ";
    std::string body;
    double y = 4;
    for (const auto& bar : bars) {
        const double length = std::max(0.0, bar.value) / greatest * width;
        const auto label = bar.label.size() > 32 ? bar.label.substr(0, 30) + "…" : bar.label;
        body += fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", left - 10, y + 19, escape(label));
        body += fmt::format(R"(<rect class="bar{}" x="{}" y="{}" width="{:.2f}" height="24" rx="3"/>)",
                            bar.best ? " best" : "", left, y, length);
        double end = left + length;
        if (bar.interval) {
            const double low = left + std::max(0.0, bar.interval->first) / greatest * width;
            const double high = left + bar.interval->second / greatest * width;
            body += fmt::format(R"(<path class="whisker" d="M{0:.2f} {2}V{3}M{0:.2f} {4}H{1:.2f}M{1:.2f} {2}V{3}"/>)",
                                low, high, y + 7, y + 17, y + 12);
            end = std::max(end, high);
        }
        body += fmt::format(R"(<text x="{:.2f}" y="{}">{}</text>)", end + 8, y + 17, number(bar.value, digits));
        twin += fmt::format("{} {}; ", bar.label, number(bar.value, digits));
        y += row;
    }
    return fmt::format(R"(<svg viewBox="0 0 740 {0}" width="740" height="{0}" role="img" aria-label="{1}">{2}</svg>)",
                       height, escape(twin), body);
}

std::string line_chart(const std::string& title, const std::string& x_title, const std::vector<Line>& lines) {
    double x0 = 0, x1 = 1, y0 = 0, y1 = 1;
    bool first = true;
    for (const auto& line : lines)
        for (const auto& [x, y] : line.points) {
            x0 = first ? x : std::min(x0, x);
            x1 = first ? x : std::max(x1, x);
            y0 = first ? y : std::min(y0, y);
            y1 = first ? y : std::max(y1, y);
            first = false;
        }
    x1 = x1 > x0 ? x1 : x0 + 1;
    const double margin = y1 > y0 ? (y1 - y0) * 0.05 : 0.5;
    y0 -= margin;
    y1 += margin;
    const auto px = [&](double x) { return 70 + (x - x0) / (x1 - x0) * 500; };
    const auto py = [&](double y) { return 20 + (y1 - y) / (y1 - y0) * 220; };
    std::string body = R"(<path class="axis" fill="none" d="M70 20V240H570"/>)";
    for (int tick = 0; tick <= 4; ++tick) {
        const double y = y0 + (y1 - y0) * tick / 4;
        body +=
            fmt::format(R"(<text class="soft" x="62" y="{:.1f}" text-anchor="end">{}</text>)", py(y) + 4, number(y, 3));
    }
    for (const double x : {x0, x1})
        body += fmt::format(R"(<text class="soft" x="{:.1f}" y="258" text-anchor="middle">{:g}</text>)", px(x), x);
    body += fmt::format(R"(<text class="soft" x="320" y="274" text-anchor="middle">{}</text>)", escape(x_title));
    double legend = 34;
    std::size_t color = 0;
    for (const auto& line : lines) {
        std::string path;
        for (const auto& [x, y] : line.points)
            path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", px(x), py(y));
        const auto ink = line_colors[color++ % line_colors.size()];
        body += fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="2.2"/>)", path, ink);
        body += fmt::format(R"(<rect x="582" y="{}" width="14" height="4" fill="{}"/><text x="602" y="{}">{}</text>)",
                            legend - 6, ink, legend, escape(line.name));
        legend += 20;
    }
    return fmt::format(R"(<svg viewBox="0 0 760 284" width="760" height="284" role="img" aria-label="{}">{}</svg>)",
                       escape(title), body);
}

std::string table(const Table& t) {
    const auto mark = [&](std::size_t c) { return c >= t.first_number ? R"( class="n")" : ""; };
    std::string out = R"(<div class="wide"><table><thead><tr>)";
    for (std::size_t c = 0; c < t.header.size(); ++c)
        out += fmt::format("<th{} scope=\"col\">{}</th>", mark(c), escape(t.header[c]));
    out += "</tr></thead><tbody>";
    for (std::size_t r = 0; r < t.rows.size(); ++r) {
        out += "<tr>";
        for (std::size_t c = 0; c < t.rows[r].size(); ++c) {
            const bool strong = r < t.strong.size() && c < t.strong[r].size() && t.strong[r][c];
            const auto text = escape(t.rows[r][c]);
            out += fmt::format("<td{}>{}</td>", mark(c), strong ? "<strong>" + text + " ★</strong>" : text);
        }
        out += "</tr>";
    }
    return out + "</tbody></table></div>";
}

std::string page(const std::string& title, const std::string& body) {
    return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                       "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}\n</body>\n</html>\n",
                       escape(title), styles, body);
}

} // namespace tastebench::html
