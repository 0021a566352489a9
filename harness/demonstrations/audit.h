// What the demonstrations are like after each step, in numbers and examples.
//
//   DemonstrationAudit audit = AuditOf(conversations, catalog, set, /*examples=*/8);
//   audit.stages[0].name                      // "teacher"
//   audit.stages[0].catalog_share             // of its items, how many the catalogue has
//   AuditJson(audit)                          // the same as JSON
//   AuditPage(audit, {{"teacher", "simulated ..."}, {"recipe", "full"}});
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "harness/demonstrations/pipeline.h"
#include "harness/metrics/run_record.h"

namespace suite {

// Tenths of the catalogue, the items that users like most often first.
inline constexpr int kPopularityTenths = 10;

struct StageAudit {
  std::string name;          // "teacher", "remap" or "exact", "reflect", "adjust"
  double mean_length = 0;    // items a list
  double catalog_share = 0;  // of all items
  // At rank k: the share of conversations whose list has there an item of the ground truth (title and year) that no
  // earlier rank had.
  std::vector<double> hits_by_rank;
  double recall = 0;  // mean over conversations with a ground truth of the share of it that the list has
  // The share of the catalogue items in the lists that belongs to each tenth of the catalogue.
  std::vector<double> popularity;
};

struct AuditExample {
  std::string id, conversation;
  std::vector<Item> liked;                // what the user went on to like
  std::vector<std::vector<Item>> stages;  // in the order of the audit's
};

// Parts of one kind that were not read (teacher.h: PassedOver).
struct PassedOverAudit {
  std::string kind;
  int64_t parts = 0, conversations = 0;
  std::string example;  // the first, with its conversation
};

struct DemonstrationAudit {
  int64_t conversations = 0, left_out = 0;
  std::string first_error;                   // of those left out
  std::vector<PassedOverAudit> passed_over;  // of the teacher's answers, by kind
  std::vector<StageAudit> stages;
  std::vector<double> training_popularity;  // the same curve for what users went on to like
  std::vector<AuditExample> examples;       // the first ones that were not left out
};

DemonstrationAudit AuditOf(const std::vector<Conversation>& conversations, const Catalog& catalog,
                           const DemonstrationSet& set, int64_t examples);

std::string AuditJson(const DemonstrationAudit& audit);

// "12 parts of reasoning in 10 conversations (the first, train/3: ...); ..."; empty when nothing was passed over.
std::string PassedOverText(const DemonstrationAudit& audit);

// One self-contained HTML page: tables of the numbers, and examples side by side at each step. Needs no script and no
// other file; all texts are escaped. `facts`: what the page says the lists were made from.
std::string AuditPage(const DemonstrationAudit& audit, const NamedTexts& facts);

}  // namespace suite
