#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include "core/click_runs.h"
#include "core/file_size_limit.h"
#include "core/report/html.h"
#include "core/report/report.h"
#include "core/store/make_run.h"

using namespace tastebench;
using namespace tastebench::testing;

class TestReport : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::shared_ptr<Workspace> workspace_;
    DatasetPtr data_;
    RunId sar_ = 0, svd_ = 0, popularity_ = 0;

    QString report(const ReportRequest& request) {
        const Parallel parallel(1);
        const auto html = report_html(*workspace_, request, parallel);
        return html ? QString::fromStdString(*html) : QString();
    }

  private Q_SLOTS:
    void initTestCase() {
        workspace_ = *Workspace::open(folder_.filePath(QStringLiteral("w.tastebench")).toStdString());
        auto parts = tastes(120, 60)->parts();
        parts.name = "<script>alert('data')</script>";
        for (std::uint32_t i = 0; i < parts.items.size(); ++i)
            parts.item_titles.push_back("<b>Film & \"" + std::to_string(i) + "\"</b>");
        data_ = *Dataset::make(parts);
        QVERIFY(workspace_->add_dataset(*data_).has_value());
        popularity_ = store_run(*workspace_, *data_, "popularity");
        sar_ = store_run(*workspace_, *data_, "sar");
        svd_ = store_run(*workspace_, *data_, "svd");
    }

    void a_full_report_is_well_formed_and_needs_no_network() {
        ReportRequest request;
        request.runs = {popularity_, sar_, svd_};
        request.title = "A <i>title</i>";
        request.question = "Which & why?";
        request.explanations = {{sar_, {0, 1}}};
        const auto html = report(request);
        QVERIFY(!html.isEmpty());
        QXmlStreamReader xml(html);
        while (!xml.atEnd())
            xml.readNext();
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        for (const char* outside : {"http:", "https:", "src=", "<script", "<link", "@import", "url("})
            QVERIFY2(!html.contains(QLatin1String(outside)), outside);
        for (const char* inside : {"&lt;script&gt;alert(&#39;data&#39;)", "A &lt;i&gt;title", "Which &amp; why?",
                                   "&lt;b&gt;Film &amp; &quot;1&quot;", "p (Holm)", "tastebench-cli run"})
            QVERIFY2(html.contains(QLatin1String(inside)), inside);
        QVERIFY(html.contains(QString::fromStdString(data_->fingerprint())));
    }

    void numbers_are_the_stored_ones() {
        ReportRequest request;
        request.runs = {popularity_, sar_};
        const auto html = report(request);
        for (const auto id : request.runs) {
            const auto run = *workspace_->run(id);
            for (const auto& [name, value] : run.metrics)
                QVERIFY2(html.contains(QString::number(value, 'f', 4)), name.c_str());
        }
        const auto best = *workspace_->run(sar_);
        QVERIFY(html.contains(QStringLiteral("SAR does best: nDCG@10 %1").arg(best.metrics.at("ndcg@10"), 0, 'f', 4)));
    }

    void clicks_without_users_are_reported() {
        const auto clicks = click_log();
        QVERIFY(workspace_->add_dataset(*clicks).has_value());
        ReportRequest request;
        request.runs = {store_click_run(*workspace_, *clicks, 0.71), store_click_run(*workspace_, *clicks, 0.74)};
        request.metric = "auc";
        const auto html = report(request);
        QXmlStreamReader xml(html);
        while (!xml.atEnd())
            xml.readNext();
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        for (const char* inside : {"AUC 0.7400", "4 rows of 1 feature;", "Log-loss", "cannot be tested here",
                                   "AUC by epoch", "Loss by epoch"})
            QVERIFY2(html.contains(QLatin1String(inside)), inside);
        for (const char* outside : {"users count", "candidate"})
            QVERIFY2(!html.contains(QLatin1String(outside)), outside);
    }

    void one_run_and_chosen_sections_are_enough() {
        ReportRequest request;
        request.runs = {svd_};
        request.metric = "rmse";
        request.sections = {ReportSection::data, ReportSection::question};
        const auto html = report(request);
        QVERIFY(html.indexOf(QStringLiteral("<h2>Data")) < html.indexOf(QStringLiteral("<h2>Answer")));
        QVERIFY(!html.contains(QStringLiteral("<h2>Results")));
    }

    void runs_that_differ_are_shown_but_not_tested() {
        Run run;
        run.spec = make_spec(*data_, "sar");
        run.spec.split.ratio = 0.5;
        const auto id = *workspace_->add_run(run);
        auto outcome = train(*data_, run.spec);
        outcome.run.id = id;
        QVERIFY(workspace_->finish_run(outcome).has_value());
        ReportRequest request;
        request.runs = {sar_, id};
        const auto html = report(request);
        QVERIFY(html.contains(QStringLiteral("different rows")));
        QVERIFY(!html.contains(QStringLiteral("unlikely to be chance")));
        QVERIFY(workspace_->delete_run(id).has_value());
    }

    void explanations_add_up() {
        ReportRequest request;
        request.runs = {sar_};
        request.sections = {ReportSection::explanations};
        request.explanations = {{sar_, {0, 1}}};
        const auto why = (*workspace_->model(sar_))->explain(0, 1);
        QVERIFY(report(request).contains(QStringLiteral("<td>Score</td><td class=\"n\"></td><td class=\"n\"></td>"
                                                        "<td class=\"n\">%1</td>")
                                             .arg(why->score, 0, 'f', 4)));
    }

    void wrong_requests_say_what_to_do_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("no runs") << "name at least one run";
        QTest::newRow("unknown run") << "no run 999";
        QTest::newRow("unknown metric") << "no metric";
        QTest::newRow("metric that one lacks") << "choose a metric that all runs have";
        QTest::newRow("model without reasons") << "choose a run of a model that gives reasons";
    }
    void wrong_requests_say_what_to_do() {
        QFETCH(QString, expected);
        ReportRequest request;
        const QString row = QString::fromUtf8(QTest::currentDataTag());
        if (row != u"no runs")
            request.runs = {row == u"unknown run" ? 999 : sar_};
        if (row == u"unknown metric")
            request.metric = "magic@10";
        if (row == u"metric that one lacks")
            request.metric = "rmse";
        if (row == u"model without reasons")
            request.explanations = {{svd_, {0, 1}}};
        const Parallel parallel(1);
        const auto html = report_html(*workspace_, request, parallel);
        QVERIFY(!html);
        QVERIFY2(html.error().text().find(expected.toStdString()) != std::string::npos, html.error().text().c_str());
    }

    void a_full_disk_leaves_no_half_file() {
        const auto file = folder_.filePath(QStringLiteral("report.html")).toStdString();
        {
            const FileSizeLimit limit(1'000);
            QVERIFY(!write_file_atomically(file, std::string(5'000, 'x')));
        }
        QVERIFY(!std::filesystem::exists(file) && !std::filesystem::exists(file + ".part"));
        QVERIFY(write_file_atomically(file, "whole").has_value());
        QVERIFY(!write_file_atomically("/nonexistent/report.html", "x"));
    }

    void counts_and_dates_read_plainly() {
        QCOMPARE(html::count(1'234'567), std::string("1,234,567"));
        QCOMPARE(html::count(12), std::string("12"));
        QCOMPARE(html::date(0), std::string("1970-01-01"));
        QCOMPARE(html::escape("<a href='x'>&\x01\"</a>"),
                 std::string("&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;"));
    }
};

QTEST_APPLESS_MAIN(TestReport)
#include "tst_report.moc"
