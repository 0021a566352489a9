// The rules of the house on this checkout itself.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/house/rules.h"

namespace suite::house {
namespace {

// The checkout: where the runfiles' link to one of its files leads.
std::string Root() { return std::filesystem::canonical(".clang-format").parent_path(); }

// One breach a line.
std::string Lines(const std::vector<std::string>& breaches) {
  std::string lines;
  for (const std::string& breach : breaches) lines += "\n" + breach;
  return lines;
}

TEST(House, ArrowsBetweenFoldersHold) { EXPECT_EQ(Lines(WrongArrows(Root())), ""); }

TEST(House, EveryIncludeComesFromADirectDependency) { EXPECT_EQ(Lines(UndeclaredIncludes(Root())), ""); }

TEST(House, SourcesAreFormatted) { EXPECT_EQ(Lines(Unformatted(Root())), ""); }

}  // namespace
}  // namespace suite::house
