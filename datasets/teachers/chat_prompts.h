// What a chat model is asked, in our own words, and how its answers are read.
//
//   RecommendPrompt(conversation, 20)                     // system and user message
//   ReadRecommendation("1. Heat (1995)\n2. Alien (1979)", 2).items
//   ReadJudgements("[2, -1]", 2).judgements               // or one integer a line
//
// Reading is strict; what is wrong comes back as `error`, and the question is asked again (chat_teacher.h).
//
// Source: arXiv 2510.20150, section 3, says what is asked (a list; judgements on -2 .. 2); the wording is ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/teacher.h"

namespace suite {

std::vector<PromptMessage> RecommendPrompt(const Conversation& conversation, int64_t list_length);

// `candidates` numbered from 1.
std::vector<PromptMessage> JudgePrompt(const Conversation& conversation, const std::vector<Item>& candidates);

// The first `list_length` items by ParseAnswer (datasets/judging/answer_parser.h), which passes over lines that hold
// none. Wrong: fewer items, or an item without a title among them.
TeacherList ReadRecommendation(std::string_view answer, int64_t list_length);

// A JSON array of `count` integers from -2 to 2, or so many lines of one integer each ("+1" is 1; empty lines are
// passed over). A Markdown fence around either is taken off. Wrong: anything else.
TeacherJudgement ReadJudgements(std::string_view answer, int64_t count);

// SHA-256 of both prompts with everything in them that is not the question's: changes when their wording does.
std::string PromptsHash();

}  // namespace suite
