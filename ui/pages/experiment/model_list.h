// The models to tick, each with its one-sentence summary. The current one's form is shown beside.
#pragma once

#include <QListWidget>

namespace tastebench::ui {

class ModelList : public QListWidget {
    Q_OBJECT

  public:
    explicit ModelList(QWidget* parent = nullptr);
    QStringList ticked() const; ///< ids, in the order shown
    QString current() const;    ///< id
    void tick(const QString& id, bool on);

  Q_SIGNALS:
    void tickedChanged();
};

} // namespace tastebench::ui
