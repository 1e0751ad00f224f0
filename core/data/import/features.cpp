// Columns of a table to features: types found from all cells, rows joined by id.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/import/companions.h"
#include "core/data/import/formats.h"

namespace tastebench {

namespace {

constexpr std::size_t most_examples = 10;
constexpr std::uint64_t no_row = std::numeric_limits<std::uint64_t>::max();

bool read_number(std::string_view text, char decimal, double& out) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const fast_float::parse_options options{fast_float::chars_format::general, decimal};
    const auto [stop, code] = fast_float::from_chars_advanced(text.data(), text.data() + text.size(), out, options);
    return !text.empty() && code == std::errc() && stop == text.data() + text.size() && std::isfinite(out);
}

/// What a column holds, judged by all its cells.
class ColumnGuess {
  public:
    void see(std::string_view text) {
        if (is_missing_cell(text))
            return;
        ++cells_;
        see_number(text);
        lists_ += text.find('|') != std::string_view::npos ? 1 : 0;
        blanks_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), ' '));
        bytes_ += text.size();
        if (dates_)
            see_date(text);
    }
    ColumnType type() {
        if (cells_ == 0)
            return ColumnType::category;
        if ((points_ || commas_) && !leading_zeros_)
            return ColumnType::number;
        if (!format_known_)
            settle_format();
        if (dates_)
            return ColumnType::date;
        if (lists_ * 20 >= cells_)
            return ColumnType::multi_category;
        // Three blanks or forty bytes on average are prose.
        return blanks_ >= 3 * cells_ || bytes_ >= 40 * cells_ ? ColumnType::text : ColumnType::category;
    }
    char decimal() const { return points_ ? '.' : ','; }
    const std::string& time_format() const { return format_; }

  private:
    void see_number(std::string_view text) {
        if (!points_ && !commas_)
            return;
        double number = 0;
        points_ = points_ && read_number(text, '.', number);
        commas_ = commas_ && read_number(text, ',', number);
        // "01234" is a code: its zero means something.
        leading_zeros_ |= text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
    }
    void see_date(std::string_view text) {
        double number = 0;
        if (text.size() < 8 || text.size() > 40 || read_number(text, '.', number)) {
            dates_ = false;
        } else if (!format_known_) {
            samples_.emplace_back(text);
            if (samples_.size() == 100)
                settle_format();
        } else {
            dates_ = parses(text);
        }
    }
    bool parses(std::string_view text) const {
        std::int64_t seconds = 0;
        RowFault ignored;
        return parse_time(text, format_, seconds, ignored);
    }
    void settle_format() {
        format_known_ = true;
        const std::vector<std::string_view> views(samples_.begin(), samples_.end());
        dates_ = dates_ && !views.empty();
        if (!dates_)
            return;
        format_ = guess_time_format(views);
        dates_ = std::all_of(views.begin(), views.end(), [&](auto text) { return parses(text); });
    }
    std::uint64_t cells_ = 0, lists_ = 0, blanks_ = 0, bytes_ = 0;
    bool points_ = true, commas_ = true, leading_zeros_ = false, dates_ = true, format_known_ = false;
    std::vector<std::string> samples_;
    std::string format_;
};

/// Fills one feature, row after row in the order of the ids.
class FeatureFiller {
  public:
    FeatureFiller(const Table& table, const FeaturePlan& plan, char decimal)
        : table_(table), plan_(plan), decimal_(decimal) {
        out.name = plan.name;
        out.type = *plan.type;
    }
    void add_missing() {
        if (numeric())
            out.numbers.push_back(std::numeric_limits<double>::quiet_NaN());
        else
            out.texts.push_back({});
    }
    Status add(const std::vector<Field>& fields, std::uint64_t offset) {
        if (!plan_.flags.empty())
            return add_flags(fields);
        const auto& field = fields[plan_.column];
        auto text = cell_text(field, room_);
        const bool prose = out.type == ColumnType::text;
        if (prose ? text.empty() || text == "\\N" : is_missing_cell(text)) {
            add_missing();
            return {};
        }
        if (plan_.words)
            text = plan_.words(text);
        if (numeric())
            return add_number(text, offset);
        if (out.type == ColumnType::multi_category && plan_.list_separator != '|') {
            list_.assign(text);
            std::replace(list_.begin(), list_.end(), plan_.list_separator, '|');
            text = list_;
        }
        out.texts.push_back(text);
        return {};
    }
    FeatureColumn out;

  private:
    Status add_flags(const std::vector<Field>& fields) {
        list_.clear();
        for (std::size_t i = 0; i < plan_.flags.size(); ++i)
            if (fields[plan_.column + i].raw == "1")
                list_ += (list_.empty() ? "" : "|") + plan_.flags[i];
        out.texts.push_back(list_);
        return {};
    }
    bool numeric() const { return out.type == ColumnType::number || out.type == ColumnType::date; }
    Status add_number(std::string_view text, std::uint64_t offset) {
        double number = 0;
        std::int64_t seconds = 0;
        RowFault fault{plan_.column + 1, fmt::format("'{}' is no number", shortened_field(text)),
                       "correct it, or leave it empty"};
        const bool date = out.type == ColumnType::date;
        const bool read =
            date ? parse_time(text, plan_.time_format, seconds, fault) : read_number(text, decimal_, number);
        if (!read)
            return bad_data(fault.what, table_.place(offset, plan_.column), fault.remedy);
        out.numbers.push_back(date ? static_cast<double>(seconds) : number);
        return {};
    }
    const Table& table_;
    const FeaturePlan& plan_;
    char decimal_;
    std::string room_, list_;
};

/// Where the last row of each id begins.
struct Places {
    std::vector<std::uint64_t> offset;
    std::vector<ColumnGuess> guesses; ///< one a feature of the plan
    std::uint64_t repeated = 0;
};

Result<Places> find_rows(const Table& table, const JoinPlan& plan, const StringColumn& ids, Joined& joined) {
    Places out;
    out.offset.assign(ids.size(), no_row);
    out.guesses.resize(plan.features.size());
    const auto known = table_of(ids);
    std::string room;
    auto status = table.for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
        const auto id = cell_text(fields[plan.id_column], room);
        const auto index = index_in(known, id);
        ++joined.rows;
        if (index != no_index) {
            ++joined.matched;
            out.repeated += out.offset[index] != no_row ? 1 : 0;
            out.offset[index] = offset;
        } else if (joined.unmatched.size() < most_examples) {
            joined.unmatched.emplace_back(shortened_field(id));
        }
        for (std::size_t f = 0; f < plan.features.size(); ++f)
            if (!plan.features[f].type)
                out.guesses[f].see(cell_text(fields[plan.features[f].column], room));
        return {};
    });
    if (!status)
        return fail(status.error());
    joined.without = static_cast<std::uint64_t>(std::count(out.offset.begin(), out.offset.end(), no_row));
    return out;
}

Status fill(const Table& table, const std::vector<std::uint64_t>& offsets, std::vector<FeatureFiller>& fillers) {
    std::vector<Field> fields;
    for (const auto row : offsets) {
        if (row == no_row) {
            for (auto& filler : fillers)
                filler.add_missing();
            continue;
        }
        std::size_t offset = row;
        if (const auto read = table.next(offset, fields); !read)
            return fail(read.error());
        for (auto& filler : fillers)
            if (auto status = filler.add(fields, row); !status)
                return status;
    }
    return {};
}

} // namespace

Status join_features(const Table& table, const JoinPlan& plan, TableOf of, DatasetParts& parts, ImportReport& report) {
    Joined joined;
    joined.table = table.base_name();
    const auto& ids = of == TableOf::users ? parts.users : parts.items;
    auto places = find_rows(table, plan, ids.ids(), joined);
    if (!places)
        return fail(places.error());
    auto plans = plan.features;
    std::vector<FeatureFiller> fillers;
    for (std::size_t f = 0; f < plans.size(); ++f) {
        char decimal = plan.decimal.value_or('.');
        if (!plans[f].type) {
            plans[f].type = places->guesses[f].type();
            plans[f].time_format = places->guesses[f].time_format();
            decimal = places->guesses[f].decimal();
        }
        fillers.emplace_back(table, plans[f], decimal);
    }
    if (auto status = fill(table, places->offset, fillers); !status)
        return status;
    auto& features = of == TableOf::users ? parts.user_features : parts.item_features;
    for (std::size_t f = 0; f < plans.size(); ++f) {
        if (plans[f].title && parts.item_titles.empty())
            parts.item_titles = fillers[f].out.texts;
        features.push_back(std::move(fillers[f].out));
    }
    if (places->repeated > 0)
        report.notes.push_back(fmt::format("{} lists {} id{} more than once; the last row counts.", joined.table,
                                           places->repeated, places->repeated == 1 ? "" : "s"));
    report.joined.push_back(std::move(joined));
    return {};
}

} // namespace tastebench
