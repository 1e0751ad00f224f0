#include "core/data/readers/movielens_tables.h"

#include <algorithm>
#include <array>
#include <deque>

#include <fmt/format.h>

#include "core/data/import/formats.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr const char* latin1 = "ISO-8859-1";

/// In the order of u.genre.
const std::vector<std::string>& genres_of_100k() {
    static const std::vector<std::string> names{"unknown",   "Action",   "Adventure",   "Animation", "Children's",
                                                "Comedy",    "Crime",    "Documentary", "Drama",     "Fantasy",
                                                "Film-Noir", "Horror",   "Musical",     "Mystery",   "Romance",
                                                "Sci-Fi",    "Thriller", "War",         "Western"};
    return names;
}

/// The codes of users.dat, from its README.
std::string_view age_of(std::string_view code) {
    constexpr std::array<std::array<std::string_view, 2>, 7> ages{{{"1", "Under 18"},
                                                                   {"18", "18-24"},
                                                                   {"25", "25-34"},
                                                                   {"35", "35-44"},
                                                                   {"45", "45-49"},
                                                                   {"50", "50-55"},
                                                                   {"56", "56+"}}};
    const auto found = std::find_if(ages.begin(), ages.end(), [&](const auto& age) { return age[0] == code; });
    return found == ages.end() ? code : (*found)[1];
}

std::string_view occupation_of(std::string_view code) {
    constexpr std::array<std::string_view, 21> occupations{"other",
                                                           "academic/educator",
                                                           "artist",
                                                           "clerical/admin",
                                                           "college/grad student",
                                                           "customer service",
                                                           "doctor/health care",
                                                           "executive/managerial",
                                                           "farmer",
                                                           "homemaker",
                                                           "K-12 student",
                                                           "lawyer",
                                                           "programmer",
                                                           "retired",
                                                           "sales/marketing",
                                                           "scientist",
                                                           "self-employed",
                                                           "technician/engineer",
                                                           "tradesman/craftsman",
                                                           "unemployed",
                                                           "writer"};
    std::size_t number = 0;
    for (const char c : code) {
        if (c < '0' || c > '9')
            return code;
        number = std::min<std::size_t>(number * 10 + static_cast<std::size_t>(c - '0'), occupations.size());
    }
    return number < occupations.size() ? occupations[number] : code;
}

/// Films without genres say so in words.
std::string_view genres_or_none(std::string_view genres) {
    return genres == "(no genres listed)" ? std::string_view() : genres;
}

FeaturePlan feature(std::size_t column, const char* name, ColumnType type) {
    FeaturePlan out;
    out.column = column;
    out.name = name;
    out.type = type;
    return out;
}

Result<Table> open_fixed(const Input& input, const char* separator, std::size_t columns) {
    TableStyle style;
    style.separator = separator;
    style.header = false;
    style.otherwise = latin1;
    auto table = Table::open(input, style);
    if (table && table->columns().size() != columns)
        return bad_data(fmt::format("the first row has {} columns rather than {}", table->columns().size(), columns),
                        table->place(0, 0),
                        "this is not the table that MovieLens publishes; move it away to import "
                        "without it, or name your own");
    return table;
}

JoinPlan films_plan(std::size_t title, std::size_t genres) {
    JoinPlan plan;
    plan.features.push_back(feature(title, "title", ColumnType::text));
    plan.features.back().title = true;
    plan.features.push_back(feature(genres, "genres", ColumnType::multi_category));
    plan.features.back().words = genres_or_none;
    return plan;
}

/// The films' tags, most frequent first, then by text.
class TagCollector {
  public:
    TagCollector(DatasetParts& parts, std::string table) : parts_(parts), items_(table_of(parts.items.ids())) {
        joined_.table = std::move(table);
    }
    void add(std::string_view item, std::string_view tag) {
        ++joined_.rows;
        const auto index = index_in(items_, item);
        if (index == no_index) {
            if (joined_.unmatched.size() < 10)
                joined_.unmatched.emplace_back(shortened_field(item));
            return;
        }
        ++joined_.matched;
        if (is_missing_cell(tag))
            return;
        auto number = index_in(tags_, tag);
        if (number == no_index) {
            // A bar separates the tags of a film.
            auto& kept = kept_.emplace_back(tag);
            std::replace(kept.begin(), kept.end(), '|', '/');
            number = tags_.index_of(kept);
        }
        given_.push_back((std::uint64_t{index} << 32) | number);
    }
    void finish(ImportReport& report) {
        std::sort(given_.begin(), given_.end());
        FeatureColumn out;
        out.name = "tags";
        out.type = ColumnType::multi_category;
        std::size_t at = 0;
        for (std::uint32_t item = 0; item < parts_.items.size(); ++item)
            out.texts.push_back(tags_of(item, at));
        for (std::size_t i = 0; i < out.texts.size(); ++i)
            joined_.without += out.texts[i].empty() ? 1 : 0;
        parts_.item_features.push_back(std::move(out));
        report.joined.push_back(std::move(joined_));
    }

  private:
    std::string tags_of(std::uint32_t item, std::size_t& at) const {
        std::vector<std::pair<std::size_t, std::string_view>> counted;
        for (; at < given_.size() && given_[at] >> 32 == item; ++at) {
            const auto tag = tags_.texts()[given_[at] & 0xFFFFFFFF];
            if (counted.empty() || counted.back().second != tag)
                counted.emplace_back(0, tag);
            ++counted.back().first;
        }
        std::sort(counted.begin(), counted.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        std::string out;
        for (const auto& [count, tag] : counted)
            out.append(out.empty() ? "" : "|").append(tag);
        return out;
    }
    DatasetParts& parts_;
    IdTable items_, tags_;
    std::deque<std::string> kept_;
    std::vector<std::uint64_t> given_; ///< item in the upper half, tag in the lower
    Joined joined_;
};

/// user::movie::tag::time, where the tag may hold anything.
Status join_tags_dat(const Input& input, DatasetParts& parts, ImportReport& report) {
    const auto text = read_whole(input, "UTF-8");
    if (!text)
        return fail(text.error());
    TagCollector tags(parts, input.base_name());
    std::size_t line_number = 0;
    for (std::size_t at = 0; at < text->size();) {
        const auto end = std::min(text->find('\n', at), text->size());
        auto line = std::string_view(*text).substr(at, end - at);
        at = end + 1;
        ++line_number;
        if (!line.empty() && line.back() == '\r')
            line.remove_suffix(1);
        if (line.empty())
            continue;
        const auto first = line.find("::");
        const auto second = first == line.npos ? line.npos : line.find("::", first + 2);
        const auto last = line.rfind("::");
        if (second == line.npos || last <= second + 1)
            return bad_data("this row is not user::movie::tag::time",
                            fmt::format("{}:{}:1", input.shown(), line_number),
                            "correct it, or move the file away to import without tags");
        if (find_invalid_utf8(line) != std::string_view::npos || line.find('\0') != line.npos)
            return bad_data("the text is not UTF-8, or there is a NUL byte in it",
                            fmt::format("{}:{}:3", input.shown(), line_number), "convert the file to UTF-8");
        tags.add(line.substr(first + 2, second - first - 2), line.substr(second + 2, last - second - 2));
    }
    tags.finish(report);
    return {};
}

Result<Table> open_csv(const Input& input, std::size_t columns) {
    TableStyle style;
    style.separator = ",";
    style.quotes = true;
    style.otherwise = latin1;
    auto table = Table::open(input, style);
    if (table && table->columns().size() != columns)
        return bad_data(fmt::format("the header has {} columns rather than {}", table->columns().size(), columns),
                        table->place(0, 0),
                        "this is not the table that MovieLens publishes; move it away to import "
                        "without it, or name your own");
    return table;
}

Status join_tags_csv(const Input& input, DatasetParts& parts, ImportReport& report) {
    const auto table = open_csv(input, 4);
    if (!table)
        return fail(table.error());
    TagCollector tags(parts, input.base_name());
    std::string item;
    std::string tag;
    auto status = table->for_rows([&](const std::vector<Field>& fields, std::size_t) -> Status {
        tags.add(cell_text(fields[1], item), cell_text(fields[2], tag));
        return {};
    });
    if (status)
        tags.finish(report);
    return status;
}

} // namespace

Status join_100k_tables(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    if (const auto films = set.find("u.item"); films && by_name(options.item_table)) {
        const auto& genres = genres_of_100k();
        const auto table = open_fixed(*films, "|", 5 + genres.size());
        if (!table)
            return fail(table.error());
        auto plan = films_plan(1, 5);
        plan.features[1].words = nullptr;
        plan.features[1].flags = genres;
        auto date = feature(2, "release_date", ColumnType::date);
        date.time_format = "%d-%b-%Y";
        plan.features.insert(plan.features.begin() + 1, date);
        if (auto status = join_features(*table, plan, TableOf::items, parts, report); !status)
            return status;
    }
    const auto people = set.find("u.user");
    if (!people || !by_name(options.user_table))
        return {};
    const auto table = open_fixed(*people, "|", 5);
    if (!table)
        return fail(table.error());
    JoinPlan plan;
    plan.features = {feature(1, "age", ColumnType::number), feature(2, "gender", ColumnType::category),
                     feature(3, "occupation", ColumnType::category), feature(4, "zip_code", ColumnType::category)};
    return join_features(*table, plan, TableOf::users, parts, report);
}

Status join_dat_tables(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    if (by_name(options.item_table)) {
        if (const auto films = set.find("movies.dat")) {
            const auto table = open_fixed(*films, "::", 3);
            if (!table)
                return fail(table.error());
            if (auto status = join_features(*table, films_plan(1, 2), TableOf::items, parts, report); !status)
                return status;
        }
        if (const auto tags = set.find("tags.dat"))
            if (auto status = join_tags_dat(*tags, parts, report); !status)
                return status;
    }
    const auto people = set.find("users.dat");
    if (!people || !by_name(options.user_table))
        return {};
    const auto table = open_fixed(*people, "::", 5);
    if (!table)
        return fail(table.error());
    JoinPlan plan;
    plan.features = {feature(1, "gender", ColumnType::category), feature(2, "age", ColumnType::category),
                     feature(3, "occupation", ColumnType::category), feature(4, "zip_code", ColumnType::category)};
    plan.features[1].words = age_of;
    plan.features[2].words = occupation_of;
    return join_features(*table, plan, TableOf::users, parts, report);
}

Status join_csv_tables(const InputSet& set, const ImportOptions& options, DatasetParts& parts, ImportReport& report) {
    if (!by_name(options.item_table))
        return {};
    if (const auto films = set.find("movies.csv")) {
        const auto table = open_csv(*films, 3);
        if (!table)
            return fail(table.error());
        if (auto status = join_features(*table, films_plan(1, 2), TableOf::items, parts, report); !status)
            return status;
    }
    if (const auto tags = set.find("tags.csv"))
        if (auto status = join_tags_csv(*tags, parts, report); !status)
            return status;
    const auto links = set.find("links.csv");
    if (!links)
        return {};
    const auto table = open_csv(*links, 3);
    if (!table)
        return fail(table.error());
    JoinPlan plan;
    plan.features = {feature(1, "imdb_id", ColumnType::category), feature(2, "tmdb_id", ColumnType::category)};
    return join_features(*table, plan, TableOf::items, parts, report);
}

} // namespace tastebench
