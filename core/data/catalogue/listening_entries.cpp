// Last.fm: what people listened to, with play counts.
#include "core/data/catalogue/entries.h"

namespace tastebench {

namespace {

/// Counts, terms, citation: README version 1.2 of March 2010. Size and MD5: the publisher's record 6090214 at Zenodo.
CatalogueEntry lastfm_360k() {
    CatalogueEntry out;
    out.id = "lastfm-360k";
    out.title = "Last.fm 360K";
    out.summary = "How often each listener played each of their top artists, collected from Last.fm; no times.";
    out.users = {359'347};
    out.items = {294'015};
    out.interactions = {17'559'530};
    out.counted = "the README: lines, users, and 186,642 artists with a MusicBrainz id plus 107,373 without";
    out.home = "https://zenodo.org/records/6090214";
    out.license = "Distributed with permission of Last.fm, for non-commercial use only.";
    out.terms = "non-commercial";
    out.limits = "You may not use the data commercially; ask Last.fm (partners at last dot fm) if you want to.";
    out.citation = "O. Celma. 2010. Music Recommendation and Discovery in the Long Tail. Springer. Also name Last.fm, "
                   "https://www.last.fm.";
    out.files = {{"lastfm-dataset-360K.tar.gz",
                  "https://zenodo.org/records/6090214/files/lastfm-dataset-360K.tar.gz",
                  569'202'935,
                  {ChecksumKind::md5, "635e6ed3fc873aa4ba33aba0ebce02b1"}}};
    out.import.format = FileFormat::delimited;
    out.import.train = {{0, "lastfm-dataset-360K/usersha1-artmbid-artname-plays.tsv"}};
    out.import.separator = "\t";
    out.import.header = false;
    // Columns: user, MusicBrainz id (often empty), artist's name, plays.
    out.import.user = "column 1";
    out.import.item = "column 3";
    out.import.value = "column 4";
    return out;
}

/// Counts, terms, citation: the readme in the archive (version 1.0, May 2011). MD5: DataRec's record of the archive;
/// GroupLens publishes neither checksum nor exact size.
CatalogueEntry lastfm_hetrec() {
    CatalogueEntry out;
    out.id = "lastfm-hetrec-2011";
    out.title = "Last.fm HetRec 2011";
    out.summary = "How often each listener played each artist, with friendships and the tags that people gave.";
    out.users = {1'892};
    out.items = {17'632};
    out.interactions = {92'834};
    out.counted = "the readme in the archive";
    out.home = "https://grouplens.org/datasets/hetrec-2011/";
    out.license = "For non-commercial use only.";
    out.terms = "non-commercial";
    out.limits = "You may not use the data commercially; ask Last.fm if you want to.";
    out.citation = "Ivan Cantador, Peter Brusilovsky and Tsvi Kuflik. 2011. 2nd Workshop on Information Heterogeneity "
                   "and Fusion in Recommender Systems (HetRec 2011). RecSys 2011, Chicago. Also name Last.fm, "
                   "https://www.last.fm.";
    out.files = {{"hetrec2011-lastfm-2k.zip",
                  "https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip",
                  0,
                  {ChecksumKind::md5, "296d61afe4e8632b173fc2dd3be20ce2"}}};
    out.import.format = FileFormat::delimited;
    out.import.train = {{0, "user_artists.dat"}};
    out.import.separator = "\t";
    out.import.header = true;
    out.import.user = "userID";
    out.import.item = "artistID";
    out.import.value = "weight";
    return out;
}

} // namespace

std::vector<CatalogueEntry> listening_entries() {
    return {lastfm_360k(), lastfm_hetrec()};
}

} // namespace tastebench
