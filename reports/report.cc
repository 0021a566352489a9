#include "reports/report.h"

#include <algorithm>

#include "base/files.h"
#include "base/paths.h"
#include "harness/metrics/run_record.h"
#include "reports/page/document.h"
#include "reports/page/page_data.h"
#include "reports/plots/draw_plot.h"
#include "reports/plots/report_plots.h"
#include "reports/report_text.h"
#include "reports/results/aggregate_table.h"
#include "reports/results/applied_ratios.h"
#include "reports/results/convergence.h"
#include "reports/results/diversity.h"
#include "reports/results/paper_tables.h"
#include "reports/results/published.h"
#include "reports/results/ratio_levels.h"
#include "reports/results/report_tables.h"
#include "reports/results/statements.h"
#include "reports/results/verdicts.h"
#include "reports/runs/answer_pairs.h"
#include "reports/runs/run_set.h"

namespace suite {
namespace {

constexpr size_t kMostPairsInOverview = 12;

void AddTable(const std::string& heading, const TextTable& table, Document* document) {
  document->AddHeading(heading);
  document->AddTable(table);
}

std::string AnswerText(const SampleAnswer& answer) {
  const bool ends = !answer.text.empty() && answer.text.back() == '\n';
  return "[" + answer.conversation_id + "]\n" + answer.text + (ends ? "" : "\n");
}

// Beside those before the first step, where the run keeps them.
void AddSampleAnswers(const RunSet& set, Document* document) {
  bool has_heading = false;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty() || arm.done[0]->record.answers.empty()) continue;
    if (!has_heading) document->AddHeading("Sample answers");
    has_heading = true;
    std::string text;
    for (const AnswerPair& pair : AnswerPairs(arm.done[0]->record)) {
      text += pair.before == nullptr ? AnswerText(*pair.after) : SideBySide(pair);
    }
    document->AddFoldedCode(arm.arm.name + ", seed " + arm.done[0]->seed, text);
  }
}

// The verdicts on the claims; without claims, those on the comparisons.
std::vector<OverviewItem> OverviewOf(const std::vector<LedgerEntry>& ledger, const std::vector<ComparedPair>& pairs) {
  std::vector<OverviewItem> items;
  for (const LedgerEntry& entry : ledger) {
    const ClaimVerdict verdict = entry.decision.verdict;
    items.push_back({VerdictText(entry), ClaimText(entry.claim),
                     verdict == ClaimVerdict::kReproduced      ? Standing::kGood
                     : verdict == ClaimVerdict::kNotReproduced ? Standing::kBad
                                                               : Standing::kOpen});
  }
  for (const ComparedPair& pair : pairs) {
    if (!ledger.empty() || pair.seeds == 0 || items.size() >= kMostPairsInOverview) continue;
    items.push_back({VerdictText(pair),
                     pair.left_name + " against " + pair.right_name + ", " + pair.metric_title + ": " +
                         FormatDifference(pair.difference.mean) + " " + FormatSignedInterval(pair.difference.interval),
                     pair.verdict == Verdict::kBetter  ? Standing::kGood
                     : pair.verdict == Verdict::kWorse ? Standing::kBad
                                                       : Standing::kOpen});
  }
  return items;
}

void AddGroups(const std::vector<PlotGroup>& groups, const std::string& out_dir, Document* document) {
  for (const PlotGroup& group : groups) {
    document->AddHeading(group.heading);
    for (const Plot& plot : group.plots) {
      const std::string svg = WritePlot(plot, out_dir + "/plots");
      document->AddFigure("plots/" + plot.file_stem + ".svg", svg, plot.description);
    }
  }
}

void AddClaims(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger, Document* document) {
  if (ledger.empty()) return;
  document->AddHeading("Claims");
  document->AddParagraph(LedgerSummary(ledger));
  document->AddTable(LedgerTable(spec, ledger));
  document->AddParagraph(
      "A claim is settled when the interval of its effect lies on one side of its margin. Else it is undecided. The "
      "numbers of seeds named would decide it with a chance of 80 %, the smaller one if the effect is as large as the "
      "far end of its 80 % interval, the larger one if it is as small as the near end; where that end says nothing, "
      "there is no larger number.");
}

// What the runs say, before it is laid out.
struct Findings {
  ResultTable results;
  Verdicts verdicts;
  std::vector<NamedTable> papers;
  Convergence convergence;
  std::vector<std::string> left_out;  // sentences whose conditions the runs break
};

void AddResults(const ReportSpec& spec, const RunSet& set, const Findings& found, Document* document) {
  const std::vector<OverviewItem> overview = OverviewOf(found.verdicts.ledger, found.verdicts.pairs);
  if (!overview.empty()) {
    document->AddHeading("Overview");
    document->AddOverview(overview);
  }
  AddTable("Results", ToTextTable(found.results), document);
  const std::string start = StartText(spec, set);
  if (!start.empty()) document->AddParagraph(start);
  for (const NamedTable& paper : found.papers) AddTable(paper.title, paper.table, document);
  if (!found.verdicts.pairs.empty()) {
    document->AddHeading("Comparisons");
    document->AddParagraph(VerdictSummary(found.verdicts.pairs));
    document->AddTable(ComparisonTable(spec, found.verdicts.pairs));
  }
  if (!found.convergence.table.rows.empty()) {
    AddTable("Speed of learning", found.convergence.table, document);
    for (const std::string& sentence : found.convergence.sentences) document->AddParagraph(sentence);
  }
  const TextTable ratios = RatioLevelTable(set);
  if (!ratios.rows.empty()) {
    AddTable("Importance ratios by level", ratios, document);
    document->AddParagraph(
        "An item's ratio is the geometric mean of its tokens' ratios. Were the tokens independent, that alone would "
        "make "
        "its variance smaller by the factor in the last column, whatever was learned; what the policy adds is the "
        "difference between the last two columns.");
  }
  const TextTable applied = AppliedRatioTable(set);
  if (!applied.rows.empty()) AddTable("Importance ratios in the loss", applied, document);
  const TextTable diversity = DiversityTable(spec, set);
  if (!diversity.rows.empty()) AddTable("Different items", diversity, document);
  const TextTable aggregates = AggregateTable(spec, set);
  if (!aggregates.rows.empty()) AddTable("All ranking metrics together", aggregates, document);
  AddClaims(spec, found.verdicts.ledger, document);
  document->AddHeading("How to read this");
  document->AddList(HowToRead(spec, set, found.verdicts.tests));
  std::vector<std::string> notes;
  for (const Statement& note : spec.notes) notes.push_back(note.text);
  notes.insert(notes.end(), found.left_out.begin(), found.left_out.end());
  if (!notes.empty()) {
    document->AddHeading("Notes");
    document->AddList(notes);
  }
}

void AddRuns(const ReportSpec& spec, const RunSet& set, Document* document) {
  document->AddHeading("What differs between the arms");
  const TextTable settings = SettingsTable(spec, set);
  if (settings.rows.empty()) {
    document->AddParagraph("No setting differs.");
  } else {
    document->AddTable(settings);
  }
  if (!AllDone(set).empty()) AddTable("Cost", CostTable(set), document);
  AddTable("Runs", RunsTable(set), document);
  AddTable("Provenance", ProvenanceTable(set), document);
}

std::string TerminalText(const ReportSpec& spec, const RunSet& set, const Findings& found) {
  std::string text = spec.title + "\n" + Subtitle(spec, set) + "\n\n" + ToTerminal(ToTextTable(found.results));
  const auto& [pairs, ledger, tests] = found.verdicts;
  if (!pairs.empty()) text += "\n" + ToTerminal(ComparisonTable(spec, pairs)) + "\n" + VerdictSummary(pairs) + "\n";
  if (!ledger.empty()) text += "\n" + ToTerminal(LedgerTable(spec, ledger)) + "\n" + LedgerSummary(ledger) + "\n";
  for (const std::string& sentence : found.left_out) text += sentence + "\n";
  for (const std::string& warning : Warnings(spec, set)) text += "Warning: " + warning + "\n";
  return text;
}

// Everything but the page.
void WriteTables(const ReportSpec& spec, const Findings& found, const std::string& out_dir) {
  WriteFileAtomically(out_dir + "/table.csv", ToLongCsv(found.results));
  WriteFileAtomically(out_dir + "/table.json", ToJson(found.results));
  WriteFileAtomically(out_dir + "/table.tex", ToLatex(ToTextTable(found.results)));
  for (const NamedTable& paper : found.papers) {
    WriteFileAtomically(out_dir + "/" + paper.stem + ".csv", ToCsv(paper.table));
    WriteFileAtomically(out_dir + "/" + paper.stem + ".tex", ToLatex(paper.table));
  }
  if (!found.convergence.table.rows.empty()) {
    WriteFileAtomically(out_dir + "/convergence.csv", ToCsv(found.convergence.table));
  }
  WriteFileAtomically(out_dir + "/comparisons.csv", ComparisonCsv(found.verdicts.pairs));
  const std::vector<LedgerEntry>& ledger = found.verdicts.ledger;
  if (!ledger.empty()) WriteFileAtomically(out_dir + "/claims.json", LedgerJson(spec, ledger));
}

}  // namespace

std::string WriteReport(const ReportSpec& spec, const std::vector<std::string>& store_paths,
                        const std::string& out_dir) {
  return WriteReport(spec, ReadAllStores(store_paths), out_dir);
}

std::string WriteReport(const ReportSpec& as_written, ReadStores stores, const std::string& out_dir) {
  const RunSet set = MakeRunSet(as_written, std::move(stores));
  const FittingPublished published = KeepFittingPublished(as_written, set);
  auto [spec, left_out] = CheckStatements(published.spec, set);
  if (!published.left_out.empty()) left_out.push_back(published.left_out);
  MakeFolder(out_dir + "/plots");
  Findings found = {MainTable(spec, set), JudgeAll(spec, set), {}, ConvergenceOf(spec, set), left_out};
  found.papers = PaperTables(spec, set, found.results);
  Document document(spec.title, Subtitle(spec, set));
  for (const std::string& warning : Warnings(spec, set)) document.AddWarning(warning);
  AddResults(spec, set, found, &document);
  const std::vector<PlotGroup> groups = AllPlots(spec, set, found.results, found.verdicts.pairs);
  AddGroups(groups, out_dir, &document);
  document.SetPageData(PageData(set, groups));
  AddRuns(spec, set, &document);
  AddSampleAnswers(set, &document);
  WriteTables(spec, found, out_dir);
  WriteFileAtomically(out_dir + "/report.md", document.ToMarkdown());
  WriteFileAtomically(out_dir + "/report.html", document.ToHtml());
  return TerminalText(spec, set, found);
}

std::string ArmName(const std::string& preset) {
  static const std::vector<std::pair<std::string, std::string>> kNames = {
      {"grpo", "GRPO"},
      {"gspo", "GSPO"},
      {"rank_grpo_log", "Rank-GRPO (log)"},
      {"rank_grpo_exp_inf", "Rank-GRPO (exp_inf)"},
      {"popularity", "Popularity (counted)"},
      {"neighbours", "Neighbours (counted)"},
  };
  return FindText(kNames, preset, preset);
}

}  // namespace suite
