// Any bytes as a table beside interactions, or as the description of an export: a data set or an error with place and
// remedy, never a crash. The first byte chooses which file the others are.
#include <array>

#include "fuzz.h"

using namespace tastebench;
namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 11> names{"users.csv", "things.csv", "kg.csv",   "links.csv", "social.csv",  "a.item",
                                            "a.kg",      "u.item",     "tags.dat", "tags.csv",  "dataset.json"};

void write(const fs::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// Interactions of every kind that has tables of its own, each in a folder.
fs::path prepare() {
    const auto root = fs::path("/dev/shm/tastebench-fuzz-tables-" + std::to_string(getpid()));
    for (const auto* folder : {"plain", "recbole", "100k", "10m", "latest", "export"})
        fs::create_directories(root / folder);
    write(root / "plain/ratings.csv", "user_id,item_id,rating\n1,10,4\n1,20,3\n2,10,5\nu,a,1\n");
    write(root / "recbole/a.inter", "user_id:token\titem_id:token\trating:float\n1\t10\t4\n2\t20\t3\nu\ta\t1\n");
    write(root / "recbole/a.link", "item_id:token\tentity_id:token\n10\te1\n20\te2\n");
    write(root / "100k/u.data", "1\t1\t3\t881250949\n2\t2\t4\t881250950\n");
    write(root / "10m/ratings.dat", "1::1::3::881250949\n2::2::4.5::881250950\n");
    write(root / "latest/ratings.csv", "userId,movieId,rating,timestamp\n1,1,3,881250949\n2,2,4.5,881250950\n");
    write(root / "export/interactions.csv", "user_id,item_id,event,rating,timestamp,fixed_test,tags,tags_weights\n"
                                            "1,10,view,,1000000000,0,a|b,1|2\n2,20,rating,4,1000000001,1,,\n");
    write(root / "export/items.csv", "item_id,genres,price,seen\n10,a|b,2.5,2001-02-03T00:00:00Z\n20,,,\n30,b,1,\n");
    write(root / "export/entities.csv", "entity_id,name\n0,same\n1,same\n");
    write(root / "export/links.csv", "item_id,entity_id\n10,0\n");
    write(root / "export/triples.csv", "head_id,relation_id,tail_id\n0,likes,1\n");
    write(root / "export/social.csv", "source_id,target_id\n1,2\n");
    write(root / "export/words.vec", "2 2\na 1 2\nb c 3 4\n");
    return root;
}

ImportOptions options_for(const fs::path& root, std::size_t kind, const fs::path& file) {
    ImportOptions options;
    constexpr std::array<const char*, 11> folders{"plain/ratings.csv",
                                                  "plain/ratings.csv",
                                                  "plain/ratings.csv",
                                                  "plain/ratings.csv",
                                                  "plain/ratings.csv",
                                                  "recbole/a.inter",
                                                  "recbole/a.inter",
                                                  "100k/u.data",
                                                  "10m/ratings.dat",
                                                  "latest/ratings.csv",
                                                  "export"};
    options.files = {root / folders[kind]};
    if (kind == 0)
        options.user_table = file;
    else if (kind == 1)
        options.item_table = file;
    else if (kind == 2)
        options.graph = file;
    else if (kind == 3)
        options.links = file;
    else if (kind == 4)
        options.social = file;
    return options;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const fs::path root = prepare();
    if (size < 1)
        return 0;
    const std::size_t kind = bytes[0] % names.size();
    constexpr std::array<const char*, 11> folders{"plain",   "plain", "plain", "plain",  "plain", "recbole",
                                                  "recbole", "100k",  "10m",   "latest", "export"};
    const auto file = root / folders[kind] / names[kind];
    write(file, {reinterpret_cast<const char*>(bytes) + 1, size - 1});
    fuzz::import_once(options_for(root, kind, file));
    fs::remove(file);
    return 0;
}
