#include "ui/pages/experiment/measure_card.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLineEdit>

namespace tastebench::ui {

MeasureCard::MeasureCard(QWidget* parent) : Card(tr("4  Measure"), parent) {
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(cardMargin);
    form->setVerticalSpacing(gap);
    ks_ = new QLineEdit(QStringLiteral("5, 10, 20"), this);
    ks_->setObjectName(QStringLiteral("ks"));
    ks_->setAccessibleName(tr("List lengths k"));
    ks_->setToolTip(tr("How many recommendations a list has when it is judged; several lengths with commas"));
    removeSeen_ = new QCheckBox(tr("Leave out what users already have"), this);
    removeSeen_->setToolTip(tr("Takes the training items of a user out of that user's list"));
    removeSeen_->setChecked(true);
    sampled_ = new QCheckBox(tr("Rank test items among 99 by lot, too"), this);
    sampled_->setToolTip(tr("With a leave-one-out split: adds the sampled hit rate and nDCG of many papers, which are "
                            "not comparable with those of full lists"));
    note_ = new QLineEdit(this);
    note_->setAccessibleName(tr("Note"));
    note_->setToolTip(tr("A word to find these runs again; may be empty"));
    form->addRow(tr("List &lengths k"), ks_);
    form->addRow(tr("N&ote"), note_);
    column()->addLayout(form);
    column()->addWidget(removeSeen_);
    column()->addWidget(sampled_);
    for (auto* field : {ks_, note_})
        connect(field, &QLineEdit::textChanged, this, &MeasureCard::changed);
    for (auto* box : {removeSeen_, sampled_})
        connect(box, &QCheckBox::toggled, this, &MeasureCard::changed);
}

EvalOptions MeasureCard::options() const {
    EvalOptions out;
    out.ks.clear();
    for (const auto& part : ks_->text().split(u',', Qt::SkipEmptyParts)) {
        bool ok = false;
        const auto k = part.trimmed().toUInt(&ok);
        out.ks.push_back(ok ? k : 0);
    }
    out.remove_seen = removeSeen_->isChecked();
    out.sampled = sampled_->isChecked();
    return out;
}

QString MeasureCard::note() const {
    return note_->text().trimmed();
}

} // namespace tastebench::ui
