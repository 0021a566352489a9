#include "reports/results/convergence.h"

#include <algorithm>

#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/table.h"

namespace suite {
namespace {

constexpr double kShare = 0.5;
// Training reward and KL are means over this share of the run's steps: single steps are noisy.
constexpr size_t kStepsInWindow = 20;
constexpr size_t kFewestEvaluations = 3;

// One value for each run that has it.
struct Values {
  std::vector<double> values;
  size_t runs = 0;  // in all

  void Add(const std::optional<double>& value) {
    ++runs;
    if (value) values.push_back(*value);
  }
};

struct ArmCurves {
  const ArmRuns* arm = nullptr;
  std::vector<LearningCurve> scores, rewards, kls;  // by run; the last two may be empty
};

ArmCurves CurvesOf(const ReportSpec& spec, const ArmRuns& arm, const std::string& metric) {
  ArmCurves curve{&arm, {}, {}, {}};
  for (const ReportRun* run : arm.done) {
    LearningCurve score = CurveOfScore(*run, spec.curve_split, metric);
    if (score.steps.size() < kFewestEvaluations) continue;
    curve.scores.push_back(std::move(score));
    const size_t window = std::max<size_t>(1, run->record.steps.size() / kStepsInWindow);
    auto reward = CurveOfSeries(*run, "reward", window), kl = CurveOfSeries(*run, "kl", window);
    if (reward && kl) {
      curve.rewards.push_back(std::move(*reward));
      curve.kls.push_back(std::move(*kl));
    }
  }
  return curve;
}

// The mean, with Student's interval over the seeds behind it; how many runs have the value where not all do.
TextCell Cell(const Values& values, const char* format) {
  TextCell cell;
  if (values.values.empty()) {
    cell.text = values.runs == 0 ? "" : "never";
    return cell;
  }
  cell.text = Fixed(format, Mean(values.values));
  cell.data = {{"value", ExactNumber(Mean(values.values))}};
  if (values.values.size() < values.runs) {
    cell.detail = std::to_string(values.values.size()) + " of " + std::to_string(values.runs) + " runs";
  } else if (const auto interval = StudentInterval(values.values)) {
    cell.detail = "[" + Fixed(format, interval->low) + ", " + Fixed(format, interval->high) + "]";
  }
  return cell;
}

template <typename Read>
Values Of(const std::vector<LearningCurve>& curves, const Read& read) {
  Values values;
  for (const LearningCurve& curve : curves) values.Add(read(curve));
  return values;
}

// KL when the run first earns `reward`.
Values KlAtReward(const ArmCurves& curve, double reward) {
  Values values;
  for (size_t i = 0; i < curve.kls.size(); ++i) {
    const auto step = FirstReach(curve.rewards[i], reward);
    values.Add(step ? std::optional<double>(ValueAt(curve.kls[i], *step)) : std::nullopt);
  }
  return values;
}

Values LastQuarter(const ArmCurves& curve) {
  return Of(curve.scores, [](const LearningCurve& c) { return std::optional<double>(ChangeOverLastQuarter(c)); });
}

bool StillRises(const ArmCurves& curve) {
  const auto interval = StudentInterval(LastQuarter(curve).values);
  return interval && interval->low > 0;
}

struct Levels {
  std::optional<double> score, reward;
};

std::vector<TextCell> RowOf(const ArmCurves& curve, const Levels& levels, bool has_kl) {
  const auto gain = [](const LearningCurve& c) { return std::optional<double>(Gain(c)); };
  const auto to_target = [&](const LearningCurve& c) {
    return levels.score ? FirstReach(c, *levels.score) : std::nullopt;
  };
  const auto to_half = [](const LearningCurve& c) { return StepsToShareOfGain(c, kShare); };
  std::vector<TextCell> row = {{curve.arm->arm.name},
                               Cell(Of(curve.scores, gain), "%+.4f"),
                               Cell(Of(curve.scores, to_target), "%.0f"),
                               Cell(Of(curve.scores, to_half), "%.0f"),
                               Cell(Of(curve.scores, &ShareOfGainAtHalfTime), "%.2f"),
                               Cell(LastQuarter(curve), "%+.4f")};
  row.back().bold = StillRises(curve);
  if (!has_kl) return row;
  row.push_back(levels.reward ? Cell(KlAtReward(curve, *levels.reward), "%.3f") : TextCell());
  row.push_back(
      Cell(Of(curve.kls, [](const LearningCurve& c) { return std::optional<double>(c.values.back()); }), "%.3f"));
  return row;
}

std::vector<std::string> HeaderOf(const MetricColumn& metric, const Levels& levels, bool has_kl) {
  std::vector<std::string> header = {"Arm",
                                     "Gain in " + metric.title,
                                     levels.score ? "Steps to " + FormatScore(*levels.score) : "Steps to the target",
                                     "Steps to half of the own gain",
                                     "Share of the own gain at half time",
                                     "Change over the last quarter"};
  if (!has_kl) return header;
  header.push_back(levels.reward ? "KL at reward " + FormatScore(*levels.reward) : "KL at equal reward");
  header.push_back("KL at the end");
  return header;
}

std::vector<std::string> Sentences(const std::vector<ArmCurves>& arms, const MetricColumn& metric, const Levels& levels,
                                   bool has_kl) {
  std::vector<std::string> sentences;
  if (levels.score) {
    sentences.push_back("The fixed target, " + metric.title + " " + FormatScore(*levels.score) +
                        ", is the start plus half of the smallest gain among the arms that gain.");
  }
  if (has_kl && levels.reward.has_value()) {
    sentences.push_back("KL is nats a token to the start, where the training reward first is " +
                        FormatScore(*levels.reward) + " (chosen likewise), and at the end.");
  }
  std::vector<std::string> rising;
  for (const ArmCurves& curve : arms) {
    if (StillRises(curve)) rising.push_back(curve.arm->arm.name);
  }
  sentences.push_back(rising.empty()
                          ? "No arm is shown to rise still over its last quarter."
                          : "Not converged, for the curve still rises over the last quarter of the steps (bold): " +
                                Join(rising, ", ") + ". Nothing here tells where it would have ended.");
  return sentences;
}

template <typename Pick>
std::vector<std::vector<LearningCurve>> Picked(const std::vector<ArmCurves>& arms, const Pick& pick) {
  std::vector<std::vector<LearningCurve>> curves;
  for (const ArmCurves& arm : arms) curves.push_back(arm.*pick);
  return curves;
}

}  // namespace

std::optional<double> CommonLevel(const std::vector<std::vector<LearningCurve>>& arms) {
  std::vector<double> starts;
  std::optional<double> smallest;
  for (const std::vector<LearningCurve>& curves : arms) {
    std::vector<double> gains;
    for (const LearningCurve& curve : curves) {
      starts.push_back(curve.values.front());
      gains.push_back(Gain(curve));
    }
    if (gains.empty() || !(Mean(gains) > 0)) continue;
    smallest = smallest ? std::min(*smallest, Mean(gains)) : Mean(gains);
  }
  if (!smallest) return std::nullopt;
  return Mean(starts) + kShare * *smallest;
}

Convergence ConvergenceOf(const ReportSpec& spec, const RunSet& set) {
  Convergence found;
  if (spec.metrics.empty() || spec.baseline.empty()) return found;
  const MetricColumn metric =
      spec.comparisons.empty() ? spec.metrics.front() : FindColumn(spec, spec.comparisons.front().metric, "comparison");
  std::vector<ArmCurves> arms;
  bool has_kl = true;
  for (const ArmRuns& arm : set.arms) {
    ArmCurves curve = CurvesOf(spec, arm, metric.id);
    if (curve.scores.empty()) continue;
    has_kl = has_kl && curve.kls.size() == curve.scores.size();
    arms.push_back(std::move(curve));
  }
  if (arms.empty()) return found;
  Levels levels;
  levels.score = CommonLevel(Picked(arms, &ArmCurves::scores));
  if (has_kl) levels.reward = CommonLevel(Picked(arms, &ArmCurves::rewards));
  found.table = TextTable{HeaderOf(metric, levels, has_kl)};
  for (const ArmCurves& curve : arms) found.table.rows.push_back(RowOf(curve, levels, has_kl));
  found.sentences = Sentences(arms, metric, levels, has_kl);
  return found;
}

}  // namespace suite
