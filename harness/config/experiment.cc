#include "harness/config/experiment.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "base/text/fill_in.h"
#include "harness/config/report_settings.h"
#include "harness/config/sweep_points.h"
#include "harness/config/toml_settings.h"
#include "harness/metrics/metric_table.h"

namespace suite {
namespace {

std::string StemOf(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  return name.substr(0, name.rfind('.'));
}

// Far more than any experiment needs; the parser takes many times the memory of its text.
constexpr int64_t kMostConfigBytes = int64_t{16} << 20;

ExperimentFile ReadExperimentFile(const std::string& path) {
  if (!path.empty()) CheckFile(path, kMostConfigBytes);
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

// File and profile (none: empty) over the defaults.
RunConfig Layered(const ExperimentFile& file, const std::string& profile, const KnownNames& known_names) {
  RunConfig config;
  ApplySettings(file.base, known_names, &config);
  if (!profile.empty()) ApplySettings(file.profiles.at(profile).settings, known_names, &config);
  return config;
}

// The same, after a look at every profile and axis of the file.
RunConfig BaseConfig(const ExperimentFile& file, const ExperimentRequest& request) {
  const RunConfig base = Layered(file, "", request.known_names);
  CheckAxes(file.sweep, request.known_names, base);
  for (const SweepRule& rule : file.rules.include) CheckAxes(rule, request.known_names, base);
  std::vector<std::string> names;
  for (const auto& [name, profile] : file.profiles) {
    const RunConfig scratch = Layered(file, name, request.known_names);
    CheckAxes(profile.sweep, request.known_names, scratch);
    for (const SweepRule& rule : profile.rules.include) CheckAxes(rule, request.known_names, scratch);
    names.push_back(name);
  }
  if (!request.profile.empty() && !file.profiles.count(request.profile)) {
    if (names.empty()) throw InputError(file.path, "has no profile '" + request.profile + "'", "no --profile");
    throw UnknownName(file.path, "profile", request.profile, names);
  }
  return Layered(file, request.profile, request.known_names);
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

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (!Contains(*names, name)) names->push_back(name);
}

void AddAll(const std::vector<std::string>& more, std::vector<std::string>* names) {
  for (const std::string& name : more) AddOnce(name, names);
}

// What the [report] and the claims of a file may name. A file speaks for all of its profiles at once, and a profile may
// have other arms (three checkpoints instead of three widths), other scores (recall@20) or longer lists. So a name must
// be known to the file, in whatever profile; and what the profile at hand lacks is left out of its report.
struct ReportNames {
  std::vector<std::string> arms;     // and the policies that every run starts from
  std::vector<std::string> metrics;  // scores: "ndcg@10"
  int64_t ranks = 0;                 // places of a series by rank: "series:reward_by_rank/15" asks for 15

  // What `other` has and this lacks.
  void Add(const ReportNames& other) {
    AddAll(other.arms, &arms);
    AddAll(other.metrics, &metrics);
    ranks = std::max(ranks, other.ranks);
  }
};

// The scores that a claim's metric names (reports/spec/claim.h). Series are known only once a run
// has made its first step.
std::vector<std::string> ScoresNamedBy(std::string metric) {
  for (const std::string prefix : {"spread:", "curve:", "roughness:", "target_steps:", "half_gain_steps:"}) {
    if (metric.rfind(prefix, 0) == 0) metric = metric.substr(prefix.size());
  }
  if (metric.empty() || metric.rfind("series:", 0) == 0) return {};
  const std::string minus = " - ";
  const size_t at = metric.find(minus);
  if (at == std::string::npos) return {metric};
  return {metric.substr(0, at), metric.substr(at + minus.size())};
}

// Of "series:reward_by_rank/15": 15. 0 for what has no place.
int64_t PlaceOf(const std::string& metric) {
  const size_t slash = metric.rfind('/');
  return slash == std::string::npos ? 0 : std::atoll(metric.c_str() + slash + 1);
}

// What one comparison or claim names.
ReportNames NamedBy(const ComparisonSetting& comparison) {
  return {{comparison.left, comparison.right}, {comparison.metric}};
}

ReportNames NamedBy(const ClaimSetting& claim) {
  ReportNames names = {{claim.left}, ScoresNamedBy(claim.metric)};
  if (!claim.right.empty()) names.arms.push_back(claim.right);
  AddAll(ScoresNamedBy(claim.right_metric), &names.metrics);
  names.ranks = std::max(PlaceOf(claim.metric), PlaceOf(claim.right_metric));
  return names;
}

// The first name that `names` lacks.
const std::string* FirstMissing(const std::vector<std::string>& named, const std::vector<std::string>& names) {
  const auto missing =
      std::find_if(named.begin(), named.end(), [&names](const std::string& name) { return !Contains(names, name); });
  return missing == named.end() ? nullptr : &*missing;
}

void CheckNames(const ReportNames& named, const std::string& origin, const ReportNames& known) {
  if (const std::string* arm = FirstMissing(named.arms, known.arms)) {
    throw UnknownName(origin, "arm", *arm, known.arms);
  }
  if (const std::string* metric = FirstMissing(named.metrics, known.metrics)) {
    throw UnknownName(origin, "metric", *metric, known.metrics);
  }
  if (named.ranks > known.ranks) {
    throw InputError(origin, "place " + std::to_string(named.ranks) + " of a series by rank",
                     "1 to " + std::to_string(known.ranks));
  }
}

template <typename Pair>
void KeepPairs(const ReportNames& present, std::vector<Pair>* pairs) {
  const auto lacks_a_name = [&](const Pair& pair) {
    const ReportNames named = NamedBy(pair);
    return FirstMissing(named.arms, present.arms) || FirstMissing(named.metrics, present.metrics) ||
           named.ranks > present.ranks;
  };
  pairs->erase(std::remove_if(pairs->begin(), pairs->end(), lacks_a_name), pairs->end());
}

// Throws InputError where the sentence names a setting, in braces, that there is not.
void CheckSettingsIn(const std::string& sentence, const std::string& origin) {
  FillIn(sentence, [&origin](const std::string& key) { return ResolveKey(key, origin); });
}

// Throws InputError at the place of the first name that is not in `known`, with the nearest one.
void CheckReport(const ReportSettings& report, const ReportNames& known) {
  CheckNames({{}, report.metrics}, report.metrics_origin, known);
  for (const ComparisonSetting& comparison : report.comparisons) {
    CheckNames(NamedBy(comparison), comparison.origin, known);
  }
  for (const ClaimSetting& claim : report.claims) CheckNames(NamedBy(claim), claim.origin, known);
  for (const auto& [arm, display] : report.arm_names) CheckNames({{arm}, {}}, report.arm_origins.at(arm), known);
  CheckSettingsIn(report.title, report.title_origin);
  for (const NoteSetting& note : report.notes) CheckSettingsIn(note.text, note.origin);
  for (const ClaimSetting& claim : report.claims) CheckSettingsIn(claim.sentence, claim.origin);
}

// The report without the metrics, comparisons and claims that name what is not present. Names of arms stay.
ReportSettings KeepPresent(ReportSettings report, const ReportNames& present) {
  const auto lacking = [&](const std::string& metric) { return !Contains(present.metrics, metric); };
  report.metrics.erase(std::remove_if(report.metrics.begin(), report.metrics.end(), lacking), report.metrics.end());
  KeepPairs(present, &report.comparisons);
  KeepPairs(present, &report.claims);
  return report;
}

std::vector<std::string> ArmsOf(const std::vector<SweepPoint>& points, const RunConfig& base) {
  std::vector<std::string> arms;
  for (const SweepPoint& point : points) AddOnce(ArmOf(point, points, base.objective.preset), &arms);
  return arms;
}

// The scores that any run of the sweep may have.
std::vector<std::string> ScoresOf(const std::vector<SweepAxis>& axes, RunConfig base, const KnownNames& known_names) {
  std::vector<std::string> names = MetricNames(base.eval.k);
  for (const SweepAxis& axis : axes) {
    if (axis.key != "eval.k") continue;
    for (const SettingValue& value : axis.values) {
      ApplySettings({{axis.key, value, axis.origin}}, known_names, &base);
      AddAll(MetricNames(base.eval.k), &names);
    }
  }
  return names;
}

// Where --set says that answers are counted, the arm is no longer what its point says.
std::string ArmOfRun(const RunConfig& config, const SweepPoint& point, const std::vector<SweepPoint>& points,
                     const RunConfig& base) {
  const bool by_kind = std::any_of(point.begin(), point.end(), [](const Setting& s) { return s.key == "policy.kind"; });
  return IsCounted(config) && !by_kind ? config.policy.kind : ArmOf(point, points, base.objective.preset);
}

// The runs that count so far. What they count does not depend on a seed, so one run is enough.
class CountedArms {
 public:
  // `may_be_one`: --set may have made two arms one.
  explicit CountedArms(bool may_be_one) : may_be_one_(may_be_one) {}

  // False for a run that counts what one before it does. Throws InputError where that is of another arm.
  bool IsNew(const RunConfig& config, const std::string& arm, const SweepPoint& point) {
    if (!IsCounted(config)) return true;
    std::string what;
    for (const ConfigEntry& entry : ConfigEntries(config)) {
      const bool counts = entry.key.rfind("data.", 0) == 0 || entry.key == "policy.kind" || entry.key == "eval.k";
      if (counts) what += entry.key + " = " + entry.value + "\n";
    }
    const auto [first, is_new] = arms_.emplace(what, arm);
    if (is_new || may_be_one_ || first->second == arm) return is_new;
    throw InputError(point.back().origin,
                     "the arms '" + first->second + "' and '" + arm + "' count the same: nothing is trained with " +
                         "policy.kind = " + config.policy.kind,
                     "policy.kind in a [[sweep.include]] of its own, without settings of training");
  }

 private:
  bool may_be_one_;
  std::map<std::string, std::string> arms_;
};

std::vector<ExperimentRun> ExpandRuns(const std::vector<SweepPoint>& points, const RunConfig& base,
                                      const std::vector<Setting>& sets, const ExperimentRequest& request) {
  std::vector<ExperimentRun> runs;
  std::map<std::string, std::string> point_of_run;
  CountedArms counted(/*may_be_one=*/!sets.empty());
  for (const SweepPoint& point : points) {
    RunConfig config = base;
    ApplySettings(point, request.known_names, &config);
    ApplySettings(sets, request.known_names, &config);
    TakeCountedForm(&config);
    CheckConsistent(config);
    const std::string arm = ArmOfRun(config, point, points, base);
    if (!counted.IsNew(config, arm, point)) continue;
    const std::string hash = ConfigHash(config);
    // What lies at a path is part of a name only when its lock is filled in.
    const std::string identity = hash + "\n" + config.policy.path + "\n" + config.data.path + "\n" +
                                 config.teacher.path + "\n" + config.embedder.path;
    const auto [first, is_new] = point_of_run.emplace(identity, PointText(point));
    if (!is_new) {
      if (!sets.empty()) continue;  // --set made two points one
      throw InputError(point.empty() ? request.path : point.back().origin,
                       "two runs of the sweep are one: {" + first->second + "} and {" + PointText(point) + "}",
                       "grid points that differ in what changes results");
    }
    runs.push_back({arm, hash, std::move(config)});
  }
  return runs;
}

// The rules of the file, with those of the profile in their place, kind by kind.
SweepRules RulesOf(const ExperimentFile& file, const std::string& profile) {
  SweepRules rules = file.rules;
  if (profile.empty()) return rules;
  const Profile& own = file.profiles.at(profile);
  if (own.replaced_rules.count("exclude")) rules.exclude = own.rules.exclude;
  if (own.replaced_rules.count("include")) rules.include = own.rules.include;
  if (own.replaced_rules.count("priority")) rules.priority = own.rules.priority;
  return rules;
}

// What the report may name under `profile` (none: empty), whatever --set changes.
ReportNames NamesOf(const ExperimentFile& file, const std::string& profile, const ExperimentRequest& request) {
  const std::vector<SweepAxis> axes = Axes(file, profile);
  const RunConfig base = Layered(file, profile, request.known_names);
  ReportNames names = {ArmsOf(SweepPoints(axes, RulesOf(file, profile)), base),
                       ScoresOf(axes, base, request.known_names), base.data.list_length};
  names.Add({request.baseline_arms, {}});
  return names;
}

std::vector<std::string> SweptKeys(const std::vector<SweepAxis>& axes, const SweepRules& rules) {
  std::vector<std::string> keys;
  for (const SweepAxis& axis : axes) AddOnce(axis.key, &keys);
  for (const SweepRule& rule : rules.include) {
    for (const SweepAxis& axis : rule) AddOnce(axis.key, &keys);
  }
  return keys;
}

// Refuses rules that `profile` (none: empty) gives and that cannot be meant. What a profile's axes lack, the file's
// rules may still name.
void CheckRules(const ExperimentFile& file, const std::string& profile, const KnownNames& known_names) {
  const SweepRules& own = profile.empty() ? file.rules : file.profiles.at(profile).rules;
  const std::vector<SweepAxis> axes = Axes(file, profile);
  CheckExclusions(axes, own);
  if (own.priority.empty()) return;
  const SweepRules rules = RulesOf(file, profile);
  std::vector<RunConfig> runs;
  for (const SweepPoint& point : SweepPoints(axes, rules)) {
    runs.push_back(Layered(file, profile, known_names));
    ApplySettings(point, known_names, &runs.back());
  }
  CheckPriorities(own.priority, runs, SweptKeys(axes, rules), known_names);
}

// The budget of the file, with what the profile gives in its place.
Budget BudgetOf(const ExperimentFile& file, const std::string& profile) {
  Budget budget = file.budget;
  if (profile.empty()) return budget;
  const Budget& own = file.profiles.at(profile).budget;
  if (own.runs) budget.runs = own.runs;
  if (own.hours) budget.hours = own.hours;
  return budget;
}

void TakePriorities(const std::vector<PriorityRule>& rules, const KnownNames& known_names,
                    std::vector<ExperimentRun>* runs) {
  std::vector<RunConfig> configs;
  for (const ExperimentRun& run : *runs) configs.push_back(run.config);
  const std::vector<int64_t> priorities = PrioritiesOf(configs, rules, known_names);
  for (size_t i = 0; i < runs->size(); ++i) (*runs)[i].priority = priorities[i];
}

}  // namespace

Experiment LoadExperiment(const ExperimentRequest& request) {
  const ExperimentFile file = ReadExperimentFile(request.path);
  RunConfig base = BaseConfig(file, request);
  std::vector<SweepAxis> axes = Axes(file, request.profile);
  SweepRules rules = RulesOf(file, request.profile);
  CheckRules(file, "", request.known_names);
  for (const auto& [name, profile] : file.profiles) CheckRules(file, name, request.known_names);
  ReportNames known = NamesOf(file, "", request);
  for (const auto& [name, profile] : file.profiles) known.Add(NamesOf(file, name, request));

  const std::vector<Setting> sets = ParseSets(request.sets);
  ApplySettings(sets, request.known_names, &base);
  ReportNames present = {request.baseline_arms, ScoresOf(axes, base, request.known_names), base.data.list_length};
  known.Add(present);
  CheckReport(file.report, known);
  NarrowTo(sets, &axes, &rules);

  Experiment experiment;
  experiment.name = StemOf(request.path);
  experiment.runs = ExpandRuns(SweepPoints(axes, rules), base, sets, request);
  TakePriorities(rules.priority, request.known_names, &experiment.runs);
  experiment.budget = BudgetOf(file, request.profile);
  for (const ExperimentRun& run : experiment.runs) AddOnce(run.arm, &experiment.arms);
  present.Add({experiment.arms, {}});
  experiment.report = KeepPresent(file.report, present);
  return experiment;
}

RunConfig LoadRunConfig(const ExperimentRequest& request) {
  const ExperimentFile file = ReadExperimentFile(request.path);
  RunConfig config = BaseConfig(file, request);
  const std::vector<SweepAxis> axes = Axes(file, request.profile);
  if (!axes.empty())
    throw InputError(axes.front().origin, "a sweep where one run is asked for", "a file without [sweep]");
  ApplySettings(ParseSets(request.sets), request.known_names, &config);
  TakeCountedForm(&config);
  CheckConsistent(config, request.needs_policy);
  return config;
}

}  // namespace suite
