// Rankings learned from pairs of items, one that a person has and one they do not. A person's score of an item is
//   score(u, i) = b_i + p_u . q_i.
//
// BPR: Rendle, Freudenthaler, Gantner, Schmidt-Thieme: "BPR: Bayesian Personalized Ranking from Implicit Feedback",
// UAI 2009, section 4.3.1 with a bias for each item: ascends ln sigma(score(u, i) - score(u, j)) for i in the history
// of u and j not in it.
// WARP: Weston, Bengio, Usunier: "WSABIE: Scaling Up to Large Vocabulary Image Annotation", IJCAI 2011, algorithm 1,
// with LightFM's weight of a violation: j is drawn until it scores above i less a margin of 1, and the step is larger
// the sooner that happens, since i must then be far down the list.
//
// An epoch takes each distinct training pair (u, i) once, in an order by lot; the papers draw as many with replacement.
// So that several threads learn without conflict and digits do not depend on their number, users and items are dealt to
// up to 16 blocks each, anew for every epoch, and j comes from the block of i. Over the epochs that is no restriction:
// given u and i, every item that u does not have is equally likely to be in the block of i and to be drawn. What
// differs from drawing j among all items: within one epoch the draws depend on one another through the deal, someone
// who has a whole block learns nothing from it in that epoch, and by popularity chances are relative to the block, so
// they are those of the whole list only nearly.
//
// Neither is defined for people unknown in training: their factors would have to be learned.
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry bpr_entry();
ModelEntry warp_entry();

} // namespace tastebench
