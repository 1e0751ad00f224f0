// MovieLens. Counts, terms and citation: the README that GroupLens publishes beside each archive. MD5: the .md5 file
// beside each archive (ml-*.zip.md5). Sizes of 100K, 1M, 20M and 25M and the SHA-256 of latest-small: TensorFlow
// Datasets, url_checksums/movielens.txt.
#include "core/data/catalogue/entries.h"

namespace tastebench {

namespace {

constexpr const char* folder_url = "https://files.grouplens.org/datasets/movielens/";

constexpr const char* citation =
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on "
    "Interactive Intelligent Systems (TiiS) 5, 4: 19:1-19:19. https://doi.org/10.1145/2827872";

constexpr const char* closed_license =
    "For research, with acknowledgement in publications; no redistribution and no commercial use without GroupLens' "
    "permission.";
constexpr const char* closed_limits =
    "You may not pass the data on without separate permission, use it commercially without permission from GroupLens, "
    "or imply that the University of Minnesota endorses your work.";

constexpr const char* open_license =
    "For research, with acknowledgement in publications; may be passed on under the same terms; no commercial use "
    "without GroupLens' permission.";
constexpr const char* open_limits =
    "You may not use the data commercially without permission from GroupLens, or imply that the University of "
    "Minnesota endorses your work.";

/// What all have in common; the archive is the entry's id with .zip.
CatalogueEntry movielens(const std::string& id, const std::string& title, const std::string& summary) {
    CatalogueEntry out;
    out.id = id;
    out.title = title;
    out.summary = summary;
    out.counted = "ratings, users and films as the README says";
    out.home = "https://grouplens.org/datasets/movielens/";
    out.license = closed_license;
    out.terms = "research, not to be passed on";
    out.limits = closed_limits;
    out.citation = citation;
    out.files = {{id + ".zip", folder_url + id + ".zip", 0, {}}};
    out.import.format = FileFormat::movielens;
    out.import.train = {{0, ""}};
    return out;
}

void count(CatalogueEntry& entry, std::uint64_t users, std::uint64_t items, std::uint64_t interactions) {
    entry.users.value = users;
    entry.items.value = items;
    entry.interactions.value = interactions;
}

void check(CatalogueEntry& entry, std::uint64_t bytes, ChecksumKind kind, const char* hex) {
    entry.files.front().bytes = bytes;
    entry.files.front().checksum = {kind, hex};
}

CatalogueEntry latest_small() {
    auto out = movielens("ml-latest-small", "MovieLens latest-small",
                         "A small sample of recent film ratings (0.5 to 5) with times, titles, genres and free tags, "
                         "for trying things out.");
    out.home = "https://grouplens.org/datasets/movielens/latest/";
    out.license = open_license;
    out.terms = "research, may be passed on";
    out.limits = open_limits;
    out.counted = "the README of September 2018 (films: all in movies.csv); GroupLens may change this set over time";
    count(out, 610, 9'742, 100'836);
    check(out, 978'202, ChecksumKind::sha256, "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436");
    return out;
}

CatalogueEntry latest() {
    auto out = movielens("ml-latest", "MovieLens latest",
                         "All recent film ratings (0.5 to 5) with times, titles, genres, free tags and tag relevance; "
                         "it grows over time, so figures on it cannot be repeated by others.");
    out.home = "https://grouplens.org/datasets/movielens/latest/";
    out.license = open_license;
    out.terms = "research, may be passed on";
    out.limits = open_limits;
    out.counted = "the README of July 2023; GroupLens changes this set over time and so gives no checksum";
    count(out, 330'975, 86'537, 33'832'162);
    return out;
}

} // namespace

std::vector<CatalogueEntry> movielens_entries() {
    auto k100 = movielens("ml-100k", "MovieLens 100K",
                          "Film ratings (1 to 5) from 1997 and 1998 with times, genres and the age, gender and "
                          "occupation of each user; the classic small benchmark.");
    k100.home += "100k/";
    count(k100, 943, 1'682, 100'000);
    check(k100, 4'924'029, ChecksumKind::md5, "0e33842e24a9c977be4e0107933c0723");

    auto m1 = movielens("ml-1m", "MovieLens 1M",
                        "Film ratings (1 to 5) from the year 2000 with times, genres and the age, gender and "
                        "occupation of each user.");
    m1.home += "1m/";
    m1.counted = "ratings and users as the README says, which gives about 3,900 films";
    count(m1, 6'040, 3'900, 1'000'209);
    m1.items.rounded = true;
    check(m1, 5'917'549, ChecksumKind::md5, "c4d9eecfca2ab87c1945afe126590906");

    auto m10 = movielens("ml-10m", "MovieLens 10M",
                         "Film ratings (0.5 to 5) up to January 2009 with times, titles, genres and free tags.");
    m10.home += "10m/";
    count(m10, 71'567, 10'681, 10'000'054);
    // The size: published by several projects beside the same MD5.
    check(m10, 65'566'137, ChecksumKind::md5, "ce571fd55effeba0271552578f2648bd");

    auto m20 = movielens("ml-20m", "MovieLens 20M",
                         "Film ratings (0.5 to 5) from 1995 to 2015 with times, titles, genres, free tags and tag "
                         "relevance.");
    m20.home += "20m/";
    count(m20, 138'493, 27'278, 20'000'263);
    check(m20, 198'702'078, ChecksumKind::md5, "cd245b17a1ae2cc31bb14903e1204af3");

    auto m25 = movielens("ml-25m", "MovieLens 25M",
                         "Film ratings (0.5 to 5) from 1995 to 2019 with times, titles, genres, free tags and tag "
                         "relevance.");
    m25.home += "25m/";
    count(m25, 162'541, 62'423, 25'000'095);
    check(m25, 261'978'986, ChecksumKind::md5, "6b51fb2759a8657d3bfcbfc42b592ada");
    return {k100, m1, m10, m20, m25, latest_small(), latest()};
}

} // namespace tastebench
