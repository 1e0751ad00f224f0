// The users or items of a data set as a table: id, title, number of interactions, first and last time, mean rating
// and every feature; and the entities of its knowledge graph.
#pragma once

#include "core/data/statistics.h"
#include "ui/models/row_source.h"

namespace tastebench::ui {

using StatisticsPtr = std::shared_ptr<const DataStatistics>;

class GroupRows final : public RowSource {
  public:
    enum class Of { users, items };
    enum class Field { id, title, count, first, last, mean, feature };

    GroupRows(DatasetPtr data, StatisticsPtr statistics, Of of);
    int columnOf(Field field) const; ///< or -1

    std::uint64_t rowCount() const override { return ids().size(); }
    int columnCount() const override { return static_cast<int>(columns_.size()); }
    QString header(int column) const override;
    QString headerTip(int column) const override;
    bool isNumber(int column) const override;
    QString cell(std::uint64_t row, int column) const override;
    RowKeys keys(int column) const override;
    /// Looks at ids, titles and every feature that is not a number.
    RowFilter filter(const QString& text, const Parallel& parallel) const override;
    QString filterHint() const override;

  private:
    struct Column {
        Field field;
        std::size_t feature = 0;
    };
    const IdMap& ids() const { return of_ == Of::users ? data_->users() : data_->items(); }
    const GroupFigures& figures() const { return of_ == Of::users ? statistics_->users : statistics_->items; }
    const FeatureTable& features() const { return of_ == Of::users ? data_->user_features() : data_->item_features(); }
    QString featureCell(const FeatureColumn& column, std::uint64_t row) const;

    DatasetPtr data_;
    StatisticsPtr statistics_;
    Of of_;
    std::vector<Column> columns_;
};

class EntityRows final : public RowSource {
  public:
    enum Column { Name, Facts, ItemCount, Items, ColumnCount };

    /// Counts the facts and links of each entity: for background threads.
    explicit EntityRows(DatasetPtr data);

    std::uint64_t rowCount() const override { return data_->graph().entities.size(); }
    int columnCount() const override { return ColumnCount; }
    QString header(int column) const override;
    QString headerTip(int column) const override;
    bool isNumber(int column) const override { return column == Facts || column == ItemCount; }
    QString cell(std::uint64_t row, int column) const override;
    RowKeys keys(int column) const override;
    RowFilter filter(const QString& text, const Parallel& parallel) const override;
    QString filterHint() const override;

  private:
    DatasetPtr data_;
    std::vector<std::uint32_t> facts_;
    std::vector<std::uint32_t> starts_; ///< entities + 1
    std::vector<ItemIx> items_;         ///< linked to entity e: items_[starts_[e] .. starts_[e + 1])
};

} // namespace tastebench::ui
