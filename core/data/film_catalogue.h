// The made-up films of the generator: what each is about, who made it, where it plays, and its title.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tastebench {

struct Film {
    std::string title;
    std::vector<std::uint8_t> themes; ///< one to three, ascending
    std::uint32_t director = 0;
    std::vector<std::uint32_t> actors;
    std::uint8_t place = 0;
    std::uint16_t year = 0;
    std::uint16_t minutes = 0;
    double quality = 0; ///< added to everyone's rating, in stars
};

struct FilmCatalogue {
    std::vector<Film> films;
    std::vector<std::string> people; ///< directors first, then actors
    std::uint32_t directors = 0;
    std::vector<double> popularity; ///< running sum of the films' weights, ending at 1
};

/// Names of themes and places; a film's numbers count from the start of these lists.
const std::vector<std::string>& film_themes();
const std::vector<std::string>& film_places();

FilmCatalogue make_catalogue(std::uint32_t films, std::uint64_t seed);
FeatureTable film_features(const FilmCatalogue& catalogue);
KnowledgeGraph film_graph(const FilmCatalogue& catalogue, std::uint64_t seed);

} // namespace tastebench
