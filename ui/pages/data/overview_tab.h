// What a data set is like: a few sentences, and charts of ratings, popularity, activity, time, sparsity, kinds of
// event, repeats and missing values. Charts that would have nothing to say are left out.
#pragma once

#include <deque>
#include <functional>

#include <QTimer>
#include <QWidget>

#include "core/data/statistics.h"

QT_BEGIN_NAMESPACE
class QGridLayout;
class QLabel;
QT_END_NAMESPACE

namespace tastebench::ui {

class ChartPanel;
class SparsityPicture;

class OverviewTab : public QWidget {
    Q_OBJECT

  public:
    explicit OverviewTab(QWidget* parent = nullptr);
    void showCounting();
    /// Only this sentence: why there is nothing to see.
    void showProblem(const QString& what);
    /// Draws one chart at a time, so that the window answers in between.
    void show(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const DataStatistics> statistics);

  Q_SIGNALS:
    void complete();

  private:
    void showWaiting(const QString& why);
    void arrange(const QList<QWidget*>& panels);
    void drawNext();
    void drawRatings(const Dataset& dataset, const DataStatistics& statistics);
    void drawPopularity(const DataStatistics& statistics);
    void drawActivity(const DataStatistics& statistics);
    void drawTime(const DataStatistics& statistics);
    void drawEvents(const DataStatistics& statistics);
    void drawRepeats(const DataStatistics& statistics);
    void drawMissing(const DataStatistics& statistics);
    void drawFields(const DataStatistics& statistics);

    QLabel* words_;
    QGridLayout* grid_;
    ChartPanel *ratings_, *popularity_, *activity_, *time_, *events_, *repeats_, *missing_, *fields_;
    SparsityPicture* sparsity_;
    std::deque<std::function<void()>> toDraw_;
    QTimer drawing_;
};

/// The data set in two or three plain sentences.
QString dataSentence(const Dataset& data, const DataStatistics& statistics);

} // namespace tastebench::ui
