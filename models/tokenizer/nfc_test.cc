#include "models/tokenizer/nfc.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(Nfc, Composes) {
  EXPECT_EQ(ToNfc("plain"), "plain");
  EXPECT_EQ(ToNfc("e\u0301"), "\u00e9");
  EXPECT_EQ(ToNfc("\u00e9"), "\u00e9");
  EXPECT_EQ(ToNfc("\u212b"), "\u00c5");                // the angstrom sign is the letter
  EXPECT_EQ(ToNfc("\u1100\u1161\u11a8"), "\uac01");    // Hangul
  EXPECT_EQ(ToNfc("q\u0307\u0323"), "q\u0323\u0307");  // marks in order of their class
}

// U+09FE came with Unicode 11, where its class is 230; U+0323 has 220 and would go before it.
TEST(Nfc, LeavesNewerMarksAlone) { EXPECT_EQ(ToNfc("a\u09fe\u0323"), "a\u09fe\u0323"); }

}  // namespace
}  // namespace suite
