#include "core/models/features/fields.h"

#include <algorithm>

#include <fmt/format.h>

namespace tastebench {

namespace {

struct Wish {
    std::string name;
    bool leave_out;
};

std::vector<Wish> read_wishes(std::string_view text) {
    std::vector<Wish> out;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        auto word = text.substr(0, comma);
        text.remove_prefix(std::min(text.size(), comma + 1));
        while (word.starts_with(' '))
            word.remove_prefix(1);
        while (word.ends_with(' '))
            word.remove_suffix(1);
        const bool leave_out = word.starts_with('-');
        if (leave_out)
            word.remove_prefix(1);
        out.push_back({std::string(word), leave_out});
    }
    if (std::all_of(out.begin(), out.end(), [](const Wish& wish) { return wish.leave_out; }))
        out.insert(out.begin(), {"all", false});
    return out;
}

bool is_id(const FieldColumn& column) {
    return column.source == FieldSource::user_id || column.source == FieldSource::item_id;
}

bool answers(const FieldColumn& column, std::string_view name) {
    if (name == "all" || name == column.name || name == (is_id(column) ? "ids" : "features"))
        return true;
    const auto point = column.name.find('.');
    return !is_id(column) && name == std::string_view(column.name).substr(point + 1);
}

std::vector<FieldColumn> candidates(const Dataset& data) {
    std::vector<FieldColumn> out;
    const auto table = [&](const FeatureTable& features, FieldSource source, std::string_view prefix) {
        for (std::uint32_t c = 0; c < features.size(); ++c)
            if (features[c].type != ColumnType::text)
                out.push_back({source, c, fmt::format("{}.{}", prefix, features[c].name)});
    };
    if (data.has_pairs())
        out.push_back({FieldSource::user_id, 0, "user_id"});
    table(data.user_features(), FieldSource::user, "user");
    if (data.has_pairs())
        out.push_back({FieldSource::item_id, 0, "item_id"});
    table(data.item_features(), FieldSource::item, "item");
    for (std::uint32_t c = 0; c < data.context().size(); ++c)
        out.push_back({FieldSource::row, c, "row." + data.context()[c].name});
    return out;
}

tl::unexpected<Error> no_such_field(std::string_view name, std::span<const FieldColumn> columns) {
    std::vector<std::string> names;
    for (const auto& column : columns) {
        names.push_back(column.name);
        if (!is_id(column))
            names.push_back(column.name.substr(column.name.find('.') + 1));
    }
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("the data has no feature '{}' that can be learned from", name), "fields",
                       guess.empty() ? "leave it out, or take all" : fmt::format("did you mean '{}'?", guess));
}

} // namespace

void add_feature_parameters(std::vector<ParameterSpec>& specs) {
    specs.push_back({"fields", "Features used",
                     "Names of features, such as ids,age,genre; all takes everything there is, -name leaves one out, "
                     "ids are the user and item ids alone.",
                     "", ParameterType::text, std::string("all")});
    specs.back().check = check_fields;
    specs.push_back({"numbers",
                     "Numbers",
                     "How numbers are read.",
                     "",
                     ParameterType::choice,
                     std::string("auto"),
                     0,
                     0,
                     {{"auto", "By their shape", "Logarithms where few numbers are far greater than the rest."},
                      {"standard", "Standardised", "Distance from the mean, in standard deviations."},
                      {"log", "Logarithms",
                       "Logarithms, then standardised; a small change of a large number counts "
                       "less."},
                      {"buckets", "Ranges", "Ranges with equally many training rows, each a category of its own."}}});
    specs.push_back({"buckets", "Ranges", "Into how many ranges numbers are cut, where numbers are read as ranges.", "",
                     ParameterType::integer, std::int64_t{20}, 2, 1000});
    specs.push_back({"rare_values", "Fewest rows of a value",
                     "Values with fewer training rows are treated as unknown, all alike.", "rows",
                     ParameterType::integer, std::int64_t{1}, 1, 1'000'000});
    specs.push_back({"hash_buckets", "Hash buckets",
                     "Features with more values than this share so many places by a hash of the value, which bounds "
                     "the memory; 0 gives every value its own.",
                     "", ParameterType::integer, std::int64_t{0}, 0, 100'000'000});
    for (auto at = specs.end() - 4; at != specs.end(); ++at)
        at->advanced = true;
}

FeatureOptions read_feature_options(const Parameters& parameters) {
    FeatureOptions out;
    out.fields = get_text(parameters, "fields");
    const auto& numbers = get_text(parameters, "numbers");
    out.numbers = numbers == "standard"  ? NumberReading::standard
                  : numbers == "log"     ? NumberReading::log
                  : numbers == "buckets" ? NumberReading::buckets
                                         : NumberReading::automatic;
    out.buckets = static_cast<std::uint32_t>(get_int(parameters, "buckets"));
    out.least_rows = static_cast<std::uint32_t>(get_int(parameters, "rare_values"));
    out.hash_buckets = static_cast<std::uint32_t>(get_int(parameters, "hash_buckets"));
    return out;
}

std::string check_fields(std::string_view text) {
    const auto wishes = read_wishes(text);
    if (std::any_of(wishes.begin(), wishes.end(), [](const Wish& wish) { return wish.name.empty(); }))
        return "an entry of the list is empty";
    return {};
}

bool only_ids(std::string_view fields) {
    const auto wishes = read_wishes(fields);
    const auto of = [&](std::string_view name, bool leave_out) {
        return std::any_of(wishes.begin(), wishes.end(),
                           [&](const Wish& wish) { return wish.name == name && wish.leave_out == leave_out; });
    };
    return of("features", true) || std::all_of(wishes.begin(), wishes.end(), [](const Wish& wish) {
               return wish.leave_out || wish.name == "ids" || wish.name == "user_id" || wish.name == "item_id";
           });
}

Result<std::vector<FieldColumn>> choose_fields(const Dataset& data, std::string_view fields) {
    const auto columns = candidates(data);
    std::vector<std::uint8_t> taken(columns.size(), 0);
    for (const auto& wish : read_wishes(fields)) {
        bool any = wish.name == "all" || wish.name == "ids" || wish.name == "features";
        for (std::size_t c = 0; c < columns.size(); ++c)
            if (answers(columns[c], wish.name)) {
                taken[c] = wish.leave_out ? 0 : 1;
                any = true;
            }
        if (!any)
            return no_such_field(wish.name, columns);
    }
    std::vector<FieldColumn> out;
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (taken[c] != 0)
            out.push_back(columns[c]);
    if (out.empty())
        return bad_data("no feature is left to learn from", "fields",
                        "take all, or import tables of users or items with the data");
    return out;
}

} // namespace tastebench
