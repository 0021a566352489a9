#include "reports/tools/event_file.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

std::string Hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<uint8_t>(byte) >> 4];
    text += kDigits[static_cast<uint8_t>(byte) & 15];
  }
  return text;
}

// The check value of CRC-32C, and RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and rising.
TEST(EventFileTest, Crc32cIsTheStandardOne) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  EXPECT_EQ(Crc32c(rising), 0x46dd794eu);
  EXPECT_EQ(Crc32c(""), 0u);
}

// python: from tensorboard.compat.proto import event_pb2, summary_pb2; Event(wall_time=0, file_version=...)
//   .SerializeToString() and Event(wall_time=1.5, step=300, summary=...).SerializeToString(); the frames around them by
//   tensorboard.summary.writer.record_writer.RecordWriter.
TEST(EventFileTest, BytesAreThoseOfTensorBoard) {
  EventFile file;
  EXPECT_EQ(Hex(file.bytes()), "0f000000000000006d532b091a0d627261696e2e4576656e743a32fc985129");
  const size_t header = file.bytes().size();
  file.AddScalar(300, "reward", 0.625, 1.5);
  EXPECT_EQ(Hex(file.bytes().substr(header)),
            "1d00000000000000602fdf2309000000000000f83f10ac022a0f0a0d0a06726577617264150000203fe36e2483");
}

}  // namespace
}  // namespace suite
