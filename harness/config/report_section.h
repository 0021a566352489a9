// Reads [report] and the [[claim]] tables of an experiment file. Internal to harness/config.
//
//   file.report = ReadReport(TableAt(place), "quickstart.toml");
//
// Both functions throw InputError with file and line. Only the form is looked at, and that the settings of conditions
// exist; arms and metrics are checked once the sweep is known (experiment.h).
#pragma once

#include <string>
#include <vector>

#include "harness/config/report_settings.h"
#include "harness/config/toml_place.h"

namespace suite {

ReportSettings ReadReport(const toml::table& table, const std::string& file);
std::vector<ClaimSetting> ReadClaims(const Place& place, const std::string& file);

}  // namespace suite
