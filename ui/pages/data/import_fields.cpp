#include "ui/pages/data/import_fields.h"

#include <algorithm>

#include <QGridLayout>
#include <QListWidget>
#include <QSignalBlocker>

#include "core/data/import/formats.h"
#include "ui/bridge/text.h"
#include "ui/pages/data/guess_box.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

constexpr int contextHeight = 96;

QGridLayout* fieldGrid(QWidget* parent) {
    auto* grid = new QGridLayout(parent);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(cardMargin);
    grid->setVerticalSpacing(4);
    return grid;
}

/// A separator as the user may type it.
std::string separatorFrom(const std::string& text) {
    return text == "\\t" || text == "tab" ? "\t" : text == "space" ? " " : text;
}

} // namespace

ImportFields::ImportFields(QWidget* parent) : QWidget(parent), details_(new QWidget(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(gap);
    auto* shape = new QWidget(this);
    makeShape(fieldGrid(shape));
    auto* roles = new QWidget(this);
    makeRoles(fieldGrid(roles));
    column->addWidget(shape);
    column->addWidget(roles);
    makeDetails();
    for (auto* box : {format_, separator_, header_, encoding_, decimal_, timeFormat_})
        connect(box, &GuessBox::changed, this, &ImportFields::changed);
    for (auto* box : roles_)
        connect(box, &GuessBox::changed, this, &ImportFields::changed);
}

void ImportFields::makeShape(QGridLayout* grid) {
    auto* parent = grid->parentWidget();
    format_ = new GuessBox(QStringLiteral("importFormat"), tr("Format"), tr("How the file is laid out"), parent);
    for (const auto& format : all_formats()) {
        format_->add(toQt(format.title), std::string(format.name));
        format_->setItemData(format_->count() - 1, toQt(format.summary), Qt::ToolTipRole);
    }
    separator_ = new GuessBox(QStringLiteral("importSeparator"), tr("Separator"),
                              tr("The sign between two columns; any other sign can be typed"), parent);
    separator_->add(tr("Comma ,"), ",");
    separator_->add(tr("Semicolon ;"), ";");
    separator_->add(tr("Tab"), "\t");
    separator_->add(tr("Bar |"), "|");
    separator_->add(tr("Two colons ::"), "::");
    separator_->add(tr("Space"), " ");
    separator_->allowFreeText();
    header_ = new GuessBox(QStringLiteral("importHeader"), tr("First row"),
                           tr("Whether the first row holds the names of the columns"), parent);
    header_->add(tr("Names of columns"), "yes");
    header_->add(tr("Data already"), "no");
    placeField(grid, 0, 0, tr("F&ormat"), format_);
    placeField(grid, 0, 1, tr("&Separator"), separator_);
    placeField(grid, 0, 2, tr("Fi&rst row"), header_);
}

void ImportFields::makeRoles(QGridLayout* grid) {
    struct Texts {
        const char* objectName;
        QString label, tip;
    };
    const Texts texts[RoleCount] = {
        {"importUser", tr("&User"), tr("Who: the column with the users' ids")},
        {"importItem", tr("I&tem"), tr("What: the column with the items' ids")},
        {"importValue", tr("R&ating"), tr("How much they liked it; there need not be one")},
        {"importTime", tr("Time"), tr("When it happened; there need not be one")},
        {"importEvent", tr("Event"), tr("What they did, such as view or buy; there need not be one")}};
    for (int role = 0; role < RoleCount; ++role) {
        roles_[role] = new GuessBox(QString::fromLatin1(texts[role].objectName),
                                    tr("%1 column").arg(QString(texts[role].label).remove(u'&')), texts[role].tip,
                                    grid->parentWidget());
        placeField(grid, 0, role, texts[role].label, roles_[role]);
    }
}

void ImportFields::makeDetails() {
    auto* grid = fieldGrid(details_);
    encoding_ = new GuessBox(QStringLiteral("importEncoding"), tr("Encoding"),
                             tr("How letters are stored; choose another one where accents look wrong"), details_);
    for (const char* name : {"UTF-8", "ISO-8859-1", "WINDOWS-1252", "UTF-16LE", "UTF-16BE", "ISO-8859-15",
                             "WINDOWS-1251", "SHIFT_JIS", "GB18030"})
        encoding_->add(QString::fromLatin1(name), name);
    encoding_->allowFreeText();
    decimal_ = new GuessBox(QStringLiteral("importDecimal"), tr("Decimal sign"),
                            tr("The sign before the decimals of a rating"), details_);
    decimal_->add(tr("Point: 4.5"), ".");
    decimal_->add(tr("Comma: 4,5"), ",");
    timeFormat_ = new GuessBox(
        QStringLiteral("importTimeFormat"), tr("Time format"),
        tr("How times are written; a pattern can be typed: %Y year, %m month, %d day, %H hour, %M minute, %S second"),
        details_);
    timeFormat_->add(tr("Seconds since 1970"), "s");
    timeFormat_->add(tr("Milliseconds since 1970"), "ms");
    timeFormat_->add(tr("ISO 8601: 2024-05-31"), "iso");
    timeFormat_->add(QStringLiteral("31.05.2024 18:30"), "%d.%m.%Y %H:%M");
    timeFormat_->add(QStringLiteral("31/05/2024 18:30"), "%d/%m/%Y %H:%M");
    timeFormat_->add(QStringLiteral("05/31/2024 18:30"), "%m/%d/%Y %H:%M");
    timeFormat_->allowFreeText();
    placeField(grid, 0, 0, tr("Encoding"), encoding_);
    placeField(grid, 1, 0, tr("Decimal sign"), decimal_);
    placeField(grid, 0, 1, tr("Time format"), timeFormat_);
    context_ = new QListWidget(details_);
    context_->setObjectName(QStringLiteral("importContext"));
    context_->setAccessibleName(tr("Context columns"));
    context_->setToolTip(tr("Further columns to keep with each row, such as the device or the place"));
    context_->setFixedHeight(contextHeight);
    auto* label = new QLabel(tr("Keep as context of each row"), details_);
    label->setBuddy(context_);
    grid->addWidget(label, 0, 2);
    grid->addWidget(context_, 1, 2, 3, 1);
    grid->setColumnStretch(2, 1);
    connect(context_, &QListWidget::itemChanged, this, [this] {
        contextChosen_.clear();
        for (int row = 0; row < context_->count(); ++row)
            if (context_->item(row)->checkState() == Qt::Checked)
                contextChosen_.push_back(toStd(context_->item(row)->text()));
        Q_EMIT changed();
    });
}

void ImportFields::reset() {
    set({});
    for (auto* box : roles_) {
        box->clearEntries();
        box->showGuess({});
    }
    for (auto* box : {format_, separator_, header_, encoding_, decimal_, timeFormat_})
        box->showGuess({});
    const QSignalBlocker quiet(context_);
    context_->clear();
}

void ImportFields::read(ImportOptions& options) const {
    options.format = file_format_from(format_->chosen()).value_or(FileFormat::guess);
    options.separator = separatorFrom(separator_->chosen());
    if (const auto header = header_->chosen(); !header.empty())
        options.header = header == "yes";
    options.encoding = encoding_->chosen();
    if (const auto decimal = decimal_->chosen(); !decimal.empty())
        options.decimal = decimal.front();
    options.time_format = timeFormat_->chosen();
    std::string* names[RoleCount] = {&options.user, &options.item, &options.value, &options.time, &options.event};
    for (int role = 0; role < RoleCount; ++role)
        *names[role] = roles_[role]->chosen();
    options.context = contextChosen_;
}

void ImportFields::set(const ImportOptions& options) {
    format_->choose(options.format == FileFormat::guess ? std::string() : std::string(to_text(options.format)));
    separator_->choose(options.separator);
    header_->choose(options.header ? (*options.header ? "yes" : "no") : "");
    encoding_->choose(options.encoding);
    decimal_->choose(options.decimal ? std::string(1, *options.decimal) : std::string());
    timeFormat_->choose(options.time_format);
    const std::string* names[RoleCount] = {&options.user, &options.item, &options.value, &options.time, &options.event};
    for (int role = 0; role < RoleCount; ++role)
        roles_[role]->choose(*names[role]);
    contextChosen_ = options.context;
}

void ImportFields::show(const ImportPreview& preview) {
    format_->showGuess(std::string(to_text(preview.format)));
    separator_->showGuess(preview.separator);
    const bool text = !preview.separator.empty();
    header_->showGuess(text ? (preview.header ? "yes" : "no") : "");
    encoding_->showGuess(preview.encoding);
    decimal_->showGuess(std::string(1, preview.decimal));
    timeFormat_->showGuess(preview.time_format);
    showRoles(preview);
    showContext(preview);
}

void ImportFields::showRoles(const ImportPreview& preview) {
    const std::string* guessed[RoleCount] = {&preview.user, &preview.item, &preview.value, &preview.time,
                                             &preview.event};
    for (int role = 0; role < RoleCount; ++role) {
        auto* box = roles_[role];
        const auto chosen = box->chosen();
        box->clearEntries();
        if (role > ItemRole)
            box->add(tr("none"), "-");
        for (const auto& name : preview.columns)
            box->add(toQt(name), name);
        box->choose(chosen);
        box->showGuess(*guessed[role]);
        if (chosen.empty() && guessed[role]->empty())
            box->setItemText(0, role <= ItemRole ? tr("choose") : tr("none"));
        box->setEnabled(!preview.roles_fixed);
    }
}

void ImportFields::showContext(const ImportPreview& preview) {
    const QSignalBlocker quiet(context_);
    context_->clear();
    const bool all = contextChosen_ == std::vector<std::string>{"*"};
    const auto& kept = contextChosen_.empty() || all ? preview.context : contextChosen_;
    for (const auto& name : preview.columns) {
        if (name == preview.user || name == preview.item || name == preview.value || name == preview.time ||
            name == preview.event)
            continue;
        auto* item = new QListWidgetItem(toQt(name), context_);
        item->setFlags(Qt::ItemIsUserCheckable | Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        const bool checked = std::find(kept.begin(), kept.end(), name) != kept.end();
        item->setCheckState(checked ? Qt::Checked : Qt::Unchecked);
    }
    context_->setEnabled(!preview.roles_fixed && context_->count() > 0);
}

} // namespace tastebench::ui
