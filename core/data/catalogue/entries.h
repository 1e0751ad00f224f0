// The parts of the catalogue, by kind; for catalogue.cpp only.
#pragma once

#include <vector>

#include "core/data/catalogue/catalogue.h"

namespace tastebench {

std::vector<CatalogueEntry> movielens_entries(); ///< 100K to 25M, latest
std::vector<CatalogueEntry> listening_entries(); ///< Last.fm
std::vector<CatalogueEntry> graph_entries();     ///< Gowalla, Yelp2018, Amazon-Book as LightGCN has them
std::vector<CatalogueEntry> click_entries();     ///< MIND, Criteo, Frappe

} // namespace tastebench
