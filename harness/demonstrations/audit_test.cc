#include "harness/demonstrations/audit.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace suite {
namespace {

const Item kHeat = {"Heat", 1995}, kAlien = {"Alien", 1979}, kBig = {"Big", 1988}, kJaws = {"Jaws", 1975},
           kOutside = {"<Ronin> & \"co\"", 1998};

Conversation Make(const std::string& id, const std::vector<Item>& truth) {
  Conversation conversation;
  conversation.id = id;
  conversation.turns = {{"user", "I like 'x' & <y>"}};
  for (const Item& item : truth) conversation.ground_truth.push_back({item.title, item.year});
  return conversation;
}

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() : catalog_({kHeat, kAlien, kBig, kJaws}) {
    conversations_ = {Make("a", {kJaws, kHeat}), Make("b", {kJaws}), Make("c", {kBig})};
    // Of "a" one of two is a hit, at rank 2; "b" repeats its hit; "c" was left out.
    set_.teacher = {{{kOutside, kHeat}, ""}, {{kJaws, kJaws}, ""}, {{}, "timeout"}};
    set_.stages = {{"remap", {{3, 0}, {1, 3}, {}}, {}}};
    set_.errors = {"", "", "timeout"};
    set_.passed_over = {{{"reasoning", "They like <b>"}, {"text", "Sure"}}, {{"text", "Here"}, {"text", "Bye"}}, {}};
  }

  Catalog catalog_;
  std::vector<Conversation> conversations_;
  DemonstrationSet set_;
};

TEST_F(AuditTest, HandChecked) {
  const DemonstrationAudit audit = AuditOf(conversations_, catalog_, set_, 8);
  EXPECT_EQ(audit.conversations, 3);
  EXPECT_EQ(audit.left_out, 1);
  EXPECT_EQ(audit.first_error, "timeout");
  ASSERT_EQ(audit.stages.size(), 2u);
  const StageAudit &teacher = audit.stages[0], &remap = audit.stages[1];
  EXPECT_EQ(teacher.catalog_share, 0.75);
  EXPECT_EQ(teacher.mean_length, 2);
  EXPECT_EQ(teacher.hits_by_rank, (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(teacher.recall, (0.5 + 1) / 2);
  EXPECT_EQ(remap.catalog_share, 1);
  EXPECT_EQ(remap.hits_by_rank, (std::vector<double>{0.5, 1}));
  EXPECT_EQ(remap.recall, 1);
  // Liked 2, 1, 1, 0 times: Jaws, then Heat and Big by id, then Alien. With four items the tenths are 0, 2, 5, 7.
  EXPECT_EQ(audit.training_popularity, (std::vector<double>{0.5, 0, 0.25, 0, 0, 0.25, 0, 0, 0, 0}));
  EXPECT_EQ(remap.popularity, (std::vector<double>{0.5, 0, 0.25, 0, 0, 0, 0, 0.25, 0, 0}));
  ASSERT_EQ(audit.examples.size(), 2u);
  EXPECT_EQ(audit.examples[1].stages[1], (std::vector<Item>{kAlien, kJaws}));
  EXPECT_EQ(AuditOf(conversations_, catalog_, set_, 1).examples.size(), 1u);
}

TEST_F(AuditTest, JsonHoldsTheSameNumbers) {
  const auto json = nlohmann::json::parse(AuditJson(AuditOf(conversations_, catalog_, set_, 8)));
  EXPECT_EQ(json["left_out"], 1);
  EXPECT_EQ(json["stages"][0]["catalog_share"], 0.75);
  EXPECT_EQ(json["stages"][1]["hits_by_rank"][1], 1.0);
  EXPECT_EQ(json["examples"][0]["stages"]["remap"][0], "Jaws (1975)");
}

TEST_F(AuditTest, PageEscapesAndMarks) {
  const std::string page = AuditPage(AuditOf(conversations_, catalog_, set_, 8), {{"recipe", "<full>"}});
  EXPECT_EQ(page.find("<Ronin>"), std::string::npos);
  EXPECT_EQ(page.find("<full>"), std::string::npos);
  EXPECT_NE(page.find("&lt;Ronin&gt; &amp; &quot;co&quot; (1998)"), std::string::npos);
  EXPECT_NE(page.find("I like &#39;x&#39; &amp; &lt;y&gt;"), std::string::npos);
  EXPECT_NE(page.find("<li class=\"liked\">Jaws (1975)</li>"), std::string::npos);
  EXPECT_NE(page.find("1 of them left out because the teacher failed (the first: timeout)"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST_F(AuditTest, CountsWhatWasNotRead) {
  const DemonstrationAudit audit = AuditOf(conversations_, catalog_, set_, 8);
  EXPECT_EQ(PassedOverText(audit),
            "1 parts of reasoning in 1 conversations (the first, a: They like <b>); "
            "3 other lines outside the list in 2 conversations (the first, a: Sure)");
  const std::string page = AuditPage(audit, {});
  EXPECT_NE(page.find("<td>other lines outside the list</td><td>3</td><td>2</td><td>a: Sure</td>"), std::string::npos);
  EXPECT_NE(page.find("a: They like &lt;b&gt;"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(AuditJson(audit))["passed_over"]["text"]["parts"], 3);
  set_.passed_over = {{}, {}, {}};
  EXPECT_EQ(AuditPage(AuditOf(conversations_, catalog_, set_, 8), {}).find("was not read"), std::string::npos);
}

}  // namespace
}  // namespace suite
