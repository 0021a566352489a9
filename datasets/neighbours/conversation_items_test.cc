#include "datasets/neighbours/conversation_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Catalog Films() { return Catalog({{"Heat", 1995}, {"Alien", 1979}, {"Jaws", 1975}, {"Heat", 1986}}); }

TEST(ConversationItemsTest, TheHistoryIsWhatTheUserSpeaksWellOf) {
  Conversation one;
  one.liked = {{"Jaws", 1975}, {"Not there", 2000}, {"Alien", 1979}};
  one.seen_titles = {"Heat"};
  one.ground_truth = {{"Alien", 1979}, {"Heat", 1995}, {"Heat", std::nullopt}, {"Not there", 2001}};
  EXPECT_THAT(HistoryOf(one, Films()), ElementsAre(2, 1));
  EXPECT_THAT(ExcludedBy(one, Films()), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(ItemsNamedIn(one, Films()), ElementsAre(2, 1, 0));
}

TEST(ConversationItemsTest, WhereNothingIsLikedItIsWhatWasSeen) {
  Conversation one;
  one.seen_titles = {"Jaws", "Gone"};
  EXPECT_THAT(HistoryOf(one, Films()), ElementsAre(2));
  EXPECT_THAT(HistoryOf(Conversation(), Films()), IsEmpty());
}

}  // namespace
}  // namespace suite
