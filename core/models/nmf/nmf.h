// Non-negative matrix factorisation, one factor at a time (Luo, Zhou, Xia, Zhu: "An Efficient Non-Negative
// Matrix-Factorization-Based Approach to Collaborative Filtering for Recommender Systems", IEEE Transactions on
// Industrial Informatics 10(2), 2014, equations 8 to 10): with r^ the prediction and n the number of ratings,
//   p_uk <- p_uk sum_i q_ik r_ui / (sum_i q_ik r^_ui + n_u lambda p_uk), and the same for q_ik,
// both sides from the old values, as Surprise does. Nothing ever leaves zero or falls below it. Because both sides
// answer the same error at once, products may swing about their ratings: with one factor and lambda 0 for ever.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry nmf_entry();

} // namespace tastebench
