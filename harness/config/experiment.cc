#include "harness/config/experiment.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "harness/config/sweep_points.h"
#include "harness/config/toml_settings.h"

namespace suite {
namespace {

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
  for (const SweepRule& rule : file.rules.include) CheckAxes(rule, request.known_names, base);
  std::vector<std::string> names;
  for (const auto& [name, profile] : file.profiles) {
    RunConfig scratch = base;
    ApplySettings(profile.settings, request.known_names, &scratch);
    CheckAxes(profile.sweep, request.known_names, scratch);
    for (const SweepRule& rule : profile.rules.include) CheckAxes(rule, request.known_names, scratch);
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

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

std::vector<std::string> ArmsOf(const std::vector<SweepPoint>& points, const RunConfig& base) {
  std::vector<std::string> arms;
  for (const SweepPoint& point : points) AddOnce(ArmOf(point, points, base.objective.preset), &arms);
  return arms;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The scores that a claim's metric names (reports/claim.h). Series are known only once a run has made its first step.
std::vector<std::string> ScoresOf(std::string metric) {
  for (const std::string prefix : {"spread:", "roughness:"}) {
    if (metric.rfind(prefix, 0) == 0) metric = metric.substr(prefix.size());
  }
  if (metric.rfind("series:", 0) == 0) return {};
  const std::string minus = " - ";
  const size_t at = metric.find(minus);
  if (at == std::string::npos) return {metric};
  return {metric.substr(0, at), metric.substr(at + minus.size())};
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
  for (const ClaimSetting& claim : report.claims) {
    for (const auto& arm : {claim.left, claim.right.empty() ? claim.left : claim.right}) {
      if (!Contains(arms, arm)) throw UnknownName(claim.origin, "arm", arm, arms);
    }
    for (const auto& metric : {claim.metric, claim.right_metric.empty() ? claim.metric : claim.right_metric}) {
      for (const std::string& score : ScoresOf(metric)) check_metric(score, claim.origin);
    }
  }
  for (const auto& [arm, display] : report.arm_names) {
    if (!Contains(arms, arm)) throw UnknownName(report.arm_origins.at(arm), "arm", arm, arms);
  }
}

// Drops what compares an arm that is not there.
template <typename Pair>
void KeepPairsOf(const std::vector<std::string>& arms, std::vector<Pair>* pairs) {
  const auto lacks_arm = [&](const Pair& pair) {
    return !Contains(arms, pair.left) || (!pair.right.empty() && !Contains(arms, pair.right));
  };
  pairs->erase(std::remove_if(pairs->begin(), pairs->end(), lacks_arm), pairs->end());
}

// The names of metrics that any run of the sweep may have.
KnownNames WithMetrics(KnownNames known_names, const std::vector<SweepAxis>& axes, RunConfig base) {
  if (known_names.count("report.metrics")) return known_names;
  std::vector<std::string> names = MetricNames(base.eval.k);
  for (const SweepAxis& axis : axes) {
    if (axis.key != "eval.k") continue;
    for (const SettingValue& value : axis.values) {
      ApplySettings({{axis.key, value, axis.origin}}, known_names, &base);
      for (const std::string& name : MetricNames(base.eval.k)) AddOnce(name, &names);
    }
  }
  known_names["report.metrics"] = names;
  return known_names;
}

std::vector<ExperimentRun> ExpandRuns(const std::vector<SweepPoint>& points, const RunConfig& base,
                                      const std::vector<Setting>& sets, const ExperimentRequest& request) {
  std::vector<ExperimentRun> runs;
  std::map<std::string, std::string> point_of_run;
  for (const SweepPoint& point : points) {
    RunConfig config = base;
    ApplySettings(point, request.known_names, &config);
    ApplySettings(sets, request.known_names, &config);
    CheckConsistent(config);
    const std::string hash = ConfigHash(config);
    // What lies at a path is part of a name only when its lock is filled in.
    const std::string identity = hash + "\n" + config.policy.path + "\n" + config.data.path + "\n" +
                                 config.teacher.path + "\n" + config.embedder.path;
    const auto [first, is_new] = point_of_run.emplace(identity, PointText(point));
    if (!is_new) {
      if (!sets.empty()) continue;  // --set made two points one
      throw InputError(request.path,
                       "two runs of the sweep are one: {" + first->second + "} and {" + PointText(point) + "}",
                       "grid points that differ in what changes results");
    }
    runs.push_back({ArmOf(point, points, base.objective.preset), hash, std::move(config)});
  }
  return runs;
}

// The rules of the file, with those of the profile in their place, kind by kind.
SweepRules RulesOf(const ExperimentFile& file, const std::string& profile) {
  SweepRules rules = file.rules;
  if (profile.empty()) return rules;
  const SweepRules& own = file.profiles.at(profile).rules;
  if (!own.exclude.empty()) rules.exclude = own.exclude;
  if (!own.include.empty()) rules.include = own.include;
  return rules;
}

}  // namespace

Experiment LoadExperiment(const ExperimentRequest& request) {
  const ExperimentFile file = ReadExperimentFile(request.path);
  RunConfig base = BaseConfig(file, request);
  std::vector<SweepAxis> axes = Axes(file, request.profile);
  SweepRules rules = RulesOf(file, request.profile);
  CheckExclusions(file.sweep, file.rules);
  for (const auto& [name, profile] : file.profiles) CheckExclusions(Axes(file, name), profile.rules);
  std::vector<std::string> all_arms = ArmsOf(SweepPoints(axes, rules), base);
  all_arms.insert(all_arms.end(), request.baseline_arms.begin(), request.baseline_arms.end());

  const std::vector<Setting> sets = ParseSets(request.sets);
  ApplySettings(sets, request.known_names, &base);
  CheckReport(file.report, all_arms, WithMetrics(request.known_names, axes, base));
  NarrowTo(sets, &axes, &rules);

  Experiment experiment;
  experiment.name = StemOf(request.path);
  experiment.runs = ExpandRuns(SweepPoints(axes, rules), base, sets, request);
  experiment.budget = file.budget;
  experiment.report = file.report;
  for (const ExperimentRun& run : experiment.runs) AddOnce(run.arm, &experiment.arms);
  std::vector<std::string> present = experiment.arms;
  present.insert(present.end(), request.baseline_arms.begin(), request.baseline_arms.end());
  KeepPairsOf(present, &experiment.report.comparisons);
  KeepPairsOf(present, &experiment.report.claims);
  return experiment;
}

RunConfig LoadRunConfig(const ExperimentRequest& request) {
  const ExperimentFile file = ReadExperimentFile(request.path);
  RunConfig config = BaseConfig(file, request);
  const std::vector<SweepAxis> axes = Axes(file, request.profile);
  if (!axes.empty())
    throw InputError(axes.front().origin, "a sweep where one run is asked for", "a file without [sweep]");
  ApplySettings(ParseSets(request.sets), request.known_names, &config);
  CheckConsistent(config, request.needs_policy);
  return config;
}

}  // namespace suite
