// Between the core's UTF-8 text and the window's, and numbers as people read them (in the user's locale).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <QString>

#include "core/base/progress.h"
#include "core/experiment/run.h"

namespace tastebench::ui {

inline QString toQt(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
inline std::string toStd(const QString& text) {
    return text.toStdString();
}

QString countText(std::uint64_t count);                 ///< "60,000"
QString bytesText(std::uint64_t bytes);                 ///< "12.4 MB"
QString durationText(double seconds);                   ///< "0.3 s", "2 min 5 s", "1 h 10 min"
QString roughDurationText(double seconds);              ///< of an estimate: "under 1 s", "about 3 s", "about 10 min"
QString timeText(std::int64_t unixSeconds);             ///< local date and time, or nothing for 0
QString dateText(std::int64_t unixSeconds);             ///< UTC date
QString metricText(double value);                       ///< four decimals
QString percentText(double fraction);                   ///< "12.3 %", more digits for tiny shares
QString stateText(RunState state);                      ///< "Running"
QString modelTitle(const std::string& model);           ///< "SAR" of "sar"
QString metricTitle(const std::string& name);           ///< "nDCG@10" of "ndcg@10"
QString progressText(const ProgressSnapshot& progress); ///< "Training 40 %, 12 s left"

} // namespace tastebench::ui
