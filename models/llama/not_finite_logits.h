// The error of a policy whose logits are NaN or infinite: its answers and scores would be noise, not numbers.
//
// Nothing looks at logits for it. NaN and infinity reach every log-probability that is made of them, and those are few:
// who has made some looks at them (CheckRollouts in models/sampler.h, CheckScores in models/llama/sharded_scorer.h),
// and only then goes through the model again, layer by layer, to say where they come from.
#pragma once

#include <string>

#include "base/error.h"

namespace suite {

class NotFiniteLogits : public InputError {
 public:
  // `module`: of Llama::FirstNotFinite.
  explicit NotFiniteLogits(const std::string& module)
      : InputError("policy", Found(module), "an undamaged checkpoint, and a type of arithmetic that holds its numbers"),
        found_(Found(module)) {}

  // "logits are not finite: the first output that is not is that of model.layers.3"
  const std::string& found() const { return found_; }

 private:
  static std::string Found(const std::string& module) {
    const std::string logits = "logits are not finite: ";
    if (module.empty()) return logits + "they are when computed again without a cache";
    return logits + "the first output that is not is that of " + module;
  }

  std::string found_;
};

}  // namespace suite
