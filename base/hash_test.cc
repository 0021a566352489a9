#include "base/hash.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace suite {
namespace {

// Test vectors of FIPS 180-2.
TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/bytes";
  const std::string bytes((1 << 20) + 17, 'x');
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(Sha256HexOfFile(path), Sha256Hex(bytes));
}

}  // namespace
}  // namespace suite
