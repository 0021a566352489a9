// An answer of a model: any text is good input, and items stand on the lines of the text, in order.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "datasets/core/item_form.h"
#include "datasets/judging/answer_parser.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = suite::fuzz::TextOf(data, size);
  for (const suite::ItemForm form : {suite::ItemForm::kTitleYear, suite::ItemForm::kTitle, suite::ItemForm::kCodes}) {
    int line = -1;
    for (const suite::ParsedItem& parsed : suite::ParseAnswer(text, form)) {
      SUITE_CHECK_GT(parsed.line, line);
      line = parsed.line;
    }
    SUITE_CHECK_LT(line, suite::CountLines(text));
  }
  return 0;
}
