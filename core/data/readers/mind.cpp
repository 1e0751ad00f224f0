// MIND's behaviors.tsv: impression, user, time, history ("N1 N2") and what was shown ("N1-0 N2-1", 1 = clicked).
// Every article shown is a row of the event "impression" with value 0 or 1, and every article of the history one of
// the event "history" with value 1. MIND does not date the history: see merge_mind_histories().
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "core/data/readers/lines.h"
#include "core/data/readers/mind.h"
#include "core/data/readers/readers.h"
#include "core/data/records.h"

namespace tastebench {

namespace {

constexpr std::string_view time_format = "%m/%d/%Y %I:%M:%S %p";
constexpr std::size_t width = 5;

/// "N1-0" to article and label; false if it is none.
bool cut_candidate(std::string_view word, std::string_view& item, float& value) {
    if (word.size() < 3 || word[word.size() - 2] != '-' || (word.back() != '0' && word.back() != '1'))
        return false;
    item = word.substr(0, word.size() - 2);
    value = word.back() == '1' ? 1.0F : 0.0F;
    return true;
}

/// Whether a user's article was met before in this stretch.
class Histories {
  public:
    /// True if the whole history is the one of the user's last impression, as nearly always.
    bool is_known(std::string_view user, std::string_view history) {
        auto& last = last_[user];
        const bool known = last.data() != nullptr && last == history;
        last = history;
        return known;
    }
    bool is_new(std::string_view user, std::string_view item) { return seen_[user].insert(item).second; }

  private:
    std::unordered_map<std::string_view, std::string_view> last_;
    std::unordered_map<std::string_view, std::unordered_set<std::string_view>> seen_;
};

class MindReader final : public ChunkReader {
  public:
    MindReader() {
        shape_.value = shape_.time = shape_.event = true;
        shape_.user_field = 2;
        shape_.item_field = shape_.value_field = shape_.event_field = 5;
        shape_.context.push_back({"impression", ColumnType::category, false});
    }
    const RowShape& shape() const override { return shape_; }

    void read(std::string_view stretch, Piece& piece) const override {
        RowFault fault;
        std::vector<std::string_view> fields;
        Histories histories;
        for_each_line(stretch, [&](std::string_view line, std::size_t offset) {
            split_line(line, '\t', fields);
            RowValues row;
            if (!check(fields, row, fault)) {
                piece.fail(offset, std::move(fault));
                return;
            }
            add_history(fields[3], row, histories, offset, piece);
            add_candidates(fields, row, offset, piece);
        });
    }

    void describe(ImportPreview& preview) const override {
        preview.roles_fixed = true;
        preview.header = false;
        preview.separator = "\t";
        preview.time_format = time_format;
        preview.columns = {"impression", "user", "time", "history", "shown"};
        preview.user = "user";
        preview.item = preview.value = preview.event = "shown";
        preview.time = "time";
        preview.context = {"impression"};
        preview.events = {std::string(mind_history), std::string(mind_impression)};
    }
    std::vector<std::vector<std::string>> cells(std::string_view stretch, std::size_t most) const override {
        return cells_of(stretch, most, '\t');
    }

  private:
    /// All of the line before any of its rows, so that a bad one leaves none behind.
    static bool check(const std::vector<std::string_view>& fields, RowValues& row, RowFault& fault) {
        if (fields.size() != width) {
            fault = {std::min(fields.size(), width),
                     fmt::format("this row has {} columns, not impression, user, time, history and articles shown",
                                 fields.size()),
                     "correct the row"};
            return false;
        }
        row.user = fields[1];
        if (row.user.empty()) {
            fault = {2, "the user is empty", "give every impression a user"};
            return false;
        }
        if (row.user.size() > max_field_bytes) {
            fault = {2, "the user is longer than 1 MiB", "check the tabs of the row"};
            return false;
        }
        fault.field = 3;
        if (!parse_time(fields[2], std::string(time_format), row.time, fault))
            return false;
        auto shown = fields[4];
        for (auto word = take_word(shown); !word.empty(); word = take_word(shown)) {
            std::string_view item;
            float value = 0;
            if (!cut_candidate(word, item, value)) {
                fault = {5, fmt::format("'{}' is no article with a label", shortened_field(word)),
                         "write each article shown as ID-1 if it was clicked and ID-0 if not"};
                return false;
            }
        }
        return true;
    }

    static void add_history(std::string_view history, RowValues row, Histories& histories, std::size_t offset,
                            Piece& piece) {
        if (histories.is_known(row.user, history))
            return;
        RowFault fault;
        row.event = mind_history;
        row.value = 1;
        --row.time;
        for (auto word = take_word(history); !word.empty(); word = take_word(history)) {
            row.item = word;
            if (!histories.is_new(row.user, word) || piece.add(row, fault))
                continue;
            fault.field = 4;
            piece.fail(offset, std::move(fault));
        }
    }

    static void add_candidates(const std::vector<std::string_view>& fields, RowValues row, std::size_t offset,
                               Piece& piece) {
        RowFault fault;
        row.event = mind_impression;
        auto shown = fields[4];
        for (auto word = take_word(shown); !word.empty(); word = take_word(shown)) {
            cut_candidate(word, row.item, row.value);
            piece.category(0, fields[0]);
            if (!piece.add(row, fault))
                piece.fail(offset, std::move(fault));
        }
    }

    RowShape shape_;
};

/// Five columns: a number, a user, a date of MIND's form and articles shown.
bool is_behavior(std::string_view line) {
    std::vector<std::string_view> fields;
    split_line(line, '\t', fields);
    std::int64_t seconds = 0;
    RowFault ignored;
    return fields.size() == width && is_digits(fields[0]) && !fields[1].empty() &&
           parse_time(fields[2], std::string(time_format), seconds, ignored) && !is_blank(fields[4]);
}

bool is_unlabelled(std::string_view line) {
    auto shown = line.substr(line.rfind('\t') + 1);
    std::string_view item;
    float value = 0;
    for (auto word = take_word(shown); !word.empty(); word = take_word(shown))
        if (cut_candidate(word, item, value))
            return false;
    return true;
}

bool fits(const Sniff& file) {
    const auto lines = first_lines(file.head, file.input.base_name() == "behaviors.tsv" ? 1 : 20);
    return nearly_all(lines, is_behavior);
}

std::optional<Input> main_input(const InputSet& set) {
    return set.find("behaviors.tsv");
}

Result<std::unique_ptr<ChunkReader>> open(const Sniff& file, const ImportOptions&) {
    const auto lines = first_lines(file.head, 20);
    if (!lines.empty() &&
        std::all_of(lines.begin(), lines.end(), [](auto line) { return is_behavior(line) && is_unlabelled(line); }))
        return bad_data("the articles shown have no labels: this is MIND's test set", file.input.shown() + ":1:5",
                        "use behaviors.tsv of the training or validation set; the test labels are not published");
    return std::unique_ptr<ChunkReader>(std::make_unique<MindReader>());
}

} // namespace

FormatEntry mind_format() {
    return {.id = FileFormat::mind,
            .name = "mind",
            .title = "MIND news",
            .endings = "behaviors.tsv",
            .summary = "One row for each impression: user, time, articles read before, and articles shown with clicks; "
                       "news.tsv and the entity vectors beside it are read too.",
            .fits = fits,
            .main_input = main_input,
            .open = open,
            .read_all = nullptr,
            .complete = complete_mind};
}

} // namespace tastebench
