#include "datasets/importers/python_pickle.h"

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text/utf8.h"
#include "datasets/core/conversation.h"

namespace suite {
namespace {

// A title may be referred to any number of times, each in a few bytes: without a bound a small file could fill the
// memory.
constexpr size_t kLongestTitle = 500;

enum class Kind { kInt, kText, kTuple, kList };

// A value; containers hold positions in the arena, so that shared values cost nothing.
struct Node {
  Kind kind;
  int64_t number = 0;
  std::string_view text;
  std::vector<size_t> children;
};

// Instructions that are refused, by name where the name tells what the file tried.
std::string NameOf(unsigned char code) {
  static const auto* names = new std::unordered_map<int, std::string>{{'c', "GLOBAL"},
                                                                      {0x93, "STACK_GLOBAL"},
                                                                      {'R', "REDUCE"},
                                                                      {'b', "BUILD"},
                                                                      {'i', "INST"},
                                                                      {'o', "OBJ"},
                                                                      {0x81, "NEWOBJ"},
                                                                      {0x92, "NEWOBJ_EX"},
                                                                      {0x82, "EXT1"},
                                                                      {0x83, "EXT2"},
                                                                      {0x84, "EXT4"},
                                                                      {'P', "PERSID"},
                                                                      {'Q', "BINPERSID"},
                                                                      {'}', "EMPTY_DICT"},
                                                                      {'d', "DICT"},
                                                                      {'s', "SETITEM"},
                                                                      {'u', "SETITEMS"},
                                                                      {'N', "NONE"},
                                                                      {0x88, "NEWTRUE"},
                                                                      {0x89, "NEWFALSE"},
                                                                      {'G', "BINFLOAT"},
                                                                      {'F', "FLOAT"},
                                                                      {'B', "BINBYTES"},
                                                                      {'C', "SHORT_BINBYTES"},
                                                                      {0x8e, "BINBYTES8"},
                                                                      {0x96, "BYTEARRAY8"},
                                                                      {'I', "INT"},
                                                                      {'L', "LONG"},
                                                                      {'V', "UNICODE"},
                                                                      {'S', "STRING"},
                                                                      {'T', "BINSTRING"},
                                                                      {'U', "SHORT_BINSTRING"},
                                                                      {'p', "PUT"},
                                                                      {'g', "GET"},
                                                                      {0x8f, "EMPTY_SET"},
                                                                      {0x90, "ADDITEMS"},
                                                                      {0x91, "FROZENSET"},
                                                                      {0x97, "NEXT_BUFFER"},
                                                                      {0x98, "READONLY_BUFFER"},
                                                                      {'0', "POP"},
                                                                      {'1', "POP_MARK"},
                                                                      {'2', "DUP"}};
  const auto found = names->find(code);
  return found == names->end() ? "unknown" : found->second;
}

class Machine {
 public:
  Machine(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  // Runs to STOP; the position of the value left on the stack.
  size_t Run() {
    if (bytes_.empty()) throw InputError(name_, "the file is empty", "a pickle");
    while (true) {
      instruction_ = at_;
      const auto code = static_cast<unsigned char>(Take(1)[0]);
      if (code == '.') break;
      if (!Number(code) && !Text(code) && !Container(code) && !Memo(code)) {
        Fail("instruction 0x" + Hex(code) + " (" + NameOf(code) + ") is refused",
             "a pickle of protocol 2 to 5 made of list, tuple, str and int");
      }
    }
    if (at_ != bytes_.size()) Fail(std::to_string(bytes_.size() - at_) + " bytes after STOP", "one pickle and no more");
    if (stack_.size() != 1 || !marks_.empty()) Fail("STOP with " + std::to_string(stack_.size()) + " values", "one");
    return stack_[0];
  }

  const Node& node(size_t position) const { return arena_[position]; }

 private:
  static std::string Hex(unsigned char code) {
    constexpr char kDigits[] = "0123456789abcdef";
    return {kDigits[code >> 4], kDigits[code & 15]};
  }

  [[noreturn]] void Fail(const std::string& found, const std::string& allowed) const {
    throw InputError(name_ + ": byte " + std::to_string(instruction_), found, allowed);
  }

  std::string_view Take(uint64_t count) {
    if (count > bytes_.size() - at_) {
      Fail("the file ends inside an instruction",
           std::to_string(count) + " more bytes, found " + std::to_string(bytes_.size() - at_));
    }
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }

  // Little-endian, without sign.
  uint64_t TakeUnsigned(size_t size) {
    uint64_t value = 0;
    const std::string_view taken = Take(size);
    for (size_t i = 0; i < size; ++i) value |= static_cast<uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    return value;
  }

  void Push(Node node) {
    stack_.push_back(arena_.size());
    arena_.push_back(std::move(node));
  }

  // The values above the `count`-th from the top.
  std::vector<size_t> PopValues(size_t count) {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() - floor < count) Fail("the stack is too short", std::to_string(count) + " values on it");
    std::vector<size_t> values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return values;
  }

  std::vector<size_t> PopToMark() {
    if (marks_.empty()) Fail("no MARK on the stack", "MARK before it");
    std::vector<size_t> values = PopValues(stack_.size() - marks_.back());
    marks_.pop_back();
    return values;
  }

  void Append(const std::vector<size_t>& values) {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor || arena_[stack_.back()].kind != Kind::kList) Fail("no list to append to", "a list");
    std::vector<size_t>& children = arena_[stack_.back()].children;
    children.insert(children.end(), values.begin(), values.end());
  }

  // Two's complement of at most eight bytes.
  void PushLong(uint64_t size) {
    if (size > 8) Fail("an int of " + std::to_string(size) + " bytes", "at most 8 bytes");
    uint64_t value = TakeUnsigned(static_cast<size_t>(size));
    const bool negative = size > 0 && (value >> (8 * size - 1)) & 1;
    if (negative && size < 8) value |= ~uint64_t{0} << (8 * size);
    Push({Kind::kInt, static_cast<int64_t>(value), {}, {}});
  }

  bool Number(unsigned char code) {
    switch (code) {
      case 'J':
        Push({Kind::kInt, static_cast<int32_t>(TakeUnsigned(4)), {}, {}});
        return true;
      case 'K':
        Push({Kind::kInt, static_cast<int64_t>(TakeUnsigned(1)), {}, {}});
        return true;
      case 'M':
        Push({Kind::kInt, static_cast<int64_t>(TakeUnsigned(2)), {}, {}});
        return true;
      case 0x8a:
        PushLong(TakeUnsigned(1));
        return true;
      case 0x8b:
        PushLong(TakeUnsigned(4));
        return true;
      default:
        return false;
    }
  }

  bool Text(unsigned char code) {
    const size_t length_bytes = code == 0x8c ? 1 : code == 'X' ? 4 : code == 0x8d ? 8 : 0;
    if (length_bytes == 0) return false;
    const std::string_view text = Take(TakeUnsigned(length_bytes));
    if (FirstInvalidUtf8(text)) Fail("a str that is not UTF-8", "UTF-8 text");
    Push({Kind::kText, 0, text, {}});
    return true;
  }

  bool Container(unsigned char code) {
    switch (code) {
      case ']':
        Push({Kind::kList, 0, {}, {}});
        return true;
      case ')':
        Push({Kind::kTuple, 0, {}, {}});
        return true;
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case 't':
        Push({Kind::kTuple, 0, {}, PopToMark()});
        return true;
      case 'l':
        Push({Kind::kList, 0, {}, PopToMark()});
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        Push({Kind::kTuple, 0, {}, PopValues(code - 0x84u)});
        return true;
      case 'a':
        Append(PopValues(1));
        return true;
      case 'e':
        Append(PopToMark());
        return true;
      default:
        return false;
    }
  }

  // Also the frame of the whole: PROTO and FRAME.
  bool Memo(unsigned char code) {
    switch (code) {
      case 0x80:
        CheckProtocol(TakeUnsigned(1));
        return true;
      case 0x95:
        CheckFrame(TakeUnsigned(8));
        return true;
      case 0x94:
        Remember(memo_.size());
        return true;
      case 'q':
        Remember(TakeUnsigned(1));
        return true;
      case 'r':
        Remember(TakeUnsigned(4));
        return true;
      case 'h':
        Recall(TakeUnsigned(1));
        return true;
      case 'j':
        Recall(TakeUnsigned(4));
        return true;
      default:
        return false;
    }
  }

  void CheckProtocol(uint64_t protocol) {
    if (protocol < 2 || protocol > 5) Fail("protocol " + std::to_string(protocol), "2 to 5");
  }

  // A frame only says how much may be read ahead; it must not promise what is not there.
  void CheckFrame(uint64_t size) {
    if (size > bytes_.size() - at_) Fail("a frame of " + std::to_string(size) + " bytes", "what the file holds");
  }

  void Remember(uint64_t key) {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) Fail("nothing to memoize", "a value on the stack");
    memo_[key] = stack_.back();
  }

  void Recall(uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) Fail("memo " + std::to_string(key) + " was never stored", "one stored before");
    stack_.push_back(found->second);
  }

  std::string_view bytes_;
  const std::string& name_;
  size_t at_ = 0;
  size_t instruction_ = 0;
  std::vector<Node> arena_;
  std::vector<size_t> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, size_t> memo_;
};

int YearOf(const Node& node, const std::string& where) {
  constexpr char kAllowed[] = "an int or str from 0 to 9999";
  std::optional<int> year;
  if (node.kind == Kind::kInt && node.number >= 0 && node.number <= 9999) year = static_cast<int>(node.number);
  if (node.kind == Kind::kText) year = ParseYear(node.text);
  if (node.kind == Kind::kText && !year) {
    throw InputError(where, "year '" + ShownText(node.text, 40) + "'", kAllowed);
  }
  if (node.kind == Kind::kInt && !year) throw InputError(where, "year " + std::to_string(node.number), kAllowed);
  if (!year) throw InputError(where, "the year is a list or tuple", kAllowed);
  if (*year < 0 || *year > 9999) throw InputError(where, "year " + std::to_string(*year), kAllowed);
  return *year;
}

}  // namespace

std::vector<Item> ReadPickledItems(std::string_view bytes, const std::string& name) {
  Machine machine(bytes, name);
  const Node& list = machine.node(machine.Run());
  if (list.kind != Kind::kList) throw InputError(name, "the value is no list", "a list of (title, year) tuples");
  std::vector<Item> items;
  for (const size_t position : list.children) {
    const std::string where = name + ": entry " + std::to_string(items.size());
    const Node& pair = machine.node(position);
    if ((pair.kind != Kind::kTuple && pair.kind != Kind::kList) || pair.children.size() != 2) {
      throw InputError(where, "not a pair", "a (title, year) tuple");
    }
    const Node& title = machine.node(pair.children[0]);
    if (title.kind != Kind::kText || title.text.empty()) throw InputError(where, "the title is no text", "a str");
    if (title.text.size() > kLongestTitle) {
      throw InputError(where, "a title of " + std::to_string(title.text.size()) + " bytes",
                       "at most " + std::to_string(kLongestTitle));
    }
    items.push_back({std::string(title.text), YearOf(machine.node(pair.children[1]), where)});
  }
  if (items.empty()) throw InputError(name, "the list is empty", "a list of (title, year) tuples");
  return items;
}

}  // namespace suite
