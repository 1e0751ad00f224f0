// The three methods against their formulas, and every gradient against finite differences.
#include <cmath>

#include <QtTest>

#include "core/graph/trainer.h"

using namespace tastebench;

namespace {

TranslationShape shape_for(Norm norm) {
    return {5, 16, norm, 0.7F};
}

struct Rows {
    LineFloats head, relation, tail;
};

/// Vectors long enough that every soft constraint is broken.
Rows random_rows(const Translation& method, std::uint64_t seed) {
    Rng rng(seed);
    const auto row = [&](std::size_t parts) {
        LineFloats out(parts * method.shape().width, 0.0F);
        for (std::size_t p = 0; p < parts; ++p)
            for (std::uint32_t i = 0; i < method.shape().dimension; ++i)
                out[p * method.shape().width + i] = static_cast<float>(rng.normal());
        return out;
    };
    return {row(method.entity_parts().size()), row(method.relation_parts().size()), row(method.entity_parts().size())};
}

using Value = std::function<double(const Rows&)>;

/// The largest difference between a gradient and the central difference, relative to the gradient's largest number.
double gradient_error(const Value& value, Rows at, const Rows& gradient) {
    double worst = 0;
    double largest = 1e-6;
    const auto check = [&](LineFloats Rows::*side) {
        for (std::size_t i = 0; i < (at.*side).size(); ++i) {
            const float old = (at.*side)[i];
            const float step = 2e-3F;
            (at.*side)[i] = old + step;
            const double above = value(at);
            (at.*side)[i] = old - step;
            const double below = value(at);
            (at.*side)[i] = old;
            const auto found = static_cast<double>((gradient.*side)[i]);
            worst = std::max(worst, std::abs((above - below) / (2 * static_cast<double>(step)) - found));
            largest = std::max(largest, std::abs(found));
        }
    };
    check(&Rows::head);
    check(&Rows::relation);
    check(&Rows::tail);
    return worst / largest;
}

} // namespace

class TestTranslation : public QObject {
    Q_OBJECT

    /// distance(), written out number by number in double precision.
    static double by_formula(const std::string& id, const Rows& rows, Norm norm) {
        const auto at = [](const LineFloats& row, std::size_t part, std::size_t i) {
            return static_cast<double>(row[part * 16 + i]);
        };
        const auto product = [&](const LineFloats& a, std::size_t pa, const LineFloats& b, std::size_t pb) {
            double sum = 0;
            for (std::size_t i = 0; i < 5; ++i)
                sum += at(a, pa, i) * at(b, pb, i);
            return sum;
        };
        double sum = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            double h = at(rows.head, 0, i);
            double t = at(rows.tail, 0, i);
            if (id == "transh") {
                h -= product(rows.relation, 1, rows.head, 0) * at(rows.relation, 1, i);
                t -= product(rows.relation, 1, rows.tail, 0) * at(rows.relation, 1, i);
            } else if (id == "transd") {
                h += product(rows.head, 1, rows.head, 0) * at(rows.relation, 1, i);
                t += product(rows.tail, 1, rows.tail, 0) * at(rows.relation, 1, i);
            }
            const double gap = h + at(rows.relation, 0, i) - t;
            sum += norm == Norm::l1 ? std::abs(gap) : gap * gap;
        }
        return sum;
    }

    static void each_method() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<bool>("l1");
        for (const auto& method : embedding_methods())
            for (const bool l1 : {true, false})
                QTest::addRow("%s %s", method.id.c_str(), l1 ? "l1" : "l2") << QString::fromStdString(method.id) << l1;
    }
    static std::unique_ptr<Translation> fetched() {
        QFETCH_GLOBAL(QString, id);
        QFETCH_GLOBAL(bool, l1);
        return (*find_embedding_method(id.toStdString()))->make(shape_for(l1 ? Norm::l1 : Norm::l2_squared));
    }

  private slots:
    void initTestCase_data() { each_method(); }

    void distances_follow_the_papers_formulas() {
        const auto method = fetched();
        QFETCH_GLOBAL(QString, id);
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            const auto rows = random_rows(*method, seed);
            const double wanted = by_formula(id.toStdString(), rows, method->shape().norm);
            const auto found = static_cast<double>(method->distance(rows.head, rows.relation, rows.tail));
            QVERIFY2(std::abs(found - wanted) < 1e-5 * std::max(1.0, wanted), qPrintable(QString::number(found)));
        }
    }

    void gradients_agree_with_finite_differences() {
        const auto method = fetched();
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            const auto rows = random_rows(*method, seed);
            Rows gradient{LineFloats(rows.head.size()), LineFloats(rows.relation.size()), LineFloats(rows.tail.size())};
            method->add_gradient(rows.head, rows.relation, rows.tail, 0.5F, gradient.head, gradient.relation,
                                 gradient.tail);
            const Value value = [&](const Rows& at) {
                return 0.5 * static_cast<double>(method->distance(at.head, at.relation, at.tail));
            };
            const double error = gradient_error(value, rows, gradient);
            QVERIFY2(error < 5e-3, qPrintable(QString::number(error)));
        }
    }

    void soft_constraints_have_the_right_gradient() {
        const auto method = fetched();
        QFETCH_GLOBAL(QString, id);
        int broken = 0;
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            const auto rows = random_rows(*method, seed);
            Rows gradient{LineFloats(rows.head.size()), LineFloats(rows.relation.size()), LineFloats(rows.tail.size())};
            method->add_penalty_gradient(rows.head, rows.relation, rows.tail, gradient.head, gradient.relation,
                                         gradient.tail);
            const Value value = [&](const Rows& at) {
                return static_cast<double>(method->penalty(at.head, at.relation, at.tail));
            };
            broken += value(rows) > 0.5 ? 1 : 0;
            const double error = gradient_error(value, rows, gradient);
            QVERIFY2(error < 5e-3, qPrintable(QString::number(error)));
        }
        QCOMPARE(broken > 0, id != QStringLiteral("transe"));
    }

    void start_and_projection_keep_the_lengths_of_the_papers() {
        const auto method = fetched();
        QFETCH_GLOBAL(QString, id);
        const Parallel parallel(1);
        auto tables = start_tables(*method, 50, 3, 7, parallel);
        const auto length = [](RowView row, std::size_t part) {
            double sum = 0;
            for (std::size_t i = 0; i < 16; ++i)
                sum += static_cast<double>(row[part * 16 + i] * row[part * 16 + i]);
            return std::sqrt(sum);
        };
        for (std::size_t e = 0; e < 50; ++e) {
            QVERIFY(std::abs(length(tables.entities.row(e), 0) - 1) < 1e-6);
            for (float& value : tables.entities.edit(e))
                value *= 3;
            method->project_entity(tables.entities.edit(e));
            // TransH keeps lengths by its soft constraint only.
            QVERIFY(std::abs(length(tables.entities.row(e), 0) - (id == QStringLiteral("transh") ? 3 : 1)) < 1e-5);
        }
        if (id != QStringLiteral("transh"))
            return;
        for (float& value : tables.relations.edit(1))
            value *= 3;
        method->project_relation(tables.relations.edit(1));
        QVERIFY(std::abs(length(tables.relations.row(1), 1) - 1) < 1e-6);
        double along = 0;
        for (std::size_t i = 0; i < 16; ++i)
            along += static_cast<double>(tables.relations.row(0)[i] * tables.relations.row(0)[16 + i]);
        QVERIFY(std::abs(along) < 1e-6);
    }

    void an_unknown_method_is_refused_with_the_nearest_name() {
        const auto found = find_embedding_method("transx");
        QVERIFY(!found);
        QCOMPARE(found.error().exit_code(), 2);
        QVERIFY(found.error().text().find("did you mean 'transe'") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestTranslation)
#include "tst_translation.moc"
