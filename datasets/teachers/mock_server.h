// An HTTP server on loopback for tests: it answers as it is told, misbehaves on demand, and counts.
//
//   MockServer server([](const MockRequest& request) { return MockReply{200, "{}"}; });
//   settings.url = server.url() + "/v1";
//   server.requests()                                // all that arrived whole
//   server.most_at_once()                            // the most that were being answered at one time
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace suite {

struct MockRequest {
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

enum class MockFault {
  kNone,
  kCutBefore,  // the connection ends without an answer
  kCutWithin,  // it ends in the middle of the body
  kHang,       // nothing is sent until the client goes
  kEndless,    // the body comes again and again, until the client goes
};

struct MockReply {
  int status = 200;
  std::string body;
  std::vector<std::string> headers;  // "Retry-After: 1"
  MockFault fault = MockFault::kNone;
};

class MockServer {
 public:
  // `handler` is called from many threads at once.
  explicit MockServer(std::function<MockReply(const MockRequest&)> handler);
  ~MockServer();
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  std::string url() const;
  int64_t requests() const;
  int64_t most_at_once() const;
  int64_t bytes_of_endless() const;      // sent of bodies without an end
  std::vector<double> arrivals() const;  // seconds of a steady clock, in order
  std::vector<MockRequest> received() const;
  // Waits until `count` requests have arrived; false after 60 s.
  bool WaitForRequests(int64_t count) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace suite
