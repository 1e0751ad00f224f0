// Precompiled for the window only.
#pragma once

#include <QtCharts>
#include <QtWidgets>
