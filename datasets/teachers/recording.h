// What a teacher has answered, as lines of JSON that people can write too (UTF-8, one object a line):
//
//   {"conversation": "train/17", "list_length": 2, "list": [["Heat", 1995], ["Alien", 1979]]}
//   {"conversation": "train/17", "candidates": [["Heat", 1995], ["Alien", 1979]], "judgements": [2, -1]}
//
// "list_length" is how many were asked for; without it, as many as there are. Judgements are integers from -2 to 2, one
// for each candidate. The same line may stand twice; a second answer to the same question is an error. Empty lines are
// passed over.
//
//   const Recording recording = ReadRecording("teacher.jsonl");
//   recording.FindList("train/17", 1)             // the first of the two: {"Heat", 1995}
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

class Recording {
 public:
  // The list recorded for exactly this length; else the next longer one, cut.
  struct Found {
    bool found = false;
    std::vector<Item> items;
  };
  Found FindList(const std::string& conversation, int64_t list_length) const;
  // Null unless judgements of exactly these candidates in this order are there.
  const std::vector<int>* FindJudgements(const std::string& conversation, const std::vector<Item>& candidates) const;

  // The longest list length recorded for a conversation; 0: none.
  int64_t LongestList(const std::string& conversation) const;

  // False when the same was there before. Throws InputError naming `where` when there was another answer.
  bool AddList(const std::string& where, const std::string& conversation, int64_t list_length,
               const std::vector<Item>& items);
  bool AddJudgements(const std::string& where, const std::string& conversation, const std::vector<Item>& candidates,
                     const std::vector<int>& judgements);

 private:
  std::map<std::string, std::map<int64_t, std::vector<Item>>> lists_;
  std::map<std::string, std::map<std::vector<Item>, std::vector<int>>> judgements_;
};

// One line of the file, with its newline.
std::string ListLine(const std::string& conversation, int64_t list_length, const std::vector<Item>& items);
std::string JudgementsLine(const std::string& conversation, const std::vector<Item>& candidates,
                           const std::vector<int>& judgements);

// Throws InputError naming file and line. `path` is for the errors only.
Recording ParseRecording(const std::string& text, const std::string& path);
Recording ReadRecording(const std::string& path);

}  // namespace suite
