// Why one item was recommended: a sentence, bars, the table of contributions that adds up, and similar items.
#pragma once

#include <QWidget>

#include "ui/pages/explain/explain_session.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
QT_END_NAMESPACE

namespace tastebench::ui {

class ChartPanel;
class DataTable;
class GridModel;

class ReasonPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ReasonPanel(QWidget* parent = nullptr);
    void showReasons(const ExplainSession& session, UserIx user, ItemIx item, const ReasonView& reasons);
    /// Without reasons: `why` says why there are none.
    void showSimilar(const ExplainSession& session, ItemIx item, const std::vector<Scored>& similar,
                     const QString& why);
    void showNothing(const QString& why);
    /// The table as tab-separated text with its sentence above.
    QString asText() const;

  Q_SIGNALS:
    void sendToReport();
    void copied();

  private:
    void listSimilar(const ExplainSession& session, const std::vector<Scored>& similar);
    void showContributions(const ExplainSession& session, const Explanation& explanation);
    QLabel* title_;
    QLabel* sentence_;
    ChartPanel* chart_;
    GridModel* contributions_;
    GridModel* similar_;
    DataTable* table_;
    QPushButton* send_;
    QPushButton* copy_;
};

} // namespace tastebench::ui
