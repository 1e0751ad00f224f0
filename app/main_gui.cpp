// The window's program: options, the workspace, and pictures of itself for documentation.
#include <cstdio>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>

#include "core/base/version.h"
#include "ui/bridge/sample.h"
#include "ui/bridge/text.h"
#include "ui/shell/main_window.h"

namespace {

using namespace tastebench;
using namespace tastebench::ui;

constexpr int usageExitCode = 2;

struct Options {
    QString workspace, screenshot, page, theme, config;
    QSize size{1280, 800};
};

int complain(const QString& text, int code, bool withBox) {
    std::fprintf(stderr, "%s\n", qPrintable(text));
    if (withBox)
        QMessageBox::critical(nullptr, QStringLiteral("Tastebench"), text);
    return code;
}

std::optional<QSize> sizeFrom(const QString& text) {
    const auto parts = text.split(u'x');
    if (parts.size() != 2)
        return std::nullopt;
    bool wideOk = false, highOk = false;
    const QSize size(parts[0].toInt(&wideOk), parts[1].toInt(&highOk));
    if (!wideOk || !highOk || size.width() < 400 || size.height() < 300 || size.width() > 8000 || size.height() > 8000)
        return std::nullopt;
    return size;
}

QString defaultWorkspace() {
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
           QStringLiteral("/tastebench/workspace.tastebench");
}

Result<Options> readOptions(const QApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate("main", "A workbench for recommender systems."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({
        {QStringLiteral("workspace"), QStringLiteral("The workspace file."), QStringLiteral("FILE")},
        {QStringLiteral("screenshot"), QStringLiteral("Save a picture of the window and leave."),
         QStringLiteral("FILE.png")},
        {QStringLiteral("page"), QStringLiteral("data, experiment, runs, compare, explain or report."),
         QStringLiteral("NAME")},
        {QStringLiteral("theme"), QStringLiteral("light, dark or system."), QStringLiteral("THEME")},
        {QStringLiteral("size"), QStringLiteral("Of the window, such as 1280x800."), QStringLiteral("SIZE")},
        {QStringLiteral("config"), QStringLiteral("The folder for the window's settings."), QStringLiteral("DIR")},
    });
    parser.addPositionalArgument(QStringLiteral("file"),
                                 QStringLiteral("The workspace file, as file managers give it."),
                                 QStringLiteral("[FILE]"));
    parser.process(application);
    Options out{parser.value(QStringLiteral("workspace")), parser.value(QStringLiteral("screenshot")),
                parser.value(QStringLiteral("page")), parser.value(QStringLiteral("theme")),
                parser.value(QStringLiteral("config"))};
    if (out.workspace.isEmpty() && !parser.positionalArguments().isEmpty())
        out.workspace = parser.positionalArguments().constFirst();
    if (out.workspace.isEmpty())
        out.workspace = defaultWorkspace();
    if (!out.page.isEmpty() && !pageFrom(out.page))
        return usage_error("there is no page '" + toStd(out.page) + "'", "--page",
                           "choose data, experiment, runs, compare, explain or report");
    if (parser.isSet(QStringLiteral("size"))) {
        const auto size = sizeFrom(parser.value(QStringLiteral("size")));
        if (!size)
            return usage_error("the size cannot be read", "--size", "give width x height in pixels, such as 1280x800");
        out.size = *size;
    }
    return out;
}

/// Takes the picture once nothing has been loading for a while, so that every page shows its data.
class Photographer : public QObject {
  public:
    Photographer(Workbench& workbench, MainWindow& window, QString file)
        : workbench_(workbench), window_(window), file_(std::move(file)) {
        connect(&timer_, &QTimer::timeout, this, &Photographer::look);
        timer_.start(50);
    }

  private:
    void look() {
        constexpr int quietLooks = 12, mostLooks = 1200;
        quiet_ = workbench_.pendingWork() == 0 ? quiet_ + 1 : 0;
        if (quiet_ < quietLooks && ++looks_ < mostLooks)
            return;
        timer_.stop();
        const bool saved = window_.grab().save(file_);
        if (!saved)
            std::fprintf(stderr, "%s: the picture cannot be written; choose a folder that you may write to\n",
                         qPrintable(file_));
        QCoreApplication::exit(saved ? 0 : 4);
    }
    Workbench& workbench_;
    MainWindow& window_;
    QString file_;
    QTimer timer_;
    int quiet_ = 0, looks_ = 0;
};

int show(const Options& options, const std::shared_ptr<Workspace>& workspace) {
    Theme theme;
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/tastebench.svg")));
    const QString remembered = QSettings().value(QStringLiteral("window/theme")).toString();
    theme.setChoice(themeFrom(options.theme.isEmpty() ? remembered : options.theme));
    Workbench workbench(workspace, 0);
    MainWindow window(workbench, theme);
    if (!options.page.isEmpty())
        window.showPage(*pageFrom(options.page));
    addSampleIfEmpty(workbench);
    if (!options.screenshot.isEmpty())
        window.resize(options.size);
    window.show();
    std::unique_ptr<Photographer> photographer;
    if (!options.screenshot.isEmpty())
        photographer = std::make_unique<Photographer>(workbench, window, options.screenshot);
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("tastebench"));
    QApplication::setOrganizationName(QStringLiteral("tastebench"));
    QApplication::setApplicationVersion(toQt(version));
    QApplication::setDesktopFileName(QStringLiteral("tastebench"));
    const auto options = readOptions(application);
    if (!options)
        return complain(toQt(options.error().text()), usageExitCode, false);
    if (!options->config.isEmpty()) {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, options->config);
    }
    QDir().mkpath(QFileInfo(options->workspace).absolutePath());
    const auto workspace = Workspace::open(options->workspace.toStdString());
    if (!workspace)
        return complain(toQt(workspace.error().text()), workspace.error().exit_code(), options->screenshot.isEmpty());
    return show(*options, *workspace);
}
