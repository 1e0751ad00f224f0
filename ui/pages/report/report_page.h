// The Report page: what goes in, a live preview, and saving as HTML or PDF.
#pragma once

#include "core/report/report.h"
#include "ui/shell/page.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QTextBrowser;
class QTimer;
QT_END_NAMESPACE

namespace tastebench::ui {

class ReportPage : public Page {
    Q_OBJECT

  public:
    explicit ReportPage(Workbench& workbench, QWidget* parent = nullptr);
    void activate() override;
    QString command() const override;
    /// Writes the report in the background, as PDF if the name ends in .pdf, else as HTML.
    Q_INVOKABLE void save(const QString& file);

  private:
    QWidget* makeForm();
    QWidget* makePreview();
    void reloadRuns();
    void listRuns(const std::vector<Run>& runs);
    void listMetrics();
    void listBasket();
    QList<RunId> tickedRuns() const;
    ReportRequest request() const;
    void preview();
    void askFile(bool pdf);
    void moveSection(int by);

    QListWidget* runs_;
    QListWidget* sections_;
    QListWidget* basket_;
    QComboBox* metric_;
    QLineEdit* title_;
    QLineEdit* author_;
    QPlainTextEdit* question_;
    QTextBrowser* preview_;
    QPushButton* html_;
    QPushButton* pdf_;
    QTimer* settle_; ///< waits for typing to pause before the preview is made anew
    std::vector<Run> done_;
    QString made_; ///< the HTML that the preview shows
    std::uint64_t asked_ = 0;
};

} // namespace tastebench::ui
