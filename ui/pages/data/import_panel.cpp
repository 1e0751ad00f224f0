#include "ui/pages/data/import_panel.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QProgressBar>
#include <QStackedWidget>
#include <QTimer>

#include "core/data/import/input.h"
#include "core/store/replace.h"
#include "ui/bridge/text.h"
#include "ui/pages/data/guess_box.h"
#include "ui/pages/data/import_fields.h"
#include "ui/pages/data/import_preview_table.h"
#include "ui/pages/data/import_recipes.h"
#include "ui/pages/data/import_report_view.h"
#include "ui/pages/data/import_rules.h"
#include "ui/pages/data/import_tables.h"

namespace tastebench::ui {

ImportPanel::~ImportPanel() {
    if (progress_)
        progress_->cancel();
}

void ImportPanel::browse(bool folder) {
    auto* dialog = new QFileDialog(this, folder ? tr("Import a folder") : tr("Import files"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        path_->setText(files.join(QStringLiteral("; ")));
        Q_EMIT path_->textEdited(path_->text());
    });
    dialog->open();
}

QStringList ImportPanel::files() const {
    const auto text = path_->text().trimmed();
    return QFileInfo::exists(text) ? QStringList(text) : splitFiles(text);
}

QString ImportPanel::defaultName() const {
    const auto given = files();
    if (given.isEmpty())
        return {};
    const QFileInfo first(given.first());
    if (first.isDir())
        return first.fileName();
    return QFileInfo(toQt(Input{toStd(given.first()), {}}.base_name())).completeBaseName();
}

void ImportPanel::setFiles(const QStringList& files) {
    if (progress_) {
        workbench_.showMessage(tr("An import is under way; wait for its end, or cancel it"));
        return;
    }
    stack_->setCurrentWidget(form_);
    keepsChoices_ = false;
    replaces_.clear();
    path_->setText(files.join(QStringLiteral("; ")));
    name_->clear();
    reset();
    refreshPreview();
}

void ImportPanel::startOver() {
    if (stack_->currentWidget() == report_)
        setFiles({});
}

void ImportPanel::importAgain(const DatasetEntry& entry) {
    const auto options = read_recipe(entry.recipe);
    if (!options) {
        workbench_.showError(options.error());
        return;
    }
    setFiles({});
    load(*options);
    replaces_ = entry.name;
    name_->setText(toQt(entry.name));
    showReplaced();
}

void ImportPanel::reset() {
    if (!keepsChoices_) {
        fields_->reset();
        rules_->set({});
        rules_->showEvents({});
        tables_->set({});
    }
    members_ = Members::none;
    member_->clearEntries();
    member_->choose({});
    member_->hide();
    memberLabel_->hide();
    name_->setPlaceholderText(defaultName());
    preview_->clear(tr("The first rows are shown here as soon as a file is chosen."));
    import_->setEnabled(false);
    import_->show();
    bar_->hide();
    progressText_->hide();
    showReplaced();
    showSections();
    recipes_->showCommand();
}

void ImportPanel::load(const ImportOptions& options) {
    keepsChoices_ = true;
    if (path_->text().trimmed().isEmpty()) {
        QStringList paths;
        for (const auto& file : options.files)
            paths.append(toQt(file.string()));
        path_->setText(paths.join(QStringLiteral("; ")));
    }
    if (!options.name.empty())
        name_->setText(toQt(options.name));
    fields_->set(options);
    rules_->set(options);
    tables_->set(options);
    reset();
    if (!options.table.empty()) {
        members_ = Members::tables;
        member_->add(toQt(options.table), options.table);
        member_->choose(options.table);
    }
    refreshPreview();
}

ImportOptions ImportPanel::options() const {
    ImportOptions out;
    for (const auto& file : files())
        out.files.emplace_back(toStd(file));
    const auto member = member_->chosen();
    if (!member.empty() && !out.files.empty()) {
        if (members_ == Members::tables)
            out.table = member;
        else if (members_ == Members::archived)
            out.files.front() += "#" + member;
        else
            out.files.front() /= member;
    }
    out.name = toStd(name_->text().trimmed());
    fields_->read(out);
    rules_->read(out);
    tables_->read(out);
    return out;
}

void ImportPanel::refreshSoon() {
    import_->setEnabled(false);
    refreshTimer_->start();
}

ImportPanel::Look ImportPanel::look(const ImportOptions& options, const std::filesystem::path& first) {
    Look out{preview_import(options), Members::none, {}};
    if (out.preview && out.preview->format == FileFormat::sqlite) {
        out.kind = Members::tables;
        out.members = out.preview->members;
        return out;
    }
    // What else the archive or folder holds, whether or not it was clear which file to read.
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(first, ignored);
    const auto set = InputSet::open(first);
    if (!set || set->named())
        return out;
    out.kind = folder ? Members::files : Members::archived;
    for (const auto& input : set->inputs())
        out.members.push_back(folder ? input.file.filename().string() : input.member);
    return out;
}

void ImportPanel::refreshPreview() {
    refreshTimer_->stop();
    import_->setEnabled(false);
    recipes_->showCommand();
    showSections();
    const int number = ++previewNumber_;
    const auto now = options();
    if (now.files.empty())
        return;
    workbench_.inBackground(
        this, [now, first = std::filesystem::path(toStd(files().first()))] { return look(now, first); },
        [this, number](const Look& seen) {
            if (number == previewNumber_)
                showLook(seen);
        });
}

void ImportPanel::showMembers(const Look& seen) {
    const bool several = seen.members.size() > 1;
    memberLabel_->setVisible(several);
    member_->setVisible(several);
    if (!several)
        return;
    members_ = seen.kind;
    const auto chosen = member_->chosen();
    member_->clearEntries();
    for (const auto& name : seen.members)
        member_->add(toQt(name), name);
    member_->choose(chosen);
    memberLabel_->setText(seen.kind == Members::tables     ? tr("Table in the file")
                          : seen.kind == Members::archived ? tr("File in the archive")
                                                           : tr("File in the folder"));
    member_->showGuess(seen.preview ? seen.preview->member : std::string());
}

void ImportPanel::showLook(const Look& seen) {
    showMembers(seen);
    const auto wrong = rules_->problem();
    if (!seen.preview) {
        preview_->showProblem(tr("This cannot be read as it is:"), toQt(seen.preview.error().text()));
        return;
    }
    fields_->show(*seen.preview);
    auto events = seen.preview->events;
    rules_->showEvents(seen.preview->event.empty() ? std::vector<std::string>() : events);
    if (!wrong.isEmpty()) {
        preview_->showProblem(tr("One of the rules makes no sense:"), wrong);
        return;
    }
    preview_->show(*seen.preview, options().bad_rows == BadRows::skip);
    const bool rolesKnown = seen.preview->roles_fixed || (!seen.preview->user.empty() && !seen.preview->item.empty());
    import_->setEnabled(rolesKnown && !progress_ && !refreshTimer_->isActive());
}

ImportPanel::Outcome ImportPanel::import(Workspace& workspace, const ImportOptions& options, const std::string& name,
                                         const std::string& replaces, const Parallel& parallel, Progress& progress) {
    const bool replace = !replaces.empty() && name == replaces;
    const auto entries = workspace.datasets();
    if (!entries)
        return {fail(entries.error()), {}};
    // Asked before the import, which may take minutes.
    for (const auto& entry : *entries)
        if (entry.name == name && !replace)
            return {usage_error("there is already a data set '" + name + "'", "name", "give another name"), {}};
    if (replace)
        if (auto unused = refuse_used_dataset(workspace, name); !unused)
            return {fail(unused.error()), {}};
    Outcome out;
    const auto data = import_dataset(options, parallel, progress, &out.report);
    if (!data) {
        out.name = fail(data.error());
        return out;
    }
    const AddOptions how{.recipe = write_recipe(options),
                         .source_hash = out.report.source_hash,
                         .progress = &progress,
                         .parallel = &parallel};
    const auto stored = replace ? replace_dataset(workspace, **data, how) : workspace.add_dataset(**data, how);
    if (stored)
        out.name = (*data)->name();
    else
        out.name = fail(stored.error());
    return out;
}

void ImportPanel::startImport() {
    progress_ = std::make_shared<Progress>();
    import_->setEnabled(false);
    form_->setEnabled(false);
    cancel_->setText(tr("Cancel"));
    progressTimer_->start();
    showProgress();
    const auto now = options();
    workbench_.inBackground(
        this,
        [now, name = now.name.empty() ? toStd(defaultName()) : now.name, replaces = replaces_, progress = progress_,
         workspace = workbench_.workspace(),
         &parallel = workbench_.parallel()] { return import(*workspace, now, name, replaces, parallel, *progress); },
        [this](const Outcome& outcome) { finish(outcome); });
}

void ImportPanel::finish(const Outcome& outcome) {
    progress_.reset();
    progressTimer_->stop();
    bar_->hide();
    progressText_->hide();
    cancel_->setText(tr("Close"));
    form_->setEnabled(true);
    import_->setEnabled(true);
    if (!outcome.name) {
        if (outcome.name.error().kind == ErrorKind::cancelled)
            workbench_.showMessage(tr("Import cancelled; nothing was kept"));
        else
            workbench_.showError(outcome.name.error());
        return;
    }
    const auto name = toQt(*outcome.name);
    report_->show(name, outcome.report);
    stack_->setCurrentWidget(report_);
    import_->hide();
    workbench_.setCurrentDataset(name);
    workbench_.notifyDatasetsChanged();
    workbench_.showMessage(tr("Imported %1").arg(name));
}

void ImportPanel::leave() {
    if (progress_) {
        progress_->cancel();
        return;
    }
    // The form is empty when it opens the next time; after an import it has nothing left to say.
    startOver();
    Q_EMIT closed();
}

void ImportPanel::showProgress() {
    if (!progress_)
        return;
    const auto now = progress_->snapshot();
    bar_->show();
    bar_->setRange(0, now.total > 0 ? 1000 : 0);
    bar_->setValue(static_cast<int>(now.fraction * 1000.0));
    progressText_->show();
    progressText_->setText(now.note.empty() ? progressText(now)
                                            : progressText(now) + QStringLiteral(" · ") + toQt(now.note));
}

} // namespace tastebench::ui
