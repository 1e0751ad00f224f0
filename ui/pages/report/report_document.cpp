#include "ui/pages/report/report_document.h"

#include <QFile>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSvgRenderer>
#include <QTextBlock>
#include <QTextDocument>
#include <QUrl>

namespace tastebench::ui {

namespace {

const auto svgStyles = QStringLiteral(
    "<style>text{fill:#1d2530;font-size:13px;font-family:sans-serif}.soft{fill:#5b6675}.bar{fill:#9cc3ea}"
    ".best{fill:#0b6bcb}.whisker{stroke:#1d2530}.axis{stroke:#b8c0cb}</style>");

const auto documentStyles =
    QStringLiteral("body { font-family: sans-serif; color: #1d2530; background: #ffffff; } h1 { font-size: 20pt; } "
                   "h2 { font-size: 14pt; margin-top: 16px; } h3 { font-size: 11pt; margin-top: 10px; } "
                   "p, td, th, li { font-size: 9.5pt; } .soft { color: #5b6675; } .command { font-size: 8pt; "
                   "background-color: #f5f7fa; } .answer { background-color: #e8f1fb; font-size: 11pt; } "
                   ".warning { background-color: #fbf1dd; } th { background-color: #eef1f5; }");

/// Classes become the attributes that Qt's SVG renderer understands.
QImage drawSvg(QString svg, int width) {
    svg.replace(QRegularExpression(QStringLiteral("<svg ")),
                QStringLiteral("<svg xmlns=\"http:/") + QStringLiteral("/www.w3.org/2000/svg\" "));
    svg.replace(QStringLiteral("class=\"bar best\""), QStringLiteral("fill=\"#0b6bcb\""));
    svg.replace(QStringLiteral("class=\"bar\""), QStringLiteral("fill=\"#9cc3ea\""));
    svg.replace(QStringLiteral("class=\"whisker\""), QStringLiteral("stroke=\"#1d2530\""));
    svg.replace(QStringLiteral("class=\"axis\""), QStringLiteral("stroke=\"#b8c0cb\""));
    svg.replace(QStringLiteral("<text class=\"soft\""), QStringLiteral("<text fill=\"#5b6675\" font-size=\"13\""));
    svg.replace(QStringLiteral("<text x="), QStringLiteral("<text fill=\"#1d2530\" font-size=\"13\" x="));
    QSvgRenderer renderer(svg.toUtf8());
    const QSize size = renderer.defaultSize();
    if (size.isEmpty())
        return {};
    const int drawn = std::min(width, size.width());
    QImage image(QSize(drawn, drawn * size.height() / size.width()) * 2, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    renderer.render(&painter);
    painter.end();
    return image;
}

} // namespace

PreparedReport prepareReport(const QString& html, int width) {
    PreparedReport out;
    static const QRegularExpression svg(QStringLiteral("<svg .*?</svg>"),
                                        QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression style(QStringLiteral("<style>.*?</style>"),
                                          QRegularExpression::DotMatchesEverythingOption);
    qsizetype from = 0;
    auto matches = svg.globalMatch(html);
    while (matches.hasNext()) {
        const auto match = matches.next();
        const auto name = QStringLiteral("chart-%1").arg(out.pictures.size());
        const QImage picture = drawSvg(match.captured(), width);
        out.html += html.mid(from, match.capturedStart() - from);
        out.html += QStringLiteral("<p><img src=\"%1\" width=\"%2\"/></p>").arg(name).arg(picture.width() / 2);
        out.pictures.insert(name, picture);
        from = match.capturedEnd();
    }
    out.html += html.mid(from);
    out.html.replace(style, QStringLiteral("<style>%1</style>").arg(documentStyles));
    out.html.replace(QStringLiteral("<table>"),
                     QStringLiteral("<table cellspacing=\"0\" cellpadding=\"5\" border=\"1\" width=\"100%\" "
                                    "style=\"border-collapse: collapse; border-color: #d9dee5;\">"));
    out.html.replace(QStringLiteral("class=\"n\""), QStringLiteral("align=\"right\""));
    // Rich text wraps no preformatted lines.
    out.html.replace(QStringLiteral("<pre>"), QStringLiteral("<p class=\"command\"><tt>"));
    out.html.replace(QStringLiteral("</pre>"), QStringLiteral("</tt></p>"));
    // A block that stands out is a one-cell table here: rich text draws no borders around paragraphs.
    static const QRegularExpression answer(QStringLiteral("<div class=\"(answer[^\"]*)\">(.*?)</div>"),
                                           QRegularExpression::DotMatchesEverythingOption);
    out.html.replace(answer,
                     QStringLiteral("<table width=\"100%\" cellpadding=\"9\"><tr><td class=\"\\1\">\\2</td></tr>"
                                    "</table>"));
    return out;
}

void fillDocument(QTextDocument& document, const PreparedReport& report) {
    document.clear();
    for (auto picture = report.pictures.begin(); picture != report.pictures.end(); ++picture)
        document.addResource(QTextDocument::ImageResource, QUrl(picture.key()), picture.value());
    document.setHtml(report.html);
}

QString writePdf(const QString& html, const QString& title, const QString& file) {
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly))
        return out.errorString();
    QPdfWriter writer(&out);
    writer.setPageSize(QPageSize(QPageSize::A4));
    writer.setPageMargins(QMarginsF(18, 16, 18, 18), QPageLayout::Millimeter);
    writer.setResolution(96);
    writer.setTitle(title);
    const QSizeF page = writer.pageLayout().paintRectPixels(writer.resolution()).size();
    constexpr double footer = 28;
    QTextDocument document;
    document.setPageSize(QSizeF(page.width(), page.height() - footer));
    fillDocument(document, prepareReport(html, static_cast<int>(page.width())));
    QPainter painter(&writer);
    const int pages = document.pageCount();
    for (int n = 0; n < pages; ++n) {
        if (n > 0)
            writer.newPage();
        painter.save();
        painter.translate(0, -n * (page.height() - footer));
        document.drawContents(&painter, QRectF(0, n * (page.height() - footer), page.width(), page.height() - footer));
        painter.restore();
        painter.drawText(QRectF(0, page.height() - footer, page.width(), footer), Qt::AlignRight | Qt::AlignBottom,
                         QStringLiteral("%1 / %2").arg(n + 1).arg(pages));
    }
    painter.end();
    return out.commit() ? QString() : out.errorString();
}

} // namespace tastebench::ui
