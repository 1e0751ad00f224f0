// A split in one sentence for people who have never split data.
#pragma once

#include <QString>

#include "core/split/split.h"

namespace tastebench::ui {

QString splitSentence(const SplitRecipe& recipe);

} // namespace tastebench::ui
