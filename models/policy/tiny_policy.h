// For tests: a whole policy of a few kilobytes, the same bytes on every machine.
#pragma once

#include <string>
#include <vector>

#include "models/llama/tiny_llama.h"
#include "models/policy/policy_folder.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

// 29 tokens at most, of which <|pad|> is 0 and <|end|> is 1; without most bytes.
Tokenizer TinyTokenizer();

constexpr const char* kTinyTemplate = "{% for m in messages %}{{ m['content'] }}<|end|>{% endfor %}";

// With eos 1, pad 0 and kTinyTemplate. Every parameter is random, biases and norms too: whole multiples of 1/256, so
// that no machine's mathematics library and no order of operations has a say.
Policy TinyPolicy(LlamaConfig config = TinyConfig(), at::ScalarType dtype = at::kFloat);

struct NamedPolicy {
  std::string name;
  Policy policy;
};

// TinyPolicy of each of TinyConfigs, under its name; then "tied_new_tokens" and "untied_new_tokens", to which <item_0>
// to <item_11> were added: eight of them in spare rows, and four in new ones.
std::vector<NamedPolicy> TinyPolicies();

}  // namespace suite
