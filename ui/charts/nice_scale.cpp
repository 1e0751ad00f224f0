#include <cmath>

#include "ui/charts/chart_panel.h"

namespace tastebench::ui {

NiceScale niceScale(double low, double high, int ticks) {
    if (!(high > low)) {
        const double around = low == 0 ? 1 : std::abs(low) * 0.5;
        low -= low == 0 ? 0 : around;
        high += around;
    }
    const double rough = (high - low) / std::max(1, ticks);
    const double power = std::pow(10, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (const double times : {1.0, 2.0, 5.0})
        if (rough <= times * power * (1 + 1e-9)) {
            step = times * power;
            break;
        }
    return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
}

} // namespace tastebench::ui
