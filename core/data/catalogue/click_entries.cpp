// News, advertisements and apps: what was shown and what was clicked or used.
#include "core/data/catalogue/entries.h"

namespace tastebench {

namespace {

/// Terms and citation: the publisher's page. Sizes: the tests of the Recommenders library, which compared them with
/// the server's. Since July 2024 the publisher's storage answers "Public access is not permitted".
CatalogueEntry mind(const std::string& id, const std::string& archive) {
    CatalogueEntry out;
    out.id = id;
    out.home = "https://msnews.github.io/";
    out.license = "Free for research under the Microsoft Research License Terms, which you accept on the page.";
    out.terms = "research, after consent";
    out.limits = "You must read and accept the Microsoft Research License Terms on the publisher's page first.";
    out.citation = "Fangzhao Wu et al. 2020. MIND: A Large-scale Dataset for News Recommendation. ACL 2020. "
                   "https://aclanthology.org/2020.acl-main.331";
    out.files = {{archive + "_train.zip", "", 0, {}}, {archive + "_dev.zip", "", 0, {}}};
    out.manual = true;
    out.how_to_get = "Open https://msnews.github.io/, accept the terms, save " + archive + "_train.zip and " + archive +
                     "_dev.zip, then use both files from this computer.";
    out.import.format = FileFormat::mind;
    out.import.train = {{0, ""}};
    out.import.test = {{1, ""}};
    return out;
}

CatalogueEntry mind_small() {
    auto out = mind("mind-small", "MINDsmall");
    out.title = "MIND small";
    out.summary = "Which news people were shown and clicked at Microsoft News, with titles, abstracts, categories and "
                  "linked entities; a sample of 50,000 users.";
    out.users = {50'000};
    out.interactions = {8'584'442};
    out.counted = "users as the publisher says; news shown (5,843,444 to train on, 2,740,998 to test) as RecZoo counts";
    // MD5: DataRec's record of the archives.
    out.files[0].bytes = 52'952'752;
    out.files[0].checksum = {ChecksumKind::md5, "bd6ae77fa15949653f39829e946d327c"};
    out.files[1].bytes = 30'945'572;
    out.files[1].checksum = {ChecksumKind::md5, "1c9e798fe440c1999547211cd5245e3e"};
    return out;
}

CatalogueEntry mind_large() {
    auto out = mind("mind-large", "MINDlarge");
    out.title = "MIND large";
    out.summary = "Which news a million people were shown and clicked at Microsoft News, with titles, abstracts, "
                  "categories and linked entities.";
    out.users = {1'000'000, true};
    out.items = {160'000, true};
    out.interactions = {15'000'000, true};
    out.counted = "the publisher: about 160,000 articles, more than 15 million lists of news shown to 1 million users";
    out.files[0].bytes = 530'196'631;
    out.files[1].bytes = 103'456'245;
    return out;
}

/// Description and count: Criteo's readme and the challenge's pages. Neither sizes nor checksums are published.
CatalogueEntry criteo(const std::string& id) {
    CatalogueEntry out;
    out.id = id;
    out.home = "https://ailab.criteo.com/ressources/";
    out.license = "Criteo's own terms, which you accept on the page.";
    out.terms = "Criteo's, after consent";
    out.limits = "You must accept Criteo's terms on the publisher's page first.";
    out.citation = "Criteo Labs. 2014. Display Advertising Challenge. Dataset assembled by Olivier Chapelle. "
                   "https://www.kaggle.com/c/criteo-display-ad-challenge";
    out.manual = true;
    out.import.format = FileFormat::criteo;
    return out;
}

CatalogueEntry criteo_sample() {
    auto out = criteo("criteo-sample");
    out.title = "Criteo sample";
    out.summary =
        "A sample of the advertisements shown in the Display Advertising Challenge: clicked or not, 13 counts "
        "and 26 hashed categories, without users and items.";
    out.counted = "the publisher gives no counts for the sample";
    out.files = {{"dac_sample.tar.gz", "", 0, {}}};
    out.how_to_get = "The sample is no longer at its old address; if you have dac_sample.tar.gz, use it "
                     "from this computer, or take the full set from https://ailab.criteo.com/ressources/.";
    out.import.train = {{0, "dac_sample.txt"}};
    return out;
}

CatalogueEntry criteo_full() {
    auto out = criteo("criteo-kaggle");
    out.title = "Criteo Kaggle (DAC)";
    out.summary = "A week of advertisements from the Display Advertising Challenge: clicked or not, 13 counts and 26 "
                  "hashed categories, without users and items; several gigabytes.";
    out.interactions = {45'840'617};
    out.counted = "rows of train.txt as the challenge says; it has neither users nor items";
    out.files = {{"dac.tar.gz", "", 0, {}}};
    out.how_to_get = "Open https://ailab.criteo.com/ressources/, accept the terms of the Kaggle Display Advertising "
                     "data set, save the archive as dac.tar.gz, then use it from this computer.";
    out.import.train = {{0, "train.txt"}};
    return out;
}

/// Counts, terms, citation: the README beside the files. Neither sizes nor checksums are published.
CatalogueEntry frappe() {
    constexpr const char* folder_url =
        "https://raw.githubusercontent.com/hexiangnan/neural_factorization_machine/master/data/frappe/";
    CatalogueEntry out;
    out.id = "frappe";
    out.title = "Frappe";
    out.summary = "Which phone apps people used in which context (time of day, weekday, weather, place), with two "
                  "unused apps for each used one.";
    out.users = {957};
    out.items = {4'082};
    out.interactions = {288'609};
    out.counted = "the README: 96,203 uses, and 288,609 rows with the unused apps";
    out.home = "https://www.baltrunas.info/context-aware";
    out.license = "For research, with acknowledgement in publications; no redistribution, no commercial use without "
                  "permission, no attempt to find out who the people are.";
    out.terms = "research, not to be passed on";
    out.limits = "You may not pass the data on without separate permission, use it commercially without permission, or "
                 "try to find out who the people are.";
    out.citation = "Linas Baltrunas, Karen Church, Alexandros Karatzoglou and Nuria Oliver. 2015. Frappe: "
                   "Understanding the Usage and Perception of Mobile App Recommendations In-The-Wild. "
                   "https://arxiv.org/abs/1505.03014";
    for (const char* part : {"train", "validation", "test"}) {
        const auto name = std::string("frappe.") + part + ".libfm";
        out.files.push_back({name, folder_url + name, 0, {}});
    }
    out.import.format = FileFormat::libsvm;
    out.import.train = {{0, ""}, {1, ""}};
    out.import.test = {{2, ""}};
    return out;
}

} // namespace

std::vector<CatalogueEntry> click_entries() {
    return {mind_small(), mind_large(), criteo_sample(), criteo_full(), frappe()};
}

} // namespace tastebench
