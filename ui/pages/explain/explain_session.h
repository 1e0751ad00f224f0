// What the Explain page knows of one run: its data and model, loaded once, and the answers it asks of them.
// Values only; everything here is safe to use on a background thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/store/workspace.h"

namespace tastebench::ui {

struct ExplainSession {
    Run run;
    DatasetPtr data;
    std::shared_ptr<const Recommender> model;
    Grouping training;       ///< the training rows by user
    std::int64_t latest = 0; ///< time of the latest training row; 0 without times
};
using ExplainSessionPtr = std::shared_ptr<const ExplainSession>;

struct HistoryRow {
    ItemIx item = 0;
    double weight = 0;
    std::optional<std::size_t> newest; ///< row of the user's latest event with it in training
};
struct UserView {
    UserIx user = 0;
    std::vector<HistoryRow> history; ///< greatest weight first
    std::vector<Scored> list;        ///< the top k
};
struct ReasonView {
    std::shared_ptr<const Explanation> explanation; ///< null where the model gives none
    std::string sentence;
    std::vector<Scored> similar;
};

/// A table of more rows is better exported.
inline constexpr std::uint32_t longestShownList = 10'000;

/// Which list is asked for.
struct ListWish {
    std::uint32_t k = 10;
    bool keepSeen = false; ///< also what the person already has, though the run was measured without
};
TopKOptions optionsOf(const ExplainSession& session, const ListWish& wish);

Result<ExplainSessionPtr> openSession(Workspace& workspace, RunId id);
UserView viewUser(const ExplainSession& session, UserIx user, const ListWish& wish);
/// The list of someone unknown in training; the model must fold people in. There is no history beside the profile.
UserView viewProfile(const ExplainSession& session, std::span<const ProfileItem> profile, const ListWish& wish);
/// Whether the model can.
bool foldsIn(const ExplainSession& session);
ReasonView viewReasons(const ExplainSession& session, UserIx user, ItemIx item);

} // namespace tastebench::ui
