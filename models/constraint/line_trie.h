// Token sequences as a tree, stored flat: what may come next after any beginning of one of them.
//
//   const LineTrie trie({{5, 7}, {5, 9}, {6}});
//   trie.ChildrenOf(LineTrie::kRoot)            // tokens 5, 6
//   trie.ChildOf(LineTrie::kRoot, 5)            // the node after 5, whose children are 7 and 9
//   trie.leaves(LineTrie::kRoot) == 3
//
// Nodes are numbered level by level, so the children of a node are neighbours and one array of first children is all
// there is to a node's edges (compressed sparse rows). 7,404 film titles take 60,000 nodes and one megabyte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace suite {

class LineTrie {
 public:
  static constexpr int32_t kRoot = 0;

  // The tokens that may come next, rising; `tokens[i]` leads to the node first_node + i.
  struct Children {
    const int32_t* tokens = nullptr;
    int32_t count = 0;
    int32_t first_node = 0;
  };

  // At least one sequence, none empty, none the beginning of another; equal ones end in one leaf.
  explicit LineTrie(const std::vector<std::vector<int32_t>>& sequences);

  Children ChildrenOf(int32_t node) const;
  // The node that `token` leads to; -1 where it leads nowhere.
  int32_t ChildOf(int32_t node, int32_t token) const;
  bool IsLeaf(int32_t node) const { return ChildrenOf(node).count == 0; }
  // -1 for the root.
  int32_t parent(int32_t node) const { return parent_[static_cast<size_t>(node)]; }
  // Different sequences that go through the node.
  int32_t leaves(int32_t node) const { return leaves_[static_cast<size_t>(node)]; }
  // Where sequence `index` ends, of those given; and the first of the sequences that end in a leaf.
  int32_t leaf_of(size_t index) const { return leaf_of_[index]; }
  int32_t sequence_at(int32_t leaf) const { return sequence_at_[static_cast<size_t>(leaf)]; }
  int32_t size() const { return static_cast<int32_t>(parent_.size()); }

 private:
  std::vector<int32_t> token_, parent_, leaves_;  // of each node
  std::vector<int32_t> first_child_;              // of each node, and the number of nodes
  std::vector<int32_t> leaf_of_;                  // of each sequence
  std::vector<int32_t> sequence_at_;              // of each node; -1 where it is no leaf
};

}  // namespace suite
