#include "core/data/generator.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/base/rng.h"
#include "core/data/film_catalogue.h"

namespace tastebench {

namespace {

constexpr std::uint32_t user_stream = 110, activity_stream = 111, feature_stream = 112;
constexpr std::int64_t first_second = 1'672'531'200; // 2023-01-01
constexpr std::int64_t span_seconds = 2LL * 365 * 86400;
constexpr std::int64_t day = 86400;
constexpr std::uint32_t groups = 10; ///< circles of people with like tastes
constexpr std::size_t n_themes = 16;
constexpr std::array<const char*, 3> event_names{"view", "list", "rating"};

/// What a person likes, before and after their interest has drifted.
struct Taste {
    std::array<double, n_themes> themes{};
    std::uint32_t favourite_rank = 0; ///< of the directors of a theme
    double decade = 0;                ///< likes old films (negative) or new ones
    double generosity = 0;            ///< added to all ratings, in stars
};

Taste make_taste(std::uint32_t group, Rng& rng) {
    Taste taste;
    for (auto& theme : taste.themes)
        theme = 0.45 * rng.normal();
    // A circle shares three themes that lie apart and dislikes one.
    for (const std::uint32_t step : {0U, 5U, 9U})
        taste.themes[(group * 3 + step) % n_themes] += 1.7;
    taste.themes[(group * 3 + 13) % n_themes] -= 1.5;
    taste.favourite_rank = group % 4;
    taste.decade = 0.5 * rng.normal() + (group % 2 == 0 ? 0.4 : -0.4);
    taste.generosity = 0.35 * rng.normal();
    return taste;
}

double liking(const Taste& taste, const Film& film) {
    double sum = 0;
    for (const auto theme : film.themes)
        sum += taste.themes[theme];
    sum /= std::sqrt(static_cast<double>(film.themes.size()));
    if (film.director / n_themes % 4 == taste.favourite_rank)
        sum += 0.5;
    return sum + taste.decade * (film.year - 1992) / 32.0;
}

/// How many events each user has; together what was asked for, as far as there are films enough.
std::vector<std::uint32_t> activities(const GeneratorOptions& options) {
    std::vector<double> weight(options.users);
    double sum = 0;
    for (std::uint32_t u = 0; u < options.users; ++u)
        sum += weight[u] = std::exp(0.7 * Rng(options.seed, activity_stream, u).normal());
    const double most = std::max(1.0, 0.8 * options.items);
    std::vector<std::uint32_t> out(options.users);
    double carried = 0;
    for (std::uint32_t u = 0; u < options.users; ++u) {
        // What rounding and the limit leave over goes to the next user.
        const double wanted = weight[u] / sum * static_cast<double>(options.interactions) + carried;
        out[u] = static_cast<std::uint32_t>(std::clamp(std::round(wanted), 1.0, most));
        carried = wanted - out[u];
    }
    // What is left in the end goes to those who still have room.
    for (std::uint32_t u = 0; u < options.users && carried >= 1; ++u) {
        const double more = std::min(std::floor(carried), std::floor(most) - out[u]);
        out[u] += static_cast<std::uint32_t>(std::max(0.0, more));
        carried -= std::max(0.0, more);
    }
    return out;
}

struct Choice {
    std::int64_t score;
    ItemIx item;
};

/// Streams one user's events; keeps its buffers between users.
class UserStream {
  public:
    UserStream(const GeneratorOptions& options, const FilmCatalogue& catalogue)
        : options_(options), catalogue_(catalogue), taken_(catalogue.films.size(), 0) {}

    const std::vector<GeneratedEvent>& events(UserIx user, std::uint32_t count) {
        events_.clear();
        Rng rng(options_.seed, user_stream, user);
        const std::uint32_t group = rng.below(groups);
        const Taste early = make_taste(group, rng);
        Taste late = early;
        // Interest drifts: one theme fades, a neighbour of a favourite grows.
        late.themes[(std::size_t{group} * 3) % n_themes] -= 0.8;
        late.themes[(std::size_t{group} * 3 + 1) % n_themes] += 1.2;
        const auto begin =
            first_second + static_cast<std::int64_t>(rng.below(static_cast<std::uint32_t>(span_seconds / 2)));
        const auto end = first_second + span_seconds - 8 * day;
        seen_.clear();
        watch(user, early, (count + 1) / 2, begin, begin + (end - begin) / 2, rng);
        watch(user, late, count, begin + (end - begin) / 2, end, rng);
        for (const auto item : seen_)
            taken_[item] = 0;
        std::stable_sort(events_.begin(), events_.end(),
                         [](const GeneratedEvent& a, const GeneratedEvent& b) { return a.time < b.time; });
        return events_;
    }

  private:
    /// Adds events until there are `until` of them.
    void watch(UserIx user, const Taste& taste, std::uint32_t until, std::int64_t from, std::int64_t to, Rng& rng) {
        while (events_.size() < until) {
            const auto missing = until - static_cast<std::uint32_t>(events_.size());
            choose(taste, missing, rng);
            if (choices_.empty())
                return;
            for (const auto& choice : choices_) {
                if (events_.size() >= until)
                    break;
                if (taken_[choice.item] != 0)
                    continue;
                taken_[choice.item] = 1;
                seen_.push_back(choice.item);
                add(user, taste, choice.item, until,
                    from + static_cast<std::int64_t>(rng.below(static_cast<std::uint32_t>(to - from))), rng);
            }
        }
    }

    /// Films drawn by popularity, the best liked of them first (Gumbel noise makes it a draw without repetition).
    void choose(const Taste& taste, std::uint32_t wanted, Rng& rng) {
        choices_.clear();
        const auto& sum = catalogue_.popularity;
        const auto draws = 4 * wanted + 60;
        for (std::uint32_t d = 0; d < draws; ++d) {
            const auto at = std::lower_bound(sum.begin(), sum.end(), rng.uniform());
            auto item = static_cast<ItemIx>(std::min<std::ptrdiff_t>(at - sum.begin(), std::ssize(sum) - 1));
            // When the popular ones are used up, any will do, so that the draw ends.
            for (std::size_t step = 0; taken_[item] != 0 && step < sum.size(); ++step)
                item = (item + 1) % static_cast<ItemIx>(sum.size());
            if (taken_[item] != 0)
                return;
            const double noise = -std::log(-std::log(rng.uniform() * (1 - 1e-12) + 1e-12));
            // In steps of a millionth, so that the last digits of a machine's mathematics do not matter.
            choices_.push_back({std::llround((1.5 * liking(taste, catalogue_.films[item]) + 0.8 * noise) * 1e6), item});
        }
        std::sort(choices_.begin(), choices_.end(), [](const Choice& a, const Choice& b) {
            return a.score != b.score ? a.score > b.score : a.item < b.item;
        });
        choices_.resize(std::min<std::size_t>(choices_.size(), wanted / 2 + 1));
    }

    void add(UserIx user, const Taste& taste, ItemIx item, std::uint32_t until, std::int64_t time, Rng& rng) {
        const auto nan = std::numeric_limits<float>::quiet_NaN();
        const Film& film = catalogue_.films[item];
        const double mood = liking(taste, film);
        events_.push_back({user, item, 0, nan, time});
        const bool lists = rng.uniform() < 0.25 + 0.1 * std::clamp(mood, -1.0, 2.0);
        const auto later = static_cast<std::int64_t>(rng.below(2 * day));
        const bool rates = rng.uniform() < 0.55;
        const double stars = 3.3 + 0.55 * mood + film.quality + taste.generosity + 0.45 * rng.normal();
        if (lists && events_.size() < until)
            events_.push_back({user, item, 1, nan, time + later});
        if (rates && events_.size() < until)
            events_.push_back({user, item, 2, static_cast<float>(std::clamp(std::round(stars), 1.0, 5.0)),
                               time + later + day + static_cast<std::int64_t>(rng.below(3 * day))});
    }

    const GeneratorOptions& options_;
    const FilmCatalogue& catalogue_;
    std::vector<std::uint8_t> taken_;
    std::vector<ItemIx> seen_;
    std::vector<Choice> choices_;
    std::vector<GeneratedEvent> events_;
};

Status check(const GeneratorOptions& options) {
    const auto refuse = [](const char* name, const std::string& what) {
        return usage_error(what, name, "choose other numbers");
    };
    if (options.users < 1 || options.users > 100'000'000)
        return refuse("users", "the number of users must be between 1 and 100,000,000");
    if (options.items < 20 || options.items > 10'000'000)
        return refuse("items", "the number of items must be between 20 and 10,000,000");
    if (options.interactions < options.users || options.interactions > 4'000'000'000ULL)
        return refuse("interactions", "there must be at least one interaction per user, and at most 4,000,000,000");
    if (static_cast<double>(options.interactions) > 0.6 * options.users * static_cast<double>(options.items))
        return refuse("interactions", "there are more interactions than 60 % of all pairs of a user and an item");
    return {};
}

std::string make_id(char prefix, std::uint32_t index, std::uint32_t count) {
    return fmt::format("{}{:0{}}", prefix, index + 1, std::max<std::size_t>(4, std::to_string(count).size()));
}

FeatureTable people_features(const GeneratorOptions& options) {
    constexpr std::array<const char*, 8> countries{"Brazil", "France", "Ghana",  "India",
                                                   "Italy",  "Japan",  "Norway", "Peru"};
    constexpr std::array<const char*, 7> jobs{"student", "teacher", "engineer", "nurse", "artist", "retired", "clerk"};
    FeatureTable table(3);
    table[0] = {"age", ColumnType::number, {}, {}};
    table[1] = {"country", ColumnType::category, {}, {}};
    table[2] = {"occupation", ColumnType::category, {}, {}};
    for (std::uint32_t u = 0; u < options.users; ++u) {
        const std::uint32_t group = Rng(options.seed, user_stream, u).below(groups);
        Rng rng(options.seed, feature_stream, u);
        // Age and country hint at the circle, so that models with features have something to learn.
        table[0].numbers.push_back(18 + 4 * group + rng.below(20));
        table[1].texts.push_back(countries[rng.below(100) < 60 ? group % 8 : rng.below(8)]);
        table[2].texts.push_back(jobs[rng.below(100) < 40 ? group % 7 : rng.below(7)]);
    }
    return table;
}

/// A file that appears under its name only when it is complete.
class PartFile {
  public:
    explicit PartFile(std::string name) : name_(std::move(name)), part_(name_ + ".part") {
        descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        code_ = descriptor_ < 0 ? errno : 0;
    }
    ~PartFile() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        if (!kept_ && opened())
            ::unlink(part_.c_str());
    }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    void write(std::string_view text) {
        buffer_.append(text);
        if (buffer_.size() > (1 << 20))
            flush();
    }
    Status keep() {
        flush();
        if (code_ == 0 && ::fsync(descriptor_) != 0)
            code_ = errno;
        if (code_ == 0 && ::rename(part_.c_str(), name_.c_str()) != 0)
            code_ = errno;
        kept_ = code_ == 0;
        return status();
    }
    Status status() const {
        if (code_ == 0)
            return {};
        return run_failed(fmt::format("the file cannot be written: {}", std::strerror(code_)), name_,
                          code_ == ENOSPC ? "free some space on the disk, or write elsewhere"
                                          : "check the folder and whether you may write to it");
    }

  private:
    bool opened() const { return descriptor_ >= 0; }
    void flush() {
        std::string_view rest = buffer_;
        while (code_ == 0 && !rest.empty()) {
            const auto written = ::write(descriptor_, rest.data(), rest.size());
            if (written > 0)
                rest.remove_prefix(static_cast<std::size_t>(written));
            else if (errno != EINTR)
                code_ = errno;
        }
        buffer_.clear();
    }
    std::string name_, part_, buffer_;
    int descriptor_ = -1;
    int code_ = 0;
    bool kept_ = false;
};

} // namespace

Status generate_events(const GeneratorOptions& options, const std::function<void(const GeneratedEvent&)>& sink,
                       Progress& progress) {
    if (auto status = check(options); !status)
        return status;
    const auto catalogue = make_catalogue(options.items, options.seed);
    const auto counts = activities(options);
    progress.begin("Generating", options.interactions);
    UserStream stream(options, catalogue);
    for (UserIx user = 0; user < options.users; ++user) {
        if (progress.cancelled())
            return cancelled_error();
        const auto& events = stream.events(user, counts[user]);
        for (const auto& event : events)
            sink(event);
        progress.advance(events.size());
    }
    return {};
}

Result<DatasetPtr> generate_dataset(const GeneratorOptions& options, const std::string& name, Progress& progress) {
    DatasetParts parts;
    auto& rows = parts.interactions;
    auto status = generate_events(
        options,
        [&](const GeneratedEvent& event) {
            rows.user.push_back(event.user);
            rows.item.push_back(event.item);
            rows.value.push_back(event.value);
            rows.time.push_back(event.time);
            rows.event.push_back(event.event);
        },
        progress);
    if (!status)
        return fail(status.error());
    const auto catalogue = make_catalogue(options.items, options.seed);
    StringColumn users;
    for (std::uint32_t u = 0; u < options.users; ++u)
        users.push_back(make_id('u', u, options.users));
    StringColumn items;
    for (std::uint32_t i = 0; i < options.items; ++i) {
        items.push_back(make_id('f', i, options.items));
        parts.item_titles.push_back(catalogue.films[i].title);
    }
    parts.name = name;
    parts.source = fmt::format("generated films (seed {})", options.seed);
    parts.users = IdMap(std::move(users));
    parts.items = IdMap(std::move(items));
    parts.events.assign(event_names.begin(), event_names.end());
    parts.user_features = people_features(options);
    parts.item_features = film_features(catalogue);
    parts.graph = film_graph(catalogue, options.seed);
    return Dataset::make(std::move(parts));
}

Status generate_csv(const GeneratorOptions& options, const std::string& path, Progress& progress) {
    PartFile file(path);
    if (auto status = file.status(); !status)
        return status;
    file.write("user,item,event,rating,timestamp\n");
    std::string line;
    auto status = generate_events(
        options,
        [&](const GeneratedEvent& event) {
            line.clear();
            fmt::format_to(std::back_inserter(line), "{},{},{},", make_id('u', event.user, options.users),
                           make_id('f', event.item, options.items), event_names[event.event]);
            if (!std::isnan(event.value))
                fmt::format_to(std::back_inserter(line), "{:g}", event.value);
            fmt::format_to(std::back_inserter(line), ",{}\n", event.time);
            file.write(line);
            if (!file.status())
                progress.cancel();
        },
        progress);
    if (auto written = file.status(); !written)
        return written;
    if (!status)
        return status;
    return file.keep();
}

} // namespace tastebench
