#include "core/models/fieldnet/input_layout.h"

namespace tastebench {

InputLayout lay_out_input(const FeatureEncoder& encoder, std::uint32_t dim, bool embed_numbers) {
    InputLayout out;
    out.dim = dim;
    const auto& fields = encoder.fields();
    for (const auto& field : fields) {
        if (field.kind == FieldKind::multi)
            continue;
        InputLayout::Slot slot;
        if (field.kind == FieldKind::number) {
            slot.number = out.numbers++;
            slot.missing = field.first;
        }
        if (field.kind == FieldKind::category || embed_numbers)
            slot.column = out.columns++;
        out.singles.push_back(slot);
    }
    // Behind the single fields, so that these are written from left to right.
    for (const auto& field : fields)
        out.multis.push_back(field.kind == FieldKind::multi ? out.columns++ : InputLayout::none);
    return out;
}

} // namespace tastebench
