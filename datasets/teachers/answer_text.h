// A model's answer without what it thought aloud, however the model or its server marks that.
//
//   WithoutReasoning("<think>They name Titanic (1997).</think>\nHeat (1995)").text          // "\n\nHeat (1995)"
//   WithoutReasoning("They name Titanic (1997).</think>Heat (1995)").text                   // "\nHeat (1995)"
//   WithoutReasoning("<think>They name Titanic (1997)").unfinished                          // true: nothing is left
//
// Marks of reasoning, in any case of letters: <think>, <thinking>, <thought>, <reasoning>, <reflection>, <scratchpad>,
// <analysis> and their ends, <seed:think>, [THINK], <|START_THINKING|>, <|begin_of_thought|>, the two triangles of
// Kimi, and the analysis channel of gpt-oss. An end without a beginning (templates that write <think> into the prompt)
// makes reasoning of all before it, a beginning without an end (a cut answer) of all behind it. Marks of the answer
// itself (<answer>, <|begin_of_solution|>, <|im_end|>, ...) become line breaks; text before the first <answer> is
// reasoning too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct AnswerText {
  std::string text;                    // a line break where something was taken out
  std::vector<std::string> reasoning;  // what was taken out, in order; blank parts are not told
  bool unfinished = false;             // the answer ends within its reasoning
};

AnswerText WithoutReasoning(std::string_view answer);

// How a text begins, on one line and in well-formed UTF-8: for logs.
std::string BeginningOf(std::string_view text);

}  // namespace suite
