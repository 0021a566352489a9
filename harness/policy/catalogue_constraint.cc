#include "harness/policy/catalogue_constraint.h"

#include <algorithm>

#include "base/error.h"
#include "datasets/core/item.h"

namespace suite {
namespace {

// What ends an answer.
int64_t EndToken(const Tokenizer& tokenizer, const ChatTemplate& chat, const std::vector<int64_t>& eos_ids) {
  const auto turn = chat.turns.find("assistant");
  if (turn == chat.turns.end()) throw InputError("chat template " + chat.name, "knows no assistant");
  const std::vector<int64_t> closing = tokenizer.Encode(turn->second.closing);
  const bool ends = !closing.empty() && std::find(eos_ids.begin(), eos_ids.end(), closing.front()) != eos_ids.end();
  if (ends) return closing.front();
  throw InputError("chat template " + chat.name,
                   "closes an answer with '" + turn->second.closing + "', at which sampling does not stop",
                   "a template that closes with an end token of the policy; or rl.constraint and eval.constraint none");
}

}  // namespace

std::vector<std::string> CatalogueLines(const Catalog& catalog) {
  std::vector<std::string> lines;
  for (const Item& item : catalog.items()) lines.push_back(FormatItem(item));
  return lines;
}

std::shared_ptr<const ListConstraint> CatalogueConstraint(const std::string& kind, const Catalog& catalog,
                                                          const Tokenizer& tokenizer, const ChatTemplate& chat,
                                                          const std::vector<int64_t>& eos_ids, int64_t list_length) {
  if (kind == "none") return nullptr;
  const ListConstraintOptions options = {list_length, kind == "catalogue_no_repeats"};
  return std::make_shared<ListConstraint>(CatalogueLines(catalog), tokenizer, EndToken(tokenizer, chat, eos_ids),
                                          options);
}

std::vector<int64_t> SeenLines(const Catalog& catalog, const Conversation& conversation) {
  std::vector<int64_t> lines;
  for (const std::string& title : conversation.seen_titles) {
    for (const int id : catalog.FindTitle(title)) lines.push_back(id);
  }
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  return lines;
}

void CheckRoomBesideSeen(const Catalog& catalog, const std::vector<Conversation>& conversations, int64_t needed) {
  for (const Conversation& conversation : conversations) {
    const int64_t left = catalog.size() - static_cast<int64_t>(SeenLines(catalog, conversation).size());
    if (left >= needed) continue;
    throw InputError(
        "conversation " + conversation.id,
        "has seen all but " + std::to_string(left) + " items of the catalogue; a list takes " + std::to_string(needed),
        "a smaller data.list_length, or rl.exclude_seen = false");
  }
}

}  // namespace suite
