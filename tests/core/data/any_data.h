// Data sets with everything in them, drawn by lot: awkward ids, missing values, all kinds of columns.
#pragma once

#include <cmath>
#include <limits>

#include "core/base/rng.h"
#include "core/make_data.h"

namespace tastebench::testing {

/// Which awkward characters ids and texts may hold.
enum class Alphabet { any, no_breaks /* neither tabs nor line ends */ };

class AnyData {
  public:
    AnyData(std::uint64_t seed, Alphabet alphabet, bool pairs = true) : rng_(seed, 77), alphabet_(alphabet) {
        parts_.name = "any, \"data\"";
        parts_.source = "drawn by lot";
        parts_.has_pairs = pairs;
        rows();
        context();
        if (pairs) {
            features(parts_.user_features, parts_.users.size());
            features(parts_.item_features, parts_.items.size());
            titles();
            graph();
            social();
        }
        vectors();
        for (RowIx row = 0; row < parts_.interactions.size(); ++row)
            if (chance(0.2))
                parts_.fixed_test.push_back(row);
    }
    DatasetParts take() { return std::move(parts_); }

  private:
    bool chance(double p) { return rng_.uniform() < p; }
    std::string text(bool list_entry = false) {
        static const std::vector<std::string> pieces{"a",  "B",  "7",  "0",   "-",  ".",  ",",  ";",
                                                     "\"", "'",  " ",  ":",   "::", "é",  "ß",  "日",
                                                     "#",  "\\", "NA", "nan", "|",  "\t", "\n", "\r\n"};
        std::size_t usable = pieces.size() - (alphabet_ == Alphabet::any ? 0 : 3);
        if (list_entry)
            usable = 20;
        std::string out;
        for (auto n = 1 + rng_.below(5); n > 0; --n)
            out += pieces[rng_.below(static_cast<std::uint32_t>(usable))];
        return out;
    }
    IdMap ids(std::uint32_t n) {
        std::vector<std::string> out;
        for (std::uint32_t i = 0; i < n; ++i)
            out.push_back(chance(0.5) ? std::to_string(rng_.below(1000)) : text());
        return make_ids(out);
    }
    double number() {
        if (chance(0.1))
            return std::numeric_limits<double>::quiet_NaN();
        if (chance(0.3))
            return static_cast<double>(rng_.below(100));
        return (rng_.uniform() - 0.5) * std::pow(10.0, static_cast<double>(rng_.below(40)) - 20.0);
    }
    void rows() {
        const bool pairs = parts_.has_pairs;
        parts_.users = pairs ? ids(30) : make_ids({std::string(no_id)});
        parts_.items = pairs ? ids(25) : make_ids({std::string(no_id)});
        const bool values = !pairs || chance(0.8);
        const bool times = chance(0.7);
        if (chance(0.6))
            parts_.events = {"view", "list, of \"things\"", "a rating", "never"};
        for (int row = 0; row < 200; ++row) {
            auto& rows = parts_.interactions;
            // The last ids of each have no rows.
            rows.user.push_back(pairs ? rng_.below(parts_.users.size() - 2) : 0);
            rows.item.push_back(pairs ? rng_.below(parts_.items.size() - 2) : 0);
            if (values)
                rows.value.push_back(chance(0.2) ? std::numeric_limits<float>::quiet_NaN()
                                                 : static_cast<float>(rng_.normal() * 3.3));
            if (times)
                rows.time.push_back(static_cast<std::int64_t>(rng_.below(2'000'000'000)) - 500'000'000);
            if (!parts_.events.empty())
                rows.event.push_back(static_cast<EventIx>(rng_.below(3)));
        }
    }
    void context() {
        const auto n = parts_.interactions.size();
        for (const auto type :
             {ColumnType::number, ColumnType::category, ColumnType::multi_category, ColumnType::multi_category}) {
            ContextColumn column;
            column.name = chance(0.5) ? "rating" : text();
            column.type = type;
            std::vector<std::string> names;
            for (int i = 0; i < 12; ++i)
                names.push_back(text(type == ColumnType::multi_category));
            const auto sorted = make_ids(names);
            if (type != ColumnType::number)
                column.categories = sorted.ids();
            const bool weighted = parts_.context.size() == 3;
            if (type == ColumnType::multi_category)
                column.starts.push_back(0);
            for (std::size_t row = 0; row < n; ++row) {
                if (type == ColumnType::number)
                    column.numbers.push_back(number());
                else if (type == ColumnType::category)
                    column.codes.push_back(chance(0.1) ? ContextColumn::missing : rng_.below(sorted.size() - 1));
                else
                    list(column, sorted.size(), weighted);
            }
            parts_.context.push_back(std::move(column));
        }
    }
    void list(ContextColumn& column, std::uint32_t categories, bool weighted) {
        for (auto n = rng_.below(4); n > 0; --n) {
            column.codes.push_back(rng_.below(categories));
            if (weighted)
                column.weights.push_back(static_cast<float>(rng_.normal()));
        }
        column.starts.push_back(column.codes.size());
    }
    void features(FeatureTable& table, std::uint32_t n) {
        for (const auto type : {ColumnType::number, ColumnType::category, ColumnType::multi_category, ColumnType::text,
                                ColumnType::date, ColumnType::date}) {
            FeatureColumn column;
            column.name = chance(0.3) ? "user_id" : text();
            column.type = type;
            const bool whole = table.size() == 4;
            for (std::uint32_t i = 0; i < n; ++i) {
                if (type == ColumnType::number || (type == ColumnType::date && !whole))
                    column.numbers.push_back(number());
                else if (type == ColumnType::date)
                    column.numbers.push_back(static_cast<double>(rng_.below(1'600'000'000)) - 800'000'000.0);
                else if (type == ColumnType::multi_category)
                    column.texts.push_back(chance(0.2) ? "" : text(true) + "|" + text(true));
                else
                    column.texts.push_back(chance(0.2) ? "" : text());
            }
            table.push_back(std::move(column));
        }
    }
    void titles() {
        if (chance(0.5)) {
            parts_.item_titles = parts_.item_features[3].texts;
            return;
        }
        for (std::uint32_t i = 0; i < parts_.items.size(); ++i)
            parts_.item_titles.push_back(text());
    }
    void graph() {
        auto& graph = parts_.graph;
        const bool distinct = chance(0.5);
        for (int i = 0; i < 40; ++i)
            graph.entities.push_back(distinct ? text() + std::to_string(i) : text());
        for (int i = 0; i < 4; ++i)
            graph.relations.push_back(distinct ? text() + std::to_string(i) : text());
        for (int i = 0; i < 15; ++i)
            graph.links.push_back({rng_.below(parts_.items.size()), rng_.below(40)});
        for (int i = 0; i < 60; ++i)
            graph.triples.push_back({rng_.below(40), rng_.below(4), rng_.below(40)});
    }
    void social() {
        for (int i = 0; i < 30; ++i)
            parts_.social.push_back({rng_.below(parts_.users.size()), rng_.below(parts_.users.size())});
    }
    void vectors() {
        for (const auto* name : {"words", "a/b \"c\""}) {
            Vectors vectors;
            vectors.name = name;
            vectors.dimension = 3;
            for (int i = 0; i < 10; ++i) {
                vectors.keys.push_back("word " + std::to_string(i) + (i % 2 == 0 ? " of two" : ""));
                for (int d = 0; d < 3; ++d)
                    vectors.values.push_back(static_cast<float>(rng_.normal()));
            }
            parts_.vectors.push_back(std::move(vectors));
        }
    }

    Rng rng_;
    Alphabet alphabet_;
    DatasetParts parts_;
};

} // namespace tastebench::testing
