// Items as short rows of codes, all of one length, and what becomes of items that have the same ones.
//
//   ItemCodes codes = RandomCodes(/*items=*/200, /*levels=*/3, /*size=*/16, /*seed=*/0);
//   CollidedItems(codes);                                       // how many share their codes with another item
//   ApplyCollisionRule(CollisionRule::kReassign, &codes);       // none any more
//   codes.Written(17)                                           // "<a_3><b_0><c_12>"
//
// Codes that mean something come from a file (CodesOfWords) or from the items' vectors (residual_kmeans.h); random ones
// are the control: as many tokens an item, and nothing in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

struct ItemCodes {
  std::vector<std::vector<int>> codes;          // [items][levels]
  std::vector<std::vector<std::string>> words;  // [levels][code]: how a code is written, "<a_3>"
  // [levels][code]: what a code stands for; empty where there is nothing to say.
  std::vector<std::vector<std::vector<float>>> centroids;
  // [items]: what the last level's centroids stand for, item by item; empty unless made from vectors.
  std::vector<std::vector<float>> last_residuals;

  std::string Written(size_t item) const;
};

// What becomes of items whose codes are those of another one. Hits on codes that several items share would otherwise
// count for all of them, which is known to inflate hit rates.
enum class CollisionRule {
  kFurtherCode,  // "further_code": where any items collide, every item gets one more code, <x_0>, <x_1>, ...: 0 unless
                 // it is the second, third, ... with its codes
  kReassign,     // "reassign": the last level is shared out anew where items collide: the nearest keeps the code, the
                 // others take the nearest that is free under the same first codes
  kShare,        // "share": they stay one written form; a hit on it counts 1 / how many they are
};

const std::vector<std::string>& CollisionRuleNames();
CollisionRule CollisionRuleByName(const std::string& where, const std::string& name);

// Codes that are given as words, [items][levels]. Within a level they are numbered by the number in "<a_17>", then by
// the word. The rows must be of one length, and not empty.
ItemCodes CodesOfWords(const std::vector<std::vector<std::string>>& words);

// Each code drawn by itself.
ItemCodes RandomCodes(int items, int levels, int size, uint64_t seed);

// "<a_0>" to "<a_15>", "<b_0>" ..., for codes that are made here. At most 23 levels: "<x_0>" is the further code's.
std::vector<std::vector<std::string>> LetterWords(int levels, int size);

// Items whose codes another item has too.
int64_t CollidedItems(const ItemCodes& codes);

// Throws InputError naming data.collision_rule when the rule finds no room: more items under one row of first codes
// than the last level has codes, or the further code's words are taken.
void ApplyCollisionRule(CollisionRule rule, ItemCodes* codes);

}  // namespace suite
