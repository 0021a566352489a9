#include "models/tokenizer/streaming_decoder.h"

#include <utility>

#include "base/text/utf8.h"

namespace suite {

StreamingDecoder::StreamingDecoder(Tokenizer tokenizer, bool skip_special_tokens)
    : tokenizer_(std::move(tokenizer)), skip_special_tokens_(skip_special_tokens) {}

std::string StreamingDecoder::Push(int64_t id) {
  if (skip_special_tokens_ && tokenizer_.IsSpecial(id)) return "";
  std::string bytes = std::move(unfinished_) + tokenizer_.TokenBytes(id);
  const size_t ready = bytes.size() - UnfinishedUtf8Tail(bytes);
  unfinished_ = bytes.substr(ready);
  bytes.resize(ready);
  return ReplaceBrokenUtf8(bytes);
}

std::string StreamingDecoder::Finish() { return ReplaceBrokenUtf8(std::exchange(unfinished_, "")); }

}  // namespace suite
