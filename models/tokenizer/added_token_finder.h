// Finds added tokens in text: the leftmost, and of those that begin there the longest.
//
//   const AddedTokenFinder finder({{"<|end|>", 1}, {"<|user|>", 2}});
//   finder.Split("<|user|>Heat", [](std::string_view text) { ... },   // "Heat"
//                                [](int64_t id) { ... });             // 2, before it
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suite {

class AddedTokenFinder {
 public:
  // Contents are not empty; of equal ones the first counts.
  explicit AddedTokenFinder(std::vector<std::pair<std::string, int64_t>> tokens);

  // The length of the token at the start of `text` and its id; {0, -1} when none begins there.
  std::pair<size_t, int64_t> At(std::string_view text) const;

  // Calls `on_text` and `on_token` from left to right; texts are not empty.
  template <typename OnText, typename OnToken>
  void Split(std::string_view text, const OnText& on_text, const OnToken& on_token) const {
    size_t done = 0;
    for (size_t at = 0; at < text.size() && !tokens_.empty();) {
      const auto [size, id] = At(text.substr(at));
      if (size == 0) {
        ++at;
        continue;
      }
      if (at > done) on_text(text.substr(done, at - done));
      on_token(id);
      at += size;
      done = at;
    }
    if (done < text.size()) on_text(text.substr(done));
  }

 private:
  std::vector<std::pair<std::string, int64_t>> tokens_;  // sorted by content
  std::array<bool, 256> begins_token_{};
};

}  // namespace suite
