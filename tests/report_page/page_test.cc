// The report's page in headless Chromium: loads, sorts, opens a cell, changes an axis, fits a phone, turns dark,
// prints.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/files.h"
#include "harness/metrics/run_record.h"
#include "harness/metrics/write_run.h"
#include "reports/report.h"
#include "reports/runs/synthetic_runs.h"
#include "tests/report_page/browser.h"

namespace suite {
namespace {

using Json = nlohmann::json;

std::string Folder(const std::string& name) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::filesystem::create_directories(folder);
  return folder;
}

std::string FromBase64(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string::npos) break;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

// Two arms of three seeds, one claim, titles that would be markup.
std::string MakeReport() {
  std::vector<std::string> stores;
  for (int64_t seed : {11, 12, 13}) {
    for (const SyntheticRun& wanted : {SyntheticRun{"grpo", seed, 0}, SyntheticRun{"rank_grpo_log", seed, 0.03}}) {
      RunRecord run = MakeRun(wanted);
      run.first_answers = {{"test-0", "Ran (1985)\n", {{0, "miss", 0, 0, 0}}}};
      run.answers.push_back({"test-1", "</script><b>Alien</b> (1979)\n\"Quoted\" & more (2001)\n"});
      stores.push_back(Folder("stores") + "/" + run.run_name + ".h5");
      WriteRun(run, stores.back());
    }
  }
  ReportSpec spec = DefaultSpec("A page </title> for <tests>", stores);
  spec.resamples = 500;
  spec.published = {"qwen_0.5b_grpo"};
  Claim claim;
  claim.number = 2;
  claim.sentence = "Rewards by rank help.";
  claim.left = "rank_grpo_log";
  claim.right = "grpo";
  claim.metric = "ndcg@5";
  spec.claims = {claim};
  WriteReport(spec, stores, Folder("report"));
  return Folder("report") + "/report.html";
}

class PageTest : public testing::Test {
 protected:
  void SetUp() override {
    program_ = FindChromium();
    if (program_.empty()) GTEST_SKIP() << "Chromium is not installed (Debian: apt-get install chromium)";
    if (std::system("gnuplot --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "gnuplot is not installed";
    if (report_.empty()) report_ = MakeReport();
  }

  // A page of that width and colour scheme in a browser of its own; what self_check.js found there.
  Json Check(const std::string& name, int width, bool is_phone, const std::string& scheme) const {
    Browser browser(program_, Folder(name));
    browser.Call("Emulation.setDeviceMetricsOverride",
                 {{"width", width}, {"height", 850}, {"deviceScaleFactor", 1}, {"mobile", is_phone}});
    const Json feature = {{"name", "prefers-color-scheme"}, {"value", scheme}};
    browser.Call("Emulation.setEmulatedMedia", {{"features", Json::array({feature})}});
    browser.Open(report_);
    const Json found = browser.Evaluate(ReadFile("tests/report_page/self_check.js"));
    for (const std::string& problem : browser.problems()) ADD_FAILURE() << problem;
    KeepPicture(&browser, name);
    return found;
  }

  // For whoever wants to look at the page.
  static void KeepPicture(Browser* browser, const std::string& name) {
    const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (!folder) return;
    browser->Evaluate("scrollTo(0, 0)");
    const std::string data = browser->Call("Page.captureScreenshot", {{"captureBeyondViewport", false}})["data"];
    WriteFileAtomically(std::string(folder) + "/" + name + ".png", FromBase64(data));
  }

  static void ExpectAllWorks(const Json& found) {
    for (const char* what :
         {"ascending", "descending", "dialog_opens", "dialog_fits", "dialog_closes", "dialog_opens_by_key"}) {
      EXPECT_EQ(found[what], true) << what;
    }
    EXPECT_EQ(found["one_sorted_column"], 1);
    EXPECT_EQ(found["sorted_rows"], 4) << "baseline, two arms, a published row";
    EXPECT_GT(found["figures"], 15);
    EXPECT_EQ(found["plotly"], ReadFile(report_).find("plotly.js v") != std::string::npos);
    if (found["plotly"] == true) {
      EXPECT_EQ(found["drawn"], found["figures"]);
      EXPECT_EQ(found["hidden_pictures"], found["figures"]);
      EXPECT_EQ(found["axes"], Json::array({"RL step", "Sampled tokens", "Seconds of training"}));
      EXPECT_EQ(found["axis_changes"], true);
      EXPECT_EQ(found["dialog_curves"], true);
    } else {
      EXPECT_EQ(found["hidden_pictures"], 0) << "built with --define=plotly=none: gnuplot's pictures stay";
    }
    EXPECT_EQ(found["runs_behind"], found["runs_named"]);
    EXPECT_GE(found["runs_behind"], 3);
    EXPECT_EQ(found["shows"].size(), 6u) << found["shows"];
    EXPECT_EQ(found["credit_head"], Json::array({"Rank", "Line", "Judged", "Relevance", "Credit"}));
    EXPECT_EQ(found["credit_rows"][0], Json::array({"1", "Alien (1979)", "\u2713 hit", "1", "1"}));
    EXPECT_EQ(found["credit_rows"][1], Json::array({"2", "The Thing (1982)", "\u2260 wrong year", "0", "0"}));
    EXPECT_EQ(found["pair_head"], Json::array({"Rank", "Before the first step", "At the end"}));
    EXPECT_EQ(found["pair_first"], Json::array({"1", "Ran (1985)\u2013 miss", "Alien (1979)\u2713 hit"}));
    EXPECT_EQ(found["hit_rows"], Json::array({true, false}));
    EXPECT_EQ(found["hit_has_rule"], true);
    EXPECT_EQ(found["credit_shown"], true) << "without a further click";
    EXPECT_NE(found["credit_text"].get<std::string>().find("(log: hits from this rank on"), std::string::npos);
    EXPECT_EQ(found["group_head"], Json::array({"Rank", "Sample 1", "Sample 2"}));
    EXPECT_EQ(found["group_first"][1], "Ran (1985)\u2713 hitreturn 0.63, advantage 0.75");
    EXPECT_EQ(found["group_first"][2], "Heat (1995)= duplicatereturn 0, advantage -0.75");
    EXPECT_LE(found["overflow"], 0) << "no sideways scrolling of the page";
    EXPECT_GE(found["contrast"], 7);
  }

  std::string program_;
  static std::string report_;
};

std::string PageTest::report_;

TEST_F(PageTest, OnADesk) {
  const Json found = Check("desk", 1280, false, "light");
  ExpectAllWorks(found);
  EXPECT_EQ(found["dark"], false);
}

TEST_F(PageTest, OnAPhone) {
  const Json found = Check("phone", 390, true, "light");
  ExpectAllWorks(found);
  EXPECT_EQ(found["width"], 390);
}

TEST_F(PageTest, InTheDark) {
  const Json found = Check("dark", 1280, false, "dark");
  ExpectAllWorks(found);
  EXPECT_EQ(found["dark"], true);
}

TEST_F(PageTest, Prints) {
  Browser browser(program_, Folder("print"));
  browser.Open(report_);
  const std::string pdf = FromBase64(browser.Call("Page.printToPDF")["data"]);
  EXPECT_EQ(pdf.substr(0, 5), "%PDF-");
  size_t pages = 0;
  for (size_t at = pdf.find("/Type /Page\n"); at != std::string::npos; at = pdf.find("/Type /Page\n", at + 1)) ++pages;
  EXPECT_GE(pages, 3u);
  EXPECT_LE(pages, 20u);
  browser.Call("Emulation.setEmulatedMedia", {{"media", "print"}});
  EXPECT_EQ(browser.Evaluate("document.querySelectorAll('figure > svg').length > 15 && "
                             "[...document.querySelectorAll('figure > svg')].every(s => s.clientHeight > 0) && "
                             "getComputedStyle(document.querySelector('nav')).display === 'none'"),
            true)
      << "pictures are printed, navigation is not";
  EXPECT_TRUE(browser.problems().empty());
}

// The browser of these tests would tell of an error.
TEST_F(PageTest, ErrorsAreSeen) {
  const std::string path = Folder("wrong") + "/wrong.html";
  WriteFileAtomically(path, "<!doctype html><script>console.error('one'); nothing.here();</script>");
  Browser browser(program_, Folder("wrong"));
  browser.Open(path);
  EXPECT_GE(browser.problems().size(), 2u);
  EXPECT_THROW(browser.Evaluate("nothing.here()"), std::runtime_error);
}

// Nothing on the page asks for another file: it works where there is no network.
TEST_F(PageTest, IsOneFile) {
  const std::string page = ReadFile(report_);
  for (const char* reference : {" src=\"", "<link", "@import", "url(http"}) {
    const std::string own = page.substr(0, page.find("<script type=\"application/json\""));
    EXPECT_EQ(own.find(reference), std::string::npos) << reference;
  }
  EXPECT_EQ(page.find("</script><b>Alien"), std::string::npos) << "an answer cannot end the script";
}

}  // namespace
}  // namespace suite
