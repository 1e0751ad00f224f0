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

/// The model of a line: lines are called "sar", and "sar#2" where the same model stands there a second time.
QString modelOfLine(const QString& line);

class ModelList : public QListWidget {
    Q_OBJECT

  public:
    explicit ModelList(QWidget* parent = nullptr);
    QStringList lines() const;                  ///< all, in the order shown
    QStringList ticked() const;                 ///< those that the data can be used by, in the order shown
    QString current() const;                    ///< line
    QString titleOf(const QString& line) const; ///< "SAR", "SAR (2)"
    bool isCopy(const QString& line) const { return line.contains(u'#'); }
    void tick(const QString& line, bool on);
    /// The same model once more, below and ticked, to be set otherwise. Returns its line.
    QString duplicate(const QString& line);
    /// Only copies can be removed.
    void removeCopy(const QString& line);
    /// Greys out a line that cannot use the data however it is set; one that could if it were set otherwise says how.
    /// Ticks are remembered for data that can be used again. `gives` is a sentence for the tooltip.
    void setFitness(const QString& line, const Fitness& fitness, const QString& gives);
    /// What training would take, by line: "about 3 s, 120 MB". Lines that are not named show nothing.
    void setTakes(const std::map<QString, QString>& takes);

  Q_SIGNALS:
    void tickedChanged();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void addHeading(const QString& text);
    QListWidgetItem* makeItem(const ModelEntry& entry, const QString& line, const QString& title);
    QListWidgetItem* find(const QString& line) const;
    void takeTick(const QListWidgetItem* changed);

    std::set<QString> wanted_; ///< ticked, whether usable now or not
};

} // namespace tastebench::ui
