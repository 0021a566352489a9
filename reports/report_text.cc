#include "reports/report_text.h"

#include <algorithm>
#include <set>

#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/start_groups.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

std::string Grouped(size_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

std::set<std::string> ValuesOf(const RunSet& set, const std::string& key) {
  std::set<std::string> values;
  for (const ReportRun& run : set.runs) {
    for (const std::string& text : AllTexts(run.record.provenance, key, "not recorded")) values.insert(text);
  }
  return values;
}

size_t ConversationsOf(const RunSet& set, const std::string& split) {
  const auto done = AllDone(set);
  return done.empty() ? 0 : FindScores(done[0]->record, split).conversation_ids.size();
}

std::string SeedsOfArms(size_t fewest, size_t most) {
  return (fewest == most ? "" : std::to_string(fewest) + " to ") + Counted(most, "seed") + " an arm";
}

std::string SeedsText(const RunSet& set) {
  size_t fewest = SIZE_MAX;
  size_t most = 0;
  size_t counted = 0;
  for (const ArmRuns& arm : set.arms) {
    counted += IsCounted(arm);
    if (IsCounted(arm)) continue;
    fewest = std::min(fewest, arm.done.size());
    most = std::max(most, arm.done.size());
  }
  if (counted == set.arms.size() && counted > 0) return "no seeds";
  if (counted > 0) return SeedsOfArms(fewest, most) + " (none for the " + std::to_string(counted) + " that count)";
  return SeedsOfArms(fewest, most);
}

bool HasSharedContexts(const ReportSpec& spec, const RunSet& set) {
  if (!spec.contexts.empty()) return true;
  for (const ReportRun* run : AllDone(set)) {
    if (!FindScores(run->record, spec.split).context_ids.empty()) return true;
  }
  return false;
}

// Remarks that only some reports need.
void AddWhatIsSpecial(const ReportSpec& spec, const RunSet& set, std::vector<std::string>* items) {
  if (HasSharedContexts(spec, set)) {
    items->push_back(
        "Conversations that share a context count as one: their scores rise and fall together, and "
        "intervals that took them for independent would be too narrow.");
  }
  if (!spec.published.empty()) {
    items->push_back(
        "Rows marked as published are numbers of others, under their source. They have no intervals and take "
        "no part in what is bold; data, models and rules of matching may differ from ours.");
  }
}

// What it means that an arm has no seeds; empty where all have.
std::string AboutCounted(const RunSet& set) {
  std::vector<std::string> names;
  for (const ArmRuns& arm : set.arms) {
    if (IsCounted(arm)) names.push_back(arm.arm.name);
  }
  if (names.empty()) return "";
  return "No seeds: " + Join(names, ", ") + (names.size() == 1 ? " counts what stands" : " count what stands") +
         " in the training split, without a model, and every seed would give the same lists. Their intervals are over "
         "conversations; a difference to a trained arm allows for that arm's seeds too.";
}

std::string AboutSeeds(const RunSet& set) {
  const std::vector<const ArmRuns*> arms = TrainedArms(set);
  const bool several = std::any_of(arms.begin(), arms.end(), [](const ArmRuns* arm) { return arm->done.size() > 1; });
  if (!several) {
    return "With one seed an arm the intervals hold the spread over conversations only, and a verdict is about these "
           "runs, not about their algorithms: another seed may change the order.";
  }
  return "Few seeds make an interval wide: with three, the part of other seeds is 4.3 standard errors to each side at "
         "95 %, and more at the level of a verdict. That is the price of few seeds.";
}

}  // namespace

std::vector<std::string> Warnings(const ReportSpec& spec, const RunSet& set) {
  std::vector<std::string> warnings;
  for (const std::string& mode : ValuesOf(set, "build_mode")) {
    if (mode != "opt") warnings.push_back("Runs were made by a build of mode '" + mode + "': their times mean little.");
  }
  for (const std::string& dirty : ValuesOf(set, "dirty")) {
    if (dirty != "no")
      warnings.push_back("The code may not be that of the commit; uncommitted changes: " + dirty + ".");
  }
  size_t forced = 0;
  for (const ReportRun* run : AllDone(set)) forced += !AllTexts(run->record.provenance, "resume_forced").empty();
  if (forced > 0) {
    warnings.push_back(Counted(forced, "run") +
                       " went on by force from a checkpoint of another config, data or world.");
  }
  const std::set<std::string> commits = ValuesOf(set, "commit");
  if (commits.size() > 1) warnings.push_back("The runs were made by " + Counted(commits.size(), "commit") + ".");
  std::set<int64_t> steps;
  for (const ReportRun* run : AllTrained(set)) steps.insert(FinalStep(*run, spec.split));
  if (steps.size() > 1) {
    warnings.push_back("The final scores are of different steps: " + std::to_string(*steps.begin()) + " to " +
                       std::to_string(*steps.rbegin()) + ".");
  }
  for (const ArmRuns& arm : set.arms) {
    for (const auto& [runs, what] : {std::make_pair(&arm.failed, "failed"), {&arm.unfinished, "did not finish"}}) {
      if (!runs->empty()) warnings.push_back(Counted(runs->size(), "run") + " of " + arm.arm.name + " " + what + ".");
    }
    if (arm.missing_seeds.empty()) continue;
    warnings.push_back(Counted(arm.missing_seeds.size(), "seed") + " of " + arm.arm.name + " without a run.");
  }
  for (const SkippedStore& skipped : set.skipped) {
    warnings.push_back("Left out, because it cannot be used: " + skipped.store + " (" + skipped.reason + ").");
  }
  if (!set.others.empty()) {
    warnings.push_back(Counted(set.others.size(), "store") + " of no arm: not used, listed under Runs.");
  }
  return warnings;
}

std::string Subtitle(const ReportSpec& spec, const RunSet& set) {
  const std::string scale = spec.scale.empty() ? "" : "Scale of the evidence: " + spec.scale + ". ";
  return scale + Counted(set.arms.size(), "arm") + ", " + SeedsText(set) + ", " +
         Grouped(ConversationsOf(set, spec.split)) + " conversations in the " + spec.split + " split.";
}

std::vector<std::string> HowToRead(const ReportSpec& spec, const RunSet& set, size_t tests) {
  const std::string percent = Fixed("%.0f %%", 100 * spec.confidence);
  const std::string level = Fixed("%g", 1 - spec.confidence);
  std::vector<std::string> items;
  items.push_back("Scores are of each run's last evaluation, with greedy answers judged conversation by conversation.");
  items.push_back(
      "Intervals allow for other seeds and for other conversations, which all seeds share: mean ± the root of the sum "
      "of "
      "both parts' squares, each part under its own Student quantile (docs/statistics.md). In the result table they "
      "are "
      "at " +
      percent + ".");
  AddWhatIsSpecial(spec, set, &items);
  items.push_back(
      "Differences are paired: the same seed and the same conversation on both sides. That is why a "
      "difference can be clear although the intervals in the result table overlap.");
  items.push_back(
      "All tests of this report, of comparisons and of claims, are one family of " + Grouped(tests) +
      ", corrected by Holm: the chance of any false verdict among them stays below " + level +
      ". A question that is asked twice is one test. \"Better\" and \"worse\" are about the left side and are said "
      "when the "
      "interval of the difference excludes 0 at the level at which Holm's procedure tests it, which is the interval "
      "shown; else the verdict is \"inconclusive\". \"p (Holm)\" is below " +
      level + " in the same cases.");
  items.push_back(
      "A verdict ends with \"from this start\" where all its runs began with one policy: seeds then differ in RL only, "
      "and nothing tells what another start would change. Where starts differ, a start counts as one seed.");
  items.push_back(
      "P(left better) is the probability that a run of the left arm has a better mean than one of the right arm "
      "(Mann and Whitney). Standard errors in the files and behind the cells are over conversations, clustered by "
      "context.");
  items.push_back(
      "d is the difference in units of its spread (Cohen's d_z): over the seeds it grows with all that runs share, "
      "over "
      "the conversations it is what one more conversation shows. The difference without repeats is that of lists from "
      "which repeated items were taken out; its interval, and that of the duplicate share, are at " +
      percent + " and not corrected.");
  items.push_back("Bold in the result table: best, with an interval clear of every other row's.");
  if (AllDone(set).empty() || !AllTrained(set).empty()) items.push_back(AboutSeeds(set));
  const std::string counted = AboutCounted(set);
  if (!counted.empty()) items.push_back(counted);
  if (!spec.confounder.empty()) {
    items.push_back(
        "The duplicate share stands beside every comparison because it is the main confounder: an item that "
        "an answer repeats earns nothing, so lists that repeat more lose hits at deep ranks whatever the "
        "model knows.");
  }
  return items;
}

std::string StartText(const ReportSpec& spec, const RunSet& set) {
  const auto done = AllWithStart(set, spec.split);
  if (spec.baseline.empty() || done.empty()) return "";
  if (ShareOneStart(done, spec.split)) {
    return spec.baseline + " is the policy before the first RL step. All " + Counted(done.size(), "run") +
           " start from the same one: their step-0 scores are equal to the bit. Seeds differ in RL only, so nothing "
           "here tells how much another " +
           spec.baseline + " would change.";
  }
  if (const std::vector<StartGroup> groups = StartGroups(spec, set); groups.size() > 1) {
    return spec.baseline + " is the policy before the first RL step. The arms start from " +
           std::to_string(groups.size()) +
           " that settings tell apart, a row each, and each arm is compared with its own. Beside what has no start, " +
           spec.baseline + " is the first: " + groups[0].name + ".";
  }
  return spec.baseline +
         " is the policy before the first RL step. The runs do not share it: their step-0 scores differ, "
         "and each is compared with its own start.";
}

}  // namespace suite
