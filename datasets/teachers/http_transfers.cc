#include "datasets/teachers/http_transfers.h"

#include <curl/curl.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "base/check.h"

namespace suite {
namespace {

template <typename Pointer, auto kFree>
struct Freeing {
  void operator()(Pointer pointer) const { kFree(pointer); }
};

struct Transfer {
  std::unique_ptr<CURL, Freeing<CURL*, curl_easy_cleanup>> easy;
  std::string sent;
  std::string received;
  const HttpOptions* options = nullptr;
  size_t* under_way = nullptr;  // bytes of all bodies
  std::string too_long;         // why it was not read on, where that is so
  char reason[CURL_ERROR_SIZE] = {};
};

std::string Mebibytes(size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

// Takes bytes of a body; with another number than there are libcurl ends the transfer.
size_t Receive(char* bytes, size_t size, size_t count, void* out) {
  auto* transfer = static_cast<Transfer*>(out);
  const HttpOptions& options = *transfer->options;
  if (transfer->received.size() + size * count > options.max_response_bytes) {
    transfer->too_long = "the body is longer than " + Mebibytes(options.max_response_bytes);
  } else if (*transfer->under_way + size * count > options.max_total_bytes) {
    transfer->too_long = "the bodies under way are longer than " + Mebibytes(options.max_total_bytes) +
                         " together: fewer at once (concurrency) have room";
  }
  if (!transfer->too_long.empty()) return 0;
  transfer->received.append(bytes, size * count);
  *transfer->under_way += size * count;
  return size * count;
}

void InitialiseCurl() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  SUITE_CHECK_EQ(kDone, CURLE_OK);
}

long Milliseconds(double seconds) { return static_cast<long>(std::ceil(seconds * 1000.0)); }

void Configure(Transfer* transfer, const HttpOptions& options, const std::string& url, curl_slist* headers) {
  CURL* easy = transfer->easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->sent.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->sent.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Milliseconds(options.timeout_seconds));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options.connect_seconds));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);  // other threads of the program must not be interrupted
}

HttpOutcome OutcomeOf(CURLcode code) {
  if (code == CURLE_OK) return HttpOutcome::kAnswered;
  return code == CURLE_OPERATION_TIMEDOUT ? HttpOutcome::kTimedOut : HttpOutcome::kCut;
}

HttpResult ResultOf(int64_t id, CURLcode code, Transfer* transfer) {
  HttpResult result;
  result.id = id;
  result.outcome = OutcomeOf(code);
  if (code != CURLE_OK) result.reason = *transfer->reason ? transfer->reason : curl_easy_strerror(code);
  if (!transfer->too_long.empty()) {
    result.outcome = HttpOutcome::kTooLong;
    result.reason = transfer->too_long;
    return result;
  }
  long status = 0;
  curl_easy_getinfo(transfer->easy.get(), CURLINFO_RESPONSE_CODE, &status);
  result.status = status;
  curl_off_t wait = 0;
  curl_easy_getinfo(transfer->easy.get(), CURLINFO_RETRY_AFTER, &wait);  // seconds, also where a date was given
  if (wait > 0) result.retry_after = static_cast<double>(wait);
  result.body = std::move(transfer->received);
  return result;
}

}  // namespace

struct HttpTransfers::State {
  HttpOptions options;
  std::unique_ptr<curl_slist, Freeing<curl_slist*, curl_slist_free_all>> headers;
  std::unique_ptr<CURLM, Freeing<CURLM*, curl_multi_cleanup>> multi;
  std::map<int64_t, std::unique_ptr<Transfer>> transfers;
  size_t under_way = 0;

  ~State() {
    for (auto& [id, transfer] : transfers) curl_multi_remove_handle(multi.get(), transfer->easy.get());
  }

  void AddHeader(const std::string& header) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    SUITE_CHECK(longer != nullptr);
    headers.release();  // NOLINT: the longer list holds it
    headers.reset(longer);
  }

  // The place of the transfer that `easy` belongs to.
  auto Find(CURL* easy) {
    auto it = transfers.begin();
    while (it != transfers.end() && it->second->easy.get() != easy) ++it;
    SUITE_CHECK(it != transfers.end());
    return it;
  }
};

HttpTransfers::HttpTransfers(const HttpOptions& options) {
  InitialiseCurl();
  state_ = std::make_unique<State>();
  state_->options = options;
  state_->multi.reset(curl_multi_init());
  SUITE_CHECK(state_->multi != nullptr);
  state_->AddHeader("Content-Type: application/json");
  state_->AddHeader("Expect:");  // no round trip before a long body
  for (const std::string& header : options.headers) state_->AddHeader(header);
}

HttpTransfers::~HttpTransfers() = default;

void HttpTransfers::Start(int64_t id, const std::string& url, std::string body) {
  SUITE_CHECK_EQ(state_->transfers.count(id), size_t{0});
  auto transfer = std::make_unique<Transfer>();
  transfer->easy.reset(curl_easy_init());
  SUITE_CHECK(transfer->easy != nullptr);
  transfer->sent = std::move(body);
  transfer->options = &state_->options;
  transfer->under_way = &state_->under_way;
  Configure(transfer.get(), state_->options, url, state_->headers.get());
  SUITE_CHECK_EQ(curl_multi_add_handle(state_->multi.get(), transfer->easy.get()), CURLM_OK);
  state_->transfers.emplace(id, std::move(transfer));
}

std::vector<HttpResult> HttpTransfers::Wait(int milliseconds) {
  CURLM* multi = state_->multi.get();
  int running = 0;
  SUITE_CHECK_EQ(curl_multi_perform(multi, &running), CURLM_OK);
  if (running == static_cast<int>(state_->transfers.size()) && milliseconds > 0) {
    // Unlike curl_multi_wait, this also sleeps when there is nothing to wait for.
    SUITE_CHECK_EQ(curl_multi_poll(multi, nullptr, 0, milliseconds, nullptr), CURLM_OK);
    SUITE_CHECK_EQ(curl_multi_perform(multi, &running), CURLM_OK);
  }
  std::vector<HttpResult> results;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message does not outlive the handle's removal
    const auto it = state_->Find(message->easy_handle);
    curl_multi_remove_handle(multi, it->second->easy.get());
    state_->under_way -= it->second->received.size();
    results.push_back(ResultOf(it->first, code, it->second.get()));
    state_->transfers.erase(it);
  }
  return results;
}

}  // namespace suite
