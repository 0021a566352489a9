// An answer of a teacher, as a list and as judgements: any text is read or refused, and a list is as long as asked for.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "datasets/teachers/judgement_answer.h"
#include "datasets/teachers/list_answer.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = suite::fuzz::TextOf(data, size);
  for (const int64_t wanted : {1, 3}) {
    const suite::TeacherList list = suite::ReadRecommendation(text, wanted);
    SUITE_CHECK_EQ(static_cast<int64_t>(list.items.size()), list.error.empty() ? wanted : 0);
    for (const suite::Item& item : list.items) SUITE_CHECK(!item.title.empty());
    const suite::TeacherJudgement judged = suite::ReadJudgements(text, wanted);
    SUITE_CHECK_EQ(static_cast<int64_t>(judged.judgements.size()), judged.error.empty() ? wanted : 0);
  }
  return 0;
}
