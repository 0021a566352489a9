#include "datasets/importers/item_mentions.h"

namespace suite {

std::string ReplaceMentions(std::string_view text, const std::function<std::string(const std::string&)>& written) {
  constexpr std::string_view kOpen = "{item ";
  std::string result;
  for (;;) {
    const size_t open = text.find(kOpen);
    const size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return result + std::string(text);
    const std::string id(text.substr(open + kOpen.size(), close - open - kOpen.size()));
    result += std::string(text.substr(0, open)) + written(id);
    text.remove_prefix(close + 1);
  }
}

}  // namespace suite
