#include "ui/pages/data/import_tables.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QLineEdit>

#include "ui/bridge/text.h"
#include "ui/pages/data/guess_box.h"
#include "ui/shell/widgets.h"

namespace tastebench::ui {

namespace {

/// The members of the options in the order of ImportTables::Field.
template <typename Options>
auto paths(Options& options) {
    return std::array{&options.user_table, &options.item_table,   &options.graph,         &options.links,
                      &options.social,     &options.word_vectors, &options.entity_vectors};
}

} // namespace

QStringList splitFiles(const QString& text) {
    QStringList out;
    for (const auto& part : text.split(QStringLiteral("; "), Qt::SkipEmptyParts))
        if (!part.trimmed().isEmpty())
            out.append(part.trimmed());
    return out;
}

ImportTables::ImportTables(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(cardMargin);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    struct Texts {
        const char* objectName;
        QString name, tip;
    };
    const Texts texts[FieldCount] = {
        {"importUserTable", tr("User table"), tr("Features of the users, joined by their id")},
        {"importItemTable", tr("Item table"), tr("Titles and features of the items, joined by their id")},
        {"importGraph", tr("Knowledge graph"), tr("Facts as head, relation, tail")},
        {"importLinks", tr("Graph links"), tr("Which item is which entity of the knowledge graph")},
        {"importSocial", tr("Social links"), tr("Pairs of users: who follows or trusts whom")},
        {"importWordVectors", tr("Word vectors"), tr("Trained vectors of words, as word2vec or GloVe text")},
        {"importEntityVectors", tr("Entity vectors"), tr("Trained vectors of entities, in the same form")}};
    const auto place = [&](int at, const QString& name, QWidget* holder, QWidget* field) {
        auto* label = new QLabel(name, this);
        label->setBuddy(field);
        grid->addWidget(label, at / 2, at % 2 * 2);
        grid->addWidget(holder, at / 2, at % 2 * 2 + 1);
    };
    auto* tests =
        makeField(tests_, "importTest", tr("Test files"),
                  tr("Rows that models are tested on and never trained on; the split 'fixed' uses them"), true);
    place(0, tr("Test files"), tests, tests_);
    for (int at = 0; at < FieldCount; ++at) {
        auto* holder = makeField(fields_[at], texts[at].objectName, texts[at].name, texts[at].tip, false);
        place(at + 1, texts[at].name, holder, fields_[at]);
    }
}

QWidget* ImportTables::makeField(QLineEdit*& field, const char* objectName, const QString& name, const QString& tip,
                                 bool several) {
    auto* holder = new QWidget(this);
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    field = new QLineEdit(holder);
    field->setObjectName(QString::fromLatin1(objectName));
    field->setAccessibleName(name);
    field->setToolTip(several ? tip : tr("%1; empty: looked for by name, - : none").arg(tip));
    field->setPlaceholderText(several ? tr("none") : tr("if found"));
    auto* choose = button(QStringLiteral("…"), tr("Chooses the file: %1").arg(name), holder);
    choose->setAccessibleName(tr("Choose: %1").arg(name));
    row->addWidget(field, 1);
    row->addWidget(choose);
    connect(field, &QLineEdit::textEdited, this, &ImportTables::changed);
    connect(choose, &QPushButton::clicked, this, [this, field = field, several] { browse(field, several); });
    return holder;
}

void ImportTables::browse(QLineEdit* field, bool several) {
    auto* dialog = new QFileDialog(this, field->accessibleName());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(several ? QFileDialog::ExistingFiles : QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::filesSelected, this, [this, field](const QStringList& files) {
        field->setText(files.join(QStringLiteral("; ")));
        Q_EMIT changed();
    });
    dialog->open();
}

void ImportTables::read(ImportOptions& options) const {
    options.test_files.clear();
    for (const auto& file : splitFiles(tests_->text()))
        options.test_files.emplace_back(toStd(file));
    const auto members = paths(options);
    for (int at = 0; at < FieldCount; ++at)
        *members[static_cast<std::size_t>(at)] = toStd(fields_[at]->text().trimmed());
}

void ImportTables::set(const ImportOptions& options) {
    QStringList tests;
    for (const auto& file : options.test_files)
        tests.append(toQt(file.string()));
    tests_->setText(tests.join(QStringLiteral("; ")));
    const auto members = paths(options);
    for (int at = 0; at < FieldCount; ++at)
        fields_[at]->setText(toQt(members[static_cast<std::size_t>(at)]->string()));
}

} // namespace tastebench::ui
