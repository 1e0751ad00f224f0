#include "core/data/import/apply_tables.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include "core/data/import/formats.h"
#include "core/data/utf8.h"

namespace tastebench {

namespace {

constexpr auto remedy = "export the data set again";

/// Reads the tables into the parts; `whole` where no row was left out.
class TableApplier {
  public:
    TableApplier(const Description& description, const InputSet& set, DatasetParts& parts, ImportReport& report)
        : description_(description), set_(set), parts_(parts), report_(report),
          whole_(parts.interactions.size() == description.rows) {}

    Status apply_features(const DescribedTable& described, TableOf of) {
        if (described.file.empty())
            return {};
        const auto table = open(described, 1);
        if (!table)
            return fail(table.error());
        const auto rows = read_ids(*table, of);
        if (!rows)
            return fail(rows.error());
        auto& features = of == TableOf::users ? parts_.user_features : parts_.item_features;
        for (std::size_t c = 0; c < described.columns.size(); ++c) {
            const auto& column = described.columns[c];
            if (column.role != ColumnRole::feature && column.role != ColumnRole::title)
                continue;
            auto feature = read_feature(*table, *rows, c, column);
            if (!feature)
                return fail(feature.error());
            const bool titles = column.role == ColumnRole::title || column.heading == description_.title_of;
            if (titles && of == TableOf::items)
                parts_.item_titles = feature->texts;
            if (column.role == ColumnRole::feature)
                features.push_back(std::move(*feature));
        }
        return {};
    }

    Status apply_graph() {
        auto& graph = parts_.graph;
        graph = {};
        const auto& d = description_;
        auto status = read_names(d.entities, entities_, graph.entities);
        if (status)
            status = read_names(d.relations, relations_, graph.relations);
        if (status)
            status = read_links(d.links);
        if (status)
            status = read_triples(d.triples);
        if (!status)
            return status;
        if (d.entities.file.empty())
            for (const auto text : entities_.texts())
                graph.entities.push_back(text);
        if (d.relations.file.empty())
            for (const auto text : relations_.texts())
                graph.relations.push_back(text);
        return {};
    }

    Status apply_social() {
        if (description_.social.file.empty())
            return {};
        const auto table = open(description_.social, 2);
        if (!table)
            return fail(table.error());
        const auto users = table_of(parts_.users.ids());
        Joined joined;
        joined.table = table->base_name();
        std::string a;
        std::string b;
        auto status = table->for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
            ++joined.rows;
            const auto from = index_in(users, cell_text(fields[0], a));
            const auto to = index_in(users, cell_text(fields[1], b));
            if (from == no_index || to == no_index)
                return missing(*table, offset, "user");
            ++joined.matched;
            parts_.social.push_back({from, to});
            return {};
        });
        report_.joined.push_back(std::move(joined));
        return status;
    }

    Status apply_vectors() {
        for (const auto& described : description_.vectors) {
            const auto input = set_.find(described.file);
            if (!input)
                return absent(described.file);
            auto vectors = read_vectors(*input, described);
            if (!vectors)
                return fail(vectors.error());
            parts_.vectors.push_back(std::move(*vectors));
        }
        return {};
    }

  private:
    static tl::unexpected<Error> absent(const std::string& file) {
        return bad_data("the file is missing, which the description names", file,
                        "put it back, or export the data set again");
    }

    Result<Table> open(const DescribedTable& described, std::size_t least) const {
        const auto input = set_.find(described.file);
        if (!input)
            return absent(described.file);
        TableStyle style;
        style.separator = description_.recbole ? "\t" : ",";
        style.quotes = !description_.recbole;
        auto table = Table::open(*input, style, true);
        if (!table)
            return table;
        const auto& columns = table->columns();
        bool same = columns.size() == described.columns.size() && columns.size() >= least;
        for (std::size_t c = 0; same && c < columns.size(); ++c)
            same =
                (description_.recbole ? typed_heading(columns[c]).first : columns[c]) == described.columns[c].heading;
        if (!same)
            return bad_data("the columns are not those that the description names", table->place(0, 0), remedy);
        return table;
    }

    /// Rows that the import left out may take users and items with them; then so do their links go.
    Status missing(const Table& table, std::size_t offset, const char* what) const {
        if (!whole_)
            return {};
        return bad_data(fmt::format("the {} is in no other table", what), table.place(offset, 0), remedy);
    }

    /// Where the row of each user or item begins. Ids without interactions join the others.
    Result<std::vector<std::uint64_t>> read_ids(const Table& table, TableOf of) {
        std::vector<std::pair<std::string, std::uint64_t>> rows;
        std::string room;
        auto status = table.for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
            rows.emplace_back(cell_text(fields[0], room), offset);
            return {};
        });
        if (!status)
            return fail(status.error());
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return IdMap::less(a.first, b.first); });
        for (std::size_t i = 1; i < rows.size(); ++i)
            if (rows[i].first == rows[i - 1].first)
                return bad_data("this id is there twice", table.place(rows[i].second, 0), remedy);
        auto& ids = of == TableOf::users ? parts_.users : parts_.items;
        auto& column = of == TableOf::users ? parts_.interactions.user : parts_.interactions.item;
        Joined joined;
        joined.table = table.base_name();
        joined.rows = joined.matched = rows.size();
        std::vector<std::uint64_t> offsets(ids.size(), none);
        StringColumn all;
        std::vector<std::uint32_t> moved(ids.size(), 0xFFFFFFFF);
        for (std::uint32_t i = 0; i < rows.size(); ++i) {
            all.push_back(rows[i].first);
            if (const auto at = ids.find(rows[i].first)) {
                moved[*at] = i;
                offsets[*at] = rows[i].second;
            }
        }
        if (const auto lost = std::find(offsets.begin(), offsets.end(), none); lost != offsets.end())
            return bad_data(fmt::format("'{}' is missing in the table",
                                        shortened_field(ids.id(static_cast<std::uint32_t>(lost - offsets.begin())))),
                            table.name(), remedy);
        if (whole_) {
            for (auto& index : column)
                index = moved[index];
            ids = IdMap(std::move(all));
            offsets.clear();
            for (const auto& row : rows)
                offsets.push_back(row.second);
        }
        report_.joined.push_back(std::move(joined));
        return offsets;
    }

    static Result<FeatureColumn> read_feature(const Table& table, const std::vector<std::uint64_t>& rows, std::size_t c,
                                              const DescribedColumn& described) {
        FeatureColumn out;
        out.name = described.name;
        out.type = described.role == ColumnRole::title ? ColumnType::text : described.type;
        std::vector<Field> fields;
        std::string room;
        for (const auto row : rows) {
            std::size_t offset = row;
            if (const auto read = table.next(offset, fields); !read)
                return fail(read.error());
            const auto text = cell_text(fields[c], room);
            if (out.type != ColumnType::number && out.type != ColumnType::date) {
                out.texts.push_back(described.list_separator == '|' ? std::string(text) : spelt_out(text, described));
                continue;
            }
            double number = std::numeric_limits<double>::quiet_NaN();
            if (!text.empty() && !read_number(text, out.type == ColumnType::date, number))
                return bad_data(fmt::format("'{}' is no {}", shortened_field(text),
                                            out.type == ColumnType::date ? "date" : "number"),
                                table.place(row, c), remedy);
            out.numbers.push_back(number);
        }
        return out;
    }

    static bool read_number(std::string_view text, bool date, double& out) {
        const auto [stop, code] = fast_float::from_chars(text.data(), text.data() + text.size(), out);
        if (code == std::errc() && stop == text.data() + text.size())
            return true;
        std::int64_t seconds = 0;
        RowFault ignored;
        if (!date || !parse_time(text, "iso", seconds, ignored))
            return false;
        out = static_cast<double>(seconds);
        return true;
    }

    /// "Film_Noir Drama" to "Film Noir|Drama".
    static std::string spelt_out(std::string_view list, const DescribedColumn& described) {
        std::string out;
        bool first = true;
        while (!list.empty()) {
            const auto cut = std::min(list.find(described.list_separator), list.size());
            const auto at = described.spelt.find(std::string(list.substr(0, cut)));
            if (!first)
                out += '|';
            first = false;
            out += at == described.spelt.end() ? list.substr(0, cut) : std::string_view(at->second);
            list.remove_prefix(std::min(cut + 1, list.size()));
        }
        return out;
    }

    /// Names in their order; those of the table are the numbers that triples and links use.
    Status read_names(const DescribedTable& described, IdTable& names, StringColumn& out) {
        if (described.file.empty())
            return {};
        const auto table = open(described, 1);
        if (!table)
            return fail(table.error());
        std::string room;
        return table->for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
            const auto before = names.texts().size();
            if (names.index_of(kept_.emplace_back(cell_text(fields[0], room))) != before)
                return bad_data("this name is there twice", table->place(offset, 0), remedy);
            out.push_back(cell_text(fields.back(), room));
            return {};
        });
    }

    /// An entity or relation that has a table must be in it.
    std::uint32_t index_of(IdTable& names, bool listed, const Field& field) {
        std::string room;
        const auto text = cell_text(field, room);
        const auto found = index_in(names, text);
        return found != no_index || listed ? found : names.index_of(kept_.emplace_back(text));
    }

    Status read_links(const DescribedTable& described) {
        if (described.file.empty())
            return {};
        const auto table = open(described, 2);
        if (!table)
            return fail(table.error());
        const auto items = table_of(parts_.items.ids());
        std::string room;
        return table->for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
            const auto item = index_in(items, cell_text(fields[0], room));
            const auto entity = index_of(entities_, !description_.entities.file.empty(), fields[1]);
            if (entity == no_index)
                return bad_data("this entity is not in its table", table->place(offset, 1), remedy);
            if (item == no_index)
                return missing(*table, offset, "item");
            parts_.graph.links.push_back({item, entity});
            return {};
        });
    }

    Status read_triples(const DescribedTable& described) {
        if (described.file.empty())
            return {};
        const auto table = open(described, 3);
        if (!table)
            return fail(table.error());
        return table->for_rows([&](const std::vector<Field>& fields, std::size_t offset) -> Status {
            const bool listed = !description_.entities.file.empty();
            const auto head = index_of(entities_, listed, fields[0]);
            const auto tail = index_of(entities_, listed, fields[2]);
            const auto relation = index_of(relations_, !description_.relations.file.empty(), fields[1]);
            if (head == no_index || tail == no_index || relation == no_index)
                return bad_data("this entity or relation is not in its table", table->place(offset, 0), remedy);
            parts_.graph.triples.push_back({head, relation, tail});
            return {};
        });
    }

    /// word2vec's text form; a key may hold blanks, for the dimension is known.
    static Result<Vectors> read_vectors(const Input& input, const DescribedVectors& described) {
        const auto text = read_whole(input, "UTF-8");
        if (!text)
            return fail(text.error());
        if (find_invalid_utf8(*text) != std::string_view::npos || text->find('\0') != std::string::npos)
            return bad_data("the text is not UTF-8, or there is a NUL byte in it", input.shown(), remedy);
        Vectors out;
        out.name = described.name;
        out.dimension = described.dimension;
        std::size_t at = std::min(text->find('\n'), text->size());
        for (std::uint64_t row = 0; at + 1 < text->size(); ++row) {
            const auto end = std::min(text->find('\n', at + 1), text->size());
            auto line = std::string_view(*text).substr(at + 1, end - at - 1);
            at = end;
            std::vector<float> values(described.dimension);
            for (auto v = values.rbegin(); v != values.rend(); ++v) {
                const auto cut = line.rfind(' ');
                const auto cell = cut == line.npos ? std::string_view() : line.substr(cut + 1);
                const auto [stop, code] = fast_float::from_chars(cell.data(), cell.data() + cell.size(), *v);
                if (code != std::errc() || stop != cell.data() + cell.size() || !std::isfinite(*v))
                    return bad_data(fmt::format("this row is not a key and {} numbers", described.dimension),
                                    fmt::format("{}:{}:1", input.shown(), row + 2), remedy);
                line = line.substr(0, cut);
            }
            out.keys.push_back(line);
            out.values.insert(out.values.end(), values.begin(), values.end());
        }
        if (out.keys.size() != described.keys)
            return bad_data(fmt::format("there are {} vectors rather than {}", out.keys.size(), described.keys),
                            input.shown(), remedy);
        return out;
    }

    static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
    const Description& description_;
    const InputSet& set_;
    DatasetParts& parts_;
    ImportReport& report_;
    bool whole_;
    IdTable entities_, relations_;
    std::deque<std::string> kept_;
};

} // namespace

Status apply_tables(const Description& description, const InputSet& set, const ImportOptions& options,
                    DatasetParts& parts, ImportReport& report) {
    TableApplier tables(description, set, parts, report);
    Status status;
    if (by_name(options.user_table))
        status = tables.apply_features(description.users, TableOf::users);
    if (status && by_name(options.item_table))
        status = tables.apply_features(description.items, TableOf::items);
    if (status && by_name(options.graph) && by_name(options.links))
        status = tables.apply_graph();
    if (status && by_name(options.social))
        status = tables.apply_social();
    return status ? tables.apply_vectors() : status;
}

} // namespace tastebench
