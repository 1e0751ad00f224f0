#include "ui/models/group_rows.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("GroupRows", text);
}

QString momentText(std::int64_t time) {
    return QDateTime::fromSecsSinceEpoch(time, Qt::UTC).toString(Qt::ISODate);
}

/// Keys of times, which may be negative.
RowKeys timeKeys(const std::vector<std::int64_t>& times) {
    const auto [least, greatest] = std::minmax_element(times.begin(), times.end());
    const auto first = static_cast<std::uint64_t>(*least);
    return {[&times, first](RowIx row) { return static_cast<std::uint64_t>(times[row]) - first; },
            static_cast<std::uint64_t>(*greatest) - first};
}

RowKeys countKeys(const std::vector<std::uint32_t>& counts) {
    return {[&counts](RowIx row) { return std::uint64_t{counts[row]}; },
            *std::max_element(counts.begin(), counts.end())};
}

bool hasNumbers(const FeatureColumn& column) {
    return column.type == ColumnType::number || column.type == ColumnType::date;
}

} // namespace

GroupRows::GroupRows(DatasetPtr data, StatisticsPtr statistics, Of of)
    : data_(std::move(data)), statistics_(std::move(statistics)), of_(of) {
    columns_.push_back({Field::id});
    if (of_ == Of::items && !data_->parts().item_titles.empty())
        columns_.push_back({Field::title});
    columns_.push_back({Field::count});
    if (!figures().first.empty()) {
        columns_.push_back({Field::first});
        columns_.push_back({Field::last});
    }
    if (!figures().mean_value.empty())
        columns_.push_back({Field::mean});
    for (std::size_t feature = 0; feature < features().size(); ++feature)
        columns_.push_back({Field::feature, feature});
}

int GroupRows::columnOf(Field field) const {
    for (std::size_t at = 0; at < columns_.size(); ++at)
        if (columns_[at].field == field)
            return static_cast<int>(at);
    return -1;
}

QString GroupRows::header(int column) const {
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    switch (shown.field) {
    case Field::id:
        return of_ == Of::users ? tr("User") : tr("Item");
    case Field::title:
        return tr("Title");
    case Field::count:
        return tr("Interactions");
    case Field::first:
        return tr("First (UTC)");
    case Field::last:
        return tr("Last (UTC)");
    case Field::mean:
        return tr("Mean rating");
    case Field::feature:
        return toQt(features()[shown.feature].name);
    }
    return {};
}

QString GroupRows::headerTip(int column) const {
    switch (columns_[static_cast<std::size_t>(column)].field) {
    case Field::mean:
        return tr("Of the interactions that have a rating");
    case Field::feature:
        return tr("From the table of features");
    default:
        return tr("Click to sort; a third click gives the order of the ids back");
    }
}

bool GroupRows::isNumber(int column) const {
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    return shown.field == Field::count || shown.field == Field::mean ||
           (shown.field == Field::feature && features()[shown.feature].type == ColumnType::number);
}

QString GroupRows::featureCell(const FeatureColumn& column, std::uint64_t row) const {
    if (!hasNumbers(column))
        return toQt(column.texts[row]).replace(u'|', QStringLiteral(", "));
    if (std::isnan(column.numbers[row]))
        return {};
    return column.type == ColumnType::date ? dateText(static_cast<std::int64_t>(column.numbers[row]))
                                           : QLocale().toString(column.numbers[row], 'g', 9);
}

QString GroupRows::cell(std::uint64_t row, int column) const {
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    const auto at = static_cast<std::uint32_t>(row);
    switch (shown.field) {
    case Field::id:
        return toQt(ids().id(at));
    case Field::title:
        return toQt(data_->title(at));
    case Field::count:
        return countText(figures().rows[row]);
    case Field::first:
        return figures().rows[row] == 0 ? QString() : momentText(figures().first[row]);
    case Field::last:
        return figures().rows[row] == 0 ? QString() : momentText(figures().last[row]);
    case Field::mean:
        return std::isnan(figures().mean_value[row]) ? QString()
                                                     : QLocale().toString(figures().mean_value[row], 'f', 2);
    case Field::feature:
        return featureCell(features()[shown.feature], row);
    }
    return {};
}

RowKeys GroupRows::keys(int column) const {
    const auto& shown = columns_[static_cast<std::size_t>(column)];
    switch (shown.field) {
    case Field::id:
        return {[](RowIx row) { return std::uint64_t{row}; }, rowCount()};
    case Field::title:
        return textKeys(ids().size(), [this](ItemIx item) { return data_->title(item); });
    case Field::count:
        return countKeys(figures().rows);
    case Field::first:
        return timeKeys(figures().first);
    case Field::last:
        return timeKeys(figures().last);
    case Field::mean:
        return numberKeys(figures().mean_value);
    case Field::feature: {
        const auto& feature = features()[shown.feature];
        return hasNumbers(feature)
                   ? numberKeys(feature.numbers)
                   : textKeys(feature.texts.size(), [&](std::uint32_t at) { return feature.texts[at]; });
    }
    }
    return {};
}

RowFilter GroupRows::filter(const QString& text, const Parallel& parallel) const {
    auto found = textsContaining(
        ids().size(), [this](std::uint32_t at) { return ids().id(at); }, text, parallel);
    const auto add = [&](const StringColumn& texts) {
        const auto more = textsContaining(
            texts.size(), [&](std::uint32_t at) { return texts[at]; }, text, parallel);
        for (std::size_t at = 0; at < more.size(); ++at)
            found[at] |= more[at];
    };
    if (of_ == Of::items)
        add(data_->parts().item_titles);
    for (const auto& column : features())
        add(column.texts);
    return [found = std::move(found)](RowIx row) { return found[row] != 0; };
}

QString GroupRows::filterHint() const {
    if (of_ == Of::users)
        return features().empty() ? tr("Filter by id") : tr("Filter by id or feature");
    return features().empty() ? tr("Filter by id or title") : tr("Filter by id, title or feature");
}

EntityRows::EntityRows(DatasetPtr data) : data_(std::move(data)) {
    const auto& graph = data_->graph();
    facts_.resize(graph.entities.size());
    for (const auto& triple : graph.triples) {
        ++facts_[triple.head];
        if (triple.tail != triple.head)
            ++facts_[triple.tail];
    }
    starts_.resize(graph.entities.size() + 1);
    for (const auto& link : graph.links)
        ++starts_[link.entity + 1];
    for (std::size_t entity = 0; entity < graph.entities.size(); ++entity)
        starts_[entity + 1] += starts_[entity];
    items_.resize(graph.links.size());
    auto next = starts_;
    for (const auto& link : graph.links)
        items_[next[link.entity]++] = link.item;
}

QString EntityRows::header(int column) const {
    const QString names[] = {tr("Entity"), tr("Facts"), tr("Items"), tr("Linked items")};
    return names[column];
}

QString EntityRows::headerTip(int column) const {
    const QString tips[] = {tr("A person, a place, a thing that facts speak of"),
                            tr("Facts in which the entity occurs"), tr("How many items are linked to the entity"),
                            tr("The first of these items")};
    return tips[column];
}

QString EntityRows::cell(std::uint64_t row, int column) const {
    constexpr std::uint32_t mostShown = 5;
    switch (column) {
    case Name:
        return toQt(data_->graph().entities[row]);
    case Facts:
        return countText(facts_[row]);
    case ItemCount:
        return countText(starts_[row + 1] - starts_[row]);
    default:
        break;
    }
    QStringList titles;
    for (auto at = starts_[row]; at < std::min(starts_[row + 1], starts_[row] + mostShown); ++at)
        titles.append(toQt(data_->title(items_[at])));
    if (starts_[row + 1] - starts_[row] > mostShown)
        titles.append(QStringLiteral("…"));
    return titles.join(QStringLiteral(", "));
}

RowKeys EntityRows::keys(int column) const {
    switch (column) {
    case Name:
        return textKeys(rowCount(), [this](std::uint32_t entity) { return data_->graph().entities[entity]; });
    case Facts:
        return countKeys(facts_);
    default:
        return {[this](RowIx row) { return std::uint64_t{starts_[row + 1] - starts_[row]}; }, items_.size()};
    }
}

RowFilter EntityRows::filter(const QString& text, const Parallel& parallel) const {
    auto found = textsContaining(
        rowCount(), [this](std::uint32_t entity) { return data_->graph().entities[entity]; }, text, parallel);
    return [found = std::move(found)](RowIx row) { return found[row] != 0; };
}

QString EntityRows::filterHint() const {
    return tr("Filter by name");
}

} // namespace tastebench::ui
