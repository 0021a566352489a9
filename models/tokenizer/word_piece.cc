#include "models/tokenizer/word_piece.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "models/tokenizer/added_token_finder.h"
#include "models/tokenizer/tokenizer_spec.h"

namespace suite {
namespace {

using nlohmann::json;

struct BertNormalizer {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  bool strip_accents = true;
  bool lowercase = true;
};

struct WordPieceSpec {
  TokenizerSpec tokens;  // vocabulary, added tokens and template
  BertNormalizer normalizer;
  int64_t unknown_id = 0;
  std::string prefix;        // of pieces that continue a word
  int64_t longest_word = 0;  // in characters; longer ones are unknown
  std::string decoder_prefix;
  bool decoder_cleanup = false;
};

const icu::UnicodeSet* FrozenSet(const char16_t* pattern) {
  UErrorCode status = U_ZERO_ERROR;
  auto* set = new icu::UnicodeSet(icu::UnicodeString(pattern), status);
  SUITE_CHECK(U_SUCCESS(status));
  return static_cast<const icu::UnicodeSet*>(set->freeze());
}

// The library's categories are those of Unicode 8: newer characters are neither control, mark nor punctuation to it,
// and the few that were put into another category since are named below. Found by comparing with tokenizers 0.21.4:
// every code point between letters and between combining marks (2.2 million strings, four settings of the normalizer)
// comes out the same, but for 27 capital letters of Unicode 16 where ICU's case tables are older than that.
// In Other it counts Cc, Cf and Co, not the unassigned.
bool IsOther(char32_t c) {
  static const icu::UnicodeSet* const set = FrozenSet(u"[[[:Cc:][:Cf:][:Co:]]&[:age=8.0:]]");
  return set->contains(static_cast<UChar32>(c));
}

bool IsNonspacingMark(char32_t c) {
  static const icu::UnicodeSet* const set =
      FrozenSet(u"[[[:Mn:]&[:age=8.0:]]-[\\u1885\\u1886\\uA9BD\\U000111C9]\\u1734]");
  return set->contains(static_cast<UChar32>(c));
}

// In ASCII everything that is neither letter, digit, space nor control.
bool IsPunctuation(char32_t c) {
  if (c < 0x80) return c > 0x20 && c < 0x7f && !u_isalnum(static_cast<UChar32>(c));
  static const icu::UnicodeSet* const set = FrozenSet(u"[[[:P:]&[:age=8.0:]]\\u166D\\U000111C9]");
  return set->contains(static_cast<UChar32>(c));
}

// The blocks that tokenization.py of BERT lists, but for the start of the last but one, 2B820 there: the library
// begins it at 2B920.
bool IsChineseCharacter(char32_t c) {
  static constexpr std::pair<char32_t, char32_t> kBlocks[] = {
      {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xf900, 0xfaff},   {0x20000, 0x2a6df},
      {0x2a700, 0x2b73f}, {0x2b740, 0x2b81f}, {0x2b920, 0x2ceaf}, {0x2f800, 0x2fa1f}};
  return std::any_of(std::begin(kBlocks), std::end(kBlocks),
                     [c](const auto& block) { return block.first <= c && c <= block.second; });
}

bool IsTabOrNewline(char32_t c) { return c == '\t' || c == '\n' || c == '\r'; }

// With the tables of Unicode 9, as in nfc.h.
icu::UnicodeString Decomposed(const icu::UnicodeString& text) {
  static const icu::FilteredNormalizer2* const normalizer = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
    SUITE_CHECK(U_SUCCESS(status));
    return new icu::FilteredNormalizer2(*nfd, *FrozenSet(u"[:age=9.0:]"));
  }();
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString result;
  normalizer->normalize(text, result, status);
  SUITE_CHECK(U_SUCCESS(status));
  return result;
}

// The first two steps of the normalizer; `text` is whole UTF-8.
icu::UnicodeString Cleaned(std::string_view text, const BertNormalizer& normalizer) {
  icu::UnicodeString cleaned;
  for (size_t size = 0; !text.empty(); text.remove_prefix(size)) {
    char32_t c = FirstCodePoint(text, &size);
    if (normalizer.clean_text) {
      if (c == 0 || c == 0xfffd || (IsOther(c) && !IsTabOrNewline(c))) continue;
      if (u_isUWhiteSpace(static_cast<UChar32>(c))) c = ' ';
    }
    const bool alone = normalizer.handle_chinese_chars && IsChineseCharacter(c);
    if (alone) cleaned.append(static_cast<UChar32>(' '));
    cleaned.append(static_cast<UChar32>(c));
    if (alone) cleaned.append(static_cast<UChar32>(' '));
  }
  return cleaned;
}

// Character by character, so that a sigma at the end of a word is as any other. Only U+0130 becomes two characters.
std::string Lowercase(char32_t c) {
  if (c == 0x130) return "i\xcc\x87";
  return Utf8Of(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))));
}

// What the BertPreTokenizer makes of the normalized text: words without spaces, each punctuation character alone.
std::vector<std::string> Words(std::string_view text, const BertNormalizer& normalizer) {
  icu::UnicodeString cleaned = Cleaned(text, normalizer);
  if (normalizer.strip_accents) cleaned = Decomposed(cleaned);
  std::vector<std::string> words;
  bool inside = false;
  for (int32_t at = 0; at < cleaned.length(); at = cleaned.moveIndex32(at, 1)) {
    const auto c = static_cast<char32_t>(cleaned.char32At(at));
    if (normalizer.strip_accents && IsNonspacingMark(c)) continue;
    if (u_isUWhiteSpace(static_cast<UChar32>(c))) {
      inside = false;
      continue;
    }
    const bool alone = IsPunctuation(c);
    if (!inside || alone) words.emplace_back();
    words.back() += normalizer.lowercase ? Lowercase(c) : Utf8Of(c);
    inside = !alone;
  }
  return words;
}

int64_t IdOf(const std::vector<std::string>& vocabulary, const std::string& content, const std::string& where) {
  const auto found = std::find(vocabulary.begin(), vocabulary.end(), content);
  if (found == vocabulary.end())
    throw InputError(where, ShownJson(content) + " is not in the vocabulary", "a token of it");
  return found - vocabulary.begin();
}

void ReadModel(const JsonObject& model, WordPieceSpec* spec) {
  model.AllowOnly({"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"});
  if (model.String("type") != "WordPiece") {
    throw InputError(model.At("type"), ShownJson(model.Get("type")) + " is not supported", "'WordPiece'");
  }
  spec->tokens.vocabulary = ReadVocabulary(model);
  spec->unknown_id = IdOf(spec->tokens.vocabulary, model.String("unk_token"), model.At("unk_token"));
  spec->prefix = model.String("continuing_subword_prefix");
  // Matching is quadratic in the length of a word.
  constexpr uint64_t kLongest = 1000;
  const json& longest = model.Get("max_input_chars_per_word");
  if (!longest.is_number_unsigned() || longest.get<uint64_t>() > kLongest) {
    throw InputError(model.At("max_input_chars_per_word"), "found " + ShownJson(longest), "an integer from 0 to 1000");
  }
  spec->longest_word = longest.get<int64_t>();
}

void ReadAddedTokens(const JsonObject& root, TokenizerSpec* tokens) {
  const json& entries = root.Array("added_tokens");
  for (size_t i = 0; i < entries.size(); ++i) {
    const JsonObject object = JsonObject::Inside(entries[i], root.At("added_tokens", i));
    object.AllowOnly({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
    for (const char* key : {"single_word", "lstrip", "rstrip"}) object.OnlySupported(key, {false});
    if (object.Bool("normalized")) throw InputError(object.At("normalized"), "true is not supported", "false");
    AddedToken token;
    token.content = object.String("content");
    token.special = object.Bool("special");
    token.id = IdOf(tokens->vocabulary, token.content, object.At("content"));
    if (object.Get("id") != token.id) {
      throw InputError(object.At("id"), "found " + ShownJson(object.Get("id")),
                       std::to_string(token.id) + ", its id in model.vocab");
    }
    tokens->added_tokens.push_back(std::move(token));
  }
  std::sort(tokens->added_tokens.begin(), tokens->added_tokens.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
}

BertNormalizer ReadBertNormalizer(const JsonObject& object) {
  if (object.String("type") != "BertNormalizer") {
    throw InputError(object.At("type"), ShownJson(object.Get("type")) + " is not supported", "'BertNormalizer'");
  }
  object.AllowOnly({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  BertNormalizer normalizer;
  normalizer.clean_text = object.Bool("clean_text");
  normalizer.handle_chinese_chars = object.Bool("handle_chinese_chars");
  normalizer.lowercase = object.Bool("lowercase");
  normalizer.strip_accents = object.BoolOr("strip_accents", normalizer.lowercase);
  return normalizer;
}

void CheckPreTokenizer(const JsonObject& object) {
  if (object.String("type") != "BertPreTokenizer") {
    throw InputError(object.At("type"), ShownJson(object.Get("type")) + " is not supported", "'BertPreTokenizer'");
  }
  object.AllowOnly({"type"});
}

void ReadWordPieceDecoder(const JsonObject& object, WordPieceSpec* spec) {
  if (object.String("type") != "WordPiece") {
    throw InputError(object.At("type"), ShownJson(object.Get("type")) + " is not supported", "'WordPiece'");
  }
  object.AllowOnly({"type", "prefix", "cleanup"});
  spec->decoder_prefix = object.String("prefix");
  spec->decoder_cleanup = object.Bool("cleanup");
}

WordPieceSpec ReadSpec(std::string_view text, const std::string& where) {
  const json value = ParseJson(text, where);
  const JsonObject root(value, where);
  root.AllowOnly({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
                  "decoder", "model"});
  root.OnlySupported("version", {"1.0"});
  WordPieceSpec spec;
  ReadModel(root.Object("model"), &spec);
  ReadAddedTokens(root, &spec.tokens);
  spec.normalizer = ReadBertNormalizer(root.Object("normalizer"));
  CheckPreTokenizer(root.Object("pre_tokenizer"));
  spec.tokens.post_processor = value.value("post_processor", json());
  ReadPostProcessor(root.At("post_processor"), &spec.tokens);
  ReadWordPieceDecoder(root.Object("decoder"), &spec);
  return spec;
}

std::vector<std::pair<std::string, int64_t>> AddedPairs(const TokenizerSpec& tokens) {
  std::vector<std::pair<std::string, int64_t>> pairs;
  for (const AddedToken& token : tokens.added_tokens) pairs.emplace_back(token.content, token.id);
  return pairs;
}

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

void ReplaceAll(std::string_view from, std::string_view to, std::string* text) {
  for (size_t at = text->find(from); at != std::string::npos; at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

// Undoes spaces before English punctuation and contractions, inside one token with the space before it.
void CleanUp(std::string* token) {
  static constexpr std::pair<const char*, const char*> kReplacements[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kReplacements) ReplaceAll(from, to, token);
}

}  // namespace

struct WordPieceTokenizer::State {
  explicit State(WordPieceSpec spec_read)
      : spec(std::move(spec_read)), added(AddedPairs(spec.tokens)), special(spec.tokens.vocabulary.size()) {
    for (const AddedToken& token : spec.tokens.added_tokens) special[token.id] = token.special;
    const std::vector<std::string>& vocabulary = spec.tokens.vocabulary;
    for (size_t id = 0; id < vocabulary.size(); ++id) {
      const std::string_view content = vocabulary[id];
      starting.emplace(content, id);
      if (StartsWith(content, spec.prefix)) continuing.emplace(content.substr(spec.prefix.size()), id);
    }
  }

  void AppendPieces(std::string_view word, std::vector<int64_t>* ids) const {
    std::vector<size_t> ends;  // of its characters
    for (size_t at = 0, size = 0; at < word.size(); at += size) {
      FirstCodePoint(word.substr(at), &size);
      ends.push_back(at + size);
    }
    const size_t before = ids->size();
    bool known = static_cast<int64_t>(ends.size()) <= spec.longest_word;
    for (size_t start = 0, first = 0; known && start < word.size();) {
      const auto& pieces = start == 0 ? starting : continuing;
      size_t last = ends.size();
      auto found = pieces.end();
      while (found == pieces.end() && last > first) found = pieces.find(word.substr(start, ends[--last] - start));
      known = found != pieces.end();
      if (!known) break;
      ids->push_back(found->second);
      start = ends[last];
      first = last + 1;
    }
    if (known) return;
    ids->resize(before);
    ids->push_back(spec.unknown_id);
  }

  WordPieceSpec spec;
  AddedTokenFinder added;
  std::vector<bool> special;
  std::unordered_map<std::string_view, int64_t> starting;    // into spec
  std::unordered_map<std::string_view, int64_t> continuing;  // without the prefix
};

WordPieceTokenizer::WordPieceTokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}

WordPieceTokenizer WordPieceTokenizer::FromJson(std::string_view json, const std::string& where) {
  return WordPieceTokenizer(std::make_shared<const State>(ReadSpec(json, where)));
}

WordPieceTokenizer WordPieceTokenizer::FromFile(const std::string& path) { return FromJson(ReadFile(path), path); }

std::vector<int64_t> WordPieceTokenizer::Encode(std::string_view text, bool add_special_tokens) const {
  if (!IsUtf8(text)) return Encode(ReplaceBrokenUtf8(text), add_special_tokens);
  const State& state = *state_;
  std::vector<int64_t> ids;
  if (add_special_tokens) ids = state.spec.tokens.prefix_ids;
  const auto encode_part = [&](std::string_view part) {
    for (const std::string& word : Words(part, state.spec.normalizer)) state.AppendPieces(word, &ids);
  };
  state.added.Split(text, encode_part, [&](int64_t id) { ids.push_back(id); });
  const auto& suffix = state.spec.tokens.suffix_ids;
  if (add_special_tokens) ids.insert(ids.end(), suffix.begin(), suffix.end());
  return ids;
}

int64_t WordPieceTokenizer::template_size() const {
  return static_cast<int64_t>(state_->spec.tokens.prefix_ids.size() + state_->spec.tokens.suffix_ids.size());
}

std::vector<int64_t> WordPieceTokenizer::EncodeForModel(std::string_view text, int64_t max_tokens) const {
  SUITE_CHECK(max_tokens >= template_size());
  std::vector<int64_t> ids = Encode(text, /*add_special_tokens=*/true);
  const int64_t excess = static_cast<int64_t>(ids.size()) - max_tokens;
  const auto suffix = ids.end() - static_cast<int64_t>(state_->spec.tokens.suffix_ids.size());
  if (excess > 0) ids.erase(suffix - excess, suffix);
  return ids;
}

std::string WordPieceTokenizer::Decode(const std::vector<int64_t>& ids, bool skip_special_tokens) const {
  const WordPieceSpec& spec = state_->spec;
  std::string text;
  bool first = true;
  for (const int64_t id : ids) {
    if (id < 0 || id >= vocab_size() || (skip_special_tokens && state_->special[id])) continue;
    std::string token = spec.tokens.vocabulary[id];
    if (!first) token = StartsWith(token, spec.decoder_prefix) ? token.substr(spec.decoder_prefix.size()) : " " + token;
    first = false;
    if (spec.decoder_cleanup) CleanUp(&token);
    text += token;
  }
  return text;
}

int64_t WordPieceTokenizer::vocab_size() const { return static_cast<int64_t>(state_->spec.tokens.vocabulary.size()); }

}  // namespace suite
