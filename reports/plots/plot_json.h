// A plot as JSON: the data file beside its picture, and what the page's scripts draw.
//
//   {"stem", "title", "description", "kind", "x_label", "y_label", "log_x", "categories", "x_ticks": [[x, text], ...],
//    "lines": [{"name", "panel", "x", "y", "low", "high", "is_reference", "other_x": [[label, [x, ...]], ...]}]}
//
// A number that is not there is null. x_ticks and panel are left out where a plot has none;
// "whole_bands": true where it is so.
#pragma once

#include <nlohmann/json.hpp>

#include "reports/plots/plot_model.h"

namespace suite {

// kSix digits are more than a curve shows.
enum class Digits { kAll, kSix };

nlohmann::ordered_json JsonNumber(double value, Digits digits);
nlohmann::ordered_json JsonNumbers(const std::vector<double>& values, Digits digits);
nlohmann::ordered_json PlotJson(const Plot& plot, Digits digits);

}  // namespace suite
