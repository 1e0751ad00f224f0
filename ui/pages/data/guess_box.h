// A choice whose first entry is what the program makes of it: "Comma , (guessed)".
#pragma once

#include <QComboBox>
#include <QGridLayout>

namespace tastebench::ui {

class GuessBox : public QComboBox {
    Q_OBJECT

  public:
    /// `objectName` for tests; `name` is read out by screen readers.
    GuessBox(const QString& objectName, const QString& name, const QString& tip, QWidget* parent);
    void add(const QString& text, const std::string& value);
    /// Anything may be typed besides the entries.
    void allowFreeText();
    /// The value chosen or typed; empty: guess.
    std::string chosen() const;
    void choose(const std::string& value);
    /// What the guess came to, in the words of the entries; nothing where it is not known.
    void showGuess(const std::string& value);
    /// Takes all entries away but the first; what was chosen stays chosen once it is added again by choose().
    void clearEntries();

  Q_SIGNALS:
    void changed(); ///< by the user

  private:
    void noteEdited();
    std::string told_; ///< the value last told by changed()
};

/// A field under its label, in one cell of a grid of fields.
void placeField(QGridLayout* grid, int row, int column, const QString& label, QWidget* field, int span = 1);

} // namespace tastebench::ui
