#include "reports/report.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "reports/page/document.h"
#include "reports/page/page_data.h"
#include "reports/plots/plot_groups.h"
#include "reports/report_text.h"
#include "reports/results/aggregate_table.h"
#include "reports/results/claims_ledger.h"
#include "reports/results/comparisons.h"
#include "reports/results/paper_tables.h"
#include "reports/results/report_tables.h"
#include "reports/runs/arm_scores.h"

namespace suite {
namespace {

constexpr size_t kMostPairsInOverview = 12;

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
    items.push_back({ToWord(pair.verdict),
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
    document->blocks.push_back(Heading(group.heading));
    for (const Plot& plot : group.plots) {
      const std::string svg = WritePlot(plot, out_dir + "/plots");
      document->blocks.push_back(FigureBlock("plots/" + plot.file_stem + ".svg", svg, plot.description));
    }
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
                const std::vector<ComparedPair>& pairs, const std::vector<LedgerEntry>& ledger,
                const std::vector<NamedTable>& papers, Document* document) {
  const std::vector<OverviewItem> overview = OverviewOf(ledger, pairs);
  if (!overview.empty()) {
    document->blocks.push_back(Heading("Overview"));
    document->blocks.push_back(Overview(overview));
  }
  document->blocks.push_back(Heading("Results"));
  document->blocks.push_back(TableBlock(ToTextTable(results)));
  const std::string start = StartText(spec, set);
  if (!start.empty()) document->blocks.push_back(Paragraph(start));
  for (const NamedTable& paper : papers) {
    document->blocks.push_back(Heading(paper.title));
    document->blocks.push_back(TableBlock(paper.table));
  }
  if (!pairs.empty()) {
    document->blocks.push_back(Heading("Comparisons"));
    document->blocks.push_back(Paragraph(VerdictSummary(pairs)));
    document->blocks.push_back(TableBlock(ComparisonTable(spec, pairs)));
  }
  const TextTable aggregates = AggregateTable(spec, set);
  if (!aggregates.rows.empty()) {
    document->blocks.push_back(Heading("All ranking metrics together"));
    document->blocks.push_back(TableBlock(aggregates));
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
  const std::vector<NamedTable> papers = PaperTables(spec, set, results);
  AddResults(spec, set, results, pairs, ledger, papers, &document);
  const std::vector<PlotGroup> groups = AllPlots(spec, set, results, pairs);
  AddGroups(groups, out_dir, &document);
  document.page_data = PageData(set, groups);
  AddRuns(spec, set, &document);
  AddSampleAnswers(set, &document);
  WriteFileAtomically(out_dir + "/table.csv", ToLongCsv(results));
  WriteFileAtomically(out_dir + "/table.json", ToJson(results));
  WriteFileAtomically(out_dir + "/table.tex", ToLatex(ToTextTable(results)));
  for (const NamedTable& paper : papers) {
    WriteFileAtomically(out_dir + "/" + paper.stem + ".csv", ToCsv(paper.table));
    WriteFileAtomically(out_dir + "/" + paper.stem + ".tex", ToLatex(paper.table));
  }
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
