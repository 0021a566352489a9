#include "datasets/forms/item_codes.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"

namespace suite {
namespace {

constexpr char kFurtherLetter = 'x';

std::string Word(char letter, int code) { return std::string("<") + letter + "_" + std::to_string(code) + ">"; }

// The number in "<a_17>"; -1 where there is none.
int64_t NumberOf(const std::string& word) {
  const size_t begin = word.rfind('_');
  if (begin == std::string::npos || word.size() < begin + 3 || word.size() > begin + 12) return -1;
  for (size_t i = begin + 1; i + 1 < word.size(); ++i) {
    if (word[i] < '0' || word[i] > '9') return -1;
  }
  return std::atoll(word.c_str() + begin + 1);
}

// The items that have the same first `levels` codes, in order.
std::map<std::vector<int>, std::vector<size_t>> GroupsBy(const ItemCodes& codes, size_t levels) {
  std::map<std::vector<int>, std::vector<size_t>> groups;
  for (size_t item = 0; item < codes.codes.size(); ++item) {
    const std::vector<int>& row = codes.codes[item];
    groups[{row.begin(), row.begin() + static_cast<int64_t>(levels)}].push_back(item);
  }
  return groups;
}

double SquaredDistance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return sum;
}

// How far an item is from a code of the last level: from what it stands for, else by its number. Codes that stand for
// nothing come last.
std::pair<double, int> DistanceTo(const ItemCodes& codes, size_t item, int code) {
  const int apart = std::abs(code - codes.codes[item].back());
  if (codes.last_residuals.empty()) return {0.0, apart};
  const std::vector<float>& centroid = codes.centroids.back()[static_cast<size_t>(code)];
  if (centroid.empty()) return {1e300, apart};
  return {SquaredDistance(codes.last_residuals[item], centroid), apart};
}

// Gives each of `items`, which have the same first codes, a last code of its own.
void ShareOutLastCodes(const std::vector<size_t>& items, ItemCodes* codes) {
  const int size = static_cast<int>(codes->words.back().size());
  if (items.size() > static_cast<size_t>(size)) {
    throw InputError("data.collision_rule",
                     "reassign: " + std::to_string(items.size()) + " items begin with the codes of item " +
                         std::to_string(items[0]) + ", and the last level has " + std::to_string(size),
                     "a larger data.code_size, more data.code_levels, or another rule");
  }
  std::vector<size_t> order = items;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return DistanceTo(*codes, a, codes->codes[a].back()) < DistanceTo(*codes, b, codes->codes[b].back());
  });
  std::set<int> taken;
  std::vector<size_t> homeless;
  for (const size_t item : order) {
    if (!taken.insert(codes->codes[item].back()).second) homeless.push_back(item);
  }
  for (const size_t item : homeless) {
    std::tuple<double, int, int> best{2e300, 0, -1};
    for (int code = 0; code < size; ++code) {
      if (taken.count(code) > 0) continue;
      const auto [distance, apart] = DistanceTo(*codes, item, code);
      best = std::min(best, {distance, apart, code});
    }
    codes->codes[item].back() = std::get<2>(best);
    taken.insert(std::get<2>(best));
  }
}

void Reassign(ItemCodes* codes) {
  for (const auto& [prefix, items] : GroupsBy(*codes, codes->words.size() - 1)) {
    std::set<int> last;
    for (const size_t item : items) last.insert(codes->codes[item].back());
    if (last.size() < items.size()) ShareOutLastCodes(items, codes);
  }
}

void AddFurtherCode(ItemCodes* codes) {
  const auto groups = GroupsBy(*codes, codes->words.size());
  size_t most = 0;
  for (const auto& [row, items] : groups) most = std::max(most, items.size());
  std::vector<std::string> words;
  for (size_t code = 0; code < most; ++code) words.push_back(Word(kFurtherLetter, static_cast<int>(code)));
  for (const auto& level : codes->words) {
    for (const std::string& word : words) {
      if (std::find(level.begin(), level.end(), word) == level.end()) continue;
      throw InputError("data.collision_rule", "further_code: the code " + word + " is one of the items' own",
                       "another rule");
    }
  }
  for (const auto& [row, items] : groups) {
    for (size_t i = 0; i < items.size(); ++i) codes->codes[items[i]].push_back(static_cast<int>(i));
  }
  codes->words.push_back(std::move(words));
  if (!codes->centroids.empty()) codes->centroids.emplace_back(most);
  codes->last_residuals.clear();
}

}  // namespace

std::string ItemCodes::Written(size_t item) const {
  std::string text;
  for (size_t level = 0; level < codes.at(item).size(); ++level) {
    text += words[level][static_cast<size_t>(codes[item][level])];
  }
  return text;
}

const std::vector<std::string>& CollisionRuleNames() {
  static const auto* names = new std::vector<std::string>{"further_code", "reassign", "share"};
  return *names;
}

CollisionRule CollisionRuleByName(const std::string& where, const std::string& name) {
  const std::vector<std::string>& names = CollisionRuleNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw UnknownName(where, "collision rule", name, names);
  return static_cast<CollisionRule>(found - names.begin());
}

ItemCodes CodesOfWords(const std::vector<std::vector<std::string>>& words) {
  ItemCodes result;
  result.codes.resize(words.size());
  for (size_t level = 0; !words.empty() && level < words[0].size(); ++level) {
    std::map<std::pair<int64_t, std::string>, int> numbers;
    for (const std::vector<std::string>& row : words) numbers[{NumberOf(row.at(level)), row.at(level)}] = 0;
    result.words.emplace_back();
    for (auto& [word, code] : numbers) {
      code = static_cast<int>(result.words.back().size());
      result.words.back().push_back(word.second);
    }
    for (size_t item = 0; item < words.size(); ++item) {
      result.codes[item].push_back(numbers.at({NumberOf(words[item][level]), words[item][level]}));
    }
  }
  return result;
}

std::vector<std::vector<std::string>> LetterWords(int levels, int size) {
  SUITE_CHECK(levels >= 1 && levels <= kFurtherLetter - 'a');
  std::vector<std::vector<std::string>> words(static_cast<size_t>(levels));
  for (int level = 0; level < levels; ++level) {
    for (int code = 0; code < size; ++code) {
      words[static_cast<size_t>(level)].push_back(Word(static_cast<char>('a' + level), code));
    }
  }
  return words;
}

ItemCodes RandomCodes(int items, int levels, int size, uint64_t seed) {
  ItemCodes result;
  result.words = LetterWords(levels, size);
  RandomStream stream(seed, "item codes/random");
  for (int item = 0; item < items; ++item) {
    result.codes.emplace_back();
    for (int level = 0; level < levels; ++level) {
      result.codes.back().push_back(static_cast<int>(stream.UniformInt(size)));
    }
  }
  return result;
}

int64_t CollidedItems(const ItemCodes& codes) {
  int64_t collided = 0;
  for (const auto& [row, items] : GroupsBy(codes, codes.words.size())) {
    if (items.size() > 1) collided += static_cast<int64_t>(items.size());
  }
  return collided;
}

void ApplyCollisionRule(CollisionRule rule, ItemCodes* codes) {
  if (rule == CollisionRule::kReassign) Reassign(codes);
  if (rule == CollisionRule::kFurtherCode && CollidedItems(*codes) > 0) AddFurtherCode(codes);
}

}  // namespace suite
