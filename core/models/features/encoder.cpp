#include "core/models/features/encoder.h"

#include <algorithm>
#include <cmath>

#include "core/models/features/learn_field.h"

namespace tastebench {

namespace {

/// Puts the fields of a table side by side.
EncodedRows assemble(std::span<const LearnedField> fields, std::uint16_t number, std::uint32_t n) {
    EncodedRows out;
    out.n = n;
    std::vector<std::uint16_t> multis;
    for (std::size_t f = 0; f < fields.size(); ++f) {
        const auto kind = fields[f].field.kind;
        out.singles += kind != FieldKind::multi ? 1 : 0;
        out.numbers += kind == FieldKind::number ? 1 : 0;
        if (kind == FieldKind::multi)
            multis.push_back(static_cast<std::uint16_t>(f));
    }
    if (!multis.empty())
        out.starts.push_back(0);
    for (std::uint32_t i = 0; i < n; ++i) {
        for (const auto& field : fields.first(out.singles)) {
            out.index.push_back(field.field.first + field.index[i]);
            if (field.field.kind == FieldKind::number)
                out.number.push_back(field.number[i]);
        }
        for (const auto f : multis)
            for (auto at = fields[f].starts[i]; at < fields[f].starts[i + 1]; ++at) {
                out.multi_index.push_back(fields[f].field.first + fields[f].multi_index[at]);
                out.multi_value.push_back(fields[f].multi_value[at]);
                out.multi_field.push_back(static_cast<std::uint16_t>(number + f));
            }
        if (!multis.empty())
            out.starts.push_back(out.multi_index.size());
    }
    return out;
}

void encode_single(const Field& field, const ContextColumn& column, std::span<const RowIx> rows, std::uint32_t at,
                   EncodedRows& out) {
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
        const auto code = column.codes[rows[r]];
        out.index[std::size_t{r} * out.singles + at] =
            code == ContextColumn::missing ? field.first + 1 : field.index_of[code];
    }
}

void encode_numbers(const Field& field, const ContextColumn& column, std::span<const RowIx> rows, std::uint32_t at,
                    EncodedRows& out) {
    const std::uint32_t categories = out.singles - out.numbers;
    for (std::uint32_t r = 0; r < rows.size(); ++r) {
        const auto [index, value] = encode_number(field, column.numbers[rows[r]]);
        out.index[std::size_t{r} * out.singles + at] = field.first + index;
        if (at >= categories)
            out.number[std::size_t{r} * out.numbers + (at - categories)] = value;
    }
}

void encode_multi(const Field& field, std::uint16_t number, const ContextColumn& column, RowIx row, EncodedRows& out) {
    const auto first = column.starts[row];
    const auto n = column.starts[row + 1] - first;
    for (auto at = first; at < first + n; ++at) {
        out.multi_index.push_back(field.index_of[column.codes[at]]);
        out.multi_value.push_back(column.weights.empty() ? 1.0F / static_cast<float>(n) : column.weights[at]);
        out.multi_field.push_back(number);
    }
}

} // namespace

Result<FeatureEncoder> FeatureEncoder::learn(const TrainingData& training, const FeatureOptions& options,
                                             const Parallel& parallel, const Progress* progress) {
    const auto columns = choose_fields(training.data, options.fields);
    if (!columns)
        return fail(columns.error());
    std::vector<LearnedField> learned(columns->size());
    const auto cancelled = [&] { return progress != nullptr && progress->cancelled(); };
    parallel.for_blocks(columns->size(), 1, [&](std::size_t c, std::size_t) {
        if (!cancelled())
            learned[c] = learn_field(training, (*columns)[c], options);
    });
    if (cancelled())
        return cancelled_error();
    std::stable_sort(learned.begin(), learned.end(), [](const LearnedField& a, const LearnedField& b) {
        return std::pair(a.field.part(), a.field.kind) < std::pair(b.field.part(), b.field.kind);
    });
    FeatureEncoder out;
    std::uint64_t next = 0;
    for (auto& one : learned) {
        one.field.first = static_cast<std::uint32_t>(next);
        next += one.field.size;
        for (auto& index : one.field.index_of)
            index += one.field.first;
        out.fields_.push_back(one.field);
    }
    if (next > std::numeric_limits<std::uint32_t>::max() || learned.size() > std::numeric_limits<std::uint16_t>::max())
        return bad_data("the features have more values than can be counted", "fields",
                        "use fewer features, raise rare_values, or set hash_buckets");
    out.n_indices_ = static_cast<std::uint32_t>(next);
    const auto of = [&](FieldPart part) {
        const auto is = [](FieldPart wanted) {
            return [wanted](const LearnedField& one) { return one.field.part() == wanted; };
        };
        const auto first = std::find_if(learned.begin(), learned.end(), is(part));
        const auto last = std::find_if_not(first, learned.end(), is(part));
        return std::pair(static_cast<std::uint16_t>(first - learned.begin()), std::span(first, last));
    };
    const auto [user_number, user_fields] = of(FieldPart::user);
    const auto [item_number, item_fields] = of(FieldPart::item);
    out.users_ = assemble(user_fields, user_number, training.data.users().size());
    out.items_ = assemble(item_fields, item_number, training.data.items().size());
    return out;
}

bool FeatureEncoder::has(FieldPart part) const {
    return std::any_of(fields_.begin(), fields_.end(), [&](const Field& field) { return field.part() == part; });
}

void FeatureEncoder::encode(const Dataset& data, std::span<const RowIx> rows, EncodedRows& out) const {
    out = {};
    out.n = static_cast<std::uint32_t>(rows.size());
    bool multi = false;
    for (const auto& field : fields_) {
        if (field.part() != FieldPart::row)
            continue;
        multi = multi || field.kind == FieldKind::multi;
        out.singles += field.kind != FieldKind::multi ? 1 : 0;
        out.numbers += field.kind == FieldKind::number ? 1 : 0;
    }
    out.index.resize(rows.size() * out.singles);
    out.number.resize(rows.size() * out.numbers);
    std::uint32_t at = 0;
    for (const auto& field : fields_) {
        if (field.part() != FieldPart::row || field.kind == FieldKind::multi)
            continue;
        const auto& column = data.context()[field.column];
        if (column.type == ColumnType::number)
            encode_numbers(field, column, rows, at++, out);
        else
            encode_single(field, column, rows, at++, out);
    }
    if (!multi)
        return;
    out.starts.push_back(0);
    for (const RowIx row : rows) {
        for (std::size_t f = 0; f < fields_.size(); ++f)
            if (fields_[f].part() == FieldPart::row && fields_[f].kind == FieldKind::multi)
                encode_multi(fields_[f], static_cast<std::uint16_t>(f), data.context()[fields_[f].column], row, out);
        out.starts.push_back(out.multi_index.size());
    }
}

void EncodedRows::save(Writer& out) const {
    for (const auto count : {n, singles, numbers})
        out.number(count);
    out.array(index);
    out.array(number);
    out.array(starts);
    out.array(multi_index);
    out.array(multi_value);
    out.array(multi_field);
}

bool EncodedRows::load(Reader& in) {
    for (auto* count : {&n, &singles, &numbers})
        *count = in.number<std::uint32_t>();
    index = in.array<std::uint32_t>();
    number = in.array<float>();
    starts = in.array<std::uint64_t>();
    multi_index = in.array<std::uint32_t>();
    multi_value = in.array<float>();
    multi_field = in.array<std::uint16_t>();
    const bool multis = starts.empty()
                            ? multi_index.empty()
                            : starts.size() == std::size_t{n} + 1 && starts.front() == 0 &&
                                  std::is_sorted(starts.begin(), starts.end()) && starts.back() == multi_index.size();
    return in.ok() && multis && numbers <= singles && index.size() == std::size_t{n} * singles &&
           number.size() == std::size_t{n} * numbers && multi_value.size() == multi_index.size() &&
           multi_field.size() == multi_index.size();
}

void FeatureEncoder::save(Writer& out) const {
    out.varint(fields_.size());
    for (const auto& field : fields_) {
        out.text(field.name);
        out.number(static_cast<std::uint8_t>(field.source));
        out.number(static_cast<std::uint8_t>(field.kind));
        out.number(field.column);
        out.number(field.size);
        out.number(static_cast<std::uint8_t>(field.log));
        out.number(field.mean);
        out.number(field.scale);
        out.array(field.edges);
        out.array(field.index_of);
    }
    users_.save(out);
    items_.save(out);
}

bool FeatureEncoder::load(Reader& in) {
    fields_.clear();
    std::uint64_t next = 0;
    bool sound = true;
    for (auto left = in.varint(); in.ok() && left > 0; --left) {
        Field field;
        field.name = in.text();
        field.source = static_cast<FieldSource>(in.number<std::uint8_t>());
        field.kind = static_cast<FieldKind>(in.number<std::uint8_t>());
        field.column = in.number<std::uint32_t>();
        field.first = static_cast<std::uint32_t>(next);
        field.size = in.number<std::uint32_t>();
        field.log = in.number<std::uint8_t>() != 0;
        field.mean = in.number<double>();
        field.scale = in.number<double>();
        field.edges = in.array<double>();
        field.index_of = in.array<std::uint32_t>();
        next += field.size;
        sound = sound && field.source <= FieldSource::row && field.kind <= FieldKind::multi &&
                std::all_of(field.index_of.begin(), field.index_of.end(),
                            [&](auto index) { return index >= field.first && index < next; });
        fields_.push_back(std::move(field));
    }
    if (!sound || next > std::numeric_limits<std::uint32_t>::max() || !users_.load(in) || !items_.load(in))
        return false;
    n_indices_ = static_cast<std::uint32_t>(next);
    for (const auto part : {FieldPart::user, FieldPart::item}) {
        const auto* rows = part == FieldPart::user ? &users_ : &items_;
        const auto known = [&](auto index) { return index < n_indices_; };
        std::uint32_t singles = 0;
        std::uint32_t numbers = 0;
        for (const auto& field : fields_) {
            singles += field.part() == part && field.kind != FieldKind::multi ? 1 : 0;
            numbers += field.part() == part && field.kind == FieldKind::number ? 1 : 0;
        }
        sound = sound && rows->singles == singles && rows->numbers == numbers &&
                std::all_of(rows->index.begin(), rows->index.end(), known) &&
                std::all_of(rows->multi_index.begin(), rows->multi_index.end(), known) &&
                std::all_of(rows->multi_field.begin(), rows->multi_field.end(), [&](auto field) {
                    return field < fields_.size() && fields_[field].kind == FieldKind::multi &&
                           fields_[field].part() == part;
                });
    }
    return sound;
}

} // namespace tastebench
