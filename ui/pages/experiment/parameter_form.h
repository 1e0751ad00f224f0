// A form made from a ParameterSchema: one field for each parameter, presets, reset, the advanced ones folded.
#pragma once

#include <functional>
#include <map>

#include <QWidget>

#include "core/base/parameters.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QFormLayout;
QT_END_NAMESPACE

namespace tastebench::ui {

class ParameterForm : public QWidget {
    Q_OBJECT

  public:
    /// The schema must live as long as the form.
    explicit ParameterForm(const ParameterSchema& schema, QWidget* parent = nullptr);
    /// As shown; text fields may hold values that complete() refuses.
    Parameters values() const;
    void setValues(const Parameters& values);
    void reset();

  Q_SIGNALS:
    void changed();

  private:
    struct Field {
        QWidget* widget = nullptr;
        std::function<ParameterValue()> read;
        std::function<void(const ParameterValue&)> write;
    };
    QWidget* makeHead();
    void addRow(QFormLayout* form, const ParameterSpec& spec);
    Field makeField(const ParameterSpec& spec);
    Field makeInteger(const ParameterSpec& spec);
    Field makeReal(const ParameterSpec& spec);
    Field makeChoice(const ParameterSpec& spec);
    Field makeText(const ParameterSpec& spec);
    void applyPreset(int index);

    const ParameterSchema& schema_;
    QComboBox* presets_ = nullptr;
    std::map<std::string, Field, std::less<>> fields_;
    bool writing_ = false;
};

/// Help, default and range of a parameter, for tooltips.
QString parameterTip(const ParameterSpec& spec);

} // namespace tastebench::ui
