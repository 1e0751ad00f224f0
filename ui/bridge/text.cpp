#include "ui/bridge/text.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace tastebench::ui {

namespace {
QString tr(const char* text) {
    return QCoreApplication::translate("Text", text);
}
} // namespace

QString countText(std::uint64_t count) {
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString bytesText(std::uint64_t bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeTraditionalFormat);
}

QString durationText(double seconds) {
    if (seconds < 9.95)
        return tr("%1 s").arg(QLocale().toString(std::max(0.0, seconds), 'f', 1));
    const auto whole = static_cast<qint64>(std::llround(seconds));
    if (whole < 60)
        return tr("%1 s").arg(whole);
    if (whole < 3600)
        return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString roughDurationText(double seconds) {
    if (seconds < 1)
        return tr("under 1 s");
    if (seconds < 60)
        return tr("about %1 s").arg(std::llround(seconds));
    if (seconds < 3600)
        return tr("about %1 min").arg(std::llround(seconds / 60));
    return tr("about %1 h").arg(QLocale().toString(seconds / 3600, 'f', 1));
}

QString timeText(std::int64_t unixSeconds) {
    if (unixSeconds == 0)
        return {};
    return QLocale().toString(QDateTime::fromSecsSinceEpoch(unixSeconds), QLocale::ShortFormat);
}

QString dateText(std::int64_t unixSeconds) {
    return QDateTime::fromSecsSinceEpoch(unixSeconds, Qt::UTC).date().toString(Qt::ISODate);
}

QString metricText(double value) {
    return QLocale().toString(value, 'f', 4);
}

QString percentText(double fraction) {
    const double percent = fraction * 100.0;
    const int digits =
        percent >= 10.0 || percent == 0.0 ? 1 : std::clamp(1 - static_cast<int>(std::floor(std::log10(percent))), 1, 6);
    return tr("%1 %").arg(QLocale().toString(percent, 'f', digits));
}

QString stateText(RunState state) {
    switch (state) {
    case RunState::queued:
        return tr("Waiting");
    case RunState::running:
        return tr("Running");
    case RunState::done:
        return tr("Done");
    case RunState::failed:
        return tr("Failed");
    case RunState::cancelled:
        return tr("Cancelled");
    case RunState::interrupted:
        return tr("Interrupted");
    }
    return {};
}

QString progressText(const ProgressSnapshot& progress) {
    QString out = toQt(progress.stage);
    if (progress.total > 0)
        out += QStringLiteral(" ") + tr("%1 %").arg(static_cast<int>(progress.fraction * 100.0));
    if (progress.bytes && progress.per_second)
        out += QStringLiteral(", ") + tr("%1/s").arg(bytesText(static_cast<std::uint64_t>(*progress.per_second)));
    if (progress.seconds_left)
        out += QStringLiteral(", ") + tr("%1 left").arg(durationText(*progress.seconds_left));
    return out;
}

QString modelTitle(const std::string& model) {
    const auto entry = find_model(model);
    return toQt(entry ? (*entry)->title : model);
}

QString metricTitle(const std::string& name) {
    const auto* info = find_metric(name);
    if (info == nullptr)
        return toQt(name);
    return info->at_k ? toQt(info->title + name.substr(name.find('@'))) : toQt(info->title);
}

} // namespace tastebench::ui
