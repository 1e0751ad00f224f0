// What a training of a network over fields takes.
#include <algorithm>

#include "core/models/fieldnet/model.h"

namespace tastebench {

namespace {

/// Of every sample of a batch, or of the weights: floats, and operations of a pass forward, backward and for the
/// gradient.
struct Part {
    double weights = 0, floats = 0, operations = 0;
};

Part deep_part(const FieldNetworkShape& shape, double inputs) {
    Part out;
    for (const auto width : shape.deep) {
        out.weights += inputs * width;
        out.floats += width * (2 + (shape.batch_norm ? 1 : 0) + (shape.dropout > 0 ? 1 : 0));
        inputs = width;
    }
    out.operations = 6 * out.weights;
    return out;
}

Part cin_part(const FieldNetworkShape& shape, double fields) {
    Part out;
    if (shape.cin.empty())
        return out;
    out.floats = 2 * fields * shape.dim; // the embeddings by dimension, and their derivatives
    double inputs = fields;
    for (std::size_t l = 0; l < shape.cin.size(); ++l) {
        const bool last = l + 1 == shape.cin.size();
        const double maps = shape.cin[l];
        const double pairs = l == 0 ? fields * (fields + 1) / 2 : fields * inputs;
        // A last layer that is linear sees its products summed over the dimensions.
        const double rows = last && shape.cin_activation == nn::Activation::identity ? 1 : shape.dim;
        out.weights += pairs * maps;
        out.floats += 2 * (rows * maps + maps);
        // The products are made for forward, gradient and backward, each of these some operations of the slow kind.
        out.operations += 6 * rows * pairs * maps + 30 * shape.dim * pairs;
        inputs = shape.split_half ? maps / 2 : maps;
    }
    return out;
}

} // namespace

Cost FieldNetModel::cost(const DataShape& shape, const Parameters& parameters) const {
    const auto settings = read_(parameters);
    const auto rows = static_cast<double>(shape.rows);
    const bool ids = only_ids(get_text(parameters, "fields"));
    const double fields = 2 + (ids ? 0.0 : static_cast<double>(shape.fields));
    const double dim = settings.shape.dim;
    const double width = (settings.shape.dim + 8) / 8 * 8;
    const double in_sample = settings.task == FeatureTask::ranking ? 2 : 1;
    const double samples = rows * in_sample;
    const double batch = std::min(rows, static_cast<double>(settings.batch)) * in_sample;
    const auto deep = deep_part(settings.shape, fields * dim);
    const auto cin = cin_part(settings.shape, fields);
    const double weights = deep.weights + cin.weights;
    const double arrays = settings.table.method == nn::Method::sgd       ? 1
                          : settings.table.method == nn::Method::adagrad ? 2
                                                                         : 3;

    // Rows of the table and where a step finds them; weights, moments, gradient and what is turned for the way back.
    const auto indices = static_cast<double>(shape.users + shape.items + (ids ? 0 : shape.feature_values));
    const double crosses = static_cast<double>(count_crosses(settings.crosses)) * settings.cross_buckets;
    const double table = indices * (4 * arrays * width + 8) + crosses * 4 * arrays;
    const double layers = 4 * (weights * (arrays + 1) + deep.weights);
    // The samples in codes; an epoch's order. Of rankings also what each user had.
    const double codes = rows * (ids ? 20 : 20 + 6 * fields) + (settings.task == FeatureTask::ranking ? 4 * rows : 0);
    const double work = 4 * batch * (2 * (fields * dim + 2 * width) + width + 5 * fields + deep.floats + cin.floats);
    Cost out;
    out.memory_bytes = table + layers + codes + work;
    const double operations = deep.operations + cin.operations;
    // The table is laid out, and without its moments again at the end.
    out.core_seconds = 1.5e-9 * table + static_cast<double>(get_int(parameters, "epochs")) *
                                            (samples * (operations / 90e9 + fields * (dim + 8) * 1.5e-9) +
                                             rows / static_cast<double>(settings.batch) * weights * 1e-9);
    return out;
}

} // namespace tastebench
