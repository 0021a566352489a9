#include "datasets/teachers/neighbour_teacher.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/text/format.h"
#include "datasets/neighbours/conversation_items.h"

namespace suite {
namespace {

std::string IdentityOf(const std::vector<std::vector<int>>& sequences, const Catalog& catalog) {
  std::string data = FormatList(catalog.items()) + "\n";
  for (const std::vector<int>& taken : sequences) {
    for (const int item : taken) data += std::to_string(item) + " ";
    data += "\n";
  }
  const NeighbourWeights weights;
  return "neighbours own=left_out data=" + Sha256Hex(data).substr(0, 16) + " next=" + ExactNumber(weights.next) +
         " next_but_one=" + ExactNumber(weights.next_but_one) + " backwards=" + ExactNumber(weights.backwards) +
         " voters=" + std::to_string(weights.voters);
}

}  // namespace

NeighbourTeacher::NeighbourTeacher(const std::vector<std::vector<int>>& sequences,
                                   const std::map<std::string, size_t>& sequence_of, const Catalog& catalog)
    : sequences_(sequences),
      sequence_of_(sequence_of),
      catalog_(catalog),
      neighbours_(sequences, catalog.size()),
      identity_(IdentityOf(sequences, catalog)) {}

std::vector<TeacherList> NeighbourTeacher::Recommend(const std::vector<Conversation>& conversations,
                                                     int64_t list_length) {
  std::vector<TeacherList> lists;
  for (const Conversation& one : conversations) {
    const auto own = sequence_of_.find(one.id);
    const std::vector<int> items =
        neighbours_.List(HistoryOf(one, catalog_), static_cast<size_t>(list_length), ExcludedBy(one, catalog_),
                         own == sequence_of_.end() ? std::vector<int>() : sequences_.at(own->second));
    lists.emplace_back();
    for (const int item : items) lists.back().items.push_back(catalog_.item(item));
  }
  return lists;
}

std::vector<TeacherJudgement> NeighbourTeacher::Judge(const std::vector<JudgeRequest>&) {
  throw InputError("teacher.kind", "'neighbours' counts and judges nothing, as Reflect needs it",
                   "demonstrations.reflect = false, or another teacher");
}

}  // namespace suite
