#include "models/tokenizer/added_token_finder.h"

#include <algorithm>

#include "base/check.h"

namespace suite {

AddedTokenFinder::AddedTokenFinder(std::vector<std::pair<std::string, int64_t>> tokens) : tokens_(std::move(tokens)) {
  std::stable_sort(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  tokens_.erase(std::unique(tokens_.begin(), tokens_.end(), same), tokens_.end());
  for (const auto& token : tokens_) {
    SUITE_CHECK(!token.first.empty());
    begins_token_[static_cast<uint8_t>(token.first[0])] = true;
  }
}

std::pair<size_t, int64_t> AddedTokenFinder::At(std::string_view text) const {
  std::pair<size_t, int64_t> longest{0, -1};
  if (text.empty() || !begins_token_[static_cast<uint8_t>(text[0])]) return longest;
  // The tokens that agree with the text so far lie side by side in the sorted list; each byte narrows the range.
  auto low = tokens_.begin();
  auto high = tokens_.end();
  for (size_t depth = 0; depth < text.size() && low != high; ++depth) {
    const auto byte = static_cast<uint8_t>(text[depth]);
    const auto byte_of = [&](const auto& token) { return static_cast<uint8_t>(token.first[depth]); };
    low = std::partition_point(low, high, [&](const auto& token) { return byte_of(token) < byte; });
    high = std::partition_point(low, high, [&](const auto& token) { return byte_of(token) == byte; });
    if (low != high && low->first.size() == depth + 1) {
      longest = {depth + 1, low->second};
      ++low;
    }
  }
  return longest;
}

}  // namespace suite
