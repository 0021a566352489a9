// Many HTTP POSTs at once in one thread (libcurl's multi interface).
//
//   HttpTransfers transfers(options);
//   transfers.Start(7, "http://127.0.0.1:8000/v1/chat/completions", body);
//   for (HttpResult& result : transfers.Wait(1000)) ...          // those that ended; result.id == 7
//
// Connections are kept and used again. Redirects are not followed: the key goes to the host that was named and to no
// other. Transfers that are still under way when the object goes are dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suite {

struct HttpOptions {
  double timeout_seconds = 120;
  double connect_seconds = 10;
  std::vector<std::string> headers;  // "Name: value"; never shown in an error
  // Of one body, and of all bodies under way together, as they are after decompression. A body that would go beyond is
  // not read on: bodies without an end, and small ones that unpack to large ones, cost no more memory than this.
  size_t max_response_bytes = size_t{4} << 20;
  size_t max_total_bytes = size_t{256} << 20;
};

enum class HttpOutcome { kAnswered, kTimedOut, kCut, kTooLong };

struct HttpResult {
  int64_t id = 0;
  HttpOutcome outcome = HttpOutcome::kCut;
  std::string reason;                 // empty, or why there is no whole answer
  int64_t status = 0;                 // 200, 429, ...; of kAnswered only
  std::optional<double> retry_after;  // seconds, if the server named a time
  std::string body;
};

class HttpTransfers {
 public:
  explicit HttpTransfers(const HttpOptions& options);
  ~HttpTransfers();
  HttpTransfers(const HttpTransfers&) = delete;
  HttpTransfers& operator=(const HttpTransfers&) = delete;

  // Begins a POST of JSON. `id` must not be under way.
  void Start(int64_t id, const std::string& url, std::string body);

  // Moves all transfers on until one ends or the time is over, and returns those that ended.
  std::vector<HttpResult> Wait(int milliseconds);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace suite
