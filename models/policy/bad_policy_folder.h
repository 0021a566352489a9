// For tests: Hugging Face folders with one thing damaged, and the one error that each must give.
//
//   ExpectErrors({{"no tokenizer", Without("tokenizer.json"), "FOLDER/tokenizer.json: cannot be read: ..."}}, Load);
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace suite {

using Damage = std::function<void(const std::string& folder)>;

struct BadFolder {
  std::string kind;
  Damage damage;
  std::string message;  // the whole error; "FOLDER" stands for the folder's path
};

// Takes a file away, or puts a text in its place.
Damage Without(const std::string& file);
Damage Text(const std::string& file, const std::string& text);

// Sets what a JSON pointer ("/model/vocab/a") names in a JSON file.
Damage Set(const std::string& file, const std::string& pointer, const nlohmann::json& value);

// `depth` lists within each other.
std::string Brackets(size_t depth);

// For each row: saves TinyPolicy with the miniature's chat template, which `read` must take, does the damage, and
// expects `read` to throw the row's error.
void ExpectErrors(const std::vector<BadFolder>& table, const std::function<void(const std::string& folder)>& read);

}  // namespace suite
