#include "base/text/format.h"

#include <cstdio>

namespace suite {

std::string ExactNumber(double value) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}

}  // namespace suite
