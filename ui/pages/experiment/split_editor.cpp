#include "ui/pages/experiment/split_editor.h"

#include <algorithm>
#include <cmath>

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLineEdit>
#include <QPainter>
#include <QSpinBox>

#include "ui/bridge/text.h"
#include "ui/shell/theme.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int people = 5;
constexpr int rowsEach = 16;

/// A fixed scatter, so that the picture does not flicker: small hash of the cell.
std::uint32_t scatter(int a, int b) {
    auto x = static_cast<std::uint32_t>(a * 7919 + b * 104729 + 17);
    x ^= x >> 13;
    x *= 0x5bd1e995U;
    return x ^ (x >> 15);
}

/// Whether the dot of person p at time step t is a test row in the picture.
bool drawnAsTest(const SplitRecipe& recipe, int p, int t) {
    const int train = std::clamp(static_cast<int>(std::lround(recipe.ratio * rowsEach)), 1, rowsEach - 1);
    switch (recipe.kind) {
    case SplitKind::chrono:
        return t >= train;
    case SplitKind::rows:
        return scatter(p, t) % 4 == 0;
    case SplitKind::random:
        return scatter(p, t) % 1000 >= static_cast<std::uint32_t>(recipe.ratio * 1000.0);
    case SplitKind::stratified:
        break;
    }
    int rank = 0;
    for (int other = 0; other < rowsEach; ++other)
        rank += scatter(p, other) < scatter(p, t) ? 1 : 0;
    return rank >= train;
}

} // namespace

QString splitSentence(SplitKind kind, int trainPercent, SplitGroup group) {
    const QString each = group == SplitGroup::user ? SplitEditor::tr("person") : SplitEditor::tr("item");
    switch (kind) {
    case SplitKind::chrono:
        return SplitEditor::tr("For each %1, the earliest %2 % of the rows train and the latest %3 % test, as in real "
                               "life: the past predicts the future.")
            .arg(each)
            .arg(trainPercent)
            .arg(100 - trainPercent);
    case SplitKind::random:
        return SplitEditor::tr("%1 % of all rows, drawn by lot, train; the other %2 % test.")
            .arg(trainPercent)
            .arg(100 - trainPercent);
    case SplitKind::stratified:
        return SplitEditor::tr(
                   "For each %1, %2 % of the rows, drawn by lot, train and %3 % test, so that nobody is left "
                   "out.")
            .arg(each)
            .arg(trainPercent)
            .arg(100 - trainPercent);
    case SplitKind::rows:
        return SplitEditor::tr("The rows listed in the file test, all others train: for repeating a published split.");
    }
    return {};
}

SplitPicture::SplitPicture(QWidget* parent) : QWidget(parent) {
    setMinimumHeight(96);
    setMaximumHeight(180);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Picture of the split"));
    setToolTip(tr("One line for each person, one dot for each row, time runs to the right"));
}

void SplitPicture::setRecipe(const SplitRecipe& recipe) {
    recipe_ = recipe;
    update();
}

void SplitPicture::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& colors = themeColors();
    const int line = fontMetrics().height();
    const double cell =
        std::min(static_cast<double>(width()) / rowsEach, static_cast<double>(height() - line - 4) / people);
    const double radius = cell * 0.32;
    for (int p = 0; p < people; ++p)
        for (int t = 0; t < rowsEach; ++t) {
            const bool test = drawnAsTest(recipe_, p, t);
            const QPointF centre((t + 0.5) * cell, (p + 0.5) * cell);
            painter.setPen(Qt::NoPen);
            painter.setBrush(test ? colors.accent : colors.border);
            painter.drawEllipse(centre, radius, radius);
        }
    const double base = people * cell + 4;
    const auto legend = [&](double x, const QColor& color, const QString& text) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawEllipse(QPointF(x + radius, base + line / 2.0), radius, radius);
        painter.setPen(colors.muted);
        painter.drawText(QRectF(x + 3 * radius, base, 160, line), Qt::AlignVCenter, text);
        return x + 5 * radius + fontMetrics().horizontalAdvance(text) + cardMargin;
    };
    legend(legend(0, colors.border, tr("train")), colors.accent, tr("test"));
}

SplitEditor::SplitEditor(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    form_ = new QFormLayout;
    form_->setHorizontalSpacing(cardMargin);
    form_->setVerticalSpacing(gap);
    kind_ = new QComboBox(this);
    kind_->setObjectName(QStringLiteral("splitKind"));
    kind_->setAccessibleName(tr("Kind of split"));
    kind_->setToolTip(tr("How rows are divided into those that train and those that test"));
    kind_->addItem(tr("By time"), static_cast<int>(SplitKind::chrono));
    kind_->addItem(tr("Stratified"), static_cast<int>(SplitKind::stratified));
    kind_->addItem(tr("Random"), static_cast<int>(SplitKind::random));
    kind_->addItem(tr("Rows from a file"), static_cast<int>(SplitKind::rows));
    ratio_ = new QSpinBox(this);
    ratio_->setObjectName(QStringLiteral("splitRatio"));
    ratio_->setAccessibleName(tr("Share of training rows"));
    ratio_->setToolTip(tr("How many of a hundred rows train; the others test"));
    ratio_->setRange(1, 99);
    ratio_->setValue(75);
    ratio_->setSuffix(tr(" %"));
    group_ = new QComboBox(this);
    group_->setAccessibleName(tr("Split within each"));
    group_->setToolTip(tr("Whether every person or every item keeps the same share"));
    group_->addItem(tr("User"), static_cast<int>(SplitGroup::user));
    group_->addItem(tr("Item"), static_cast<int>(SplitGroup::item));
    seed_ = new QSpinBox(this);
    seed_->setObjectName(QStringLiteral("splitSeed"));
    seed_->setAccessibleName(tr("Seed"));
    seed_->setToolTip(tr("The same number gives the same split and the same training"));
    seed_->setRange(0, 2'000'000'000);
    seed_->setValue(42);
    fileRow_ = new QWidget(this);
    auto* fileLayout = new QHBoxLayout(fileRow_);
    fileLayout->setContentsMargins(0, 0, 0, 0);
    file_ = new QLineEdit(fileRow_);
    file_->setAccessibleName(tr("File with the test rows"));
    file_->setToolTip(tr("One row number from 0 in each line, plain or .gz"));
    auto* browseButton = button(tr("Browse…"), tr("Chooses the file with the test rows"), fileRow_);
    fileLayout->addWidget(file_, 1);
    fileLayout->addWidget(browseButton);
    form_->addRow(tr("&Kind"), kind_);
    form_->addRow(tr("T&raining"), ratio_);
    form_->addRow(tr("Within &each"), group_);
    form_->addRow(tr("&Seed"), seed_);
    form_->addRow(tr("&File"), fileRow_);
    column->addLayout(form_);
    sentence_ = mutedLabel({}, this);
    picture_ = new SplitPicture(this);
    column->addWidget(sentence_);
    column->addWidget(picture_, 1);

    for (auto* box : {kind_, group_})
        connect(box, &QComboBox::currentIndexChanged, this, &SplitEditor::refresh);
    for (auto* box : {ratio_, seed_})
        connect(box, &QSpinBox::valueChanged, this, &SplitEditor::refresh);
    connect(file_, &QLineEdit::textChanged, this, &SplitEditor::refresh);
    connect(browseButton, &QPushButton::clicked, this, &SplitEditor::browse);
    refresh();
}

SplitKind SplitEditor::kind() const {
    return static_cast<SplitKind>(kind_->currentData().toInt());
}

std::uint64_t SplitEditor::seed() const {
    return static_cast<std::uint64_t>(seed_->value());
}

QString SplitEditor::recipeText() const {
    if (kind() == SplitKind::rows)
        return QStringLiteral("rows:") + file_->text().trimmed();
    SplitRecipe recipe;
    recipe.kind = kind();
    recipe.ratio = ratio_->value() / 100.0;
    recipe.group = static_cast<SplitGroup>(group_->currentData().toInt());
    return toQt(recipe.text());
}

void SplitEditor::refresh() {
    const bool fromFile = kind() == SplitKind::rows;
    const bool grouped = kind() == SplitKind::chrono || kind() == SplitKind::stratified;
    const auto setShown = [this](QWidget* field, bool shown) {
        field->setVisible(shown);
        form_->labelForField(field)->setVisible(shown);
    };
    setShown(ratio_, !fromFile);
    setShown(group_, grouped);
    setShown(fileRow_, fromFile);
    SplitRecipe recipe;
    recipe.kind = kind();
    recipe.ratio = ratio_->value() / 100.0;
    recipe.group = static_cast<SplitGroup>(group_->currentData().toInt());
    sentence_->setText(splitSentence(recipe.kind, ratio_->value(), recipe.group));
    picture_->setAccessibleDescription(sentence_->text());
    picture_->setRecipe(recipe);
    Q_EMIT changed();
}

void SplitEditor::browse() {
    auto* dialog = new QFileDialog(this, tr("Test rows"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, file_, &QLineEdit::setText);
    dialog->open();
}

} // namespace tastebench::ui
