#include "reports/tables/table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace suite {
namespace {

ResultCell CellOf(double mean, double low, double high) {
  ResultCell cell;
  cell.estimate = Estimate{mean, {low, high}};
  cell.seeds = 3;
  cell.conversations = 100;
  cell.contexts = 40;
  cell.resampled = "seeds and contexts";
  cell.run_hashes = {"aa", "bb", "cc"};
  return cell;
}

ResultTable SmallTable() {
  ResultTable table;
  table.caption = "Test split";
  table.columns = {{"ndcg@5", "NDCG@5", true}, {"duplicate_share", "Duplicate share", false}};
  table.rows = {{"GRPO", "3", {CellOf(0.2, 0.15, 0.25), CellOf(0.05, 0.04, 0.06)}},
                {"Rank_GRPO (log)", "3", {CellOf(0.3, 0.26, 0.35), CellOf(0.055, 0.05, 0.07)}}};
  return table;
}

TEST(ResultTableTest, MarksOnlySeparatedCells) {
  ResultTable table = SmallTable();
  MarkSeparated(&table);
  EXPECT_TRUE(table.rows[1].cells[0].separated);
  EXPECT_FALSE(table.rows[0].cells[0].separated);
  EXPECT_FALSE(table.rows[0].cells[1].separated) << "intervals overlap";
  EXPECT_FALSE(table.rows[1].cells[1].separated);
}

TEST(ResultTableTest, LowerCanBeBetter) {
  ResultTable table = SmallTable();
  table.rows[1].cells[1] = CellOf(0.2, 0.15, 0.25);
  MarkSeparated(&table);
  EXPECT_TRUE(table.rows[0].cells[1].separated);
  EXPECT_FALSE(table.rows[1].cells[1].separated);
}

TEST(ResultTableTest, NothingIsMarkedBesideAMissingRowOrAlone) {
  ResultTable table = SmallTable();
  table.rows.push_back({"GSPO", "0", {ResultCell(), ResultCell()}});
  MarkSeparated(&table);
  EXPECT_FALSE(table.rows[1].cells[0].separated);
  table.rows.resize(1);
  MarkSeparated(&table);
  EXPECT_FALSE(table.rows[0].cells[0].separated);
}

TEST(ResultTableTest, ShowsFailedAndMissingRuns) {
  ResultTable table = SmallTable();
  table.rows[0].cells[0].status = "1 of 3 failed";
  ResultCell missing;
  missing.status = "missing";
  table.rows[1].cells[1] = missing;
  const TextTable text = ToTextTable(table);
  EXPECT_EQ(text.header,
            (std::vector<std::string>{"Arm", "Seeds", "NDCG@5\u00a0\u2191", "Duplicate share\u00a0\u2193"}));
  EXPECT_EQ(text.rows[0][2].text, "0.200");
  EXPECT_EQ(text.rows[0][2].detail, "[0.150, 0.250]");
  EXPECT_EQ(text.rows[1][3].text, "missing");
}

TEST(ResultTableTest, LongCsvKeepsRunsAndPrecision) {
  ResultTable table = SmallTable();
  table.rows.resize(1);
  table.rows[0].cells[0].estimate->mean = 1.0 / 3.0;
  table.rows[0].cells[0].clustered_error = 0.25;
  EXPECT_EQ(ToLongCsv(table),
            "row,metric,mean,low,high,clustered_error,seeds,conversations,contexts,resampled,status,runs,source\n"
            "GRPO,ndcg@5,0.33333333333333331,0.14999999999999999,0.25,0.25,3,100,40,seeds and contexts,complete,"
            "aa bb cc,\n"
            "GRPO,duplicate_share,0.050000000000000003,0.040000000000000001,0.059999999999999998,,3,100,40,"
            "seeds and contexts,complete,aa bb cc,\n");
}

ResultRow PublishedRow() {
  ResultRow row = {"Theirs", "", {ResultCell(), ResultCell()}, "arXiv 1"};
  row.cells[0].published = 0.9;
  row.cells[1].status = "not published";
  return row;
}

TEST(ResultTableTest, PublishedRowsAreMarkedAndTakeNoPartInMarks) {
  ResultTable table = SmallTable();
  table.rows.push_back(PublishedRow());
  MarkSeparated(&table);
  EXPECT_TRUE(table.rows[1].cells[0].separated) << "ours against ours, as without the row";
  EXPECT_FALSE(table.rows[2].cells[0].separated);
  const TextTable text = ToTextTable(table);
  EXPECT_EQ(text.rows[2][0].detail, "arXiv 1");
  EXPECT_EQ(text.rows[2][1].text, "published");
  EXPECT_EQ(text.rows[2][2].text, "0.9000");
  EXPECT_EQ(text.rows[2][3].text, "not published");
  EXPECT_NE(ToLongCsv(table).find("Theirs,ndcg@5,0.90000000000000002,,,,0,0,0,,published,,arXiv 1\n"),
            std::string::npos);
  table.rows.erase(table.rows.begin());
  MarkSeparated(&table);
  EXPECT_FALSE(table.rows[0].cells[0].separated) << "one row of ours has nothing to be clear of";
}

TEST(ResultTableTest, HtmlCellsCarryTheirNumbers) {
  const std::string html = ToHtml(ToTextTable(SmallTable()));
  EXPECT_NE(html.find("<th scope=\"col\" data-sort=\"text\">Arm</th>"), std::string::npos) << html;
  EXPECT_NE(html.find("<th scope=\"col\" data-sort=\"number\">NDCG@5"), std::string::npos) << html;
  EXPECT_NE(html.find("<td data-value=\"0.20000000000000001\" data-low=\"0.14999999999999999\" data-high=\"0.25\" "
                      "data-seeds=\"3\" data-conversations=\"100\" data-contexts=\"40\" "
                      "data-resampled=\"seeds and contexts\" data-runs=\"aa bb cc\">0.200 <small>"),
            std::string::npos)
      << html;
}

TEST(ResultTableTest, JsonHoldsTheWholeModel) {
  ResultTable table = SmallTable();
  table.rows.push_back(PublishedRow());
  MarkSeparated(&table);
  const auto json = nlohmann::json::parse(ToJson(table));
  EXPECT_EQ(json["caption"], "Test split");
  EXPECT_EQ(json["columns"][1]["higher_is_better"], false);
  const auto& cell = json["rows"][1]["cells"][0];
  EXPECT_EQ(cell["mean"], 0.3);
  EXPECT_EQ(cell["low"], 0.26);
  EXPECT_EQ(cell["seeds"], 3);
  EXPECT_EQ(cell["contexts"], 40);
  EXPECT_EQ(cell["separated"], true);
  EXPECT_EQ(cell["runs"].size(), 3u);
  EXPECT_EQ(json["rows"][2]["source"], "arXiv 1");
  EXPECT_EQ(json["rows"][2]["cells"][0]["status"], "published");
  EXPECT_TRUE(json["rows"][2]["cells"][0]["low"].is_null());
  EXPECT_TRUE(json["rows"][2]["cells"][1]["mean"].is_null());
}

TEST(ResultTableTest, NumbersAsTexts) {
  EXPECT_EQ(FormatScore(0.24249), "0.242");
  EXPECT_EQ(FormatScore(-0.0001), "0.000");
  EXPECT_EQ(FormatDifference(0.0211), "+0.0211");
  EXPECT_EQ(FormatDifference(-0.0211), "-0.0211");
  EXPECT_EQ(FormatDifference(0.00001), "0.0000");
  EXPECT_EQ(FormatSignedInterval({-0.002, 0.044}), "[-0.0020, +0.0440]");
}

TEST(TextTableTest, RendersEverywhere) {
  TextTable table;
  table.caption = "A & B";
  table.header = {"Arm", "x_y"};
  table.rows = {{{"a|b"}, {"1.0", true}}, {{"<c>, \"d\""}, {"10%", false, "[8, 12]"}}};
  EXPECT_EQ(ToMarkdown(table),
            "| Arm | x\\_y |\n| --- | ---: |\n| a\\|b | **1.0** |\n| \\<c\\>, \"d\" | 10% [8, 12] |\n\nA & B\n");
  EXPECT_EQ(ToCsv(table), "Arm,x_y\na|b,1.0\n\"<c>, \"\"d\"\"\",\"10% [8, 12]\"\n");
  EXPECT_EQ(ToTerminal(table), "A & B\nArm        x_y\n--------  ----\na|b       1.0*\n<c>, \"d\"   10%\n");
  EXPECT_EQ(ToHtml(table),
            "<div class=\"scroll\"><table class=\"numeric\">\n<caption>A &amp; B</caption>\n"
            "<thead><tr><th scope=\"col\" data-sort=\"text\">Arm</th><th scope=\"col\" "
            "data-sort=\"text\">x_y</th></tr></thead>\n<tbody>\n"
            "<tr><th scope=\"row\">a|b</th><td><strong>1.0</strong></td></tr>\n"
            "<tr><th scope=\"row\">&lt;c&gt;, &quot;d&quot;</th><td>10% <small>[8, "
            "12]</small></td></tr>\n</tbody></table></div>\n");
  EXPECT_EQ(ToLatex(table),
            "% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\begin{tabular}{lr}\n\\toprule\n"
            "Arm & x\\_y \\\\\n\\midrule\na|b & \\textbf{1.0} \\\\\n$<$c$>$, \"d\" & 10\\% {\\scriptsize [8, 12]} "
            "\\\\\n\\bottomrule\n"
            "\\end{tabular}\n\\caption{A \\& B}\n\\end{table}\n");
}

TEST(TextTableTest, LatexKnowsWhatMetricsNeed) {
  EXPECT_EQ(EscapeLatex("NDCG@5 \u2191 100 % a_b"), "NDCG@5 $\\uparrow$ 100 \\% a\\_b");
  EXPECT_EQ(EscapeLatex("\u2193\\~"), "$\\downarrow$\\textbackslash{}\\~{}");
  EXPECT_EQ(EscapeLatex("< 0.0001"), "$<$ 0.0001");
}

TEST(TextTableTest, PValuesAreNeverZero) {
  EXPECT_EQ(PValueCell(0.04321).text, "0.0432");
  EXPECT_EQ(PValueCell(0.0001).text, "0.0001");
  EXPECT_EQ(PValueCell(0.00009).text, "< 0.0001");
  EXPECT_EQ(PValueCell(0).data[0].second, "0");
}

TEST(TextTableTest, WidthCountsCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth("NDCG@5 \u2191"), 8u);
  EXPECT_EQ(DisplayWidth(""), 0u);
}

}  // namespace
}  // namespace suite
