#include "core/data/import/source_state.h"

namespace tastebench {

namespace {

/// The file, or the archive of "ARCHIVE#FILE".
bool is_there(const std::filesystem::path& path) {
    std::error_code ignored;
    const auto text = path.string();
    const auto mark = text.rfind('#');
    return std::filesystem::exists(path, ignored) ||
           (mark != std::string::npos && std::filesystem::exists(text.substr(0, mark), ignored));
}

} // namespace

std::string_view to_text(SourceState state) {
    switch (state) {
    case SourceState::unchanged:
        return "unchanged";
    case SourceState::changed:
        return "changed";
    case SourceState::gone:
        return "gone";
    case SourceState::unknown:
        break;
    }
    return "unknown";
}

SourceState source_state(const std::string& recipe, const std::string& source_hash) {
    if (recipe.empty() || source_hash.empty())
        return SourceState::unknown;
    const auto options = read_recipe(recipe);
    if (!options || options->files.empty())
        return SourceState::unknown;
    for (const auto* list : {&options->files, &options->test_files})
        for (const auto& path : *list)
            if (!is_there(path))
                return SourceState::gone;
    const auto hash = hash_sources(*options);
    // A file that is there but cannot be read any more, such as a damaged archive, is not what it was.
    return hash && *hash == source_hash ? SourceState::unchanged : SourceState::changed;
}

} // namespace tastebench
