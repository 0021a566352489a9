#include "harness/demonstrations/audit.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "datasets/teachers/embedder.h"

namespace suite {
namespace {

using Lists = std::vector<std::vector<Item>>;

std::vector<Item> TruthOf(const Conversation& conversation) {
  std::vector<Item> truth;
  for (const GroundTruth& one : conversation.ground_truth) truth.push_back({one.title, one.year.value_or(0)});
  return truth;
}

// For each catalogue item, its tenth: items by how often users like them, equal ones by id.
std::vector<int> TenthOfItem(const std::vector<Conversation>& conversations, const Catalog& catalog) {
  std::vector<int64_t> count(static_cast<size_t>(catalog.size()), 0);
  for (const Conversation& conversation : conversations) {
    for (const Item& item : TruthOf(conversation)) {
      if (const auto id = catalog.Find(item)) ++count[static_cast<size_t>(*id)];
    }
  }
  std::vector<size_t> order(count.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return count[a] > count[b]; });
  std::vector<int> tenths(count.size());
  for (size_t place = 0; place < order.size(); ++place) {
    tenths[order[place]] = static_cast<int>(place * kPopularityTenths / order.size());
  }
  return tenths;
}

std::vector<double> PopularityOf(const Lists& lists, const Catalog& catalog, const std::vector<int>& tenths) {
  std::vector<double> shares(kPopularityTenths, 0);
  double all = 0;
  for (const auto& list : lists) {
    for (const Item& item : list) {
      const auto id = catalog.Find(item);
      if (!id) continue;
      ++shares[static_cast<size_t>(tenths[static_cast<size_t>(*id)])];
      ++all;
    }
  }
  for (double& share : shares) share /= std::max(all, 1.0);
  return shares;
}

// Counts of one list's hits by rank; returns how many of the ground truth the list has.
double AddHits(const std::vector<Item>& list, const std::set<Item>& truth, std::vector<double>* hits) {
  std::set<Item> found;
  for (size_t k = 0; k < list.size(); ++k) {
    if (hits->size() <= k) hits->push_back(0);
    if (truth.count(list[k]) > 0 && found.insert(list[k]).second) ++(*hits)[k];
  }
  return static_cast<double>(found.size());
}

StageAudit AuditStage(const std::string& name, const Lists& lists, const std::vector<Conversation>& conversations,
                      const Catalog& catalog, const std::vector<int>& tenths) {
  StageAudit audit;
  audit.name = name;
  double items = 0, known = 0, kept = 0, with_truth = 0;
  for (size_t i = 0; i < lists.size(); ++i) {
    if (lists[i].empty()) continue;
    ++kept;
    items += static_cast<double>(lists[i].size());
    known += static_cast<double>(std::count_if(lists[i].begin(), lists[i].end(),
                                               [&](const Item& item) { return catalog.Find(item).has_value(); }));
    const std::vector<Item> wanted = TruthOf(conversations[i]);
    const std::set<Item> truth(wanted.begin(), wanted.end());
    const double found = AddHits(lists[i], truth, &audit.hits_by_rank);
    if (truth.empty()) continue;
    ++with_truth;
    audit.recall += found / static_cast<double>(truth.size());
  }
  audit.mean_length = items / std::max(kept, 1.0);
  audit.catalog_share = known / std::max(items, 1.0);
  audit.recall /= std::max(with_truth, 1.0);
  for (double& hits : audit.hits_by_rank) hits /= std::max(kept, 1.0);
  audit.popularity = PopularityOf(lists, catalog, tenths);
  return audit;
}

std::vector<std::pair<std::string, Lists>> ListsByStage(const DemonstrationSet& set, const Catalog& catalog) {
  std::vector<std::pair<std::string, Lists>> stages = {{"teacher", {}}};
  for (const TeacherList& list : set.teacher) stages[0].second.push_back(list.items);
  for (const StageLists& stage : set.stages) {
    stages.push_back({stage.name, {}});
    for (const auto& ids : stage.items) {
      stages.back().second.emplace_back();
      for (const int64_t id : ids) stages.back().second.back().push_back(catalog.item(static_cast<int>(id)));
    }
  }
  return stages;
}

nlohmann::json ToJson(const std::vector<Item>& items) {
  nlohmann::json json = nlohmann::json::array();
  for (const Item& item : items) json.push_back(FormatItem(item));
  return json;
}

}  // namespace

DemonstrationAudit AuditOf(const std::vector<Conversation>& conversations, const Catalog& catalog,
                           const DemonstrationSet& set, int64_t examples) {
  DemonstrationAudit audit;
  audit.conversations = static_cast<int64_t>(conversations.size());
  for (const std::string& error : set.errors) {
    audit.left_out += error.empty() ? 0 : 1;
    if (audit.first_error.empty()) audit.first_error = error;
  }
  const std::vector<int> tenths = TenthOfItem(conversations, catalog);
  const auto stages = ListsByStage(set, catalog);
  for (const auto& [name, lists] : stages) {
    audit.stages.push_back(AuditStage(name, lists, conversations, catalog, tenths));
  }
  Lists liked;
  for (const Conversation& conversation : conversations) liked.push_back(TruthOf(conversation));
  audit.training_popularity = PopularityOf(liked, catalog, tenths);
  for (size_t i = 0; i < conversations.size() && static_cast<int64_t>(audit.examples.size()) < examples; ++i) {
    if (!set.errors[i].empty()) continue;
    AuditExample example = {conversations[i].id, ConversationText(conversations[i]), liked[i], {}};
    for (const auto& stage : stages) example.stages.push_back(stage.second[i]);
    audit.examples.push_back(std::move(example));
  }
  return audit;
}

std::string AuditJson(const DemonstrationAudit& audit) {
  nlohmann::ordered_json json;
  json["conversations"] = audit.conversations;
  json["left_out"] = audit.left_out;
  json["first_error"] = audit.first_error;
  json["training_popularity"] = audit.training_popularity;
  for (const StageAudit& stage : audit.stages) {
    json["stages"].push_back({{"name", stage.name},
                              {"mean_length", stage.mean_length},
                              {"catalog_share", stage.catalog_share},
                              {"hits_by_rank", stage.hits_by_rank},
                              {"recall", stage.recall},
                              {"popularity", stage.popularity}});
  }
  for (const AuditExample& example : audit.examples) {
    nlohmann::ordered_json one = {{"id", example.id}, {"conversation", example.conversation}};
    one["liked"] = ToJson(example.liked);
    for (size_t i = 0; i < example.stages.size(); ++i) one["stages"][audit.stages[i].name] = ToJson(example.stages[i]);
    json["examples"].push_back(one);
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace suite
