#include "ui/pages/explain/explain_session.h"

#include <algorithm>
#include <map>

#include "core/experiment/repeat.h"
#include "core/explain/sentence.h"
#include "core/report/lists.h"

namespace tastebench::ui {

Result<ExplainSessionPtr> openSession(Workspace& workspace, RunId id) {
    auto run = workspace.run(id);
    if (!run)
        return fail(run.error());
    auto data = dataset_of(workspace, *run);
    if (!data)
        return fail(data.error());
    auto model = workspace.model(id);
    if (!model)
        return fail(model.error());
    const auto split = make_split(**data, run->spec.split);
    if (!split)
        return fail(split.error());
    auto session = std::make_shared<ExplainSession>();
    session->run = std::move(*run);
    session->data = *data;
    session->model = std::move(*model);
    session->training = TrainingData(**data, split->train).by_user;
    if ((*data)->has_times())
        for (const RowIx row : split->train)
            session->latest = std::max(session->latest, (*data)->interactions().time[row]);
    return session;
}

namespace {

std::vector<HistoryRow> viewHistory(const ExplainSession& session, UserIx user) {
    const auto& rows = session.data->interactions();
    std::map<ItemIx, HistoryRow> byItem;
    for (const RowIx row : session.training.of(user)) {
        auto& entry = byItem[rows.item[row]];
        entry.item = rows.item[row];
        if (!entry.newest || rows.time.empty() || rows.time[row] >= rows.time[*entry.newest])
            entry.newest = row;
    }
    for (const auto& scored : session.model->history(user))
        byItem[scored.item].weight = scored.score;
    std::vector<HistoryRow> out;
    for (const auto& [item, entry] : byItem)
        out.push_back(entry);
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
    return out;
}

} // namespace

TopKOptions optionsOf(const ExplainSession& session, const ListWish& wish) {
    return {possible_length(wish.k, *session.data), session.run.spec.evaluation.remove_seen && !wish.keepSeen};
}

UserView viewUser(const ExplainSession& session, UserIx user, const ListWish& wish) {
    UserView out;
    out.user = user;
    out.history = viewHistory(session, user);
    const Parallel one(1);
    Progress progress;
    out.list = session.model->top_k(std::span(&user, 1), optionsOf(session, wish), one, progress).front();
    return out;
}

UserView viewProfile(const ExplainSession& session, std::span<const ProfileItem> profile, const ListWish& wish) {
    UserView out;
    out.list = session.model->recommend_profile(profile, optionsOf(session, wish));
    return out;
}

bool foldsIn(const ExplainSession& session) {
    return session.model->capabilities(session.run.spec.parameters).folds_in;
}

ReasonView viewReasons(const ExplainSession& session, UserIx user, ItemIx item) {
    ReasonView out;
    out.explanation = session.model->explain(user, item);
    if (out.explanation)
        out.sentence = explain_in_words(*session.data, *out.explanation);
    out.similar = session.model->similar_items(item, 10);
    return out;
}

} // namespace tastebench::ui
