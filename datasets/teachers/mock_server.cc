#include "datasets/teachers/mock_server.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace suite {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Error = boost::system::error_code;
using Socket = asio::ip::tcp::socket;

MockRequest Plain(const http::request<http::string_body>& received) {
  MockRequest request{std::string(received.target()), {}, received.body()};
  for (const auto& field : received) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers[name] = std::string(field.value());
  }
  return request;
}

std::string Rendered(const MockReply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Said\r\nContent-Type: application/json\r\n";
  for (const std::string& header : reply.headers) text += header + "\r\n";
  if (reply.fault == MockFault::kEndless) return text + "Connection: close\r\n\r\n" + reply.body;
  return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

}  // namespace

struct MockServer::State {
  std::function<MockReply(const MockRequest&)> handler;
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  mutable std::mutex mutex;
  mutable std::condition_variable arrived;
  std::vector<MockRequest> received;
  std::vector<double> arrivals;
  int64_t at_once = 0;
  int64_t most_at_once = 0;
  int64_t bytes_of_endless = 0;
  std::deque<Socket> connections;  // which stay where they are
  std::vector<std::thread> threads;
  std::thread accepting;

  void Listen() {
    for (;;) {
      Error error;
      Socket connection = acceptor.accept(error);
      if (error) return;
      connection.set_option(asio::ip::tcp::no_delay(true), error);
      const std::lock_guard<std::mutex> lock(mutex);
      connections.push_back(std::move(connection));
      threads.emplace_back([this, socket = &connections.back()] { Serve(socket); });
    }
  }

  void Serve(Socket* connection) {
    boost::beast::flat_buffer buffer;
    Error error;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(uint64_t{1} << 30);
      http::read(*connection, buffer, parser, error);
      if (error || !Answer(connection, Plain(parser.get()))) break;
    }
    connection->shutdown(Socket::shutdown_both, error);
  }

  void Arrived(const MockRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex);
    received.push_back(request);
    arrivals.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count());
    most_at_once = std::max(most_at_once, ++at_once);
    arrived.notify_all();
  }

  void SendWithoutEnd(Socket* connection, const MockReply& reply, const std::string& begin) {
    Error error;
    asio::write(*connection, asio::buffer(begin), error);
    while (!error) {
      const size_t sent = asio::write(*connection, asio::buffer(reply.body), error);
      const std::lock_guard<std::mutex> lock(mutex);
      bytes_of_endless += static_cast<int64_t>(sent);
    }
  }

  // False: the connection is to end.
  bool Answer(Socket* connection, const MockRequest& request) {
    Arrived(request);
    const MockReply reply = handler(request);
    Error error;
    if (reply.fault == MockFault::kHang) {
      char ignored[256];
      while (connection->read_some(asio::buffer(ignored), error) > 0) {
      }
    }
    {
      // Before the answer goes out: the client's next request must not find this one still counted.
      const std::lock_guard<std::mutex> lock(mutex);
      --at_once;
    }
    std::string text = Rendered(reply);
    if (reply.fault == MockFault::kCutWithin) text.resize(text.size() - reply.body.size() / 2 - 1);
    if (reply.fault == MockFault::kEndless) SendWithoutEnd(connection, reply, text);
    const bool sent = reply.fault == MockFault::kNone || reply.fault == MockFault::kCutWithin;
    if (sent) asio::write(*connection, asio::buffer(text), error);
    return reply.fault == MockFault::kNone;
  }
};

MockServer::MockServer(std::function<MockReply(const MockRequest&)> handler) : state_(std::make_unique<State>()) {
  setenv("no_proxy", "*", 1);  // before any client begins: a proxy of the machine has no way to this server
  state_->handler = std::move(handler);
  state_->accepting = std::thread([this] { state_->Listen(); });
}

MockServer::~MockServer() {
  shutdown(state_->acceptor.native_handle(), SHUT_RDWR);  // ends the accept that is under way
  state_->accepting.join();
  Error error;
  for (Socket& connection : state_->connections) connection.shutdown(Socket::shutdown_both, error);
  for (std::thread& thread : state_->threads) thread.join();
}

std::string MockServer::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

int64_t MockServer::requests() const { return static_cast<int64_t>(received().size()); }

int64_t MockServer::most_at_once() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->most_at_once;
}

int64_t MockServer::bytes_of_endless() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->bytes_of_endless;
}

std::vector<double> MockServer::arrivals() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->arrivals;
}

std::vector<MockRequest> MockServer::received() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->received;
}

bool MockServer::WaitForRequests(int64_t count) const {
  std::unique_lock<std::mutex> lock(state_->mutex);
  return state_->arrived.wait_for(lock, std::chrono::seconds(60),
                                  [&] { return static_cast<int64_t>(state_->received.size()) >= count; });
}

}  // namespace suite
