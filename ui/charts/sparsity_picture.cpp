#include "ui/charts/sparsity_picture.h"

#include <algorithm>
#include <cmath>

#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QToolButton>
#include <QToolTip>

#include "ui/bridge/text.h"
#include "ui/charts/chart_panel.h"
#include "ui/charts/chart_theme.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr double emptyInk = 0.04; // of the ground's way to full ink: an empty cell is told from the margin

struct DensityRange {
    double least = 1, greatest = 0; // of the cells that hold anything
    /// 0.15 for the least density, 1 for the greatest, by logarithm.
    double ink(double density) const {
        if (density <= 0)
            return emptyInk;
        if (!(greatest > least))
            return 1;
        return 0.15 + 0.85 * std::log(density / least) / std::log(greatest / least);
    }
};

DensityRange rangeOf(const SparsityGrid& grid) {
    DensityRange range{1e300, 0};
    for (std::uint32_t user = 0; user < grid.user_cells; ++user)
        for (std::uint32_t item = 0; item < grid.item_cells; ++item)
            if (const double density = grid.density(user, item); density > 0) {
                range.least = std::min(range.least, density);
                range.greatest = std::max(range.greatest, density);
            }
    return range;
}

QColor mixed(const QColor& from, const QColor& to, double share) {
    const auto part = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    return QColor(part(from.red(), to.red()), part(from.green(), to.green()), part(from.blue(), to.blue()));
}

QColor shade(const QPalette& palette, double ink) {
    const QColor ground = palette.color(QPalette::Base);
    const bool dark = ground.lightness() < 128;
    // On paper from white over blue to nearly black; in the dark from the ground over blue to nearly white.
    const QColor middle = seriesColorOn(0, palette);
    const QColor end = dark ? QColor(0xf2f7ff) : QColor(0x06213f);
    return ink < 0.6 ? mixed(ground, middle, ink / 0.6) : mixed(middle, end, (ink - 0.6) / 0.4);
}

QString rankText(std::pair<std::uint32_t, std::uint32_t> range) {
    return range.second - range.first <= 1
               ? countText(std::uint64_t{range.first} + 1)
               : QStringLiteral("%1–%2").arg(countText(std::uint64_t{range.first} + 1), countText(range.second));
}

} // namespace

/// The picture with its axes and legend.
class SparsityCanvas : public QWidget {
  public:
    explicit SparsityCanvas(QWidget* parent) : QWidget(parent) {
        setMinimumHeight(150);
        setFocusPolicy(Qt::NoFocus);
    }
    void setGrid(const SparsityGrid& grid) {
        grid_ = grid;
        range_ = rangeOf(grid);
        why_.clear();
        image_ = {};
        update();
    }
    void setNothing(const QString& why) {
        grid_ = {};
        why_ = why;
        update();
    }
    const SparsityGrid& grid() const { return grid_; }
    void draw(QPainter& painter, const QRect& area, const QPalette& palette, const QImage& image) const;

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        if (grid_.rows.empty()) {
            painter.setPen(palette().color(QPalette::PlaceholderText));
            painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, why_);
            return;
        }
        if (image_.isNull())
            image_ = SparsityPicture::image(grid_, palette());
        draw(painter, rect(), palette(), image_);
    }
    void changeEvent(QEvent* event) override {
        if (event->type() == QEvent::PaletteChange)
            image_ = {};
        QWidget::changeEvent(event);
    }
    bool event(QEvent* event) override;

  private:
    QRect plotOf(const QRect& area) const {
        const int line = fontMetrics().height();
        return area.adjusted(line + 6, line / 2, -(fontMetrics().horizontalAdvance(QStringLiteral("0,0001 %")) + 40),
                             -(line + 8));
    }
    SparsityGrid grid_;
    DensityRange range_;
    QString why_;
    QImage image_;
};

void SparsityCanvas::draw(QPainter& painter, const QRect& area, const QPalette& palette, const QImage& image) const {
    const QRect plot = plotOf(area);
    if (plot.width() < 10 || plot.height() < 10)
        return;
    painter.drawImage(plot, image);
    painter.setPen(palette.color(QPalette::Mid));
    painter.drawRect(plot.adjusted(0, 0, -1, -1));
    painter.setPen(palette.color(QPalette::Text));
    const int line = fontMetrics().height();
    // Wider than the picture where that is narrow.
    const int spare = std::min(plot.left() - area.left(), area.right() - plot.right());
    painter.drawText(QRect(plot.left() - spare, plot.bottom() + 5, plot.width() + 2 * spare, line), Qt::AlignCenter,
                     SparsityPicture::tr("%1 items, the most popular first →").arg(countText(grid_.items)));
    painter.save();
    painter.translate(area.left(), plot.bottom());
    painter.rotate(-90);
    painter.drawText(QRect(0, 0, plot.height(), line), Qt::AlignCenter,
                     SparsityPicture::tr("← %1 users, the most active first").arg(countText(grid_.users)));
    painter.restore();
    // The legend: least to greatest density from below.
    const QRect bar(plot.right() + 14, plot.top() + line, 12, plot.height() - 2 * line);
    for (int y = 0; y < bar.height(); ++y)
        painter.fillRect(bar.left(), bar.bottom() - y, bar.width(), 1,
                         shade(palette, 0.15 + 0.85 * y / std::max(1, bar.height() - 1)));
    const auto label = [&](int y, double density) {
        painter.drawText(QRect(bar.right() + 6, y, area.right() - bar.right(), line), Qt::AlignLeft | Qt::AlignVCenter,
                         percentText(density));
    };
    label(bar.top() - line / 2, range_.greatest);
    if (range_.greatest > range_.least) {
        label(bar.bottom() - line / 2, range_.least);
        label(bar.center().y() - line / 2, std::sqrt(range_.greatest * range_.least));
    }
}

bool SparsityCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || grid_.rows.empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QRect plot = plotOf(rect());
    if (!plot.contains(help->pos())) {
        QToolTip::hideText();
        return true;
    }
    const auto cell = [](int at, int length, std::uint32_t cells) {
        return std::min(cells - 1, static_cast<std::uint32_t>(std::int64_t{at} * cells / std::max(1, length)));
    };
    const auto user = cell(help->pos().y() - plot.top(), plot.height(), grid_.user_cells);
    const auto item = cell(help->pos().x() - plot.left(), plot.width(), grid_.item_cells);
    QToolTip::showText(help->globalPos(),
                       SparsityPicture::tr("Users %1 by activity, items %2 by popularity: %3 of the possible pairs")
                           .arg(rankText(grid_.user_range(user)), rankText(grid_.item_range(item)),
                                percentText(grid_.density(user, item))),
                       this);
    return true;
}

SparsityPicture::SparsityPicture(const QString& title, QWidget* parent)
    : QFrame(parent), title_(headingLabel(title, this)), canvas_(new SparsityCanvas(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* top = new QHBoxLayout;
    title_->setWordWrap(true);
    top->addWidget(title_, 1);
    const auto tool = [&](const QString& text, const QString& tip, auto action) {
        auto* made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(tip);
        made->setAccessibleName(tip);
        made->setAutoRaise(true);
        made->setFocusPolicy(Qt::TabFocus);
        made->setEnabled(false);
        connect(made, &QToolButton::clicked, this, action);
        top->addWidget(made);
        tools_.append(made);
    };
    tool(tr("Copy"), tr("Copy the picture"), [this] { QGuiApplication::clipboard()->setPixmap(canvas_->grab()); });
    tool(tr("Values"), tr("Copy the picture's values as a table"),
         [this] { QGuiApplication::clipboard()->setText(textTwin()); });
    tool(tr("Save"), tr("Save the picture as PNG or SVG"), [this] {
        auto* dialog = new QFileDialog(this, tr("Save the picture"), QStringLiteral("sparsity.png"),
                                       tr("PNG picture (*.png);;SVG drawing (*.svg)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setDefaultSuffix(QStringLiteral("png"));
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
            QString problem;
            if (!saveImage(file, &problem))
                QToolTip::showText(QCursor::pos(), problem, this);
        });
        dialog->open();
    });
    column->addLayout(top);
    column->addWidget(canvas_, 1);
    canvas_->setAccessibleName(title);
}

void SparsityPicture::showGrid(const SparsityGrid& grid) {
    canvas_->setGrid(grid);
    canvas_->setAccessibleDescription(textTwin());
    for (auto* tool : tools_)
        tool->setEnabled(true);
}

void SparsityPicture::showNothing(const QString& why) {
    canvas_->setNothing(why);
    canvas_->setAccessibleDescription(why);
    for (auto* tool : tools_)
        tool->setEnabled(false);
}

QImage SparsityPicture::image(const SparsityGrid& grid, const QPalette& palette) {
    QImage out(static_cast<int>(grid.item_cells), static_cast<int>(grid.user_cells), QImage::Format_RGB32);
    const auto range = rangeOf(grid);
    for (std::uint32_t user = 0; user < grid.user_cells; ++user)
        for (std::uint32_t item = 0; item < grid.item_cells; ++item)
            out.setPixelColor(static_cast<int>(item), static_cast<int>(user),
                              shade(palette, range.ink(grid.density(user, item))));
    return out;
}

QString SparsityPicture::textTwin() const {
    constexpr std::uint32_t most = 20;
    const auto& grid = canvas_->grid();
    if (grid.rows.empty())
        return {};
    const std::uint32_t lines = std::min(most, grid.user_cells);
    const std::uint32_t columns = std::min(most, grid.item_cells);
    const auto first = [](std::uint32_t at, std::uint32_t parts, std::uint32_t cells) { return at * cells / parts; };
    QString out = tr("users by activity \\ items by popularity");
    for (std::uint32_t c = 0; c < columns; ++c)
        out += u'\t' + rankText({grid.item_range(first(c, columns, grid.item_cells)).first,
                                 grid.item_range(first(c + 1, columns, grid.item_cells) - 1).second});
    for (std::uint32_t l = 0; l < lines; ++l) {
        const std::uint32_t top = first(l, lines, grid.user_cells);
        const std::uint32_t end = first(l + 1, lines, grid.user_cells);
        const std::pair users{grid.user_range(top).first, grid.user_range(end - 1).second};
        out += u'\n' + rankText(users);
        for (std::uint32_t c = 0; c < columns; ++c) {
            const std::uint32_t left = first(c, columns, grid.item_cells);
            const std::uint32_t right = first(c + 1, columns, grid.item_cells);
            std::uint64_t rows = 0;
            for (auto user = top; user < end; ++user)
                for (auto item = left; item < right; ++item)
                    rows += grid.rows[std::size_t{user} * grid.item_cells + item];
            const double pairs = static_cast<double>(users.second - users.first) *
                                 static_cast<double>(grid.item_range(right - 1).second - grid.item_range(left).first);
            out += u'\t' + QString::number(static_cast<double>(rows) / pairs, 'g', 6);
        }
    }
    return out + u'\n';
}

QImage SparsityPicture::pictureOnPaper(const QSize& size) const {
    QImage picture(size * 2, QImage::Format_ARGB32_Premultiplied);
    picture.setDevicePixelRatio(2);
    picture.fill(Qt::white);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    canvas_->draw(painter, QRect(QPoint(), size), paperPalette(), image(canvas_->grid(), paperPalette()));
    return picture;
}

bool SparsityPicture::saveImage(const QString& file, QString* problem) {
    const QString type = QFileInfo(file).suffix().toLower();
    if (type != QStringLiteral("png") && type != QStringLiteral("svg")) {
        *problem = tr("A picture is saved as .png or .svg; give the file one of these endings.");
        return false;
    }
    const QSize size = canvas_->size().expandedTo(QSize(640, 480));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (type == QStringLiteral("png")) {
        pictureOnPaper(size).save(&buffer, "PNG");
    } else {
        QSvgGenerator svg;
        svg.setOutputDevice(&buffer);
        svg.setSize(size);
        svg.setViewBox(QRect(QPoint(), size));
        svg.setTitle(title_->text());
        QPainter painter(&svg);
        // Enlarged first: programs that read SVG blur an image that they enlarge themselves.
        const auto sharp = image(canvas_->grid(), paperPalette()).scaled(1000, 1000);
        canvas_->draw(painter, QRect(QPoint(), size), paperPalette(), sharp);
    }
    QSaveFile out(file);
    if (out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size() && out.commit())
        return true;
    *problem = tr("The picture could not be saved: %1").arg(out.errorString());
    return false;
}

} // namespace tastebench::ui
