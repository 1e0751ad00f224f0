#include "core/data/import/roles.h"

#include <array>
#include <span>

namespace tastebench {

namespace {

/// Letters and digits in lower case: "User ID" and "user_id" are the same name.
std::string plain(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
            out += c;
    }
    return out;
}

using Names = std::span<const std::string_view>;
constexpr auto user_names = std::to_array<std::string_view>(
    {"user", "userid", "uid", "userix", "reader", "customer", "customerid", "member", "visitorid", "visitor", "account",
     "accountid", "person", "reviewerid", "session", "sessionid", "username", "benutzer", "kunde"});
constexpr auto item_names = std::to_array<std::string_view>(
    {"item",   "itemid", "iid",     "movieid", "movie",     "product",    "productid", "artist", "artistid",
     "book",   "bookid", "isbn",    "article", "articleid", "newsid",     "film",      "filmid", "song",
     "songid", "track",  "trackid", "asin",    "business",  "businessid", "venueid",   "title",  "artikel"});
constexpr auto value_names =
    std::to_array<std::string_view>({"rating", "value", "score", "stars", "overall", "count", "weight", "plays",
                                     "playcount", "preference", "label", "quantity", "bewertung"});
constexpr auto time_names =
    std::to_array<std::string_view>({"timestamp", "time", "ts", "date", "datetime", "unixtime", "when", "createdat",
                                     "unixreviewtime", "eventtime", "datum", "zeit"});
constexpr auto event_names =
    std::to_array<std::string_view>({"event", "eventtype", "action", "type", "behavior", "behaviour", "interaction"});

Names names_of(Role role) {
    switch (role) {
    case Role::user:
        return user_names;
    case Role::item:
        return item_names;
    case Role::value:
        return value_names;
    case Role::time:
        return time_names;
    case Role::event:
        return event_names;
    }
    return {};
}

} // namespace

std::string_view to_text(Role role) {
    constexpr std::array<std::string_view, 5> texts{"user", "item", "rating", "time", "event"};
    return texts[static_cast<std::size_t>(role)];
}

std::optional<std::size_t> guess_column(const std::vector<std::string>& columns, Role role) {
    for (const auto name : names_of(role))
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (plain(columns[i]) == name)
                return i;
    return {};
}

} // namespace tastebench
