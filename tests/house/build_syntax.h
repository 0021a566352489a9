// An evaluator for the part of Starlark that BUILD files are written in. Calls are handed to a function of the
// caller's.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace suite::house {

struct Value {
  enum Kind { kNone, kString, kList, kDict };
  Kind kind = kNone;
  std::string text;          // of a string
  std::vector<Value> items;  // of a list or tuple; a dictionary's are lists of key and value
};

// All strings of a list, or the one of a string.
std::vector<std::string> Strings(const Value& value);

struct Call {
  std::string function;
  std::vector<Value> positional;
  std::map<std::string, Value> keywords;
};

// Evaluates a BUILD file's text; `on_call` gives the value of each call, in order of evaluation. `file` is for
// messages. Throws InputError at what it does not understand.
void Evaluate(const std::string& text, const std::string& file, const std::function<Value(const Call&)>& on_call);

}  // namespace suite::house
