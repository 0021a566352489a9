// Conversations and catalogue of a run, by the `data` section of its config; simulated and real ones look alike.
//
//   Dataset dataset = LoadDataset(config.data);
//   dataset.test[17].id == "test/17"
//
// `hash` is recorded with every run: runs that saw other data have another one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/catalog.h"
#include "datasets/conversation.h"
#include "datasets/miniature/miniature.h"
#include "harness/config/run_config.h"

namespace suite {

struct Dataset {
  Catalog catalog;
  std::vector<Conversation> train, validation, test;
  std::string hash;  // SHA-256 over catalogue and conversations
  // The simulated world behind them: the teacher's lists and what the base model is pre-trained on.
  std::shared_ptr<const MiniatureData> miniature;
};

Dataset LoadDataset(const DataConfig& config);

// A file of the source tree, found in the runfiles of this program, wherever it was started.
std::string FindRunfile(const std::string& path);

}  // namespace suite
