// Small files written for a test, imported and read in stretches.
#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/data/import/formats.h"
#include "core/data/importer.h"
#include "support.h"

namespace tastebench::testing {

class ImportFiles {
  public:
    std::string write(const QByteArray& content, const QString& name = QStringLiteral("in.txt")) {
        const auto path = folder_.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
            qFatal("the test cannot write %s", qPrintable(path));
        return path.toStdString();
    }
    std::string path() const { return folder_.path().toStdString(); }

  private:
    QTemporaryDir folder_;
};

inline Result<DatasetPtr> import_files(const ImportOptions& options, ImportReport* report = nullptr) {
    const Parallel parallel(2);
    Progress progress;
    return import_dataset(options, parallel, progress, report);
}

inline ImportOptions options_for(const std::string& file) {
    ImportOptions options;
    options.files = {file};
    return options;
}

/// All of a piece as text, a row a line, whatever numbers it has given to ids.
inline std::string text_of(const Piece& piece) {
    std::string out;
    for (std::size_t row = 0; row < piece.rows.size(); ++row) {
        if (piece.shape().pairs)
            out += std::string(piece.users.texts()[piece.rows.user[row]]) + " " +
                   std::string(piece.items.texts()[piece.rows.item[row]]);
        if (piece.shape().value)
            out += " =" + std::to_string(piece.rows.value[row]);
        if (piece.shape().time)
            out += " @" + std::to_string(piece.rows.time[row]);
        if (piece.shape().event)
            out += " " + std::string(piece.events.texts()[piece.rows.event[row]]);
        for (const auto& context : piece.context) {
            out += " | ";
            if (context.spec.type == ColumnType::number) {
                out += std::to_string(context.numbers[row]);
            } else if (context.spec.type == ColumnType::category) {
                if (context.codes[row] != ContextColumn::missing)
                    out += context.categories.texts()[context.codes[row]];
            } else {
                for (auto at = row == 0 ? 0 : context.ends[row - 1]; at < context.ends[row]; ++at)
                    out += std::string(context.categories.texts()[context.codes[at]]) +
                           (context.spec.weighted ? ":" + std::to_string(context.weights[at]) : std::string()) + " ";
            }
        }
        out += "\n";
    }
    return out;
}

/// Rows of a context column as text: "7:0.5 9:1" where it has weights.
inline std::string context_text(const Dataset& data, const std::string& name, std::size_t row) {
    for (const auto& column : data.context()) {
        if (column.name != name)
            continue;
        if (column.type == ColumnType::number)
            return QString::number(column.numbers[row]).toStdString();
        if (column.type == ColumnType::category)
            return column.codes[row] == ContextColumn::missing ? "" : std::string(column.categories[column.codes[row]]);
        std::string out;
        for (auto at = column.starts[row]; at < column.starts[row + 1]; ++at) {
            out += (out.empty() ? "" : " ") + std::string(column.categories[column.codes[at]]);
            if (!column.weights.empty())
                out += ":" + QString::number(column.weights[at]).toStdString();
        }
        return out;
    }
    return "(no such column)";
}

} // namespace tastebench::testing
