// The three sets of the LightGCN paper, as its authors publish them: one line for each user (user item item ...),
// already split into train.txt and test.txt. Counts: the paper's table 2 and RecZoo's data set cards. MD5: RecZoo's
// cards and DeepHypergraph's data sets, which agree; the authors themselves publish neither checksums nor sizes.
#include "core/data/catalogue/entries.h"

namespace tastebench {

namespace {

constexpr const char* folder_url = "https://raw.githubusercontent.com/gusye1234/LightGCN-PyTorch/master/data/";

CatalogueEntry light_gcn(const std::string& id, const char* train_md5, const char* test_md5) {
    CatalogueEntry out;
    out.id = id;
    out.terms = "none of its own";
    out.counted = "training and test part together, as the LightGCN paper says";
    out.home = "https://github.com/gusye1234/LightGCN-PyTorch";
    out.citation = "Xiangnan He, Kuan Deng, Xiang Wang, Yan Li, Yongdong Zhang and Meng Wang. 2020. LightGCN: "
                   "Simplifying and Powering Graph Convolution Network for Recommendation. SIGIR 2020. "
                   "https://arxiv.org/abs/2002.02126";
    out.files = {{id + "-train.txt", folder_url + id + "/train.txt", 0, {ChecksumKind::md5, train_md5}},
                 {id + "-test.txt", folder_url + id + "/test.txt", 0, {ChecksumKind::md5, test_md5}}};
    out.import.format = FileFormat::adjacency;
    out.import.train = {{0, ""}};
    out.import.test = {{1, ""}};
    return out;
}

} // namespace

std::vector<CatalogueEntry> graph_entries() {
    auto gowalla = light_gcn("gowalla", "5eec1eb2edb8dd648377d348b8e136cf", "c04e2c4bcd2389f53ed8281816166149");
    gowalla.title = "Gowalla (LightGCN)";
    gowalla.summary = "Which places people checked in at, each with at least ten check-ins; no times, a fixed test.";
    gowalla.users = {29'858};
    gowalla.items = {40'981};
    gowalla.interactions = {1'027'370};
    gowalla.license = "Published with the paper's code without terms of its own; the check-ins come from Stanford's "
                      "SNAP collection.";

    auto yelp = light_gcn("yelp2018", "1b8b5d22a227e01d6de002c53d32b4c4", "0d57d7399862c32152b045ec5d2698e7");
    yelp.title = "Yelp2018 (LightGCN)";
    yelp.summary = "Which restaurants and other businesses people reviewed, from the Yelp challenge of 2018; no times, "
                   "a fixed test.";
    yelp.users = {31'668};
    yelp.items = {38'048};
    yelp.interactions = {1'561'406};
    yelp.license = "Published with the paper's code without terms of its own; the reviews come from the Yelp data set, "
                   "whose terms Yelp sets (https://www.yelp.com/dataset).";
    yelp.limits = "The reviews are Yelp's: read the terms at https://www.yelp.com/dataset before you use them for "
                  "anything but research or teaching.";

    auto books = light_gcn("amazon-book", "c916ecac04ca72300a016228258b41ed", "30f8ccfea18d25007ba9fb9aba4e174d");
    books.title = "Amazon-Book (LightGCN)";
    books.summary = "Which books people reviewed at Amazon, each with at least ten reviews; no times, a fixed test.";
    books.users = {52'643};
    books.items = {91'599};
    books.interactions = {2'984'108};
    books.license = "Published with the paper's code without terms of its own; the reviews come from the Amazon review "
                    "data of UC San Diego.";
    return {gowalla, yelp, books};
}

} // namespace tastebench
