#include "reports/report.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "reports/arm_scores.h"
#include "reports/claims_ledger.h"
#include "reports/document.h"
#include "reports/report_plots.h"
#include "reports/report_tables.h"
#include "reports/statistics/hierarchical_bootstrap.h"

namespace suite {
namespace {

std::string Counted(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string Grouped(size_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

std::string Percent(double share) {
  char buffer[16];
  std::snprintf(buffer, sizeof(buffer), "%.0f %%", 100 * share);
  return buffer;
}

std::set<std::string> ValuesOf(const RunSet& set, const std::string& key) {
  std::set<std::string> values;
  for (const ReportRun& run : set.runs) values.insert(FindText(run.record.provenance, key, "not recorded"));
  return values;
}

// What a reader must know before trusting a number.
std::vector<std::string> Warnings(const ReportSpec& spec, const RunSet& set) {
  std::vector<std::string> warnings;
  for (const std::string& mode : ValuesOf(set, "build_mode")) {
    if (mode != "opt") warnings.push_back("Runs were made by a build of mode '" + mode + "': their times mean little.");
  }
  for (const std::string& dirty : ValuesOf(set, "dirty")) {
    if (dirty != "no")
      warnings.push_back("The code may not be that of the commit; uncommitted changes: " + dirty + ".");
  }
  const std::set<std::string> commits = ValuesOf(set, "commit");
  if (commits.size() > 1) warnings.push_back("The runs were made by " + Counted(commits.size(), "commit") + ".");
  std::set<int64_t> steps;
  for (const ReportRun* run : AllDone(set)) steps.insert(FinalStep(*run, spec.split));
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

size_t ConversationsOf(const RunSet& set, const std::string& split) {
  const auto done = AllDone(set);
  return done.empty() ? 0 : FindScores(done[0]->record, split).conversation_ids.size();
}

std::string SeedsText(const RunSet& set) {
  size_t fewest = SIZE_MAX;
  size_t most = 0;
  for (const ArmRuns& arm : set.arms) {
    fewest = std::min(fewest, arm.done.size());
    most = std::max(most, arm.done.size());
  }
  if (fewest == most) return Counted(most, "seed") + " an arm";
  return std::to_string(fewest) + " to " + Counted(most, "seed") + " an arm";
}

std::string Subtitle(const ReportSpec& spec, const RunSet& set) {
  const std::string scale = spec.scale.empty() ? "" : "Scale of the evidence: " + spec.scale + ". ";
  return scale + Counted(set.arms.size(), "arm") + ", " + SeedsText(set) + ", " +
         Grouped(ConversationsOf(set, spec.split)) + " conversations in the " + spec.split + " split.";
}

std::string VerdictSummary(const std::vector<ComparedPair>& pairs) {
  size_t better = 0;
  size_t worse = 0;
  size_t inconclusive = 0;
  size_t absent = 0;
  for (const ComparedPair& pair : pairs) {
    if (pair.seeds == 0) {
      ++absent;
    } else if (pair.verdict == Verdict::kBetter) {
      ++better;
    } else if (pair.verdict == Verdict::kWorse) {
      ++worse;
    } else {
      ++inconclusive;
    }
  }
  std::string text = "Of " + Counted(pairs.size(), "comparison") + ", " + std::to_string(better) + " better, " +
                     std::to_string(worse) + " worse, " + std::to_string(inconclusive) + " inconclusive";
  if (absent) text += ", " + std::to_string(absent) + " without a pair of runs";
  return text + ".";
}

// Remarks that only some reports need.
void AddWhatIsSpecial(const ReportSpec& spec, const RunSet& set, std::vector<std::string>* items) {
  if (!spec.contexts.empty()) {
    items->push_back(
        "Conversations that share a context are drawn together: their scores rise and fall together, and "
        "intervals that took them for independent would be too narrow.");
  }
  if (ConversationsOf(set, spec.split) >= kManyContexts) {
    items->push_back("With " + Grouped(kManyContexts) +
                     " contexts and more, means over resampled contexts are drawn from their normal limit, "
                     "with the covariance that the contexts give.");
  }
  if (!spec.published.empty()) {
    items->push_back(
        "Rows marked as published are numbers of others, under their source. They have no intervals and take "
        "no part in what is bold; data, models and rules of matching may differ from ours.");
  }
}

std::vector<std::string> HowToRead(const ReportSpec& spec, const RunSet& set, size_t comparisons) {
  size_t most_seeds = 0;
  for (const ArmRuns& arm : set.arms) most_seeds = std::max(most_seeds, arm.done.size());
  const std::string percent = Percent(spec.confidence);
  std::vector<std::string> items;
  items.push_back("Scores are of each run's last evaluation, with greedy answers judged conversation by conversation.");
  items.push_back(
      percent + " intervals: percentile bootstrap, " + Grouped(static_cast<size_t>(spec.resamples)) +
      " resamples. Resampled are the seeds and the conversations; one draw of conversations serves all seeds, "
      "because all seeds answer the same ones.");
  AddWhatIsSpecial(spec, set, &items);
  items.push_back(
      "Differences are paired: the same seed and the same conversation on both sides. That is why a "
      "difference can be clear although the intervals in the result table overlap.");
  items.push_back(
      "\"Better\" and \"worse\" are about the left side and are said only when every interval of the "
      "difference excludes 0; else the verdict is \"inconclusive\". The intervals are not corrected for the "
      "number of comparisons (" +
      std::to_string(comparisons) + ").");
  items.push_back("Bold in the result table: best, with an interval clear of every other row's.");
  if (most_seeds <= 1) {
    items.push_back(
        "With one seed an arm the intervals hold the spread over conversations only, and a verdict is about "
        "these runs, not about their algorithms: another seed may change the order.");
  } else {
    items.push_back(
        "A bootstrap over few seeds is too narrow, for it never leaves the range of the seeds it has. So a "
        "verdict also asks for Student's interval over the seeds' differences (\"Seeds, " +
        percent + "\"), which allows for few seeds: with three it is 4.3 standard errors to each side.");
  }
  if (!spec.confounder.empty()) {
    items.push_back(
        "The duplicate share stands beside every comparison because it is the main confounder: an item that "
        "an answer repeats earns nothing, so lists that repeat more lose hits at deep ranks whatever the "
        "model knows.");
  }
  return items;
}

std::string StartText(const ReportSpec& spec, const RunSet& set) {
  const auto done = AllDone(set);
  if (spec.baseline.empty() || done.empty()) return "";
  if (ShareOneStart(done, spec.split)) {
    return spec.baseline + " is the policy before the first RL step. All " + Counted(done.size(), "run") +
           " start from the same one: their step-0 scores are equal to the bit. Seeds differ in RL only, so nothing "
           "here "
           "tells how much another " +
           spec.baseline + " would change.";
  }
  return spec.baseline +
         " is the policy before the first RL step. The runs do not share it: their step-0 scores differ, "
         "and each is compared with its own start.";
}

void AddFigures(const std::vector<Plot>& plots, const std::string& out_dir, Document* document) {
  for (const Plot& plot : plots) {
    const std::string svg = WritePlot(plot, out_dir + "/plots");
    document->blocks.push_back(FigureBlock("plots/" + plot.file_stem + ".svg", svg, plot.description));
  }
}

void AddSampleAnswers(const RunSet& set, Document* document) {
  bool has_heading = false;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty() || arm.done[0]->record.answers.empty()) continue;
    if (!has_heading) document->blocks.push_back(Heading("Sample answers"));
    has_heading = true;
    std::string text;
    for (const SampleAnswer& answer : arm.done[0]->record.answers) {
      text += "[" + answer.conversation_id + "]\n" + answer.text +
              (answer.text.empty() || answer.text.back() != '\n' ? "\n" : "");
    }
    document->blocks.push_back(FoldedCode(arm.arm.name + ", seed " + arm.done[0]->seed, text));
  }
}

void AddClaims(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger, Document* document) {
  if (ledger.empty()) return;
  document->blocks.push_back(Heading("Claims"));
  document->blocks.push_back(Paragraph(LedgerSummary(ledger)));
  document->blocks.push_back(TableBlock(LedgerTable(spec, ledger)));
  document->blocks.push_back(
      Paragraph("A claim is settled when its test over the seeds, corrected by Holm over all claims here, and the "
                "bootstrap's interval both clear its margin. Where neither side is clear it is undecided, and the "
                "seeds named would decide it with a chance of 80 % if the effect and its spread are as they seem."));
}

void AddResults(const ReportSpec& spec, const RunSet& set, const ResultTable& results,
                const std::vector<ComparedPair>& pairs, const std::vector<LedgerEntry>& ledger, Document* document) {
  document->blocks.push_back(Heading("Results"));
  document->blocks.push_back(TableBlock(ToTextTable(results)));
  const std::string start = StartText(spec, set);
  if (!start.empty()) document->blocks.push_back(Paragraph(start));
  if (!pairs.empty()) {
    document->blocks.push_back(Heading("Comparisons"));
    document->blocks.push_back(Paragraph(VerdictSummary(pairs)));
    document->blocks.push_back(TableBlock(ComparisonTable(spec, pairs)));
  }
  AddClaims(spec, ledger, document);
  document->blocks.push_back(Heading("How to read this"));
  document->blocks.push_back(List(HowToRead(spec, set, pairs.size())));
  if (!spec.notes.empty()) {
    document->blocks.push_back(Heading("Notes"));
    document->blocks.push_back(List(spec.notes));
  }
}

void AddRuns(const ReportSpec& spec, const RunSet& set, Document* document) {
  const TextTable settings = SettingsTable(spec, set);
  document->blocks.push_back(Heading("What differs between the arms"));
  document->blocks.push_back(settings.rows.empty() ? Paragraph("No setting differs.") : TableBlock(settings));
  if (!AllDone(set).empty()) {
    document->blocks.push_back(Heading("Cost"));
    document->blocks.push_back(TableBlock(CostTable(set)));
  }
  document->blocks.push_back(Heading("Runs"));
  document->blocks.push_back(TableBlock(RunsTable(set)));
  document->blocks.push_back(Heading("Provenance"));
  document->blocks.push_back(TableBlock(ProvenanceTable(set)));
}

std::string TerminalText(const ReportSpec& spec, const RunSet& set, const ResultTable& results,
                         const std::vector<ComparedPair>& pairs, const std::vector<LedgerEntry>& ledger) {
  std::string text = spec.title + "\n" + Subtitle(spec, set) + "\n\n" + ToTerminal(ToTextTable(results));
  if (!pairs.empty()) text += "\n" + ToTerminal(ComparisonTable(spec, pairs)) + "\n" + VerdictSummary(pairs) + "\n";
  if (!ledger.empty()) text += "\n" + ToTerminal(LedgerTable(spec, ledger)) + "\n" + LedgerSummary(ledger) + "\n";
  for (const std::string& warning : Warnings(spec, set)) text += "Warning: " + warning + "\n";
  return text;
}

}  // namespace

std::string WriteReport(const ReportSpec& spec, const std::vector<std::string>& store_paths,
                        const std::string& out_dir) {
  return WriteReport(spec, ReadAllStores(store_paths), out_dir);
}

std::string WriteReport(const ReportSpec& spec, ReadStores stores, const std::string& out_dir) {
  const RunSet set = MakeRunSet(spec, std::move(stores));
  std::error_code error;
  std::filesystem::create_directories(out_dir + "/plots", error);
  if (error) throw InputError(out_dir, "cannot be made: " + error.message(), "a folder that can be written");
  const ResultTable results = MainTable(spec, set);
  const std::vector<ComparedPair> pairs = CompareAll(spec, set);
  const std::vector<LedgerEntry> ledger = JudgeClaims(spec, set);
  Document document;
  document.title = spec.title;
  document.subtitle = Subtitle(spec, set);
  for (const std::string& warning : Warnings(spec, set)) document.blocks.push_back(Warning(warning));
  AddResults(spec, set, results, pairs, ledger, &document);
  document.blocks.push_back(Heading("Learning curves"));
  AddFigures(CurvePlots(spec, set), out_dir, &document);
  AddFigures(SeriesPlots(spec, set), out_dir, &document);
  AddFigures(RankPlots(spec, set), out_dir, &document);
  AddRuns(spec, set, &document);
  AddSampleAnswers(set, &document);
  WriteFileAtomically(out_dir + "/table.csv", ToLongCsv(results));
  WriteFileAtomically(out_dir + "/table.json", ToJson(results));
  WriteFileAtomically(out_dir + "/table.tex", ToLatex(ToTextTable(results)));
  WriteFileAtomically(out_dir + "/comparisons.csv", ComparisonCsv(pairs));
  if (!ledger.empty()) WriteFileAtomically(out_dir + "/claims.json", LedgerJson(spec, ledger));
  WriteFileAtomically(out_dir + "/report.md", ToMarkdown(document));
  WriteFileAtomically(out_dir + "/report.html", ToHtml(document));
  return TerminalText(spec, set, results, pairs, ledger);
}

std::string ArmName(const std::string& preset) {
  static const std::vector<std::pair<std::string, std::string>> kNames = {
      {"grpo", "GRPO"},
      {"gspo", "GSPO"},
      {"rank_grpo_log", "Rank-GRPO (log)"},
      {"rank_grpo_exp_inf", "Rank-GRPO (exp_inf)"},
  };
  return FindText(kNames, preset, preset);
}

}  // namespace suite
