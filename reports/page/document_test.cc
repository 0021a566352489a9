#include "reports/page/document.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

Document SmallDocument() {
  TextTable table;
  table.header = {"Arm", "NDCG@5"};
  table.rows = {{{"GRPO"}, {"0.2", true}}};
  Document document("A <report>", "Small");
  document.AddWarning("debug build");
  document.AddHeading("Results");
  document.AddTable(table);
  document.AddParagraph("a & b");
  document.AddFigure("plots/a.svg", "<svg id=\"a\"/>\n", "First");
  document.AddFigure("plots/b.svg", "<svg id=\"b\"/>\n", "Second");
  document.AddList({"one", "two"});
  document.AddFoldedCode("Answer", "Alien (1979)\n<b>");
  return document;
}

TEST(DocumentTest, Markdown) {
  EXPECT_EQ(SmallDocument().ToMarkdown(),
            "# A \\<report\\>\n\nSmall\n\n> **Warning.** debug build\n\n## Results\n\n"
            "| Arm | NDCG@5 |\n| --- | ---: |\n| GRPO | **0.2** |\n\na & b\n\n"
            "![First](plots/a.svg)\n\n*First*\n\n![Second](plots/b.svg)\n\n*Second*\n\n- one\n- two\n\n"
            "<details><summary>Answer</summary>\n\n<pre>\nAlien (1979)\n&lt;b&gt;</pre>\n\n</details>\n");
}

TEST(DocumentTest, HtmlIsOneFile) {
  const std::string html = SmallDocument().ToHtml();
  for (const char* text :
       {"<title>A &lt;report&gt;</title>", "prefers-color-scheme: dark", "@media print", "width=device-width",
        "<p class=\"warning\"><strong>Warning.</strong> debug build</p>", "<p>a &amp; b</p>",
        "<div class=\"figures\">\n<figure data-plot=\"a\">\n<svg "
        "id=\"a\"/>\n<figcaption>First</figcaption>\n</figure>\n"
        "<figure data-plot=\"b\">\n<svg id=\"b\"/>\n<figcaption>Second</figcaption>\n</figure>\n</div>\n<ul>",
        "<pre>Alien (1979)\n&lt;b&gt;</pre>"}) {
    EXPECT_NE(html.find(text), std::string::npos) << text;
  }
  for (const char* text : {"src=", "href=\"http", "<script", "@import", "url("}) {
    EXPECT_EQ(html.find(text), std::string::npos) << "asks for another file: " << text;
  }
}

TEST(DocumentTest, OverviewInBothForms) {
  Document document("");
  document.AddOverview({{"reproduced", "1. It <helps>.", Standing::kGood}, {"undecided", "2. Less.", Standing::kOpen}});
  EXPECT_NE(document.ToMarkdown().find("- **reproduced**: 1. It \\<helps\\>.\n- **undecided**: 2. Less.\n"),
            std::string::npos)
      << document.ToMarkdown();
  const std::string html = document.ToHtml();
  EXPECT_NE(html.find("<li class=\"good\"><b>reproduced</b> 1. It &lt;helps&gt;.</li>"), std::string::npos) << html;
  EXPECT_NE(html.find("<li class=\"open\"><b>undecided</b> 2. Less.</li>"), std::string::npos);
}

TEST(DocumentTest, PageDataBringsScriptsAndNavigation) {
  Document document = SmallDocument();
  document.SetPageData("{\"plots\": []}");
  const std::string html = document.ToHtml();
  EXPECT_NE(html.find("<h2 id=\"results\">Results</h2>"), std::string::npos);
  EXPECT_NE(html.find("<a href=\"#results\">Results</a>"), std::string::npos);
  EXPECT_NE(html.find("id=\"report-data\">{\"plots\": []}</script>"), std::string::npos);
  EXPECT_LT(html.find("report-data"), html.find("suiteTables"));
  EXPECT_EQ(document.ToMarkdown(), SmallDocument().ToMarkdown());
}

}  // namespace
}  // namespace suite
