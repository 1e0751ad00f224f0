// Two small non-blocking windows: what the program is made of, and which keys it knows.
#pragma once

#include <QWidget>

namespace tastebench::ui {

void showAbout(QWidget* parent);
/// Lists the shortcuts of every action of the window that `parent` belongs to.
void showShortcuts(QWidget* parent);

} // namespace tastebench::ui
