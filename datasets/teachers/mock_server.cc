#include "datasets/teachers/mock_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace suite {
namespace {

void SendAll(int connection, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<size_t>(count);
  }
}

// Appends what arrives; false when the client has gone.
bool ReceiveMore(int connection, std::string* bytes) {
  char piece[16384];
  const ssize_t count = recv(connection, piece, sizeof piece, 0);
  if (count <= 0) return false;
  bytes->append(piece, static_cast<size_t>(count));
  return true;
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

MockRequest ParseHead(const std::string& head) {
  MockRequest request;
  const size_t path = head.find(' ') + 1;
  request.path = head.substr(path, head.find(' ', path) - path);
  for (size_t line = head.find("\r\n") + 2; line < head.size();) {
    const size_t end = head.find("\r\n", line);
    const size_t colon = head.find(": ", line);
    if (end == std::string::npos || colon >= end) break;
    request.headers[LowerCase(head.substr(line, colon - line))] = head.substr(colon + 2, end - colon - 2);
    line = end + 2;
  }
  return request;
}

// Takes one whole request off the front of `bytes`, receiving as needed.
bool ReceiveRequest(int connection, std::string* bytes, MockRequest* request) {
  size_t head_end;
  while ((head_end = bytes->find("\r\n\r\n")) == std::string::npos) {
    if (!ReceiveMore(connection, bytes)) return false;
  }
  *request = ParseHead(bytes->substr(0, head_end + 2));
  const size_t length = std::stoul("0" + request->headers["content-length"]);
  while (bytes->size() < head_end + 4 + length) {
    if (!ReceiveMore(connection, bytes)) return false;
  }
  request->body = bytes->substr(head_end + 4, length);
  bytes->erase(0, head_end + 4 + length);
  return true;
}

std::string Rendered(const MockReply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Said\r\nContent-Type: application/json\r\n";
  for (const std::string& header : reply.headers) text += header + "\r\n";
  return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

}  // namespace

MockServer::MockServer(std::function<MockReply(const MockRequest&)> handler) : handler_(std::move(handler)) {
  setenv("no_proxy", "*", 1);  // before any client begins: a proxy of the machine has no way to this server
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SUITE_CHECK_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  SUITE_CHECK_EQ(listen(listener_, 128), 0);
  socklen_t size = sizeof address;
  SUITE_CHECK_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Listen(); });
}

MockServer::~MockServer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
  }
  accepting_.join();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int connection : connections_) shutdown(connection, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int connection : connections_) close(connection);
  close(listener_);
}

void MockServer::Listen() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (connection < 0 || stopping_) {
      if (connection >= 0) close(connection);
      return;
    }
    const int yes = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] { Serve(connection); });
  }
}

void MockServer::Serve(int connection) {
  std::string bytes;
  MockRequest request;
  while (ReceiveRequest(connection, &bytes, &request) && Answer(connection, request)) {
  }
  shutdown(connection, SHUT_RDWR);
}

void MockServer::Arrived(const MockRequest& request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  received_.push_back(request);
  arrivals_.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count());
  most_at_once_ = std::max(most_at_once_, ++at_once_);
  arrived_.notify_all();
}

// False: the connection is to end.
bool MockServer::Answer(int connection, const MockRequest& request) {
  Arrived(request);
  const MockReply reply = handler_(request);
  if (reply.fault == MockFault::kHang) {
    std::string ignored;
    while (ReceiveMore(connection, &ignored)) {
    }
  }
  {
    // Before the answer goes out: the client's next request must not find this one still counted.
    const std::lock_guard<std::mutex> lock(mutex_);
    --at_once_;
  }
  if (reply.fault == MockFault::kNone) SendAll(connection, Rendered(reply));
  if (reply.fault == MockFault::kCutWithin) {
    const std::string text = Rendered(reply);
    SendAll(connection, text.substr(0, text.size() - reply.body.size() / 2 - 1));
  }
  return reply.fault == MockFault::kNone;
}

int64_t MockServer::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int64_t>(received_.size());
}

int64_t MockServer::most_at_once() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return most_at_once_;
}

std::vector<double> MockServer::arrivals() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return arrivals_;
}

std::vector<MockRequest> MockServer::received() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return received_;
}

bool MockServer::WaitForRequests(int64_t count) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return arrived_.wait_for(lock, std::chrono::seconds(60),
                           [&] { return static_cast<int64_t>(received_.size()) >= count; });
}

}  // namespace suite
