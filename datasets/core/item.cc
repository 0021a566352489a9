#include "datasets/core/item.h"

namespace suite {

std::string FormatItem(const Item& item) {
  if (item.year == kNoYear) return item.title;
  std::string year = std::to_string(item.year);
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return item.title + " (" + year + ")";
}

std::string FormatList(const std::vector<Item>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += '\n';
    text += FormatItem(items[i]);
  }
  return text;
}

}  // namespace suite
