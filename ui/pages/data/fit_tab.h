// What a data set is fit for: every model with whether it can use the data and what it lacks, and what the data
// holds for models that learn from more than interactions.
#pragma once

#include <vector>

#include <QWidget>

#include "core/experiment/fitness.h"

namespace tastebench::ui {

class DataTable;
class GridModel;

class FitTab : public QWidget {
    Q_OBJECT

  public:
    explicit FitTab(QWidget* parent = nullptr);
    void show(const std::vector<Fitness>& models, const std::vector<Material>& materials);

  private:
    DataTable* makeTable(const QString& name, GridModel* model);
    GridModel* models_;
    GridModel* materials_;
    DataTable* modelTable_;
    DataTable* materialTable_;
};

} // namespace tastebench::ui
