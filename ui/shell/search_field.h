// The search field of the header (Ctrl+K): type a part of a name to find a page, a command, a data set or a run.
#pragma once

#include <functional>

#include <QLineEdit>

#include "ui/bridge/workbench.h"

QT_BEGIN_NAMESPACE
class QStandardItemModel;
QT_END_NAMESPACE

namespace tastebench::ui {

class SearchField : public QLineEdit {
    Q_OBJECT

  public:
    explicit SearchField(Workbench& workbench, QWidget* parent = nullptr);
    /// Pages and menu commands, always to be found.
    void addCommand(const QString& text, const std::function<void()>& run);

  public Q_SLOTS:
    void begin(); ///< takes the focus and offers everything

  private:
    struct Entry {
        QString text;
        std::function<void()> run;
    };
    void reload();
    void fill();
    void choose(const QString& text);

    Workbench& workbench_;
    QStandardItemModel* model_;
    QList<Entry> commands_, stored_;
};

} // namespace tastebench::ui
