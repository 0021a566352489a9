// Speed of the tokenizer; build with -c opt:
//
//   SUITE_SHARED_DIR=/path/to/shared bazel run -c opt //models/tokenizer:tokenizer_benchmark
//
// The text is what people say in the ReDial test split (data/redial/test.jsonl there), the tokenizers are the real
// ones. The target is 5 MB/s on one core.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/random.h"
#include "models/tokenizer/bpe_trainer.h"
#include "models/tokenizer/golden_tokenizers.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {
namespace {

// One answer a line; empty when the file is not there.
std::vector<std::string> Answers() {
  const char* shared = std::getenv("SUITE_SHARED_DIR");
  std::ifstream file(std::string(shared == nullptr ? "" : shared) + "/data/redial/test.jsonl");
  std::vector<std::string> answers;
  std::string line;
  while (std::getline(file, line)) {
    answers.push_back(nlohmann::json::parse(line).at("resp").get<std::string>() + "\n");
  }
  return answers;
}

std::string Text() {
  std::string text;
  for (const std::string& answer : Answers()) text += answer;
  return text;
}

void EncodeText(benchmark::State& state, const Tokenizer& tokenizer, const std::string& text) {
  if (text.empty()) return state.SkipWithError("there is no text in $SUITE_SHARED_DIR");
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.Encode(text));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
  state.counters["bytes_per_token"] = static_cast<double>(text.size()) / tokenizer.Encode(text).size();
}

void BM_Encode(benchmark::State& state, const char* name) {
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer(name, &missing);
  if (!tokenizer) return state.SkipWithError((missing + " is not there").c_str());
  EncodeText(state, *tokenizer, Text());
}
BENCHMARK_CAPTURE(BM_Encode, llama_3_2, "llama-3.2")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Encode, qwen2_5, "qwen2.5")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Encode, smollm2, "smollm2")->Unit(benchmark::kMillisecond);

void BM_EncodeWithTrained(benchmark::State& state) {
  EncodeText(state, TrainBpe(Answers(), BpeTrainerConfig()), Text());
}
BENCHMARK(BM_EncodeWithTrained)->Unit(benchmark::kMillisecond);

// One piece of many letters: the worst case of merging.
void BM_EncodeOneLongWord(benchmark::State& state) {
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer("qwen2.5", &missing);
  if (!tokenizer) return state.SkipWithError((missing + " is not there").c_str());
  RandomStream stream(1, "long word");
  std::string word;
  while (static_cast<int64_t>(word.size()) < state.range(0)) word += static_cast<char>('a' + stream.UniformInt(26));
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer->Encode(word));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_EncodeOneLongWord)->Range(1 << 8, 1 << 20)->Unit(benchmark::kMicrosecond);

void BM_Load(benchmark::State& state, const char* name) {
  std::string missing;
  for (auto _ : state) {
    if (!ReadSharedTokenizer(name, &missing)) return state.SkipWithError((missing + " is not there").c_str());
  }
}
BENCHMARK_CAPTURE(BM_Load, llama_3_2, "llama-3.2")->Unit(benchmark::kMillisecond);

std::vector<std::string> ItemTokens(int64_t count) {
  std::vector<std::string> tokens;
  for (int64_t i = 0; i < count; ++i) tokens.push_back("<item_" + std::to_string(i) + ">");
  return tokens;
}

void BM_AddTokens(benchmark::State& state, const char* name) {
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer(name, &missing);
  if (!tokenizer) return state.SkipWithError((missing + " is not there").c_str());
  const std::vector<std::string> tokens = ItemTokens(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer->WithAddedTokens(tokens));
}
BENCHMARK_CAPTURE(BM_AddTokens, qwen2_5, "qwen2.5")->Arg(7404)->Arg(12101)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_AddTokens, smollm2, "smollm2")->Arg(7404)->Arg(12101)->Unit(benchmark::kMillisecond);

// Lists of twenty items, a token each.
void BM_EncodeItems(benchmark::State& state) {
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer("smollm2", &missing);
  if (!tokenizer) return state.SkipWithError((missing + " is not there").c_str());
  const std::vector<std::string> tokens = ItemTokens(state.range(0));
  RandomStream stream(1, "items");
  std::string text;
  for (int i = 0; i < 2000; ++i) text += tokens[static_cast<size_t>(stream.UniformInt(state.range(0)))] + "\n";
  EncodeText(state, tokenizer->WithAddedTokens(tokens), text);
}
BENCHMARK(BM_EncodeItems)->Arg(12101)->Unit(benchmark::kMillisecond);

// Films' titles, in a tokenizer that has items' tokens as well.
void BM_EncodeTextBesideItems(benchmark::State& state) {
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer("smollm2", &missing);
  if (!tokenizer) return state.SkipWithError((missing + " is not there").c_str());
  EncodeText(state, tokenizer->WithAddedTokens(ItemTokens(state.range(0))), Text());
}
BENCHMARK(BM_EncodeTextBesideItems)->Arg(12101)->Unit(benchmark::kMillisecond);

// `range` short texts, the answers over and over.
void BM_Train(benchmark::State& state) {
  const std::vector<std::string> answers = Answers();
  if (answers.empty()) return state.SkipWithError("there is no text in $SUITE_SHARED_DIR");
  std::vector<std::string> texts;
  for (int64_t i = 0; i < state.range(0); ++i) texts.push_back(answers[i % answers.size()]);
  for (auto _ : state) benchmark::DoNotOptimize(TrainBpe(texts, BpeTrainerConfig()));
}
BENCHMARK(BM_Train)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace suite

BENCHMARK_MAIN();
