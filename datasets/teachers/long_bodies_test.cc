// Bodies without an end, and small ones that unpack to large ones, cost bounded memory and end early.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/chat_endpoint_fixture.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/http_transfers.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

constexpr int64_t kMiB = 1 << 20;

// `size` bytes of white space in gzip: a thousandth of that.
std::string GzipBomb(int64_t size) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed;
  std::string blank(kMiB, ' ');
  std::vector<unsigned char> room(kMiB);
  for (int64_t done = 0; done < size; done += kMiB) {
    stream.next_in = reinterpret_cast<unsigned char*>(blank.data());
    stream.avail_in = static_cast<unsigned>(blank.size());
    stream.next_out = room.data();
    stream.avail_out = static_cast<unsigned>(room.size());
    deflate(&stream, done + kMiB < size ? Z_NO_FLUSH : Z_FINISH);
    packed.append(reinterpret_cast<char*>(room.data()), room.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

// The most memory that this process ever held, in MiB.
int64_t PeakMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6)) / 1024;
  }
  return 0;
}

TEST_F(ChatEndpointTest, AnEndlessBodyEndsEarly) {
  MockServer server([](const MockRequest&) {
    return MockReply{200, std::string(64 << 10, ' '), {}, MockFault::kEndless};
  });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.max_tokens = 1 << 14;  // 4 MiB and another
  const Answered result = Ask(settings, 8);
  for (const auto& failure : result.failures) {
    ASSERT_TRUE(failure);
    EXPECT_EQ(FailureText(*failure), "invalid_response: the body is longer than 5 MiB (tries: 4)");
  }
  // What was under way in sockets when the client had enough comes on top.
  EXPECT_LT(server.bytes_of_endless(), 32 * 16 * kMiB);
}

TEST_F(ChatEndpointTest, AnEndlessErrorEndsEarlyToo) {
  MockServer server([](const MockRequest&) {
    return MockReply{500, std::string(64 << 10, 'x'), {}, MockFault::kEndless};
  });
  const Answered result = Ask(MockChatSettings(server.url(), cache_), 1);
  EXPECT_THAT(FailureText(*result.failures[0]), ::testing::HasSubstr("the body is longer than 4.12 MiB (tries: 4)"));
}

TEST_F(ChatEndpointTest, AGzipBombIsNotUnpackedBeyondTheBound) {
  const std::string bomb = GzipBomb(512 * kMiB);
  ASSERT_LT(bomb.size(), 4u * kMiB);  // below the bound as it is sent
  MockServer server([&](const MockRequest&) { return MockReply{200, bomb, {"Content-Encoding: gzip"}}; });
  const int64_t before = PeakMiB();
  const Answered result = Ask(MockChatSettings(server.url(), cache_), 8);
  for (const auto& failure : result.failures) {
    EXPECT_EQ(FailureText(*failure), "invalid_response: the body is longer than 4.12 MiB (tries: 4)");
  }
  // Eight at once would be 4 GiB; what is held is eight bodies of 4 MiB, the bombs, and the server's copies of them.
  EXPECT_LT(PeakMiB() - before, 256);
}

TEST(HttpTransfers, AllBodiesTogetherAreBounded) {
  MockServer server([](const MockRequest&) {
    return MockReply{200, std::string(64 << 10, ' '), {}, MockFault::kEndless};
  });
  HttpOptions options;
  options.max_response_bytes = 64 * kMiB;
  options.max_total_bytes = 8 * kMiB;
  HttpTransfers transfers(options);
  for (int64_t id = 0; id < 4; ++id) transfers.Start(id, server.url(), "{}");
  size_t ended = 0;
  while (ended < 4) {
    for (const HttpResult& result : transfers.Wait(1000)) {
      ++ended;
      EXPECT_EQ(result.outcome, HttpOutcome::kTooLong);
      EXPECT_TRUE(result.body.empty());
      // The first to go makes room for the others; the last has all of it.
      EXPECT_EQ(result.reason,
                "the bodies under way are longer than 8 MiB together: fewer at once (concurrency) have room");
    }
  }
}

// A body that is whole frees its room.
TEST(HttpTransfers, RoomIsGivenBack) {
  MockServer server([](const MockRequest&) { return MockReply{200, std::string(3 * kMiB, ' ')}; });
  HttpOptions options;
  options.max_total_bytes = 4 * kMiB;
  HttpTransfers transfers(options);
  for (int64_t id = 0; id < 3; ++id) {
    transfers.Start(id, server.url(), "{}");
    std::vector<HttpResult> results;
    while (results.empty()) results = transfers.Wait(1000);
    EXPECT_EQ(results[0].outcome, HttpOutcome::kAnswered) << results[0].reason;
    EXPECT_EQ(results[0].body.size(), static_cast<size_t>(3 * kMiB));
  }
}

}  // namespace
}  // namespace suite
