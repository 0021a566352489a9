// A line of a model's answer brought to the form that the answer parser (datasets/judging/answer_parser.h) reads:
// "Title (Year)" in composed Unicode (NFC), without the typography that models put around it.
//
//   PlainLine("\u300a\u76d7\u706b\u7ebf\u300b\uff081995\uff09")  == "\u76d7\u706b\u7ebf (1995)"    // fullwidth signs
//   PlainLine("[Heat](https://example.org/Heat_(film)) [1995]")  == "Heat (1995)"
//   PlainLine("Breaking Bad (TV series, 2008\u20132013)")        == "Breaking Bad (2008)"
//   PlainLine("\"Heat (1995)\",")                                == "\"Heat (1995)\""    // of a cut JSON array
//
// The year is what the first parentheses hold that hold four digits and nothing else; without such, square brackets;
// and without those, the first year in brackets with other text, or one at the end of the line behind a dash, a comma
// or a colon.
#pragma once

#include <string>
#include <string_view>

namespace suite {

std::string PlainLine(std::string_view line);

}  // namespace suite
