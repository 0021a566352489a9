#include "models/tokenizer/streaming_decoder.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/text/utf8.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {
namespace {

// Every byte is a token of its own.
Tokenizer Bytes() {
  BpeTrainerConfig config;
  config.vocab_size = 258;
  config.special_tokens = {"<|pad|>", "<|end|>"};
  return TrainBpe({}, config);
}

TEST(StreamingDecoder, HoldsUnfinishedCharactersBack) {
  const Tokenizer tokenizer = Bytes();
  const auto ids = tokenizer.Encode("a\u00e9\u5343");
  ASSERT_EQ(ids.size(), 6u);
  StreamingDecoder decoder(tokenizer);
  std::vector<std::string> outputs;
  for (const int64_t id : ids) outputs.push_back(decoder.Push(id));
  EXPECT_EQ(outputs, (std::vector<std::string>{"a", "", "\u00e9", "", "", "\u5343"}));
  EXPECT_EQ(decoder.Finish(), "");
}

TEST(StreamingDecoder, EndsInAReplacementCharacter) {
  const Tokenizer tokenizer = Bytes();
  StreamingDecoder decoder(tokenizer);
  EXPECT_EQ(decoder.Push(tokenizer.Encode("\u5343")[0]), "");
  EXPECT_EQ(decoder.Finish(), "\ufffd");
  EXPECT_EQ(decoder.Finish(), "");
}

TEST(StreamingDecoder, JoinedOutputsAreTheDecodedText) {
  const Tokenizer tokenizer = Bytes();
  RandomStream stream(5, "streaming decoder");
  for (int round = 0; round < 500; ++round) {
    const bool skip = round % 2 == 0;
    StreamingDecoder decoder(tokenizer, skip);
    std::vector<int64_t> ids;
    std::string joined;
    for (int i = 0; i < 40; ++i) {
      // Half of the bytes continue a character, so that characters are cut in every way.
      const auto byte =
          static_cast<int>(stream.UniformInt(2) == 0 ? 0x80 + stream.UniformInt(64) : stream.UniformInt(256));
      ids.push_back(i % 13 == 5 ? 1 : tokenizer.vocab_size() - 256);
      for (int64_t id = 2; id < tokenizer.vocab_size() && i % 13 != 5; ++id) {
        if (tokenizer.TokenBytes(id) == std::string(1, static_cast<char>(byte))) ids.back() = id;
      }
      const std::string part = decoder.Push(ids.back());
      EXPECT_TRUE(IsUtf8(part));
      joined += part;
    }
    joined += decoder.Finish();
    ASSERT_EQ(joined, tokenizer.Decode(ids, skip));
  }
}

}  // namespace
}  // namespace suite
