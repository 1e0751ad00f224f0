// Any bytes as text that says how to import or to split: what is understood is written and understood again alike. The
// first byte chooses: a recipe of an import, one of a split, a list of rows.
#include "fuzz.h"

#include "core/split/split.h"

using namespace tastebench;

namespace {

void as_import(std::string_view text) {
    const auto options = read_recipe(text);
    if (!options)
        return fuzz::check(options.error());
    const auto written = write_recipe(*options);
    const auto again = read_recipe(written);
    if (!again || write_recipe(*again) != written)
        std::abort();
}

void as_split(std::string_view text) {
    if (text.starts_with("rows:")) // names a file, and may name any device
        return;
    const auto recipe = SplitRecipe::parse(text, 7);
    if (!recipe)
        return fuzz::check(recipe.error());
    const auto again = SplitRecipe::parse(recipe->text(), 7);
    if (!again || again->text() != recipe->text())
        std::abort();
}

void as_row_list(std::string_view text) {
    const auto rows = read_row_list(fuzz::write("in.rows", text));
    if (!rows)
        return fuzz::check(rows.error());
    if (rows->empty() || std::adjacent_find(rows->begin(), rows->end(), std::greater_equal<>()) != rows->end())
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    switch (bytes[0] % 3) {
    case 0:
        as_import(text);
        break;
    case 1:
        as_split(text);
        break;
    default:
        as_row_list(text);
    }
    return 0;
}
