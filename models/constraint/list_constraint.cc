#include "models/constraint/list_constraint.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

using Sequences = std::vector<std::vector<int64_t>>;

std::string Shown(const std::string& line) { return "'" + line + "'"; }

// The canonical tokens of each line with `ending`, which the tokenizer may join to the line's last letters.
Sequences CutLines(const std::vector<std::string>& lines, const std::string& ending, const Tokenizer& tokenizer) {
  Sequences cut;
  for (const std::string& line : lines) {
    if (line.empty()) throw InputError("catalogue", "an item's written form is empty", "at least one character");
    if (line.find('\n') != std::string::npos) {
      throw InputError("catalogue", Shown(line) + " has a newline", "written forms of one line");
    }
    cut.push_back(tokenizer.Encode(line + ending));
    if (tokenizer.Decode(cut.back()) == line + ending) continue;
    throw InputError(
        "catalogue", "the tokenizer reads " + Shown(line) + " as " + Shown(tokenizer.Decode(cut.back())),
        "text that the policy's tokenizer gives back unchanged; or rl.constraint and eval.constraint none");
  }
  return cut;
}

std::vector<int64_t> TokensOf(const Sequences& a, const Sequences& b) {
  std::vector<int64_t> tokens;
  for (const Sequences* all : {&a, &b}) {
    for (const auto& one : *all) tokens.insert(tokens.end(), one.begin(), one.end());
  }
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

std::vector<int32_t> PositionsOf(const std::vector<int64_t>& vocabulary) {
  std::vector<int32_t> positions(static_cast<size_t>(vocabulary.back()) + 1, -1);
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    positions[static_cast<size_t>(vocabulary[i])] = static_cast<int32_t>(i);
  }
  return positions;
}

LineTrie TrieOf(const Sequences& sequences, const std::vector<int32_t>& compact_of) {
  std::vector<std::vector<int32_t>> compact;
  for (const auto& one : sequences) {
    compact.emplace_back();
    for (const int64_t token : one) compact.back().push_back(compact_of[static_cast<size_t>(token)]);
  }
  return LineTrie(compact);
}

int64_t Shortest(const Sequences& sequences) {
  size_t shortest = sequences.front().size();
  for (const auto& one : sequences) shortest = std::min(shortest, one.size());
  return static_cast<int64_t>(shortest);
}

}  // namespace

// Both ways to end each line.
struct ListConstraint::Cuts {
  Sequences inner, last;
};

ListConstraint::ListConstraint(const std::vector<std::string>& lines, const Tokenizer& tokenizer, int64_t end_token,
                               const ListConstraintOptions& options)
    : ListConstraint(
          [&] {
            if (lines.empty()) throw InputError("catalogue", "is empty", "at least one item for lists to be held to");
            Cuts cuts = {CutLines(lines, "\n", tokenizer), CutLines(lines, "", tokenizer)};
            for (auto& one : cuts.last) one.push_back(end_token);
            return cuts;
          }(),
          options) {}

ListConstraint::ListConstraint(const Cuts& cuts, const ListConstraintOptions& options)
    : options_(options),
      vocabulary_(TokensOf(cuts.inner, cuts.last)),
      compact_of_(PositionsOf(vocabulary_)),
      inner_(TrieOf(cuts.inner, compact_of_)),
      last_(TrieOf(cuts.last, compact_of_)),
      shortest_inner_(Shortest(cuts.inner)),
      shortest_last_(Shortest(cuts.last)) {
  SUITE_CHECK_GT(options.list_length, 0);
  if (!options.no_repeats || size() >= options.list_length) return;
  throw InputError("catalogue",
                   "has " + std::to_string(size()) + " different items, fewer than a list of " +
                       std::to_string(options.list_length) + " without repeats needs",
                   "a smaller data.list_length, or rl.constraint = \"catalogue\"");
}

int32_t ListConstraint::CompactOf(int64_t token) const {
  return token >= 0 && token < static_cast<int64_t>(compact_of_.size()) ? compact_of_[static_cast<size_t>(token)] : -1;
}

int64_t ListConstraint::ShortestAnswer() const { return (options_.list_length - 1) * shortest_inner_ + shortest_last_; }

ListState::ListState(const ListConstraint& constraint, const std::vector<int64_t>& closed_lines)
    : constraint_(&constraint) {
  for (const int64_t line : closed_lines) CloseLine(static_cast<size_t>(line));
  const int64_t open = constraint.size() - Closed(LineTrie::kRoot);
  SUITE_CHECK_GE(open, constraint.no_repeats() ? constraint.list_length() : 1);
}

void ListState::ClosedNodes::Close(const LineTrie& trie, int32_t leaf) {
  if (leaves.count(leaf) > 0) return;
  for (int32_t node = leaf; node >= 0; node = trie.parent(node)) {
    if (++leaves[node] < trie.leaves(node) || node == LineTrie::kRoot) continue;
    std::vector<int32_t>& siblings = children[trie.parent(node)];
    siblings.insert(std::lower_bound(siblings.begin(), siblings.end(), node), node);
  }
}

int32_t ListState::Closed(int32_t node) const {
  const auto found = closed().leaves.find(node);
  return found == closed().leaves.end() ? 0 : found->second;
}

TokenSpan ListState::Allowed() {
  if (done_) return {};
  const LineTrie::Children children = trie().ChildrenOf(node_);
  const auto closed_children = closed().children.find(node_);
  if (closed_children == closed().children.end()) return {children.tokens, children.count};
  open_.clear();
  const int32_t* open = children.tokens;
  for (const int32_t child : closed_children->second) {
    const int32_t* shut = children.tokens + (child - children.first_node);
    open_.insert(open_.end(), open, shut);
    open = shut + 1;
  }
  open_.insert(open_.end(), open, children.tokens + children.count);
  return {open_.data(), static_cast<int32_t>(open_.size())};
}

void ListState::Take(int32_t compact) {
  SUITE_CHECK(!done_);
  node_ = trie().ChildOf(node_, compact);
  SUITE_CHECK_GE(node_, 0);
  SUITE_CHECK_LT(Closed(node_), trie().leaves(node_));
  if (!trie().IsLeaf(node_)) return;
  done_ = AtLastLine();
  if (!done_ && constraint_->no_repeats()) CloseLine(static_cast<size_t>(trie().sequence_at(node_)));
  if (!done_) ++line_;
  node_ = LineTrie::kRoot;
}

void ListState::CloseLine(size_t index) {
  closed_inner_.Close(constraint_->inner_lines(), constraint_->inner_lines().leaf_of(index));
  closed_last_.Close(constraint_->last_lines(), constraint_->last_lines().leaf_of(index));
}

}  // namespace suite
