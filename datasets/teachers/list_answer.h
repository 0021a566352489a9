// Reads a teacher's answer as the list it was asked for, whatever a model wrote around it.
//
//   TeacherList list = ReadRecommendation("<think>Like Titanic (1997)?</think>\n1. Heat (1995)\n2. Alien (1979)", 2);
//   list.items                                // {{"Heat", 1995}, {"Alien", 1979}}
//   list.passed_over                          // {{"reasoning", "Like Titanic (1997)?"}}
//
// Reasoning is taken out first (answer_text.h). A list may come twice in what is left, as a draft and at the end: of
// blocks of exactly the length asked for the last one is taken (an array, a table, numbers that begin anew, lines
// without another between). Where there is no such block, the first of these that names enough films is the list:
//
//   JSON (json_in_text.h, json_films.h); the rows of tables (table_rows.h); numbered lines; lines with bullets; lines
//   that are "Title (Year)" and nothing else; lines with a remark after it, each kind of remark for itself; all these
//   together.
//
// A line in which the sentence goes on after the year is prose, and no part of a list unless it bears a number or a
// bullet. What the policy answers is judged by stricter rules, the authors' (datasets/judging/answer_parser.h).
#pragma once

#include <cstdint>
#include <string_view>

#include "datasets/teachers/teacher.h"

namespace suite {

// Wrong: fewer films than `list_length`, or one without a title among them; `error` says so. `passed_over` has an entry
// for each part of reasoning ("reasoning"), each line outside the list that names a film ("film"), each other line
// outside it ("text"), and each film of the list beyond its length ("surplus").
TeacherList ReadRecommendation(std::string_view answer, int64_t list_length);

}  // namespace suite
