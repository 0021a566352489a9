// Conversations and catalogue of a run, by the `data` section of its config; simulated and real ones look alike.
//
//   Dataset dataset = LoadDataset(config.data);
//   dataset.test[17].id == "test/17"
//
// `hash` is recorded with every run: runs that saw other data have another one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item_form.h"
#include "datasets/importers/imported_dataset.h"
#include "datasets/miniature/miniature.h"
#include "harness/config/run_config.h"

namespace suite {

struct Dataset {
  Catalog catalog{std::vector<Item>{}};
  std::vector<Conversation> train, validation, test;
  // Under data.rl_share: what RL trains on in place of `train`, which is then without them. Else empty.
  std::vector<Conversation> rl_train;
  // What each user, or dialogue, of the whole training split named, in order, as catalogue ids (datasets/neighbours).
  std::vector<std::vector<int>> training_sequences;
  std::map<std::string, size_t> training_sequence_of;  // training conversation id -> which of them it belongs to
  std::vector<Demonstration> demonstrations;           // the source's own; empty where it has none
  std::vector<std::pair<std::string, std::string>> provenance;  // rules applied, hashes of the files read
  std::string hash;                                             // SHA-256 over catalogue and conversations
  std::string
      instruction;  // what a prompt ends in (harness/policy/prompt.h); empty: the turns ask for a list themselves
  int64_t max_prompt_tokens = 0;
  // The tokens that the items' form needs and a tokenizer may lack, in order; empty for titles (datasets/forms). They
  // are ordinary tokens, not special ones: an answer's text must show them.
  std::vector<std::string> item_tokens;
  // What each of them stands for, [item_tokens][dimension], an empty row where it stands for nothing; empty unless the
  // codes were made from vectors.
  std::vector<std::vector<float>> item_token_vectors;
  bool may_repeat = false;  // what a conversation names may be recommended again
  // The simulated world behind them: the teacher's lists and what the base model is pre-trained on.
  std::shared_ptr<const MiniatureData> miniature;

  // The conversations that RL trains on.
  const std::vector<Conversation>& ForRl() const { return rl_train.empty() ? train : rl_train; }
};

// Throws InputError for data that cannot be used, or that are not those `config.lock` names.
Dataset LoadDataset(const DataConfig& config);

// The same with the vectors of the config's embedder (embedder.kind vectors or minilm), which codes from k-means need
// on a real source.
Dataset LoadDataset(const RunConfig& config);

// "Recommend 20 films ...": asks for one "Title (Year)" a line, or for one item in another form. The wording is ours;
// the paper prints none.
std::string ListInstruction(int64_t list_length, ItemForm form = ItemForm::kTitleYear, bool may_repeat = false);

// A file of the source tree, found in the runfiles of this program, wherever it was started.
std::string FindRunfile(const std::string& path);

}  // namespace suite
