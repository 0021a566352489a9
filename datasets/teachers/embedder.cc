#include "datasets/teachers/embedder.h"

#include <cmath>

namespace suite {

std::string ItemText(const Item& item) { return FormatItem(item); }

std::string ItemText(const ItemDetails& details) {
  return FormatItem(details.name) + (details.text.empty() ? "" : ". " + details.text);
}

std::string ConversationText(const Conversation& conversation) {
  std::string text;
  for (const Turn& turn : conversation.turns) {
    if (!text.empty()) text += '\n';
    text += turn.text;
  }
  return text;
}

bool ToUnitLength(float* row, int64_t dimension) {
  double squares = 0;
  for (int64_t i = 0; i < dimension; ++i) squares += static_cast<double>(row[i]) * row[i];
  const double length = std::sqrt(squares);
  if (!(length > 0) || !std::isfinite(length)) return false;
  for (int64_t i = 0; i < dimension; ++i) row[i] = static_cast<float>(row[i] / length);
  return true;
}

}  // namespace suite
