// The dialogues of ReDial as released, and the samples they become by either truth rule.
#include <cstddef>
#include <cstdint>
#include <string>

#include "datasets/importers/redial_dialogues.h"
#include "datasets/importers/redial_original.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = suite::fuzz::TextOf(data, size);
  suite::fuzz::OnlyInputError([&] {
    suite::RedialOddities oddities;
    for (const suite::RedialDialogue& dialogue : suite::ParseRedialDialogues(text, "test_data.jsonl", &oddities)) {
      suite::RedialSamples(dialogue, suite::TruthRule::kAccepted);
      suite::RedialSamples(dialogue, suite::TruthRule::kMentioned);
    }
  });
  return 0;
}
