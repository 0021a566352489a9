#include "base/error.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/near_names.h"

namespace suite {
namespace {

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string Join(const std::vector<std::string>& names) {
  std::string joined;
  for (const auto& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

}  // namespace

InputError::InputError(const std::string& where, const std::string& found, const std::string& allowed)
    : std::runtime_error(where + ": " + found + (allowed.empty() ? "" : "; allowed: " + allowed)) {}

std::string NearestName(const std::string& name, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  return *std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
    return EditDistance(name, a) < EditDistance(name, b);
  });
}

InputError UnknownName(const std::string& where, const std::string& kind, const std::string& name,
                       const std::vector<std::string>& known) {
  const std::string meant = NearestName(name, NearNames(name, known));
  return InputError(where,
                    "unknown " + kind + " '" + name + "'" + (meant.empty() ? "" : " (did you mean '" + meant + "'?)"),
                    Join(known));
}

}  // namespace suite
