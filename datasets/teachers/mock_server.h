// An HTTP server on loopback for tests: it answers as it is told, misbehaves on demand, and counts.
//
//   MockServer server([](const MockRequest& request) { return MockReply{200, "{}"}; });
//   settings.url = server.url() + "/v1";
//   server.requests()                                // all that arrived whole
//   server.most_at_once()                            // the most that were being answered at one time
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
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

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int64_t requests() const;
  int64_t most_at_once() const;
  std::vector<double> arrivals() const;  // seconds of a steady clock, in order
  std::vector<MockRequest> received() const;
  // Waits until `count` requests have arrived; false after 60 s.
  bool WaitForRequests(int64_t count) const;

 private:
  void Listen();
  void Serve(int connection);
  bool Answer(int connection, const MockRequest& request);
  void Arrived(const MockRequest& request);

  std::function<MockReply(const MockRequest&)> handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::vector<MockRequest> received_;
  std::vector<double> arrivals_;
  int64_t at_once_ = 0;
  int64_t most_at_once_ = 0;
  bool stopping_ = false;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace suite
