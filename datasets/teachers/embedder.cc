#include "datasets/teachers/embedder.h"

namespace suite {

std::string ItemText(const Item& item) { return FormatItem(item); }

std::string ConversationText(const Conversation& conversation) {
  std::string text;
  for (const Turn& turn : conversation.turns) {
    if (!text.empty()) text += '\n';
    text += turn.text;
  }
  return text;
}

}  // namespace suite
