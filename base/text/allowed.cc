#include "base/text/allowed.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

#include "base/text/format.h"

namespace suite {
namespace {

// Bounds are small whole numbers or plain decimals: no digits after the point that nobody wrote.
std::string BoundText(double bound) {
  std::ostringstream text;
  text << std::setprecision(15) << bound;
  return text.str();
}

}  // namespace

bool Allowed::Admits(double number) const {
  if (!std::isfinite(number)) return false;
  if (least && (least_is_open ? number <= *least : number < *least)) return false;
  if (most && (most_is_open ? number >= *most : number > *most)) return false;
  return true;
}

bool Allowed::Admits(const std::string& name) const {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

std::string Allowed::Text() const {
  if (!names.empty()) return Join(names, ", ");
  if (least && most && least_is_open) return "more than " + BoundText(*least) + ", to " + BoundText(*most);
  if (least && most) return BoundText(*least) + (most_is_open ? " to less than " : " to ") + BoundText(*most);
  if (least) return least_is_open ? "more than " + BoundText(*least) : BoundText(*least) + " or more";
  return "";
}

Allowed Anything() { return {}; }

Allowed AtLeast(double least) {
  Allowed allowed;
  allowed.least = least;
  return allowed;
}

Allowed Above(double least) {
  Allowed allowed = AtLeast(least);
  allowed.least_is_open = true;
  return allowed;
}

Allowed Between(double least, double most) {
  Allowed allowed = AtLeast(least);
  allowed.most = most;
  return allowed;
}

Allowed AboveTo(double least, double most) {
  Allowed allowed = Between(least, most);
  allowed.least_is_open = true;
  return allowed;
}

Allowed FromTo(double least, double most) {
  Allowed allowed = Between(least, most);
  allowed.most_is_open = true;
  return allowed;
}

Allowed OneOf(std::vector<std::string> names) {
  Allowed allowed;
  allowed.names = std::move(names);
  return allowed;
}

}  // namespace suite
