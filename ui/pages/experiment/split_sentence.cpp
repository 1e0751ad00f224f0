#include "ui/pages/experiment/split_sentence.h"

#include <cmath>

#include <QCoreApplication>

#include "ui/bridge/text.h"

namespace tastebench::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("SplitSentence", text);
}

QString percent(double share) {
    return QString::number(static_cast<int>(std::lround(100 * share)));
}

/// "the latest 25 % test" or "the next 10 % validate and the latest 15 % test".
QString rest(const SplitRecipe& recipe, const QString& next, const QString& tests) {
    const QString left = percent(1 - recipe.ratio - recipe.validation);
    return recipe.validation > 0
               ? tr("%1 %2 % validate and %3 %4 % test").arg(next, percent(recipe.validation), tests, left)
               : tr("%1 %2 % test").arg(tests, left);
}

QString globalSentence(const SplitRecipe& recipe) {
    if (!recipe.train_before)
        return tr("The earliest %1 % of all rows train, %2: nothing in training is later than the test.")
            .arg(percent(recipe.ratio), rest(recipe, tr("the next"), tr("the latest")));
    if (recipe.test_from)
        return tr("Rows before %1 train, the next validate, rows from %2 on test: as if the model had been put to work "
                  "on that day.")
            .arg(dateText(*recipe.train_before), dateText(*recipe.test_from));
    return tr("Rows before %1 train, rows from then on test: as if the model had been put to work on that day.")
        .arg(dateText(*recipe.train_before));
}

QString looSentence(const SplitRecipe& recipe) {
    QString which;
    if (recipe.validate_one)
        which = recipe.by_lot ? tr("two rows by lot are kept back, one to validate and one to test")
                              : tr("the last but one row validates and the last one tests");
    else
        which = recipe.by_lot ? tr("one row by lot tests") : tr("the last row tests");
    return tr("Of each person, %1 and all others train; people with a single row only train.").arg(which);
}

QString kindSentence(const SplitRecipe& recipe) {
    const QString each = recipe.group == SplitGroup::user ? tr("person") : tr("item");
    const QString train = percent(recipe.ratio);
    switch (recipe.kind) {
    case SplitKind::chrono:
        return tr("For each %1, the earliest %2 % of the rows train, %3, as in real life: the past predicts the "
                  "future.")
            .arg(each, train, rest(recipe, tr("the next"), tr("the latest")));
    case SplitKind::random:
        return tr("%1 % of all rows, drawn by lot, train; %2.")
            .arg(train, rest(recipe, tr("another"), tr("the other")));
    case SplitKind::stratified:
        return tr("For each %1, %2 % of the rows, drawn by lot, train, %3, so that nobody is left out.")
            .arg(each, train, rest(recipe, tr("another"), tr("the other")));
    case SplitKind::rows:
        return tr("The rows listed in the file test, all others train: for repeating a published split.");
    case SplitKind::global:
        return globalSentence(recipe);
    case SplitKind::loo:
        return looSentence(recipe);
    case SplitKind::kfold:
        return tr("%1 are dealt by lot into %2 equal parts; part %3 tests, the others train. Run every part in turn "
                  "and "
                  "average.")
            .arg(recipe.whole_users ? tr("Whole people") : tr("All rows"))
            .arg(recipe.folds)
            .arg(recipe.fold);
    case SplitKind::users:
        return tr("%1 % of the people, drawn by lot, train with all their rows; of the people, %2: how well do "
                  "newcomers "
                  "fare?")
            .arg(train, rest(recipe, tr("another"), tr("the other")));
    case SplitKind::fixed:
        return tr("The rows of the test file that the data came with test, all others train.");
    }
    return {};
}

} // namespace

QString splitSentence(const SplitRecipe& recipe) {
    return kindSentence(recipe);
}

} // namespace tastebench::ui
