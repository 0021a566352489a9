#include "harness/config/experiment.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "harness/config/toml_settings.h"

namespace suite {
namespace {

constexpr char kSeedKey[] = "seed";

// More runs than this are a typing error, not an experiment.
constexpr size_t kMaxRuns = 10000;

// Values of all axes at one grid point, in the order of the axes.
using GridPoint = std::vector<SettingValue>;

std::string StemOf(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  return name.substr(0, name.rfind('.'));
}

ExperimentFile ReadExperimentFile(const std::string& path) {
  return path.empty() ? ExperimentFile() : ParseExperimentFile(ReadFile(path), path);
}

std::vector<Setting> ParseSets(const std::vector<std::string>& sets) {
  std::vector<Setting> settings;
  for (const auto& assignment : sets) {
    settings.push_back(ParseAssignment(assignment));
    settings.back().key = ResolveKey(settings.back().key, settings.back().origin);
  }
  return settings;
}

void CheckAxes(const std::vector<SweepAxis>& axes, const KnownNames& known_names, RunConfig scratch) {
  for (const SweepAxis& axis : axes) {
    for (const SettingValue& value : axis.values)
      ApplySettings({{axis.key, value, axis.origin}}, known_names, &scratch);
  }
}

// Lays file and profile over the defaults, after a look at every profile and axis of the file.
RunConfig BaseConfig(const ExperimentFile& file, const ExperimentRequest& request) {
  RunConfig base;
  ApplySettings(file.base, request.known_names, &base);
  CheckAxes(file.sweep, request.known_names, base);
  std::vector<std::string> names;
  for (const auto& [name, profile] : file.profiles) {
    RunConfig scratch = base;
    ApplySettings(profile.settings, request.known_names, &scratch);
    CheckAxes(profile.sweep, request.known_names, scratch);
    names.push_back(name);
  }
  if (request.profile.empty()) return base;
  const auto chosen = file.profiles.find(request.profile);
  if (chosen == file.profiles.end()) throw UnknownName(file.path, "profile", request.profile, names);
  ApplySettings(chosen->second.settings, request.known_names, &base);
  return base;
}

SweepAxis* FindAxis(std::vector<SweepAxis>* axes, const std::string& key) {
  const auto found = std::find_if(axes->begin(), axes->end(), [&](const SweepAxis& axis) { return axis.key == key; });
  return found == axes->end() ? nullptr : &*found;
}

// The axes of the file, with those of the profile in their place.
std::vector<SweepAxis> Axes(const ExperimentFile& file, const std::string& profile) {
  std::vector<SweepAxis> axes = file.sweep;
  if (profile.empty()) return axes;
  for (const SweepAxis& replacement : file.profiles.at(profile).sweep) {
    if (SweepAxis* axis = FindAxis(&axes, replacement.key)) {
      *axis = replacement;
    } else {
      axes.push_back(replacement);
    }
  }
  return axes;
}

std::vector<GridPoint> Grid(const std::vector<SweepAxis>& axes) {
  std::vector<GridPoint> points = {{}};
  for (const SweepAxis& axis : axes) {
    if (points.size() * axis.values.size() > kMaxRuns) {
      throw InputError(axis.origin, "the sweep has more than " + std::to_string(kMaxRuns) + " runs", "fewer values");
    }
    std::vector<GridPoint> longer;
    for (const GridPoint& point : points) {
      for (const SettingValue& value : axis.values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

// The key's last word, or the whole key where two axes end in the same word.
std::string ShortKey(const std::vector<SweepAxis>& axes, const std::string& key) {
  const auto last_word = [](const std::string& dotted) { return dotted.substr(dotted.rfind('.') + 1); };
  const auto same = std::count_if(axes.begin(), axes.end(),
                                  [&](const SweepAxis& axis) { return last_word(axis.key) == last_word(key); });
  return same > 1 ? key : last_word(key);
}

std::string PlainText(const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : SettingText(value);
}

std::string ArmOf(const std::vector<SweepAxis>& axes, const GridPoint& point, const RunConfig& base) {
  std::vector<size_t> swept;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].key != kSeedKey) swept.push_back(i);
  }
  if (swept.empty()) return base.objective.preset;
  if (swept.size() == 1 && std::holds_alternative<std::string>(point[swept[0]])) return PlainText(point[swept[0]]);
  std::string arm;
  for (const size_t i : swept) {
    arm += (arm.empty() ? "" : ", ") + ShortKey(axes, axes[i].key) + "=" + PlainText(point[i]);
  }
  return arm;
}

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

std::vector<std::string> ArmsOf(const std::vector<SweepAxis>& axes, const RunConfig& base) {
  std::vector<std::string> arms;
  for (const GridPoint& point : Grid(axes)) AddOnce(ArmOf(axes, point, base), &arms);
  return arms;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Refuses names that neither the whole sweep nor the caller knows.
void CheckReport(const ReportSettings& report, const std::vector<std::string>& arms, const KnownNames& known_names) {
  const auto metrics = known_names.find("report.metrics");
  const auto check_metric = [&](const std::string& metric, const std::string& origin) {
    if (metrics != known_names.end() && !Contains(metrics->second, metric)) {
      throw UnknownName(origin, "metric", metric, metrics->second);
    }
  };
  for (const auto& metric : report.metrics) check_metric(metric, report.metrics_origin);
  for (const ComparisonSetting& comparison : report.comparisons) {
    for (const auto& arm : {comparison.left, comparison.right}) {
      if (!Contains(arms, arm)) throw UnknownName(comparison.origin, "arm", arm, arms);
    }
    check_metric(comparison.metric, comparison.origin);
  }
  for (const auto& [arm, display] : report.arm_names) {
    if (!Contains(arms, arm)) throw UnknownName(report.arm_origins.at(arm), "arm", arm, arms);
  }
}

void KeepComparisonsOf(const std::vector<std::string>& arms, ReportSettings* report) {
  auto& comparisons = report->comparisons;
  const auto lacks_arm = [&](const ComparisonSetting& comparison) {
    return !Contains(arms, comparison.left) || !Contains(arms, comparison.right);
  };
  comparisons.erase(std::remove_if(comparisons.begin(), comparisons.end(), lacks_arm), comparisons.end());
}

std::vector<Setting> PointSettings(const std::vector<SweepAxis>& axes, const GridPoint& point) {
  std::vector<Setting> settings;
  for (size_t i = 0; i < axes.size(); ++i) settings.push_back({axes[i].key, point[i], axes[i].origin});
  return settings;
}

std::string PointText(const std::vector<SweepAxis>& axes, const GridPoint& point) {
  std::string text;
  for (size_t i = 0; i < axes.size(); ++i) {
    text += (i > 0 ? ", " : "") + axes[i].key + " = " + SettingText(point[i]);
  }
  return text;
}

std::vector<ExperimentRun> ExpandRuns(const std::vector<SweepAxis>& axes, const RunConfig& base,
                                      const std::vector<Setting>& sets, const ExperimentRequest& request) {
  std::vector<ExperimentRun> runs;
  std::map<std::string, std::string> point_of_hash;
  for (const GridPoint& point : Grid(axes)) {
    RunConfig config = base;
    ApplySettings(PointSettings(axes, point), request.known_names, &config);
    ApplySettings(sets, request.known_names, &config);
    CheckConsistent(config);
    const std::string hash = ConfigHash(config);
    const auto [first, is_new] = point_of_hash.emplace(hash, PointText(axes, point));
    if (!is_new) {
      throw InputError(request.path,
                       "two runs of the sweep are one: {" + first->second + "} and {" + PointText(axes, point) + "}",
                       "grid points that differ in what changes results");
    }
    runs.push_back({ArmOf(axes, point, base), hash, std::move(config)});
  }
  return runs;
}

}  // namespace

Experiment LoadExperiment(const ExperimentRequest& request) {
  const ExperimentFile file = ReadExperimentFile(request.path);
  RunConfig base = BaseConfig(file, request);
  std::vector<SweepAxis> axes = Axes(file, request.profile);
  std::vector<std::string> all_arms = ArmsOf(axes, base);
  all_arms.insert(all_arms.end(), request.baseline_arms.begin(), request.baseline_arms.end());
  CheckReport(file.report, all_arms, request.known_names);

  const std::vector<Setting> sets = ParseSets(request.sets);
  ApplySettings(sets, request.known_names, &base);
  for (const Setting& set : sets) {
    if (SweepAxis* axis = FindAxis(&axes, set.key)) axis->values = {set.value};
  }

  Experiment experiment;
  experiment.name = StemOf(request.path);
  experiment.runs = ExpandRuns(axes, base, sets, request);
  experiment.report = file.report;
  for (const ExperimentRun& run : experiment.runs) AddOnce(run.arm, &experiment.arms);
  std::vector<std::string> present = experiment.arms;
  present.insert(present.end(), request.baseline_arms.begin(), request.baseline_arms.end());
  KeepComparisonsOf(present, &experiment.report);
  return experiment;
}

RunConfig LoadRunConfig(const ExperimentRequest& request) {
  const ExperimentFile file = ReadExperimentFile(request.path);
  RunConfig config = BaseConfig(file, request);
  const std::vector<SweepAxis> axes = Axes(file, request.profile);
  if (!axes.empty())
    throw InputError(axes.front().origin, "a sweep where one run is asked for", "a file without [sweep]");
  ApplySettings(ParseSets(request.sets), request.known_names, &config);
  CheckConsistent(config);
  return config;
}

}  // namespace suite
