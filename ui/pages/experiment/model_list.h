// The models to tick, grouped by family, each with its one-sentence summary, or with the reason why the data cannot be
// used by it. The current one's form is shown beside.
#pragma once

#include <map>
#include <set>
#include <vector>

#include <QListWidget>

#include "core/experiment/fitness.h"
#include "core/models/recommender.h"

namespace tastebench::ui {

class ModelList : public QListWidget {
    Q_OBJECT

  public:
    explicit ModelList(QWidget* parent = nullptr);
    QStringList ticked() const; ///< ids of those that the data can be used by, in the order shown
    QString current() const;    ///< id
    void tick(const QString& id, bool on);
    /// Greys out what cannot use the data. Ticks are remembered for data that can be used again.
    void setFitness(const std::vector<Fitness>& fitness);
    /// What training would take, by id: "about 3 s, 120 MB". Models that are not named show nothing.
    void setTakes(const std::map<QString, QString>& takes);

  Q_SIGNALS:
    void tickedChanged();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void addHeading(const QString& text);
    void addModel(const ModelEntry& entry);
    QListWidgetItem* find(const QString& id) const;
    void takeTick(const QListWidgetItem* changed);

    std::set<QString> wanted_; ///< ticked, whether usable now or not
};

} // namespace tastebench::ui
