#include "reports/plots/plot_json.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

const char* NameOf(PlotKind kind) {
  switch (kind) {
    case PlotKind::kLines:
      return "lines";
    case PlotKind::kPoints:
      return "points";
    case PlotKind::kBars:
      return "bars";
    case PlotKind::kForest:
      return "forest";
    case PlotKind::kPanels:
      return "panels";
  }
  return "";
}

Json LineJson(const PlotLine& line, Digits digits) {
  Json json = {{"name", line.name}};
  if (!line.panel.empty()) json["panel"] = line.panel;
  json["x"] = JsonNumbers(line.x, digits);
  json["y"] = JsonNumbers(line.y, digits);
  json["low"] = JsonNumbers(line.low, digits);
  json["high"] = JsonNumbers(line.high, digits);
  json["is_reference"] = line.is_reference;
  json["other_x"] = Json::array();
  for (const auto& [label, x] : line.other_x) {
    json["other_x"].push_back(Json::array({label, JsonNumbers(x, digits)}));
  }
  return json;
}

}  // namespace

Json JsonNumber(double value, Digits digits) {
  if (!std::isfinite(value)) return Json();
  if (digits == Digits::kAll) return Json(value);
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.6g", value);
  return Json(std::strtod(buffer, nullptr));
}

Json JsonNumbers(const std::vector<double>& values, Digits digits) {
  Json list = Json::array();
  for (double value : values) list.push_back(JsonNumber(value, digits));
  return list;
}

Json PlotJson(const Plot& plot, Digits digits) {
  Json json = {{"stem", plot.file_stem},    {"title", plot.title},          {"description", plot.description},
               {"kind", NameOf(plot.kind)}, {"x_label", plot.x_label},      {"y_label", plot.y_label},
               {"log_x", plot.log_x},       {"categories", plot.categories}};
  if (!plot.x_ticks.empty()) {
    json["x_ticks"] = Json::array();
    for (const auto& [x, text] : plot.x_ticks) json["x_ticks"].push_back(Json::array({x, text}));
  }
  if (plot.whole_bands) json["whole_bands"] = true;
  json["lines"] = Json::array();
  for (const PlotLine& line : plot.lines) json["lines"].push_back(LineJson(line, digits));
  return json;
}

}  // namespace suite
