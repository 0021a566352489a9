#include "harness/policy/catalogue_constraint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const ListConstraint> Constraint(const std::string& kind, int64_t list_length,
                                                 const std::vector<int64_t>& eos_ids) {
  const Policy policy = SmallPolicy();
  return CatalogueConstraint(kind, SmallCatalog(), policy.tokenizer, MiniatureChatTemplate(), eos_ids, list_length);
}

TEST(CatalogueConstraint, IsOfTheKindThatTheSettingNames) {
  const std::vector<int64_t> eos_ids = SmallPolicy().config().eos_ids;
  EXPECT_EQ(Constraint("none", 3, eos_ids), nullptr);
  EXPECT_FALSE(Constraint("catalogue", 3, eos_ids)->no_repeats());
  EXPECT_TRUE(Constraint("catalogue_no_repeats", 3, eos_ids)->no_repeats());
  EXPECT_EQ(Constraint("catalogue", 3, eos_ids)->size(), 6);
}

TEST(CatalogueConstraint, SaysWhyThereCanBeNone) {
  const std::vector<int64_t> eos_ids = SmallPolicy().config().eos_ids;
  EXPECT_THAT(ErrorOf([&] { Constraint("catalogue_no_repeats", 7, eos_ids); }), HasSubstr("has 6 different items"));
  EXPECT_THAT(ErrorOf([&] { Constraint("catalogue", 3, {0}); }), HasSubstr("at which sampling does not stop"));
}

TEST(SeenLines, AreTheItemsOfTheTitles) {
  Conversation conversation;
  conversation.id = "test/4";
  conversation.seen_titles = {"Rocky", "Jaws", "Rocky", "Unknown"};
  EXPECT_THAT(SeenLines(SmallCatalog(), conversation), ElementsAre(2, 4));
  CheckRoomBesideSeen(SmallCatalog(), {conversation}, 4);
  EXPECT_THAT(ErrorOf([&] { CheckRoomBesideSeen(SmallCatalog(), {conversation}, 5); }),
              HasSubstr("conversation test/4: has seen all but 4 items"));
}

}  // namespace
}  // namespace suite
