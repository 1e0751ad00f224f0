// Runs the command line program as a user does, in a workspace of its own.
#pragma once

#include <initializer_list>

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

struct Output {
    int code = -1; ///< -1: it crashed or did not end
    QByteArray out, err;
    nlohmann::json json() const { return nlohmann::json::parse(out.toStdString()); }
};

class CliWorkspace {
  public:
    QString path(const QString& name) const { return folder_.filePath(name); }
    QString file() const { return path("w.tastebench"); }

    /// Starts the program in this workspace; the caller waits.
    void start(QProcess& process, const QStringList& arguments) const {
        process.start(TASTEBENCH_CLI, QStringList{"--workspace", file()} + arguments);
    }

    Output run(const QStringList& arguments, const QProcessEnvironment& environment = {}) const {
        QProcess process;
        if (!environment.isEmpty())
            process.setProcessEnvironment(environment);
        start(process, arguments);
        Output output;
        if (process.waitForFinished(300'000) && process.exitStatus() == QProcess::NormalExit)
            output.code = process.exitCode();
        output.out = process.readAllStandardOutput();
        output.err = process.readAllStandardError();
        return output;
    }

    /// The document of a command that must succeed; a null value, with a failed check, where it does not.
    nlohmann::json json(const QStringList& arguments) const {
        const auto output = run(QStringList{"--json", "--quiet"} + arguments);
        if (output.code != 0) {
            QTest::qFail(output.err.constData(), __FILE__, __LINE__);
            return {};
        }
        return output.json();
    }

    /// A few thousand events named "small", made in a moment.
    bool make_small() const {
        return run({"--quiet", "data", "generate", "--users", "80", "--items", "100", "--interactions", "4000",
                    "--seed", "3", "--name", "small"})
                   .code == 0;
    }

    QString write(const QString& name, const QByteArray& content) const {
        QFile out(path(name));
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
            return {};
        return path(name);
    }

  private:
    QTemporaryDir folder_;
};
