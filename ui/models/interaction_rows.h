// The rows of a data set as a table, read straight from its columns: number, user, item, title, rating, event, time
// and every context column, as far as the data has them.
#pragma once

#include "ui/models/row_source.h"

namespace tastebench::ui {

class InteractionRows final : public RowSource {
  public:
    enum class Field { row, user, item, title, value, event, time, context };

    explicit InteractionRows(DatasetPtr data);
    /// The column that shows the field, or -1 where the data has it not.
    int columnOf(Field field) const;

    std::uint64_t rowCount() const override { return data_->interactions().size(); }
    int columnCount() const override { return static_cast<int>(columns_.size()); }
    QString header(int column) const override;
    QString headerTip(int column) const override;
    bool isNumber(int column) const override;
    QString cell(std::uint64_t row, int column) const override;
    RowKeys keys(int column) const override;
    RowFilter filter(const QString& text, const Parallel& parallel) const override;
    QString filterHint() const override;

  private:
    struct Column {
        Field field;
        std::size_t context = 0; ///< index of the context column
    };
    QString contextCell(const ContextColumn& column, std::uint64_t row) const;
    RowFilter pairFilter(const QString& text, const Parallel& parallel) const;
    RowFilter contextFilter(const QString& text, const Parallel& parallel) const;

    DatasetPtr data_;
    std::vector<Column> columns_;
};

} // namespace tastebench::ui
