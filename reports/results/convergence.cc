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

struct ArmCourse {
  const ArmRuns* arm = nullptr;
  std::vector<Course> scores, rewards, kls;  // by run; the last two may be empty
};

ArmCourse CourseOf(const ReportSpec& spec, const ArmRuns& arm, const std::string& metric) {
  ArmCourse course{&arm, {}, {}, {}};
  for (const ReportRun* run : arm.done) {
    Course score = CourseOfScore(*run, spec.curve_split, metric);
    if (score.steps.size() < kFewestEvaluations) continue;
    course.scores.push_back(std::move(score));
    const size_t window = std::max<size_t>(1, run->record.steps.size() / kStepsInWindow);
    auto reward = CourseOfSeries(*run, "reward", window), kl = CourseOfSeries(*run, "kl", window);
    if (reward && kl) {
      course.rewards.push_back(std::move(*reward));
      course.kls.push_back(std::move(*kl));
    }
  }
  return course;
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
Values Of(const std::vector<Course>& courses, const Read& read) {
  Values values;
  for (const Course& course : courses) values.Add(read(course));
  return values;
}

// KL when the run first earns `reward`.
Values KlAtReward(const ArmCourse& course, double reward) {
  Values values;
  for (size_t i = 0; i < course.kls.size(); ++i) {
    const auto step = FirstReach(course.rewards[i], reward);
    values.Add(step ? std::optional<double>(ValueAt(course.kls[i], *step)) : std::nullopt);
  }
  return values;
}

Values LastQuarter(const ArmCourse& course) {
  return Of(course.scores, [](const Course& c) { return std::optional<double>(ChangeOverLastQuarter(c)); });
}

bool StillRises(const ArmCourse& course) {
  const auto interval = StudentInterval(LastQuarter(course).values);
  return interval && interval->low > 0;
}

struct Levels {
  std::optional<double> score, reward;
};

std::vector<TextCell> RowOf(const ArmCourse& course, const Levels& levels, bool has_kl) {
  const auto gain = [](const Course& c) { return std::optional<double>(Gain(c)); };
  const auto to_target = [&](const Course& c) { return levels.score ? FirstReach(c, *levels.score) : std::nullopt; };
  const auto to_half = [](const Course& c) { return StepsToShareOfGain(c, kShare); };
  std::vector<TextCell> row = {{course.arm->arm.name},
                               Cell(Of(course.scores, gain), "%+.4f"),
                               Cell(Of(course.scores, to_target), "%.0f"),
                               Cell(Of(course.scores, to_half), "%.0f"),
                               Cell(Of(course.scores, &ShareOfGainAtHalfTime), "%.2f"),
                               Cell(LastQuarter(course), "%+.4f")};
  row.back().bold = StillRises(course);
  if (!has_kl) return row;
  row.push_back(levels.reward ? Cell(KlAtReward(course, *levels.reward), "%.3f") : TextCell());
  row.push_back(Cell(Of(course.kls, [](const Course& c) { return std::optional<double>(c.values.back()); }), "%.3f"));
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

std::vector<std::string> Sentences(const std::vector<ArmCourse>& arms, const MetricColumn& metric, const Levels& levels,
                                   bool has_kl) {
  std::vector<std::string> sentences;
  if (levels.score) {
    sentences.push_back("The fixed target, " + metric.title + " " + FormatScore(*levels.score) +
                        ", is the start plus half of the smallest gain among the arms that gain.");
  }
  if (has_kl && levels.reward.has_value()) {
    sentences.push_back("KL is nats a token to the start, where the training reward first is " +
                        FormatScore(levels.reward.value_or(0)) + " (chosen likewise), and at the end.");
  }
  std::vector<std::string> rising;
  for (const ArmCourse& course : arms) {
    if (StillRises(course)) rising.push_back(course.arm->arm.name);
  }
  sentences.push_back(rising.empty()
                          ? "No arm is shown to rise still over its last quarter."
                          : "Not converged, for the curve still rises over the last quarter of the steps (bold): " +
                                Join(rising, ", ") + ". Nothing here tells where it would have ended.");
  return sentences;
}

template <typename Pick>
std::vector<std::vector<Course>> Picked(const std::vector<ArmCourse>& arms, const Pick& pick) {
  std::vector<std::vector<Course>> courses;
  for (const ArmCourse& arm : arms) courses.push_back(arm.*pick);
  return courses;
}

}  // namespace

std::optional<double> CommonLevel(const std::vector<std::vector<Course>>& arms) {
  std::vector<double> starts;
  std::optional<double> smallest;
  for (const std::vector<Course>& courses : arms) {
    std::vector<double> gains;
    for (const Course& course : courses) {
      starts.push_back(course.values.front());
      gains.push_back(Gain(course));
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
  const MetricColumn metric = ShownMetrics(spec).back();
  std::vector<ArmCourse> arms;
  bool has_kl = true;
  for (const ArmRuns& arm : set.arms) {
    ArmCourse course = CourseOf(spec, arm, metric.id);
    if (course.scores.empty()) continue;
    has_kl = has_kl && course.kls.size() == course.scores.size();
    arms.push_back(std::move(course));
  }
  if (arms.empty()) return found;
  const Levels levels = {CommonLevel(Picked(arms, &ArmCourse::scores)),
                         has_kl ? CommonLevel(Picked(arms, &ArmCourse::rewards)) : std::nullopt};
  found.table = TextTable{HeaderOf(metric, levels, has_kl)};
  for (const ArmCourse& course : arms) found.table.rows.push_back(RowOf(course, levels, has_kl));
  found.sentences = Sentences(arms, metric, levels, has_kl);
  return found;
}

}  // namespace suite
