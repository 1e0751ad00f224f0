// Any bytes as a file that may be packed: an archive's list of members, the first of them read, and the whole imported
// by guess. Members that climb out of their folder are never listed.
#include <array>

#include "fuzz.h"

#include "core/data/import/input.h"

using namespace tastebench;

namespace {

/// Far more than an input can hold unless it is made to inflate.
constexpr std::size_t most_read = 1 << 20;

void read_member(const Input& input) {
    auto stream = open_bytes(input);
    if (!stream)
        return fuzz::check(stream.error());
    std::array<char, 1 << 14> buffer;
    for (std::size_t done = 0; done < most_read;) {
        const auto n = (*stream)->read(buffer);
        if (!n)
            return fuzz::check(n.error());
        if (*n == 0)
            return;
        done += *n;
    }
}

bool climbs_out(const std::filesystem::path& member) {
    return member.empty() || member.is_absolute() ||
           std::any_of(member.begin(), member.end(), [](const auto& part) { return part == ".."; });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto file = fuzz::write("in.zip", {reinterpret_cast<const char*>(bytes), size});
    const auto set = InputSet::open(file);
    if (!set)
        fuzz::check(set.error());
    std::size_t members = 0;
    for (const auto& input : set ? set->inputs() : std::vector<Input>()) {
        if (input.file == file && !input.member.empty() && climbs_out(input.member))
            std::abort();
        if (++members <= 4)
            read_member(input);
    }
    ImportOptions options;
    options.files = {file};
    fuzz::import_once(options);
    return 0;
}
