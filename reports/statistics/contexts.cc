#include "reports/statistics/contexts.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace suite {

std::map<std::string, std::string> ParseContexts(const std::string& text, const std::string& where) {
  std::map<std::string, std::string> contexts;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    const std::string place = where + ":" + std::to_string(number);
    if (std::count(line.begin(), line.end(), '\t') != 1) {
      throw InputError(place, "not two columns", "CONVERSATION<tab>CONTEXT");
    }
    const size_t tab = line.find('\t');
    if (!contexts.emplace(line.substr(0, tab), line.substr(tab + 1)).second) {
      throw InputError(place, "conversation '" + line.substr(0, tab) + "' is given twice", "each once");
    }
  }
  return contexts;
}

}  // namespace suite
