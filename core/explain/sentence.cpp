#include "core/explain/sentence.h"

#include <algorithm>

#include <fmt/format.h>

namespace tastebench {

namespace {

std::string describe(const Dataset& data, const Contribution& reason) {
    const auto title = data.title(reason.item);
    if (reason.last_value)
        return fmt::format("{} (rated {:g})", title, *reason.last_value);
    if (reason.last_event)
        return fmt::format("{} ({})", title, data.events()[*reason.last_event]);
    return std::string(title);
}

std::string list(const std::vector<std::string>& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    return out;
}

} // namespace

std::string explain_in_words(const Dataset& data, const Explanation& explanation) {
    const auto item = data.title(explanation.item);
    const auto& reasons = explanation.contributions;
    if (explanation.by_popularity)
        return fmt::format("{} is listed because it is popular ({} {} it); it has nothing in common with this "
                           "person's history.",
                           item, explanation.people, explanation.people == 1 ? "person has" : "people have");
    if (reasons.empty() || !(explanation.score > 0))
        return fmt::format("{} has nothing in common with this person's history, so the history gives no reason for "
                           "it.",
                           item);
    std::vector<std::string> named;
    double share = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, reasons.size()) && reasons[i].contribution > 0; ++i) {
        named.push_back(describe(data, reasons[i]));
        share += reasons[i].contribution / explanation.score;
    }
    const auto& first = reasons.front();
    std::string text = fmt::format("{} is recommended because of {}.", item, list(named));
    // Negative reasons (mutual information) can push the share of the positive ones past the whole.
    if (share <= 1.0 + 1e-9)
        text += fmt::format(" {} for {:.0f} % of the score.", named.size() == 1 ? "It accounts" : "They account",
                            100 * share);
    if (first.common_users == 0) // not every model counts them
        return text;
    text += first.common_users == 1
                ? fmt::format(" One person has both {} and {}.", data.title(first.item), item)
                : fmt::format(" {} people have both {} and {}.", first.common_users, data.title(first.item), item);
    return text;
}

} // namespace tastebench
