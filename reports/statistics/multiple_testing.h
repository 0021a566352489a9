// p values of many tests, adjusted so that each can be held against one level.
//
//   Holm({.01, .04, .03});               // {.03, .06, .06}: the chance of any false rejection stays below the level
//   BenjaminiHochberg({.01, .04, .03});  // {.03, .04, .04}: the expected share of false ones among the rejected does
//
// Holm (Scand. J. Statist. 6, 1979) holds whatever the tests have to do with each other. Benjamini and Hochberg (J. R.
// Stat. Soc. B 57, 1995) needs independent or positively dependent tests. Both keep the order of the p values given;
// equal to statsmodels' multipletests "holm" and "fdr_bh", the latter also to SciPy's false_discovery_control.
#pragma once

#include <vector>

namespace suite {

std::vector<double> Holm(const std::vector<double>& p_values);
std::vector<double> BenjaminiHochberg(const std::vector<double>& p_values);

}  // namespace suite
