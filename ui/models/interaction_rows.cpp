#include "ui/models/interaction_rows.h"

#include <bit>
#include <cmath>

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("InteractionRows", text);
}

/// Numbers as the file has them: six digits are a float's.
QString numberText(double value, int digits) {
    return QLocale().toString(value, 'g', digits);
}

RowKeys valueKeys(const std::vector<float>& values) {
    return {[&values](RowIx row) -> std::uint64_t {
                if (std::isnan(values[row]))
                    return 0;
                const auto bits = std::bit_cast<std::uint32_t>(values[row] + 0.0F);
                return (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
            },
            0xFFFFFFFF};
}

RowKeys contextKeys(const ContextColumn& column) {
    switch (column.type) {
    case ColumnType::number:
        return numberKeys(column.numbers);
    case ColumnType::category:
        return {[&codes = column.codes](RowIx row) {
                    return codes[row] == ContextColumn::missing ? std::uint64_t{0} : std::uint64_t{codes[row]} + 1;
                },
                column.categories.size()};
    default:
        // By the first category; a row's others only tell that there are more.
        return {[&column](RowIx row) {
                    return column.starts[row] == column.starts[row + 1] ? std::uint64_t{0}
                                                                        : column.codes[column.starts[row]] + 1ULL;
                },
                column.categories.size()};
    }
}

} // namespace

InteractionRows::InteractionRows(DatasetPtr data) : data_(std::move(data)) {
    columns_.push_back({Field::row});
    if (data_->has_pairs()) {
        columns_.push_back({Field::user});
        columns_.push_back({Field::item});
        if (!data_->parts().item_titles.empty())
            columns_.push_back({Field::title});
    }
    if (data_->has_values())
        columns_.push_back({Field::value});
    if (data_->has_events())
        columns_.push_back({Field::event});
    if (data_->has_times())
        columns_.push_back({Field::time});
    for (std::size_t context = 0; context < data_->context().size(); ++context)
        columns_.push_back({Field::context, context});
}

int InteractionRows::columnOf(Field field) const {
    for (std::size_t at = 0; at < columns_.size(); ++at)
        if (columns_[at].field == field)
            return static_cast<int>(at);
    return -1;
}

QString InteractionRows::header(int column) const {
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    switch (shown.field) {
    case Field::row:
        return tr("Row");
    case Field::user:
        return tr("User");
    case Field::item:
        return tr("Item");
    case Field::title:
        return tr("Title");
    case Field::value:
        return data_->has_pairs() ? tr("Rating") : tr("Label");
    case Field::event:
        return tr("Event");
    case Field::time:
        return tr("Time (UTC)");
    case Field::context:
        return toQt(data_->context()[shown.context].name);
    }
    return {};
}

QString InteractionRows::headerTip(int column) const {
    if (columns_[static_cast<std::size_t>(column)].field == Field::row)
        return tr("Number in the order of the file, from 0");
    return tr("Click to sort; a third click gives the order of the file back");
}

bool InteractionRows::isNumber(int column) const {
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    return shown.field == Field::row || shown.field == Field::value ||
           (shown.field == Field::context && data_->context()[shown.context].type == ColumnType::number);
}

QString InteractionRows::contextCell(const ContextColumn& column, std::uint64_t row) const {
    if (column.type == ColumnType::number)
        return std::isnan(column.numbers[row]) ? QString() : numberText(column.numbers[row], 9);
    if (column.type == ColumnType::category)
        return column.codes[row] == ContextColumn::missing ? QString() : toQt(column.categories[column.codes[row]]);
    constexpr std::uint64_t mostShown = 20;
    QStringList parts;
    for (auto at = column.starts[row]; at < column.starts[row + 1]; ++at) {
        if (at == column.starts[row] + mostShown) {
            parts.append(QStringLiteral("…"));
            break;
        }
        parts.append(toQt(column.categories[column.codes[at]]));
    }
    return parts.join(QStringLiteral(", "));
}

QString InteractionRows::cell(std::uint64_t row, int column) const {
    const auto& rows = data_->interactions();
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    switch (shown.field) {
    case Field::row:
        return QString::number(row);
    case Field::user:
        return toQt(data_->users().id(rows.user[row]));
    case Field::item:
        return toQt(data_->items().id(rows.item[row]));
    case Field::title:
        return toQt(data_->title(rows.item[row]));
    case Field::value:
        return std::isnan(rows.value[row]) ? QString() : numberText(static_cast<double>(rows.value[row]), 6);
    case Field::event:
        return toQt(data_->events()[rows.event[row]]);
    case Field::time:
        return QDateTime::fromSecsSinceEpoch(rows.time[row], Qt::UTC).toString(Qt::ISODate);
    case Field::context:
        return contextCell(data_->context()[shown.context], row);
    }
    return {};
}

RowKeys InteractionRows::keys(int column) const {
    const auto& rows = data_->interactions();
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    switch (shown.field) {
    case Field::row:
        return {[](RowIx row) { return std::uint64_t{row}; }, rows.size()};
    case Field::user:
        return {[&rows](RowIx row) { return std::uint64_t{rows.user[row]}; }, data_->users().size()};
    case Field::item:
        return {[&rows](RowIx row) { return std::uint64_t{rows.item[row]}; }, data_->items().size()};
    case Field::title: {
        auto titles = textKeys(data_->items().size(), [this](ItemIx item) { return data_->title(item); });
        return {[&rows, of = std::move(titles.of)](RowIx row) { return of(rows.item[row]); }, titles.greatest};
    }
    case Field::value:
        return valueKeys(rows.value);
    case Field::event:
        return {[&rows](RowIx row) { return std::uint64_t{rows.event[row]}; }, data_->events().size()};
    case Field::time: {
        const auto first = static_cast<std::uint64_t>(data_->summary().first_time.value_or(0));
        return {[&rows, first](RowIx row) { return static_cast<std::uint64_t>(rows.time[row]) - first; },
                static_cast<std::uint64_t>(data_->summary().last_time.value_or(0)) - first};
    }
    case Field::context:
        return contextKeys(data_->context()[shown.context]);
    }
    return {};
}

RowFilter InteractionRows::pairFilter(const QString& text, const Parallel& parallel) const {
    auto users = textsContaining(
        data_->users().size(), [this](UserIx user) { return data_->users().id(user); }, text, parallel);
    auto items = textsContaining(
        data_->items().size(), [this](ItemIx item) { return data_->items().id(item); }, text, parallel);
    const auto titles = textsContaining(
        data_->parts().item_titles.size(), [this](ItemIx item) { return data_->title(item); }, text, parallel);
    for (std::size_t item = 0; item < titles.size(); ++item)
        items[item] |= titles[item];
    return [&rows = data_->interactions(), users = std::move(users), items = std::move(items)](RowIx row) {
        return users[rows.user[row]] != 0 || items[rows.item[row]] != 0;
    };
}

RowFilter InteractionRows::contextFilter(const QString& text, const Parallel& parallel) const {
    std::vector<std::vector<char>> found;
    for (const auto& column : data_->context())
        found.push_back(textsContaining(
            column.categories.size(), [&](std::uint32_t code) { return column.categories[code]; }, text, parallel));
    return [this, found = std::move(found)](RowIx row) {
        for (std::size_t c = 0; c < found.size(); ++c) {
            const auto& column = data_->context()[c];
            if (column.type == ColumnType::category) {
                if (column.codes[row] != ContextColumn::missing && found[c][column.codes[row]] != 0)
                    return true;
            } else if (column.type != ColumnType::number) {
                for (auto at = column.starts[row]; at < column.starts[row + 1]; ++at)
                    if (found[c][column.codes[at]] != 0)
                        return true;
            }
        }
        return false;
    };
}

RowFilter InteractionRows::filter(const QString& text, const Parallel& parallel) const {
    return data_->has_pairs() ? pairFilter(text, parallel) : contextFilter(text, parallel);
}

QString InteractionRows::filterHint() const {
    if (!data_->has_pairs())
        return tr("Filter by a field's category");
    return data_->parts().item_titles.empty() ? tr("Filter by user or item") : tr("Filter by user, item or title");
}

} // namespace tastebench::ui
