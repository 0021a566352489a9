#include "reports/plots/plot_model.h"

#include <algorithm>

namespace suite {

std::vector<std::string> PanelsOf(const Plot& plot) {
  std::vector<std::string> panels;
  for (const PlotLine& line : plot.lines) {
    if (std::find(panels.begin(), panels.end(), line.panel) == panels.end()) panels.push_back(line.panel);
  }
  return panels;
}

}  // namespace suite
