// Crosses: pairs of fields whose values together have a linear weight ("wide" part: Cheng et al. 2016, section 3.1).
// A pair of values falls into one of a number of buckets by a hash of the two.
#pragma once

#include <string_view>

#include "core/models/features/samples.h"

namespace tastebench {

/// Complaint about a list such as "user_id*item.genre,hour*genre", or an empty string.
std::string check_crosses(std::string_view text);

/// How many it names.
std::size_t count_crosses(std::string_view text);

class Crosses {
  public:
    /// usage error for a name that is no field of the encoder. Names are those of the fields, or what follows their
    /// point; one that is in two tables takes the first.
    static Result<Crosses> make(std::string_view text, std::uint32_t buckets, const FeatureEncoder& encoder);

    std::uint32_t size() const { return static_cast<std::uint32_t>(crosses_.size()); }
    /// Buckets of all crosses.
    std::size_t buckets() const { return std::size_t{buckets_} * crosses_.size(); }
    /// Crosses of a block's samples: those of sample i are entries [starts[i], starts[i + 1]), their indices buckets.
    struct Found {
        std::vector<std::uint32_t> starts;
        std::vector<Entry> entries;
        std::vector<std::uint16_t> cross; ///< parallel: the number of the cross
    };
    void find(const SampleBlock& block, Found& out) const;

    void save(Writer& out) const;
    bool load(Reader& in, const FeatureEncoder& encoder);

  private:
    /// One side: the slot of a single field, or a multi field.
    struct Side {
        std::uint32_t slot = 0;
        std::uint16_t field = 0;
        bool multi = false;
    };
    Side side_of(std::uint16_t field) const;
    void rebuild();

    struct Cross {
        Side a, b;
    };
    std::vector<std::uint16_t> fields_; ///< two of each cross
    std::vector<Cross> crosses_;
    std::vector<std::uint32_t> slots_; ///< of each field of the encoder
    std::vector<std::uint8_t> multi_;
    std::uint32_t buckets_ = 0; ///< of one cross
};

} // namespace tastebench
