// Holds a gradient against finite differences of the loss.
#pragma once

#include <cmath>
#include <functional>
#include <span>

#include <QtTest>

namespace tastebench::testing {

/// Central differences of loss() by every number of `values`, which is put back; the loss is a sum in double precision
/// of single-precision terms, so slopes are trusted to `absolute` + `relative` x their size.
inline void check_gradient(std::span<float> values, std::span<const float> gradient,
                           const std::function<double()>& loss, double absolute = 5e-4, double relative = 5e-3,
                           float step = 5e-3F) {
    QCOMPARE(values.size(), gradient.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float before = values[i];
        values[i] = before + step;
        const double above = loss();
        values[i] = before - step;
        const double below = loss();
        values[i] = before;
        const double slope = (above - below) / (2 * static_cast<double>(step));
        const auto told = static_cast<double>(gradient[i]);
        QVERIFY2(std::abs(slope - told) < absolute + relative * std::abs(slope),
                 qPrintable(QString("number %1: %2, not %3").arg(i).arg(slope).arg(told)));
    }
}

} // namespace tastebench::testing
