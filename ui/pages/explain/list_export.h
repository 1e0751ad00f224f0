// Writes the lists of every user of a run to a CSV file, in the background.
#pragma once

#include "ui/bridge/workbench.h"
#include "ui/pages/explain/explain_session.h"

QT_BEGIN_NAMESPACE
class QProgressBar;
class QPushButton;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class ListExport : public QWidget {
    Q_OBJECT

  public:
    explicit ListExport(Workbench& workbench, QWidget* parent = nullptr);
    ~ListExport() override; ///< what is being written is cancelled and leaves nothing
    /// The run whose lists are written next, and how; null: none.
    void set(ExplainSessionPtr session, const ListWish& wish);
    /// As if the file had been chosen in the dialog.
    void writeTo(const QString& file);

  private:
    void choose();
    void showProgress();
    void finish(const QString& file, const Result<QString>& told);

    Workbench& workbench_;
    ExplainSessionPtr session_;
    ListWish wish_;
    std::shared_ptr<Progress> progress_; ///< while it writes
    QPushButton* export_;
    QPushButton* cancel_;
    QProgressBar* bar_;
    QTimer* timer_;
};

} // namespace tastebench::ui
