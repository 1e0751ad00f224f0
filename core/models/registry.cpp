#include <fmt/format.h>

#include "core/models/als/als.h"
#include "core/models/baselines/means.h"
#include "core/models/baselines/popularity.h"
#include "core/models/baselines/random.h"
#include "core/models/baselines/slopeone.h"
#include "core/models/bpr/bpr.h"
#include "core/models/deepfm/deepfm.h"
#include "core/models/dkn/dkn.h"
#include "core/models/ease/ease.h"
#include "core/models/fm/fm.h"
#include "core/models/graphwalk/rp3beta.h"
#include "core/models/knn/knn.h"
#include "core/models/lightgcn/lightgcn.h"
#include "core/models/mvae/mvae.h"
#include "core/models/ncf/ncf.h"
#include "core/models/nmf/nmf.h"
#include "core/models/rbm/rbm.h"
#include "core/models/recommender.h"
#include "core/models/sar/sar.h"
#include "core/models/slim/slim.h"
#include "core/models/svd/svd.h"
#include "core/models/svdpp/svdpp.h"
#include "core/models/widedeep/widedeep.h"
#include "core/models/xdeepfm/xdeepfm.h"

namespace tastebench {

const std::vector<ModelEntry>& all_models() {
    static const std::vector<ModelEntry> models = [] {
        std::vector<ModelEntry> list;
        list.push_back(popularity_entry());
        list.push_back(random_entry());
        list.push_back(means_entry());
        list.push_back(slopeone_entry());
        list.push_back(sar_entry());
        list.push_back(itemknn_entry());
        list.push_back(userknn_entry());
        list.push_back(rp3beta_entry());
        list.push_back(ease_entry());
        list.push_back(slim_entry());
        list.push_back(svd_entry());
        list.push_back(svdpp_entry());
        list.push_back(nmf_entry());
        list.push_back(als_entry());
        list.push_back(ials_entry());
        list.push_back(bpr_entry());
        list.push_back(warp_entry());
        list.push_back(lightgcn_entry());
        list.push_back(fm_entry());
        list.push_back(ffm_entry());
        list.push_back(mvae_entry());
        list.push_back(rbm_entry());
        list.push_back(widedeep_entry());
        list.push_back(deepfm_entry());
        list.push_back(xdeepfm_entry());
        list.push_back(ncf_entry());
        list.push_back(dkn_entry());
        return list;
    }();
    return models;
}

std::vector<const ModelEntry*> models_of(ModelFamily family) {
    std::vector<const ModelEntry*> out;
    for (const auto& entry : all_models())
        if (entry.family == family)
            out.push_back(&entry);
    return out;
}

std::vector<std::string> abilities(const Capabilities& can) {
    std::vector<std::string> out;
    const auto add = [&](bool can_it, const char* word) {
        if (can_it)
            out.emplace_back(word);
    };
    add(can.recommends, "ranks");
    add(can.predicts_ratings, "rates");
    add(can.predicts_clicks, "clicks");
    add(can.explains, "explains");
    add(can.similar_items, "similar items");
    add(can.folds_in, "new people");
    return out;
}

std::vector<std::string> needs(const Capabilities& can) {
    std::vector<std::string> out;
    const auto add = [&](bool needed, const char* word) {
        if (needed)
            out.emplace_back(word);
    };
    add(can.needs_pairs, "users and items");
    add(can.needs_values, "ratings");
    add(can.needs_times, "times");
    add(can.needs_features, "features");
    add(can.needs_texts, "titles or texts");
    return out;
}

Result<const ModelEntry*> find_model(std::string_view id) {
    std::vector<std::string> ids;
    for (const auto& entry : all_models()) {
        if (entry.id == id)
            return &entry;
        ids.push_back(entry.id);
    }
    const auto guess = nearest(id, ids);
    return usage_error(fmt::format("there is no model '{}'", id), "model",
                       guess.empty() ? fmt::format("the models are {}", fmt::join(ids, ", "))
                                     : fmt::format("did you mean '{}'?", guess));
}

} // namespace tastebench
