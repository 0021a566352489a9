// p values of many tests, adjusted by Holm so that each can be held against one level (Scand. J. Statist. 6, 1979). The
// chance of any false rejection then stays below the level, whatever the tests have to do with each other.
//
//   Holm({.01, .04, .03});                      // {.03, .06, .06}
//   HolmSteps({.01, .04, .03}, .05)[1].level;   // .025: after one rejection the second of three stopped the procedure
//
// Adjusted p values equal statsmodels' multipletests "holm".
#pragma once

#include <vector>

namespace suite {

// In the order of the p values given.
std::vector<double> Holm(const std::vector<double>& p_values);

struct HolmStep {
  double p = 1;
  double adjusted_p = 1;
  // The level that p itself was held against: alpha / m for the smallest of m, alpha / (m - 1) for the next and so on,
  // and for all that are not rejected the level at which the procedure stopped. So an interval of confidence 1 - level
  // leaves the hypothesis out exactly when adjusted_p < alpha.
  double level = 1;
};

std::vector<HolmStep> HolmSteps(const std::vector<double>& p_values, double alpha);

}  // namespace suite
