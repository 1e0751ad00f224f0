#include "ui/pages/explain/explain_session.h"

#include "core/explain/sentence.h"

namespace tastebench::ui {

Result<ExplainSessionPtr> openSession(Workspace& workspace, RunId id) {
    auto run = workspace.run(id);
    if (!run)
        return fail(run.error());
    auto data = workspace.dataset(run->spec.data_name);
    if (!data)
        return fail(data.error());
    auto model = workspace.model(id);
    if (!model)
        return fail(model.error());
    if ((*model)->n_users() != (*data)->users().size() || (*model)->n_items() != (*data)->items().size())
        return bad_data("the data set has changed since this run was trained", run->spec.data_name,
                        "train the model again");
    return std::make_shared<const ExplainSession>(
        ExplainSession{std::move(*run), *data, std::shared_ptr<const Recommender>(std::move(*model))});
}

UserView viewUser(const ExplainSession& session, UserIx user, std::uint32_t k) {
    UserView out;
    out.user = user;
    out.history = session.model->history(user);
    if (out.history.empty())
        for (const ItemIx item : session.model->seen(user))
            out.history.push_back({item, 1.0});
    const Parallel one(1);
    Progress progress;
    out.list =
        session.model->top_k(std::span(&user, 1), {k, session.run.spec.evaluation.remove_seen}, one, progress).front();
    return out;
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
