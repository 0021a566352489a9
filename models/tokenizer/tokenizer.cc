#include "models/tokenizer/tokenizer.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text/utf8.h"
#include "models/tokenizer/added_token_finder.h"
#include "models/tokenizer/bpe.h"
#include "models/tokenizer/byte_alphabet.h"
#include "models/tokenizer/nfc.h"
#include "models/tokenizer/split_pattern.h"
#include "models/tokenizer/tokenizer_spec.h"

namespace suite {
namespace {

std::string Normalized(std::string_view text, bool nfc) { return nfc ? ToNfc(text) : std::string(text); }

AddedTokenFinder FinderOf(const TokenizerSpec& spec, bool normalized) {
  std::vector<std::pair<std::string, int64_t>> tokens;
  for (const AddedToken& token : spec.added_tokens) {
    if (token.normalized != normalized) continue;
    tokens.emplace_back(normalized ? Normalized(token.content, spec.nfc) : token.content, token.id);
  }
  return AddedTokenFinder(std::move(tokens));
}

std::vector<SplitPattern> PatternsOf(const TokenizerSpec& spec, const std::string& where) {
  std::vector<SplitPattern> patterns;
  for (const std::string& pattern : spec.split_patterns) patterns.emplace_back(pattern, where + ": pre_tokenizer");
  return patterns;
}

// That `content` can become a token of its own and come back as it was.
void CheckNewToken(const std::string& content) {
  const std::string where = "new token '" + ShownText(content) + "'";
  if (content.empty()) throw InputError("new token", "is empty", "at least one character");
  if (!IsUtf8(content)) throw InputError(where, "is broken UTF-8", "well-formed UTF-8");
  // Characters of the byte alphabet stand for bytes, also in an added token: "é" would be decoded as a single byte.
  if (const std::string bytes = BytesOf(content).value_or(content); bytes != content) {
    throw InputError(where, "would be decoded as '" + ShownText(ReplaceBrokenUtf8(bytes)) + "'",
                     "a token in ASCII, such as <item_17>");
  }
}

}  // namespace

struct Tokenizer::State {
  State(TokenizerSpec spec_read, const std::string& where)
      : spec(std::move(spec_read)),
        exact(FinderOf(spec, false)),
        normalized(FinderOf(spec, true)),
        patterns(PatternsOf(spec, where)),
        bpe(spec.vocabulary, spec.merges, spec.ignore_merges),
        special(spec.TotalSize()) {
    for (const AddedToken& token : spec.added_tokens) special[token.id] = token.special;
    for (int64_t id = 0; id < spec.TotalSize(); ++id) {
      // As Hugging Face's ByteLevel decoder: a token with a character outside the alphabet stands for itself.
      const std::string& content = spec.Content(id);
      bytes.push_back(BytesOf(content).value_or(content));
      ids.emplace(content, id);
    }
  }

  bool Has(int64_t id) const { return id >= 0 && id < static_cast<int64_t>(bytes.size()); }

  void EncodePart(std::string_view text, std::vector<int64_t>* out) const {
    std::vector<std::string_view> pieces = {text};
    for (const SplitPattern& pattern : patterns) {
      std::vector<std::string_view> smaller;
      smaller.reserve(text.size() / 4 + 1);
      for (const std::string_view piece : pieces) pattern.Split(piece, &smaller);
      pieces = std::move(smaller);
    }
    for (const std::string_view piece : pieces) bpe.Encode(piece, out);
  }

  TokenizerSpec spec;
  AddedTokenFinder exact;
  AddedTokenFinder normalized;
  std::vector<SplitPattern> patterns;
  BpeModel bpe;
  std::vector<bool> special;
  std::vector<std::string> bytes;
  std::unordered_map<std::string_view, int64_t> ids;  // into spec
};

Tokenizer::Tokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Tokenizer Tokenizer::FromJson(std::string_view json, const std::string& where) {
  return Tokenizer(std::make_shared<const State>(ParseTokenizerJson(json, where), where));
}

Tokenizer Tokenizer::FromFile(const std::string& path) { return FromJson(ReadFile(path), path); }

Tokenizer Tokenizer::WithAddedTokens(const std::vector<std::string>& contents) const {
  TokenizerSpec spec = state_->spec;
  std::unordered_set<std::string_view> added;
  for (const std::string& content : contents) {
    CheckNewToken(content);
    const auto known = TokenId(content) ? TokenId(content) : TokenId(AlphabetOf(content));
    if (known || !added.insert(content).second) {
      throw InputError("new token '" + ShownText(content) + "'",
                       known ? "is in the vocabulary already, with the id " + std::to_string(*known) : "is there twice",
                       "tokens that the vocabulary does not have, each once");
    }
    spec.added_tokens.push_back({spec.TotalSize(), content, /*special=*/false, /*normalized=*/false});
  }
  return Tokenizer(std::make_shared<const State>(std::move(spec), "tokenizer with new tokens"));
}

void Tokenizer::Save(const std::string& path) const { WriteFileAtomically(path, TokenizerJson(state_->spec)); }

std::vector<int64_t> Tokenizer::Encode(std::string_view text, bool add_special_tokens) const {
  const State& state = *state_;
  if (!IsUtf8(text)) return Encode(ReplaceBrokenUtf8(text), add_special_tokens);
  std::vector<int64_t> ids;
  if (add_special_tokens) ids = state.spec.prefix_ids;
  const auto append = [&](int64_t id) { ids.push_back(id); };
  const auto encode_part = [&](std::string_view part) { state.EncodePart(part, &ids); };
  const auto normalize = [&](std::string_view part) {
    state.normalized.Split(Normalized(part, state.spec.nfc), encode_part, append);
  };
  state.exact.Split(text, normalize, append);
  if (add_special_tokens) ids.insert(ids.end(), state.spec.suffix_ids.begin(), state.spec.suffix_ids.end());
  return ids;
}

std::string Tokenizer::Decode(const std::vector<int64_t>& ids, bool skip_special_tokens) const {
  std::string bytes;
  for (const int64_t id : ids) {
    if (!skip_special_tokens || !IsSpecial(id)) bytes += TokenBytes(id);
  }
  return ReplaceBrokenUtf8(bytes);
}

const std::string& Tokenizer::TokenBytes(int64_t id) const {
  static const std::string nothing;
  return state_->Has(id) ? state_->bytes[id] : nothing;
}

int64_t Tokenizer::vocab_size() const { return state_->spec.TotalSize(); }

std::optional<int64_t> Tokenizer::TokenId(std::string_view content) const {
  const auto found = state_->ids.find(content);
  return found == state_->ids.end() ? std::nullopt : std::optional<int64_t>(found->second);
}

bool Tokenizer::KeepsWhole(std::string_view content) const {
  const auto id = TokenId(content);
  if (!id) return false;
  const std::vector<AddedToken>& added = state_->spec.added_tokens;
  const auto found = std::lower_bound(added.begin(), added.end(), *id,
                                      [](const AddedToken& token, int64_t sought) { return token.id < sought; });
  return found != added.end() && found->id == *id && !found->special;
}

bool Tokenizer::IsSpecial(int64_t id) const { return state_->Has(id) && state_->special[id]; }

std::vector<int> Tokenizer::NewlinesByToken() const {
  std::vector<int> newlines;
  for (const std::string& bytes : state_->bytes) {
    newlines.push_back(static_cast<int>(std::count(bytes.begin(), bytes.end(), '\n')));
  }
  return newlines;
}

std::string Tokenizer::ContentHash() const { return Sha256Hex(TokenizerJson(state_->spec)); }

}  // namespace suite
