// DKN (Wang, Zhang, Xie, Guo, WWW 2018): reads titles as words with their entities, and weighs what a person read
// before by what is proposed now. Here as a Recommender; network.h has the network, titles.h what is read of the data.
//
// On the paper's raw files, on MIND, and on MovieLens 100K in RecBole's files:
//   data import raw_train.txt --test raw_test.txt --name news
//   run --data news --model dkn --preset news --split fixed
//   data import MINDsmall_train/behaviors.tsv --test MINDsmall_dev/behaviors.tsv --name mind
//   run --data mind --model dkn --preset news --set entity_vectors=given --split fixed
//   data import ml-100k.inter.gz --name films
//   run --data films --model dkn --preset film --split chrono:0.75
#pragma once

#include "core/models/recommender.h"

namespace tastebench {

ModelEntry dkn_entry();

} // namespace tastebench
