// The C++ side of tests/transformers_loads_our_checkpoint.py.
//
//   print_logits save FOLDER               saves one small policy for each kind of config, and two with new tokens
//   print_logits score FOLDER 5 17 3 ...   loads a policy and prints the logits [T, vocab] of these ids, a row a line
#include <ATen/core/Tensor.h>

#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"
#include "models/policy/policy_folder.h"
#include "models/policy/tiny_policy.h"

namespace suite {
namespace {

void Save(const std::string& folder) {
  for (const auto& [name, policy] : TinyPolicies()) SavePolicy(folder + "/" + name, policy);
}

void Score(const std::string& folder, std::vector<int64_t> ids) {
  const Policy policy = LoadPolicy(folder, at::kFloat);
  ids.push_back(0);  // a last token is only a target, never an input
  const at::Tensor logits =
      Llama(policy.config()).Logits(policy.weights.Tensors(), PackSequences({{ids, 1}})).contiguous();
  std::cout.precision(9);
  for (int64_t row = 0; row < logits.size(0); ++row) {
    const float* values = logits.const_data_ptr<float>() + row * logits.size(1);
    for (int64_t v = 0; v < logits.size(1); ++v) std::cout << (v > 0 ? " " : "") << values[v];
    std::cout << "\n";
  }
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "save") {
    Save(arguments[1]);
    return 0;
  }
  if (arguments.size() < 3 || arguments[0] != "score") {
    std::cerr << "usage: print_logits save FOLDER | print_logits score FOLDER ID...\n";
    return 2;
  }
  std::vector<int64_t> ids;
  for (size_t i = 2; i < arguments.size(); ++i) ids.push_back(std::stoll(arguments[i]));
  Score(arguments[1], ids);
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  try {
    return suite::Main({argv + 1, argv + argc});
  } catch (const suite::InputError& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
