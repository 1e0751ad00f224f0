// What the window's tests share: a workspace in a temporary folder, a small data set, waiting, clicking.
#pragma once

#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

#include "core/data/generator.h"
#include "ui/bridge/text.h"
#include "ui/bridge/workbench.h"
#include "ui/shell/main_window.h"

namespace tastebench::ui {

inline constexpr int patience = 20'000; ///< milliseconds that a step may take on a busy machine

inline DatasetPtr smallDataset(const std::string& name = "small") {
    Progress progress;
    auto made = generate_dataset({60, 80, 2400, 5}, name, progress);
    return made ? *made : nullptr;
}

/// A workspace file of its own and settings that touch nobody's.
class TestBench {
  public:
    TestBench() {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder_.path());
        auto opened = Workspace::open((folder_.path() + QStringLiteral("/test.tastebench")).toStdString());
        if (!opened)
            qFatal("%s", opened.error().text().c_str());
        workspace = *opened;
        workbench = std::make_unique<Workbench>(workspace, 2);
    }
    QString path(const QString& name) const { return folder_.filePath(name); }
    QString write(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(name));
        return file.fileName();
    }

  private:
    QTemporaryDir folder_;

  public:
    std::shared_ptr<Workspace> workspace;
    std::unique_ptr<Workbench> workbench;
};

/// The widget of this name below `root`; the test stops where there is none.
template <typename T>
T* child(const QWidget* root, const char* name) {
    auto* found = root->findChild<T*>(QString::fromLatin1(name));
    if (found == nullptr)
        qFatal("there is no %s called %s", T::staticMetaObject.className(), name);
    return found;
}

inline void click(QWidget* widget) {
    QTest::mouseClick(widget, Qt::LeftButton, {}, QPoint(widget->width() / 2, widget->height() / 2));
}

/// Selects everything in the field and types over it.
inline void retype(QWidget* field, const QString& text) {
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Tab);
}

} // namespace tastebench::ui
