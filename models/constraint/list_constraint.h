// Lists that cannot leave the catalogue: which tokens may come next in an answer of N lines, each the written form of
// an item.
//
//   ListConstraintOptions options;
//   options.list_length = 10;
//   options.no_repeats = true;
//   const ListConstraint constraint(lines, policy.tokenizer, end_token, options);   // lines: one a catalogue item
//   ListState row(constraint, /*closed_lines=*/{17});                              // without item 17
//   while (!row.done()) row.Take(Choose(row.Allowed()));                           // compact ids, see below
//
// An answer is lines 1 to N - 1, each ended by a newline, and a last line ended by the end token; nothing else, so it
// has exactly N items. A line's tokens are those that the tokenizer gives the line with its ending ("(1995)\n" may end
// in one token that holds ")" and the newline): the canonical cut, which a policy was trained on. Every other way to
// cut the same text is closed.
//
// The policy that is trained under a constraint is the constrained one: probabilities are renormalised over the allowed
// tokens wherever they are computed, by the sampler and by the scorer (token_support.h).
//
// Allowed tokens are told as compact ids: positions in vocabulary(), the tokens that any line has. A head of these rows
// alone gives all logits that are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/constraint/line_trie.h"
#include "models/kernels/choose_token.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct ListConstraintOptions {
  int64_t list_length = 20;  // N
  bool no_repeats = false;   // a line that the list already has is closed
};

class ListConstraint {
 public:
  // Equal lines count as one. Throws InputError for no line, an empty line or one with a newline, a line that the
  // tokenizer cannot write (its tokens read otherwise: a normalizer changes it), and for fewer different lines than a
  // list without repeats is long.
  ListConstraint(const std::vector<std::string>& lines, const Tokenizer& tokenizer, int64_t end_token,
                 const ListConstraintOptions& options);

  // Rising token ids; a compact id is a position in it.
  const std::vector<int64_t>& vocabulary() const { return vocabulary_; }
  // -1 for a token that no line has.
  int32_t CompactOf(int64_t token) const;

  const LineTrie& inner_lines() const { return inner_; }
  const LineTrie& last_lines() const { return last_; }
  int64_t list_length() const { return options_.list_length; }
  bool no_repeats() const { return options_.no_repeats; }
  // Different lines.
  int64_t size() const { return last_.leaves(LineTrie::kRoot); }

  // Tokens that an answer takes at least, the end included, where lines may repeat.
  int64_t ShortestAnswer() const;

 private:
  struct Cuts;
  ListConstraint(const Cuts& cuts, const ListConstraintOptions& options);

  ListConstraintOptions options_;
  std::vector<int64_t> vocabulary_;
  std::vector<int32_t> compact_of_;  // by token id
  LineTrie inner_, last_;            // of compact ids
  int64_t shortest_inner_ = 0, shortest_last_ = 0;
};

// Where one answer stands. Cheap to copy; `constraint` must outlive it.
class ListState {
 public:
  // `closed_lines`: positions among the lines that this answer may not have, such as items the user has seen. Checks
  // that enough are left for the list.
  explicit ListState(const ListConstraint& constraint, const std::vector<int64_t>& closed_lines = {});

  // What may come next: compact ids, rising; empty when the answer is done. Valid until the next call or Take.
  TokenSpan Allowed();
  // Goes on by a token, as a compact id. It must be allowed.
  void Take(int32_t compact);
  bool done() const { return done_; }

 private:
  // What is closed of a trie; nodes without any such are missing. Lists are short and catalogues are not, so what
  // Allowed looks at is what is closed, not what is open.
  struct ClosedNodes {
    std::unordered_map<int32_t, int32_t> leaves;                 // under a node, how many leaves
    std::unordered_map<int32_t, std::vector<int32_t>> children;  // of a node, those without an open leaf; rising

    // Closes a leaf, unless it is closed already.
    void Close(const LineTrie& trie, int32_t leaf);
  };

  bool AtLastLine() const { return line_ + 1 == constraint_->list_length(); }
  const LineTrie& trie() const { return AtLastLine() ? constraint_->last_lines() : constraint_->inner_lines(); }
  const ClosedNodes& closed() const { return AtLastLine() ? closed_last_ : closed_inner_; }
  int32_t Closed(int32_t node) const;
  void CloseLine(size_t index);

  const ListConstraint* constraint_;
  int64_t line_ = 0;
  int32_t node_ = LineTrie::kRoot;
  bool done_ = false;
  ClosedNodes closed_inner_, closed_last_;
  std::vector<int32_t> open_;  // what Allowed gave, where some children are closed
};

}  // namespace suite
