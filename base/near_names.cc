#include "base/near_names.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace suite {
namespace {

std::string SmallLetters(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// Edits that make `a` of `b`, two neighbours that change places counted as one.
size_t Edits(const std::string& a, const std::string& b) {
  std::vector<size_t> before, last, row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

bool BeginsWith(const std::string& text, const std::string& beginning) {
  return beginning.size() >= 3 && text.compare(0, beginning.size(), beginning) == 0;
}

}  // namespace

std::vector<std::string> NearNames(const std::string& name, const std::vector<std::string>& known) {
  const std::string wanted = SmallLetters(name);
  const size_t near = std::max<size_t>(1, wanted.size() / 3);
  std::vector<std::string> nearest;
  size_t least = 0;
  for (const std::string& one : known) {
    const std::string small = SmallLetters(one);
    const size_t edits = Edits(wanted, small);
    const bool is_near = edits <= near || BeginsWith(wanted, small) || BeginsWith(small, wanted);
    if (!is_near || (!nearest.empty() && edits > least)) continue;
    if (nearest.empty() || edits < least) nearest.clear();
    nearest.push_back(one);
    least = edits;
  }
  return nearest;
}

}  // namespace suite
