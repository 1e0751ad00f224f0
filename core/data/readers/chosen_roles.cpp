#include "core/data/readers/chosen_roles.h"

#include <algorithm>

#include <fmt/format.h>

namespace tastebench {

namespace {

class Chooser {
  public:
    Chooser(std::vector<std::string> columns, const ImportOptions& options, const std::string& place,
            std::string_view word)
        : options_(options), place_(place), word_(word) {
        out_.columns = std::move(columns);
    }

    Result<ChosenRoles> choose(const std::vector<std::string>& other_names) {
        if (auto status = take_asked(); !status)
            return fail(status.error());
        guess(out_.columns);
        if (!other_names.empty())
            guess(other_names);
        for (const auto r : {Role::user, Role::item})
            if (!out_.at(r))
                return bad_data(fmt::format("no {} looks like the {}", word_, to_text(r)), place_,
                                fmt::format("say which it is; there are {}", list()));
        if (auto status = take_context(); !status)
            return fail(status.error());
        return std::move(out_);
    }

  private:
    std::string list() const { return fmt::format("{}", fmt::join(out_.columns, ", ")); }
    bool taken(std::size_t column) const {
        return std::any_of(out_.role.begin(), out_.role.end(), [&](const auto& r) { return r == column; });
    }
    std::optional<std::size_t>& at(Role r) { return out_.role[static_cast<std::size_t>(r)]; }

    Result<std::size_t> named(const std::string& name) const {
        const auto found = std::find(out_.columns.begin(), out_.columns.end(), name);
        if (found == out_.columns.end())
            return usage_error(fmt::format("there is no {} '{}'", word_, name), place_,
                               fmt::format("there are {}", list()));
        return static_cast<std::size_t>(found - out_.columns.begin());
    }

    Status take_asked() {
        for (const auto r : all_roles) {
            const auto& name = asked_column(options_, r);
            if (name.empty() || name == "-")
                continue;
            const auto column = named(name);
            if (!column)
                return fail(column.error());
            if (taken(*column))
                return usage_error(fmt::format("the {} '{}' has two roles", word_, name), place_,
                                   fmt::format("give each role its own {}", word_));
            at(r) = *column;
        }
        return {};
    }

    void guess(const std::vector<std::string>& names) {
        for (const auto r : all_roles)
            if (!at(r) && asked_column(options_, r).empty())
                if (const auto found = guess_column(names, r); found && !taken(*found))
                    at(r) = found;
    }

    Status take_context() {
        for (const auto& name : options_.context) {
            if (name == "*") {
                for (std::size_t c = 0; c < out_.columns.size(); ++c)
                    if (!taken(c))
                        out_.context.push_back(c);
                continue;
            }
            const auto column = named(name);
            if (!column)
                return fail(column.error());
            if (taken(*column))
                return usage_error(fmt::format("the {} '{}' has a role already", word_, name), place_,
                                   "leave it out of the context");
            out_.context.push_back(*column);
        }
        std::sort(out_.context.begin(), out_.context.end());
        out_.context.erase(std::unique(out_.context.begin(), out_.context.end()), out_.context.end());
        return {};
    }

    const ImportOptions& options_;
    const std::string& place_;
    std::string_view word_;
    ChosenRoles out_;
};

} // namespace

RowShape ChosenRoles::shape() const {
    RowShape out;
    out.value = at(Role::value).has_value();
    out.time = at(Role::time).has_value();
    out.event = at(Role::event).has_value();
    out.user_field = *at(Role::user) + 1;
    out.item_field = *at(Role::item) + 1;
    out.value_field = at(Role::value).value_or(0) + 1;
    out.event_field = at(Role::event).value_or(0) + 1;
    return out;
}

void ChosenRoles::describe(ImportPreview& preview) const {
    preview.columns = columns;
    const std::array<std::string*, 5> names{&preview.user, &preview.item, &preview.value, &preview.time,
                                            &preview.event};
    for (const auto r : all_roles)
        if (const auto column = at(r))
            *names[static_cast<std::size_t>(r)] = columns[*column];
    for (const auto column : context)
        preview.context.push_back(columns[column]);
}

const std::string& asked_column(const ImportOptions& options, Role role) {
    const std::array<const std::string*, 5> names{&options.user, &options.item, &options.value, &options.time,
                                                  &options.event};
    return *names[static_cast<std::size_t>(role)];
}

Result<ChosenRoles> choose_roles(std::vector<std::string> columns, const std::vector<std::string>& other_names,
                                 const ImportOptions& options, const std::string& place, std::string_view word) {
    return Chooser(std::move(columns), options, place, word).choose(other_names);
}

} // namespace tastebench
