#include "core/data/import/piece.h"

#include <cmath>

#include <fmt/format.h>

#include "core/data/records.h"

namespace tastebench {

namespace {

constexpr std::uint32_t most_events = 255;

bool check_id(std::string_view text, std::string_view role, std::size_t field, RowFault& fault) {
    if (!text.empty() && text.size() <= max_field_bytes)
        return true;
    fault.field = field;
    if (text.empty()) {
        fault.what = fmt::format("the {} is empty", role);
        fault.remedy = "give every row a user and an item";
    } else {
        fault.what = fmt::format("the {} is longer than 1 MiB", role);
        fault.remedy = "check the separator and the quotes";
    }
    return false;
}

} // namespace

Piece::Piece(const RowShape& shape, const RowRules& rules) : shape_(&shape), rules_(rules) {
    for (const auto& spec : shape.context)
        context.push_back({spec, {}, {}, {}, {}, {}});
}

bool Piece::check(const RowValues& row, RowFault& fault) const {
    const auto fits = [](std::string_view id) { return !id.empty() && id.size() <= max_field_bytes; };
    if (shape_->pairs && !(fits(row.user) && fits(row.item)) &&
        (!check_id(row.user, "user", shape_->user_field, fault) ||
         !check_id(row.item, "item", shape_->item_field, fault)))
        return false;
    if (shape_->event && !check_id(row.event, "event", shape_->event_field, fault))
        return false;
    if (!shape_->value)
        return true;
    if (std::isnan(row.value) && rules_.missing == MissingValues::refuse) {
        fault = {shape_->value_field, "the rating is missing",
                 "fill it in, keep or drop rows without one, or leave the rating column out"};
        return false;
    }
    if (row.value < rules_.least || row.value > rules_.greatest) {
        fault = {shape_->value_field,
                 fmt::format("the rating {} is outside {} to {}", row.value, rules_.least, rules_.greatest),
                 "correct it, or change the range of ratings"};
        return false;
    }
    return true;
}

bool Piece::add(const RowValues& row, RowFault& fault) {
    if (!check(row, fault))
        return false;
    if (shape_->value && std::isnan(row.value) && rules_.missing == MissingValues::drop) {
        ++missing;
        take_back_context();
        return true;
    }
    if (shape_->event) {
        const auto event = events.index_of(row.event);
        if (event >= most_events) {
            fault = {shape_->event_field, "there are more than 255 kinds of events",
                     "check which column holds the event"};
            return false;
        }
        rows.event.push_back(static_cast<EventIx>(event));
    }
    rows.user.push_back(shape_->pairs ? users.index_of(row.user) : 0);
    rows.item.push_back(shape_->pairs ? items.index_of(row.item) : 0);
    if (shape_->value)
        rows.value.push_back(row.value);
    if (shape_->time)
        rows.time.push_back(row.time);
    if (!context.empty())
        complete_context();
    return true;
}

void Piece::clear_rows() {
    rows.user.clear();
    rows.item.clear();
    rows.value.clear();
    rows.time.clear();
    rows.event.clear();
    for (auto& c : context) {
        c.numbers.clear();
        c.codes.clear();
        c.ends.clear();
        c.weights.clear();
    }
    failed.clear();
    kept_.clear();
    missing = 0;
    failed_untold = 0;
}

void Piece::number(std::size_t column, double value) {
    context[column].numbers.push_back(value);
}

void Piece::category(std::size_t column, std::string_view text) {
    auto& c = context[column];
    c.codes.push_back(text.empty() ? ContextColumn::missing : c.categories.index_of(text));
}

void Piece::entry(std::size_t column, std::string_view text, float weight) {
    auto& c = context[column];
    c.codes.push_back(c.categories.index_of(text));
    if (c.spec.weighted)
        c.weights.push_back(weight);
}

void Piece::complete_context() {
    const auto n = rows.user.size();
    for (auto& c : context) {
        if (c.spec.type == ColumnType::number)
            c.numbers.resize(n, std::numeric_limits<double>::quiet_NaN());
        else if (c.spec.type == ColumnType::category)
            c.codes.resize(n, ContextColumn::missing);
        else
            c.ends.push_back(c.codes.size());
    }
}

void Piece::take_back_context() {
    const auto n = rows.user.size();
    for (auto& c : context) {
        if (c.spec.type == ColumnType::number) {
            c.numbers.resize(n);
            continue;
        }
        const auto kept = c.spec.type == ColumnType::category ? n : (c.ends.empty() ? 0 : c.ends.back());
        c.codes.resize(kept);
        if (c.spec.weighted)
            c.weights.resize(kept);
    }
}

void Piece::fail(std::size_t offset, RowFault fault) {
    take_back_context();
    if (failed.size() < most_told)
        failed.push_back({offset, std::move(fault)});
    else
        ++failed_untold;
}

} // namespace tastebench
