#include "reports/tools/gzip.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

TEST(GzipTest, GivesBackWhatWasPacked) {
  std::string bytes;
  for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(i * i % 251);
  for (const std::string& text : {std::string(), std::string("a"), bytes}) {
    EXPECT_TRUE(Gunzip(Gzip(text), "here") == text) << text.size();
    EXPECT_TRUE(Gzip(text) == Gzip(text));
  }
  EXPECT_EQ(Gzip("x").substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(Gzip("x").substr(4, 4), std::string(4, '\0')) << "no time";
}

TEST(GzipTest, DamageIsNamed) {
  const std::string packed = Gzip("The Thing (1982)");
  std::string flipped = packed;
  flipped[packed.size() - 6] ^= 1;  // of the checksum
  for (const std::string& wrong : {std::string(), std::string("plain"), packed.substr(0, 12), flipped, packed + "x"}) {
    EXPECT_THROW(Gunzip(wrong, "here"), InputError) << wrong.size();
  }
}

}  // namespace
}  // namespace suite
