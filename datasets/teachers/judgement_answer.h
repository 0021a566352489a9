// Reads a teacher's answer as the judgements it was asked for.
//
//   ReadJudgements("[2, -1]", 2).judgements                                // or one integer a line
//   ReadJudgements("<think>Hm.</think>[2, -1]", 2).passed_over             // {{"reasoning", "Hm."}}
#pragma once

#include <cstdint>
#include <string_view>

#include "datasets/teachers/teacher.h"

namespace suite {

// A JSON array of `count` integers from -2 to 2, or so many lines of one integer each ("+1" is 1; empty lines are
// passed over). A Markdown fence around either is taken off, and reasoning out (answer_text.h). Wrong: anything else.
TeacherJudgement ReadJudgements(std::string_view answer, int64_t count);

}  // namespace suite
