#include "core/data/film_catalogue.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include <fmt/format.h>

#include "core/base/rng.h"

namespace tastebench {

namespace {

constexpr std::uint32_t film_stream = 100, people_stream = 101, popularity_stream = 102, graph_stream = 103;

/// Words that belong to a theme, so that titles and descriptions carry its signal.
struct Theme {
    const char* name;
    std::array<const char*, 4> nouns;
    std::array<const char*, 3> adjectives;
};

constexpr std::array<Theme, 16> themes{{
    {"Seafaring", {"Harbour", "Lighthouse", "Captain", "Tide"}, {"Salt", "Drifting", "Stormy"}},
    {"Mountains", {"Summit", "Avalanche", "Ridge", "Shepherd"}, {"Frozen", "High", "Silent"}},
    {"Crime", {"Verdict", "Alibi", "Heist", "Witness"}, {"Guilty", "Stolen", "Hidden"}},
    {"Space", {"Orbit", "Comet", "Station", "Signal"}, {"Distant", "Weightless", "Stellar"}},
    {"Romance", {"Letter", "Wedding", "Kiss", "Summer"}, {"Tender", "Secret", "First"}},
    {"War", {"Trench", "Armistice", "Soldier", "Bridge"}, {"Broken", "Last", "Burning"}},
    {"Music", {"Melody", "Orchestra", "Singer", "Waltz"}, {"Loud", "Unheard", "Golden"}},
    {"Family", {"Daughter", "Kitchen", "Inheritance", "Brother"}, {"Noisy", "Gentle", "Old"}},
    {"Horror", {"Cellar", "Shadow", "Whisper", "Mirror"}, {"Pale", "Cursed", "Hollow"}},
    {"Comedy", {"Neighbour", "Mistake", "Parrot", "Holiday"}, {"Ridiculous", "Lucky", "Clumsy"}},
    {"Politics", {"Minister", "Election", "Treaty", "Scandal"}, {"Public", "Divided", "Official"}},
    {"Sport", {"Champion", "Marathon", "Goalkeeper", "Ring"}, {"Fast", "Unbeaten", "Underdog"}},
    {"Nature", {"Forest", "River", "Wolf", "Garden"}, {"Wild", "Green", "Wandering"}},
    {"History", {"Queen", "Empire", "Cathedral", "Scribe"}, {"Ancient", "Forgotten", "Royal"}},
    {"Robots", {"Machine", "Circuit", "Engineer", "Prototype"}, {"Electric", "Perfect", "Rusty"}},
    {"Travel", {"Train", "Passport", "Stranger", "Road"}, {"Endless", "Southbound", "Foreign"}},
}};

constexpr std::array<const char*, 20> places{"Lisbon",     "Trieste",   "Bergen",    "Marrakesh", "Kyoto",
                                             "Valparaiso", "Odessa",    "Galway",    "Zanzibar",  "Quebec",
                                             "Istanbul",   "Naples",    "Reykjavik", "Havana",    "Prague",
                                             "Samarkand",  "Cape Town", "Hanoi",     "Seville",   "Tbilisi"};
constexpr std::array<const char*, 24> given_names{"Ada",  "Bruno", "Clara", "Dario", "Elif", "Femi", "Greta", "Hugo",
                                                  "Ines", "Jonas", "Kaya",  "Lior",  "Mara", "Nils", "Oona",  "Pavel",
                                                  "Rosa", "Sami",  "Tessa", "Umar",  "Vera", "Wim",  "Yara",  "Zeno"};
constexpr std::array<const char*, 24> family_names{"Almeida", "Bergmann", "Castel",   "Dvorak", "Eriksen", "Fontaine",
                                                   "Galvao",  "Haddad",   "Ivarsson", "Jansen", "Keller",  "Laurent",
                                                   "Moreau",  "Novak",    "Okafor",   "Petrov", "Quiroga", "Rossi",
                                                   "Sato",    "Tanaka",   "Ueda",     "Varga",  "Weber",   "Zhang"};

std::string make_title(const Film& film, Rng& rng) {
    const Theme& theme = themes[film.themes[rng.below(static_cast<std::uint32_t>(film.themes.size()))]];
    const char* noun = theme.nouns[rng.below(4)];
    const char* adjective = theme.adjectives[rng.below(3)];
    const char* place = places[film.place];
    switch (rng.below(6)) {
    case 0:
        return fmt::format("The {} {}", adjective, noun);
    case 1:
        return fmt::format("{} in {}", noun, place);
    case 2:
        return fmt::format("The {} of {}", noun, place);
    case 3:
        return fmt::format("{} {}", adjective, noun);
    case 4:
        return fmt::format("A {} from {}", noun, place);
    default:
        return fmt::format("{} and the {} {}", place, adjective, noun);
    }
}

std::vector<std::uint8_t> make_themes(Rng& rng) {
    std::vector<std::uint8_t> out{static_cast<std::uint8_t>(rng.below(themes.size()))};
    // Neighbours in the list go together more often than chance, as genres do.
    if (rng.below(100) < 70)
        out.push_back(static_cast<std::uint8_t>((out[0] + 1 + rng.below(3)) % themes.size()));
    if (rng.below(100) < 25)
        out.push_back(static_cast<std::uint8_t>(rng.below(themes.size())));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::string describe(const FilmCatalogue& catalogue, const Film& film) {
    const Theme& theme = themes[film.themes.front()];
    return fmt::format("A {} story set in {}: a {}, a {} and {} days that change everything. Directed by {}, with {}.",
                       theme.name, places[film.place], theme.nouns[film.minutes % 4],
                       themes[film.themes.back()].nouns[film.year % 4], theme.adjectives[film.minutes % 3],
                       catalogue.people[film.director], catalogue.people[film.actors.front()]);
}

} // namespace

const std::vector<std::string>& film_themes() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        out.reserve(themes.size());
        for (const auto& theme : themes)
            out.emplace_back(theme.name);
        return out;
    }();
    return names;
}

const std::vector<std::string>& film_places() {
    static const std::vector<std::string> names(places.begin(), places.end());
    return names;
}

FilmCatalogue make_catalogue(std::uint32_t films, std::uint64_t seed) {
    FilmCatalogue out;
    out.directors = std::max(8U, films / 10);
    const std::uint32_t actors = std::max(12U, films / 5);
    std::unordered_set<std::string> used;
    Rng people(seed, people_stream);
    while (out.people.size() < out.directors + actors) {
        auto name = fmt::format("{} {}", given_names[people.below(24)], family_names[people.below(24)]);
        for (int n = 2; !used.insert(name).second; ++n)
            name = fmt::format("{} {}", name.substr(0, name.find(" the ")), fmt::format("the {}th", n));
        out.people.push_back(std::move(name));
    }
    std::unordered_set<std::string> titles;
    for (std::uint32_t i = 0; i < films; ++i) {
        Rng rng(seed, film_stream, i);
        Film film;
        film.themes = make_themes(rng);
        // A director keeps to a theme: directors are dealt to themes in turn.
        const std::uint32_t of_theme = out.directors / static_cast<std::uint32_t>(themes.size());
        film.director = of_theme > 0 && rng.below(100) < 80
                            ? film.themes.front() + static_cast<std::uint32_t>(themes.size()) * rng.below(of_theme)
                            : rng.below(out.directors);
        for (int a = 0; a < 3; ++a)
            film.actors.push_back(out.directors + rng.below(actors));
        film.place = static_cast<std::uint8_t>(rng.below(places.size()));
        film.year = static_cast<std::uint16_t>(1960 + rng.below(64));
        film.minutes = static_cast<std::uint16_t>(78 + rng.below(80));
        film.quality = 0.35 * rng.normal();
        film.title = make_title(film, rng);
        const auto base = film.title;
        for (int part = 2; !titles.insert(film.title).second; ++part)
            film.title = fmt::format("{} {}", base, part);
        out.films.push_back(std::move(film));
    }
    std::vector<std::uint32_t> rank(films);
    std::iota(rank.begin(), rank.end(), 0U);
    Rng(seed, popularity_stream).shuffle(std::span(rank));
    double sum = 0;
    for (std::uint32_t i = 0; i < films; ++i)
        out.popularity.push_back(sum += 1.0 / (rank[i] + 30.0));
    for (auto& p : out.popularity)
        p /= sum;
    return out;
}

FeatureTable film_features(const FilmCatalogue& catalogue) {
    FeatureTable table(6);
    table[0] = {"themes", ColumnType::multi_category, {}, {}};
    table[1] = {"director", ColumnType::category, {}, {}};
    table[2] = {"decade", ColumnType::category, {}, {}};
    table[3] = {"place", ColumnType::category, {}, {}};
    table[4] = {"minutes", ColumnType::number, {}, {}};
    table[5] = {"description", ColumnType::text, {}, {}};
    for (const auto& film : catalogue.films) {
        std::string joined;
        for (const auto theme : film.themes)
            joined += (joined.empty() ? "" : "|") + film_themes()[theme];
        table[0].texts.push_back(joined);
        table[1].texts.push_back(catalogue.people[film.director]);
        table[2].texts.push_back(fmt::format("{}s", film.year / 10 * 10));
        table[3].texts.push_back(film_places()[film.place]);
        table[4].numbers.push_back(film.minutes);
        table[5].texts.push_back(describe(catalogue, film));
    }
    return table;
}

KnowledgeGraph film_graph(const FilmCatalogue& catalogue, std::uint64_t seed) {
    KnowledgeGraph graph;
    for (const auto* relation : {"directed_by", "acted_by", "set_in", "about", "influenced_by", "near"})
        graph.relations.push_back(relation);
    // Entities: films, then people, places and themes.
    const auto n_films = static_cast<std::uint32_t>(catalogue.films.size());
    const auto first_person = n_films;
    const auto first_place = first_person + static_cast<std::uint32_t>(catalogue.people.size());
    const auto first_theme = first_place + static_cast<std::uint32_t>(places.size());
    for (const auto& film : catalogue.films)
        graph.entities.push_back(film.title);
    for (const auto& person : catalogue.people)
        graph.entities.push_back(person);
    for (const auto* place : places)
        graph.entities.push_back(place);
    for (const auto& theme : themes)
        graph.entities.push_back(theme.name);
    for (std::uint32_t i = 0; i < n_films; ++i) {
        const auto& film = catalogue.films[i];
        graph.triples.push_back({i, 0, first_person + film.director});
        for (const auto actor : film.actors)
            graph.triples.push_back({i, 1, first_person + actor});
        graph.triples.push_back({i, 2, first_place + film.place});
        graph.links.push_back({i, i});
        graph.links.push_back({i, first_place + film.place});
        for (const auto theme : film.themes) {
            graph.triples.push_back({i, 3, first_theme + theme});
            graph.links.push_back({i, first_theme + theme});
        }
    }
    Rng rng(seed, graph_stream);
    const auto themes_n = static_cast<std::uint32_t>(themes.size());
    for (std::uint32_t d = 0; d + themes_n < catalogue.directors; ++d)
        if (rng.below(100) < 60) // the same theme, one generation on
            graph.triples.push_back({first_person + d + themes_n, 4, first_person + d});
    for (std::uint32_t p = 0; p + 1 < places.size(); p += 2)
        graph.triples.push_back({first_place + p, 5, first_place + p + 1});
    return graph;
}

} // namespace tastebench
