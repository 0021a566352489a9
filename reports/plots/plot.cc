#include "reports/plots/plot.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text/format.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

// In the order of PlotKind.
constexpr std::array<const char*, 5> kKinds = {"lines", "points", "bars", "forest", "panels"};

std::string ExactOrNone(double value) { return std::isnan(value) ? "" : ExactNumber(value); }

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

std::vector<std::string> PanelsOf(const Plot& plot) {
  std::vector<std::string> panels;
  for (const PlotLine& line : plot.lines) {
    if (std::find(panels.begin(), panels.end(), line.panel) == panels.end()) panels.push_back(line.panel);
  }
  return panels;
}

std::string ToPlotCsv(const Plot& plot) {
  TextTable table;
  const bool has_panels = plot.kind == PlotKind::kPanels;
  if (has_panels) table.header = {"panel"};
  table.header.insert(table.header.end(), {"line", "x", "y", "low", "high"});
  std::vector<std::string> other_axes;
  for (const PlotLine& line : plot.lines) {
    for (const auto& [label, x] : line.other_x) {
      if (std::find(other_axes.begin(), other_axes.end(), label) == other_axes.end()) other_axes.push_back(label);
    }
  }
  table.header.insert(table.header.end(), other_axes.begin(), other_axes.end());
  for (const PlotLine& line : plot.lines) {
    for (size_t i = 0; i < line.x.size(); ++i) {
      const bool has_band = !line.low.empty();
      const bool is_category = !plot.categories.empty();
      std::vector<TextCell> row;
      if (has_panels) row.push_back({line.panel});
      for (const std::string& text : {line.name, is_category ? plot.categories[i] : ExactOrNone(line.x[i]),
                                      ExactOrNone(line.y[i]), has_band ? ExactOrNone(line.low[i]) : std::string(),
                                      has_band ? ExactOrNone(line.high[i]) : std::string()}) {
        row.push_back({text});
      }
      for (const std::string& axis : other_axes) {
        row.emplace_back();
        for (const auto& [label, x] : line.other_x) {
          if (label == axis) row.back().text = ExactOrNone(x[i]);
        }
      }
      table.rows.push_back(row);
    }
  }
  return ToCsv(table);
}

Json JsonNumber(double value, Digits digits) {
  if (!std::isfinite(value)) return Json();
  if (digits == Digits::kAll) return Json(value);
  return Json(std::strtod(Fixed("%.6g", value).c_str(), nullptr));
}

Json JsonNumbers(const std::vector<double>& values, Digits digits) {
  Json list = Json::array();
  for (double value : values) list.push_back(JsonNumber(value, digits));
  return list;
}

Json PlotJson(const Plot& plot, Digits digits) {
  Json json = {{"stem", plot.file_stem},
               {"title", plot.title},
               {"description", plot.description},
               {"kind", kKinds[static_cast<size_t>(plot.kind)]},
               {"x_label", plot.x_label},
               {"y_label", plot.y_label},
               {"log_x", plot.log_x},
               {"categories", plot.categories}};
  if (!plot.x_ticks.empty()) {
    json["x_ticks"] = Json::array();
    for (const auto& [x, text] : plot.x_ticks) json["x_ticks"].push_back(Json::array({x, text}));
  }
  if (plot.whole_bands) json["whole_bands"] = true;
  json["lines"] = Json::array();
  for (const PlotLine& line : plot.lines) json["lines"].push_back(LineJson(line, digits));
  return json;
}

std::string ToFileStem(const std::string& name) {
  std::string stem;
  for (char c : name) stem += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return stem;
}

}  // namespace suite
