#include "harness/monitors/monitors.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

using Field = double MonitorSample::*;
using History = std::vector<MonitorSample>;

double MeanOf(const History& history, Field field, size_t first, size_t count) {
  double sum = 0;
  for (size_t i = first; i < first + count; ++i) sum += history[i].*field;
  return sum / static_cast<double>(count);
}

// Means over the first and the last w steps; nothing while they would overlap.
struct Ends {
  double first = 0;
  double last = 0;
};

std::optional<Ends> EndsOf(const History& history, Field field, size_t window) {
  if (history.size() < 2 * window) return std::nullopt;
  return Ends{MeanOf(history, field, 0, window), MeanOf(history, field, history.size() - window, window)};
}

std::string Text(const char* format, double a, double b) {
  char text[160];
  std::snprintf(text, sizeof(text), format, a, b);
  return text;
}

// Comparisons with NaN are false: a series that the run does not have raises no alarm.

std::string CatalogDrift(const History& history, const MonitorConfig& settings, size_t window) {
  const auto ends = EndsOf(history, &MonitorSample::in_catalog_ratio, window);
  if (!ends || !(ends->last < ends->first - settings.catalog_drop)) return "";
  return Text("in-catalogue ratio fell from %.4g to %.4g", ends->first, ends->last);
}

std::string TailDegradation(const History& history, const MonitorConfig& settings, size_t window) {
  const auto list = EndsOf(history, &MonitorSample::list_dcg, window);
  const auto head = EndsOf(history, &MonitorSample::head_dcg, window);
  if (!list || !(list->last > list->first * (1 + settings.tail_rise)) || !(head->last <= head->first)) return "";
  return Text("DCG of whole lists rose from %.4g to %.4g", list->first, list->last) +
         Text(" while that of their first quarter went from %.4g to %.4g", head->first, head->last);
}

// By how many (population) standard deviations `newest` is above the mean of the values before it. A flat series has no
// scale of its own: 1 % of its mean, and 1e-3, are the least.
struct Jump {
  double mean = 0;
  double deviations = 0;
};

Jump JumpOf(const std::vector<double>& before, double newest) {
  const auto count = static_cast<double>(before.size());
  Jump jump;
  for (const double value : before) jump.mean += value / count;
  double square = 0;
  for (const double value : before) square += std::pow(value - jump.mean, 2);
  const double deviation = std::max({std::sqrt(square / count), .01 * std::abs(jump.mean), 1e-3});
  jump.deviations = (newest - jump.mean) / deviation;
  return jump;
}

std::string Spike(const History& history, Field field, const char* name, const MonitorConfig& settings, size_t window) {
  if (history.size() < window + 1) return "";
  std::vector<double> before;
  for (size_t i = history.size() - 1 - window; i + 1 < history.size(); ++i) before.push_back(history[i].*field);
  const Jump jump = JumpOf(before, history.back().*field);
  if (!(std::abs(jump.deviations) > settings.spike_sigmas)) return "";
  return name + Text(" jumped from a mean of %.4g to %.4g", jump.mean, history.back().*field);
}

// Evaluations are rare, so a few must do. The loss grows slowly as reward takes the policy away from what people
// recommended: an even growth stays within three deviations of any number of evaluations before it.
std::string ValidationSpike(const History& history, const MonitorConfig& settings, size_t window) {
  constexpr size_t kLeast = 3;
  const double newest = history.back().validation_loss;
  if (std::isnan(newest)) return "";
  std::vector<double> before;
  for (size_t i = history.size() - 1; i-- > 0 && before.size() < std::max(window, kLeast);) {
    if (!std::isnan(history[i].validation_loss)) before.push_back(history[i].validation_loss);
  }
  if (before.size() < kLeast) return "";
  const Jump jump = JumpOf(before, newest);
  if (!(jump.deviations > settings.spike_sigmas)) return "";
  return Text("validation loss jumped from a mean of %.4g to %.4g", jump.mean, newest);
}

std::string Collapse(const History& history, const MonitorConfig& settings, size_t window) {
  if (history.size() >= window) {
    const double entropy = MeanOf(history, &MonitorSample::entropy, history.size() - window, window);
    if (entropy < settings.entropy_floor) return Text("entropy %.4g under %.4g", entropy, settings.entropy_floor);
  }
  const auto duplicates = EndsOf(history, &MonitorSample::duplicate_share, window);
  if (duplicates && duplicates->last > duplicates->first + settings.duplicate_rise) {
    return Text("share of duplicates rose from %.4g to %.4g", duplicates->first, duplicates->last);
  }
  const std::string validation = ValidationSpike(history, settings, window);
  if (!validation.empty()) return validation;
  const std::string reward = Spike(history, &MonitorSample::reward, "reward", settings, window);
  return reward.empty() ? Spike(history, &MonitorSample::loss, "loss", settings, window) : reward;
}

std::string ExplodingRatio(const History& history, const MonitorConfig& settings, size_t) {
  const double ratio = history.back().ratio_max;
  if (!(ratio > settings.ratio_limit)) return "";
  return Text("largest token ratio %.4g over %.4g", ratio, settings.ratio_limit);
}

// Judged once. Smoke runs are shorter and are not.
constexpr size_t kFirstSteps = 5;

std::string NoSignal(const History& history) {
  if (history.size() != kFirstSteps) return "";
  const auto mean = [&](Field field) { return MeanOf(history, field, 0, kFirstSteps); };
  const std::string in_steps = " in the first " + std::to_string(kFirstSteps) + " steps";
  if (mean(&MonitorSample::unparsed) > .5) {
    return "most lines of the answers cannot be read as items" + in_steps +
           ": look at sft.steps, data.item_form and rl.max_new_tokens";
  }
  if (mean(&MonitorSample::in_catalog_ratio) == 0) {
    return "no answer names an item of the catalogue" + in_steps +
           ": look at sft.steps and the catalogue of data.path, or set rl.constraint to \"catalogue\"";
  }
  if (mean(&MonitorSample::reward) == 0) {
    return "no answer earned a reward" + in_steps +
           ": look at sft.steps, and at rl.prompts_per_step and rl.group_size, which a rare hit needs large";
  }
  if (mean(&MonitorSample::flat_groups) == 1) {
    return "the answers of each group earned the same" + in_steps +
           ", so every advantage is 0: look at rl.temperature and rl.group_size";
  }
  return "";
}

std::string NotFinite(const MonitorSample& sample) {
  if (!std::isfinite(sample.loss)) return Text("the loss is %g at step %.0f", sample.loss, double(sample.step));
  if (!std::isfinite(sample.grad_norm)) {
    return Text("the gradient's norm is %g at step %.0f", sample.grad_norm, double(sample.step));
  }
  return "";
}

double ValueOf(const StepRecord& record, const std::string& name) {
  const auto found = record.find(name);
  return found == record.end() || found->second.empty() ? std::nan("") : found->second.front();
}

MonitorPolicy PolicyOf(const std::string& name) {
  if (name == "off") return MonitorPolicy::kOff;
  if (name == "warn") return MonitorPolicy::kWarn;
  SUITE_CHECK(name == "stop");
  return MonitorPolicy::kStop;
}

StepRecord RowOf(const RunRecord& run, size_t row) {
  StepRecord record;
  for (const StepSeries& series : run.series) {
    const auto width = static_cast<size_t>(series.width);
    const auto begin = series.values.begin() + static_cast<long>(row * width);
    record[series.name].assign(begin, begin + static_cast<long>(width));
  }
  return record;
}

double DcgOf(const std::vector<double>& hit_share, size_t ranks) {
  double dcg = 0;
  for (size_t k = 0; k < ranks; ++k) dcg += hit_share[k] / std::log2(static_cast<double>(k) + 2);
  return dcg;
}

}  // namespace

MonitorSample SampleOf(int64_t step, const StepRecord& record) {
  MonitorSample sample;
  sample.step = step;
  sample.loss = ValueOf(record, "loss");
  sample.grad_norm = ValueOf(record, "grad_norm");
  sample.entropy = ValueOf(record, "entropy");
  sample.in_catalog_ratio = ValueOf(record, "in_catalog_ratio");
  sample.duplicate_share = ValueOf(record, "duplicate_share");
  sample.reward = ValueOf(record, "reward");
  sample.ratio_max = ValueOf(record, "ratio/token/max");
  sample.validation_loss = ValueOf(record, "validation_loss");
  sample.unparsed = ValueOf(record, "unparsed");
  sample.flat_groups = ValueOf(record, "frac_group_zero_std");
  sample.head_dcg = sample.list_dcg = std::nan("");
  const auto ranks = record.find("reward_by_rank");
  if (ranks != record.end() && !ranks->second.empty()) {
    sample.head_dcg = DcgOf(ranks->second, (ranks->second.size() + 3) / 4);
    sample.list_dcg = DcgOf(ranks->second, ranks->second.size());
  }
  return sample;
}

std::vector<Alarm> LookForAlarms(const std::vector<MonitorSample>& history, const MonitorConfig& settings) {
  SUITE_CHECK(!history.empty());
  const int64_t step = history.back().step;
  const std::string not_finite = NotFinite(history.back());
  // What else such a step says is noise.
  if (!not_finite.empty()) return {{"not_finite", step, MonitorPolicy::kStop, not_finite}};
  struct Monitor {
    const char* name;
    const std::string& policy;
    std::string (*look)(const History&, const MonitorConfig&, size_t);
  };
  const Monitor monitors[] = {{"catalog_drift", settings.catalog_drift, CatalogDrift},
                              {"tail_degradation", settings.tail_degradation, TailDegradation},
                              {"collapse", settings.collapse, Collapse},
                              {"exploding_ratio", settings.exploding_ratio, ExplodingRatio}};
  std::vector<Alarm> alarms;
  for (const Monitor& monitor : monitors) {
    const MonitorPolicy policy = PolicyOf(monitor.policy);
    if (policy == MonitorPolicy::kOff) continue;
    const std::string reason = monitor.look(history, settings, static_cast<size_t>(settings.window));
    if (!reason.empty()) alarms.push_back({monitor.name, step, policy, reason});
  }
  const std::string no_signal = NoSignal(history);
  if (!no_signal.empty()) alarms.push_back({"no_signal", step, MonitorPolicy::kWarn, no_signal});
  return alarms;
}

std::vector<Alarm> RunMonitor::Add(const MonitorSample& sample) {
  history_.push_back(sample);
  std::vector<Alarm> alarms = LookForAlarms(history_, settings_);
  for (const Alarm& alarm : alarms) {
    Seen& seen = seen_[alarm.monitor];
    if (seen.count++ == 0) seen.first = alarm;
  }
  return alarms;
}

void RunMonitor::Recall(const RunRecord& run, int64_t last_step) {
  for (size_t row = 0; row < run.steps.size() && run.steps[row] <= last_step; ++row) {
    Add(SampleOf(run.steps[row], RowOf(run, row)));
  }
}

std::string RunMonitor::Watch(int64_t step, const StepRecord& record, const BatchAtFault& batch) {
  std::string stop;
  for (const Alarm& alarm : Add(SampleOf(step, record))) {
    if (alarm.policy == MonitorPolicy::kStop && stop.empty()) stop = alarm.monitor + ": " + alarm.reason;
    if (seen_.at(alarm.monitor).count > 1) continue;
    char number[16];
    std::snprintf(number, sizeof(number), "%08lld", static_cast<long long>(step));
    const std::string path = folder_ + "/" + alarm.monitor + "-" + number + ".safetensors";
    std::cerr << "alarm at step " << step << ": " << alarm.monitor << ": " << alarm.reason << "; batch: " << path
              << std::endl;
    try {
      WriteBatchAtFault(path, batch);
    } catch (const InputError& error) {
      std::cerr << "batch not kept: " << error.what() << std::endl;
    }
  }
  return stop;
}

std::vector<std::string> RunMonitor::Raised() const {
  std::vector<std::string> names;
  for (const auto& [monitor, seen] : seen_) names.push_back(monitor);
  return names;
}

NamedTexts RunMonitor::Summary() const {
  NamedTexts texts;
  for (const auto& [monitor, seen] : seen_) {
    texts.emplace_back("alarm." + monitor, std::to_string(seen.count) + " steps, first at " +
                                               std::to_string(seen.first.step) + ": " + seen.first.reason);
  }
  return texts;
}

}  // namespace suite
