#include "ui/pages/data/fit_tab.h"

#include <QHeaderView>
#include <QLineEdit>

#include "ui/bridge/text.h"
#include "ui/models/grid_model.h"
#include "ui/shell/data_table.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

QString capital(const std::string& text) {
    QString out = toQt(text);
    if (!out.isEmpty())
        out[0] = out[0].toUpper();
    return out;
}

} // namespace

FitTab::FitTab(QWidget* parent) : QWidget(parent), models_(new GridModel(this)), materials_(new GridModel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, cardMargin, 0, 0);
    column->setSpacing(gap);
    models_->setHeader({tr("Model"), tr("Fits"), tr("Why")},
                       {tr("With its standard parameters"), tr("Whether the model can use this data"),
                        tr("What the data lacks, and how to get it")});
    materials_->setHeader({tr("Material"), tr("There"), tr("What there is"), tr("Used by")});
    modelTable_ = makeTable(tr("Models and whether they can use the data"), models_);
    materialTable_ = makeTable(tr("Material that some models learn from"), materials_);
    column->addWidget(headingLabel(tr("Models"), this));
    column->addWidget(modelTable_, 3);
    column->addWidget(headingLabel(tr("Beyond who met what"), this));
    column->addWidget(materialTable_, 2);
}

DataTable* FitTab::makeTable(const QString& name, GridModel* model) {
    auto* table = new DataTable(name, this);
    table->setModel(model);
    table->view()->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    return table;
}

void FitTab::show(const std::vector<Fitness>& models, const std::vector<Material>& materials) {
    QList<QList<GridCell>> rows;
    for (const auto& fit : models) {
        const QString why = capital(fit.sentence);
        const QString fits = fit.usable() ? tr("Yes") : fit.usable_otherwise() ? tr("Set otherwise") : tr("No");
        rows.append(QList<GridCell>{{toQt(fit.title)}, {fits, {}, !fit.usable()}, {why, {}, false, why}});
    }
    models_->setRows(rows);
    rows.clear();
    for (const auto& material : materials) {
        const QString what = capital(material.sentence);
        rows.append(QList<GridCell>{{toQt(material.what)},
                                    {material.there ? tr("Yes") : tr("No"), {}, !material.there},
                                    {what, {}, false, what},
                                    {capital(material.used_by)}});
    }
    materials_->setRows(rows);
    modelTable_->view()->resizeColumnsToContents();
    materialTable_->view()->resizeColumnsToContents();
}

} // namespace tastebench::ui
