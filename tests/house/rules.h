// The rules of the house that Bazel's visibility alone does not enforce. Each returns one line for every breach, with
// file, line and what would be right; an empty list is a clean tree.
//
//   EXPECT_THAT(WrongArrows(root), IsEmpty());
#pragma once

#include <string>
#include <vector>

namespace suite::house {

// Includes and deps against the arrows between folders, LibTorch in folders that must do without it, and files, clocks
// and CUDA in algorithms/.
std::vector<std::string> WrongArrows(const std::string& root);

// Includes of a header that neither the file's own target nor one of its direct deps brings (gcc finds the headers of
// indirect deps too, and Debian's packages lie on its default path), and files that no target owns.
std::vector<std::string> UndeclaredIncludes(const std::string& root);

// C++ and CUDA files that clang-format 14 would change.
std::vector<std::string> Unformatted(const std::string& root);

}  // namespace suite::house
