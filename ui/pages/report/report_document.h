// The report's HTML made fit for Qt's rich text, which knows neither style sheets of today nor inline SVG: charts
// become pictures. Used by the preview and the PDF; the saved HTML stays as the core wrote it.
#pragma once

#include <memory>

#include <QImage>
#include <QMap>
#include <QString>

QT_BEGIN_NAMESPACE
class QTextDocument;
QT_END_NAMESPACE

namespace tastebench::ui {

struct PreparedReport {
    QString html;
    QMap<QString, QImage> pictures; ///< by their names in the HTML
};

/// Safe on any thread. `width` is the width of the page in pixels.
PreparedReport prepareReport(const QString& html, int width);
/// Puts a prepared report into a document, on the thread that owns it.
void fillDocument(QTextDocument& document, const PreparedReport& report);
/// Writes an A4 PDF with page numbers; returns the complaint, or an empty string. Safe on any thread.
QString writePdf(const QString& html, const QString& title, const QString& file);

} // namespace tastebench::ui
