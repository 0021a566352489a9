// Which conversations share a context: a file of lines "CONVERSATION<tab>CONTEXT".
//
//   spec.contexts = ParseContexts(ReadFile("contexts.tsv"), "contexts.tsv");
#pragma once

#include <map>
#include <string>

namespace suite {

// Conversation id -> context. Empty lines are skipped. Throws InputError with file and line for a line without exactly
// one tab, and for a conversation that is given twice.
std::map<std::string, std::string> ParseContexts(const std::string& text, const std::string& where);

}  // namespace suite
