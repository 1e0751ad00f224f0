#include "core/store/workspace_impl.h"

namespace tastebench {

namespace {

std::vector<Recipe> read_recipes(SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT name, body FROM recipe ORDER BY name");
    std::vector<Recipe> out;
    while (select.executeStep())
        out.push_back({select.getColumn(0).getString(), select.getColumn(1).getString()});
    return out;
}

tl::unexpected<Error> no_such_recipe(const std::string& name, const std::vector<Recipe>& recipes) {
    std::vector<std::string> names;
    for (const auto& recipe : recipes)
        names.push_back(recipe.name);
    const auto guess = nearest(name, names);
    return usage_error(fmt::format("there is no import recipe '{}'", name), "recipe",
                       !guess.empty()  ? fmt::format("did you mean '{}'?", guess)
                       : names.empty() ? std::string("save one first")
                                       : fmt::format("the recipes are {}", fmt::join(names, ", ")));
}

} // namespace

Status Workspace::save_recipe(const std::string& name, const std::string& body) {
    if (name.empty())
        return usage_error("a recipe needs a name", "name", "give it a short one, such as shop-export");
    return impl_->change([&]() -> Status {
        SQLite::Statement insert(impl_->db, "INSERT INTO recipe (name, body) VALUES (?, ?) "
                                            "ON CONFLICT (name) DO UPDATE SET body = excluded.body");
        insert.bind(1, name);
        insert.bind(2, body);
        insert.exec();
        return {};
    });
}

Result<std::vector<Recipe>> Workspace::recipes() const {
    return impl_->guarded([&]() -> Result<std::vector<Recipe>> { return read_recipes(impl_->db); });
}

Result<std::string> Workspace::recipe(const std::string& name) const {
    return impl_->guarded([&]() -> Result<std::string> {
        auto recipes = read_recipes(impl_->db);
        for (auto& recipe : recipes)
            if (recipe.name == name)
                return std::move(recipe.body);
        return no_such_recipe(name, recipes);
    });
}

Status Workspace::delete_recipe(const std::string& name) {
    return impl_->change([&]() -> Status {
        SQLite::Statement remove(impl_->db, "DELETE FROM recipe WHERE name = ?");
        remove.bind(1, name);
        if (remove.exec() == 0)
            return no_such_recipe(name, read_recipes(impl_->db));
        return {};
    });
}

} // namespace tastebench
