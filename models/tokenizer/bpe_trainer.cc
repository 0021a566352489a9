#include "models/tokenizer/bpe_trainer.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text/utf8.h"
#include "models/tokenizer/added_token_finder.h"
#include "models/tokenizer/byte_alphabet.h"
#include "models/tokenizer/split_pattern.h"
#include "models/tokenizer/tokenizer_spec.h"

namespace suite {
namespace {

using Pair = std::pair<int32_t, int32_t>;
using PieceCounts = std::map<std::string, int64_t>;

constexpr const char* kWhere = "tokenizer training";

PieceCounts CountPieces(const std::vector<std::string>& texts, const BpeTrainerConfig& config) {
  const SplitPattern pattern(config.split_pattern, std::string(kWhere) + ": split_pattern");
  std::vector<std::pair<std::string, int64_t>> specials;
  for (const std::string& content : config.special_tokens) specials.emplace_back(content, 0);
  const AddedTokenFinder finder(std::move(specials));
  PieceCounts counts;
  std::vector<std::string_view> pieces;
  const auto count = [&](std::string_view part) {
    pieces.clear();
    pattern.Split(part, &pieces);
    for (const std::string_view piece : pieces) ++counts[std::string(piece)];
  };
  for (const std::string& text : texts) finder.Split(ReplaceBrokenUtf8(text), count, [](int64_t) {});
  return counts;
}

void CheckSpecialTokens(const std::vector<std::string>& contents) {
  const std::string where = std::string(kWhere) + ": special_tokens";
  std::set<std::string> seen;
  for (const std::string& content : contents) {
    const auto bytes = IsUtf8(content) ? BytesOf(content) : std::string();
    if (bytes.has_value() && bytes->size() < 2) {
      throw InputError(where, "'" + ReplaceBrokenUtf8(content) + "'", "UTF-8 of at least two characters");
    }
    if (!seen.insert(content).second) throw InputError(where, "'" + content + "' is there twice", "each token once");
  }
}

// The special tokens and the single bytes.
std::vector<std::string> BaseVocabulary(const PieceCounts& pieces, const BpeTrainerConfig& config) {
  std::set<uint8_t> occurring;
  for (const auto& [piece, count] : pieces) occurring.insert(piece.begin(), piece.end());
  std::vector<std::string> vocabulary = config.special_tokens;
  for (const uint8_t byte : BytesInAlphabetOrder()) {
    const bool kept = config.all_bytes || occurring.count(byte) > 0;
    if (kept) vocabulary.push_back(AlphabetOf(std::string(1, static_cast<char>(byte))));
  }
  if (static_cast<int64_t>(vocabulary.size()) > config.vocab_size) {
    throw InputError(std::string(kWhere) + ": vocab_size", std::to_string(config.vocab_size),
                     "at least " + std::to_string(vocabulary.size()) + " for the special tokens and the bytes");
  }
  return vocabulary;
}

class BpeTrainer {
 public:
  BpeTrainer(std::vector<std::string> base, const PieceCounts& pieces, const BpeTrainerConfig& config)
      : config_(config), vocabulary_(std::move(base)) {
    for (size_t id = 0; id < vocabulary_.size(); ++id) id_of_.emplace(vocabulary_[id], static_cast<int32_t>(id));
    std::set<Pair> found;
    for (const auto& [piece, count] : pieces) {
      words_.push_back({{}, count});
      for (const char byte : piece) words_.back().symbols.push_back(id_of_.at(AlphabetOf(std::string(1, byte))));
      CountPairs(static_cast<int32_t>(words_.size()) - 1, +1, &found);
    }
    for (const Pair& pair : found) candidates_.push({pairs_[pair].count, pair});
  }

  void Train() {
    while (static_cast<int64_t>(vocabulary_.size()) < config_.vocab_size && !candidates_.empty()) {
      const Candidate best = candidates_.top();
      candidates_.pop();
      const int64_t count = pairs_[best.pair].count;
      if (count != best.count) continue;  // counted anew since, and offered again then
      if (count < std::max<int64_t>(config_.min_pair_count, 1)) break;
      Merge(best.pair);
    }
  }

  std::vector<std::string> vocabulary() const { return vocabulary_; }
  std::vector<BpeMerge> merges() const { return merges_; }

 private:
  struct Word {
    std::vector<int32_t> symbols;
    int64_t count;
  };

  struct Statistics {
    int64_t count = 0;
    std::vector<int32_t> words;  // that have held the pair, perhaps more than once
  };

  struct Candidate {
    int64_t count;
    Pair pair;
    bool operator<(const Candidate& other) const {
      return count != other.count ? count < other.count : pair > other.pair;
    }
  };

  // Adds `sign` times the pairs of a word to the counts and notes them in `touched`.
  void CountPairs(int32_t index, int sign, std::set<Pair>* touched) {
    const Word& word = words_[index];
    for (size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      const Pair pair{word.symbols[i], word.symbols[i + 1]};
      Statistics& statistics = pairs_[pair];
      statistics.count += sign * word.count;
      if (statistics.words.empty() || statistics.words.back() != index) statistics.words.push_back(index);
      touched->insert(pair);
    }
  }

  void Merge(const Pair& pair) {
    const std::string content = vocabulary_[pair.first] + vocabulary_[pair.second];
    const auto [found, is_new] = id_of_.emplace(content, static_cast<int32_t>(vocabulary_.size()));
    const int32_t result = found->second;
    if (result < static_cast<int32_t>(config_.special_tokens.size())) return;  // text never becomes a special token
    if (is_new) vocabulary_.push_back(content);
    // A token made in two ways may meet the same neighbour twice; the merge keeps its first priority.
    if (merged_.insert(pair).second) merges_.push_back({pair.first, pair.second, result});
    std::vector<int32_t> indices = std::move(pairs_[pair].words);
    pairs_[pair].words.clear();
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
    std::set<Pair> changed;
    for (const int32_t index : indices) {
      std::vector<int32_t> symbols = words_[index].symbols;
      MergeWord(pair, result, &symbols);
      if (symbols.size() == words_[index].symbols.size()) continue;
      CountPairs(index, -1, &changed);
      words_[index].symbols = std::move(symbols);
      CountPairs(index, +1, &changed);
    }
    for (const Pair& touched : changed) {
      if (pairs_[touched].count > 0) candidates_.push({pairs_[touched].count, touched});
    }
  }

  static void MergeWord(const Pair& pair, int32_t result, std::vector<int32_t>* symbols) {
    size_t out = 0;
    for (size_t i = 0; i < symbols->size(); ++i) {
      const bool here = i + 1 < symbols->size() && (*symbols)[i] == pair.first && (*symbols)[i + 1] == pair.second;
      (*symbols)[out++] = here ? result : (*symbols)[i];
      if (here) ++i;
    }
    symbols->resize(out);
  }

  const BpeTrainerConfig& config_;
  std::vector<std::string> vocabulary_;
  std::unordered_map<std::string, int32_t> id_of_;
  std::vector<Word> words_;
  std::map<Pair, Statistics> pairs_;
  std::priority_queue<Candidate> candidates_;
  std::vector<BpeMerge> merges_;
  std::set<Pair> merged_;
};

}  // namespace

Tokenizer TrainBpe(const std::vector<std::string>& texts, const BpeTrainerConfig& config) {
  CheckSpecialTokens(config.special_tokens);
  const PieceCounts pieces = CountPieces(texts, config);
  BpeTrainer trainer(BaseVocabulary(pieces, config), pieces, config);
  trainer.Train();
  TokenizerSpec spec;
  spec.vocabulary = trainer.vocabulary();
  spec.merges = trainer.merges();
  for (size_t id = 0; id < config.special_tokens.size(); ++id) {
    spec.added_tokens.push_back({static_cast<int64_t>(id), config.special_tokens[id], /*special=*/true, false});
  }
  const nlohmann::json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  const nlohmann::json split = {
      {"type", "Split"}, {"pattern", {{"Regex", config.split_pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
  spec.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", {split, byte_level}}};
  spec.decoder = byte_level;
  return Tokenizer::FromJson(TokenizerJson(spec), kWhere);
}

}  // namespace suite
