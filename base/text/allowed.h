// What a setting may be, beyond its type: a range, or a list of names.
//
//   Between(2, 4096).Text();                        // "2 to 4096"
//   AboveTo(0, 9).Text();                           // "more than 0, to 9"
//   AboveTo(0, 9).Admits(0.);                       // false
//   OneOf({"line", "parsed_position"}).Text();      // "line, parsed_position"
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace suite {

struct Allowed {
  std::optional<double> least;
  std::optional<double> most;
  bool least_is_open = false;  // the bound itself is not allowed
  bool most_is_open = false;
  std::vector<std::string> names;  // empty: any name

  // Whether a number lies in the range. NaN and infinities never do.
  bool Admits(double number) const;
  bool Admits(const std::string& name) const;

  // The range or the names in words; empty when anything is allowed.
  std::string Text() const;
};

Allowed Anything();
Allowed AtLeast(double least);
Allowed Above(double least);
Allowed Between(double least, double most);
Allowed AboveTo(double least, double most);  // without `least` itself
Allowed FromTo(double least, double most);   // without `most` itself: a decay of 1 would never forget
Allowed OneOf(std::vector<std::string> names);

}  // namespace suite
