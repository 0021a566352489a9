#include "datasets/teachers/list_answer.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "datasets/teachers/answer_text.h"
#include "datasets/teachers/json_films.h"
#include "datasets/teachers/json_in_text.h"
#include "datasets/teachers/list_line.h"
#include "datasets/teachers/table_rows.h"

namespace suite {
namespace {

// A film and the lines that name it, both ends counted.
struct Entry {
  Item item;
  size_t first_line = 0, last_line = 0;
};
using Entries = std::vector<Entry>;

struct NumberedLine {
  ListLine line;
  size_t at = 0;
};
using Lines = std::vector<NumberedLine>;

constexpr char kBlank[] = " \t\r";

bool IsBlank(std::string_view line) { return line.find_first_not_of(kBlank) == std::string_view::npos; }

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// What may be the list.
struct Choice {
  Entries entries;
  bool is_whole = false;  // one block of just the wanted length
};

// Of several blocks the last one of the wanted length; else all of them.
Choice OneOf(const std::vector<Entries>& blocks, size_t wanted) {
  Entries all;
  for (const Entries& block : blocks) all.insert(all.end(), block.begin(), block.end());
  const auto last = std::find_if(blocks.rbegin(), blocks.rend(), [&](const Entries& b) { return b.size() == wanted; });
  return last == blocks.rend() ? Choice{all, false} : Choice{*last, true};
}

// The films of all JSON in the text, each array or object a block.
Choice JsonEntries(std::string_view text, size_t wanted) {
  std::vector<Entries> blocks;
  bool was_film = false;  // objects that are one film each are one list
  size_t line = 0, counted = 0;
  const auto line_at = [&](size_t place) {
    line += static_cast<size_t>(
        std::count(text.begin() + static_cast<long>(counted), text.begin() + static_cast<long>(place), '\n'));
    counted = place;
    return line;
  };
  for (const JsonPart& part : JsonInText(text)) {
    const size_t first = line_at(part.begin), last = line_at(part.end);
    Entries block;
    for (const std::string& film : FilmsInJson(part.value)) {
      if (const auto read = ReadListLine(film)) block.push_back({read->item, first, last});
    }
    if (block.empty()) continue;
    const bool is_film = part.value.is_object() && block.size() == 1;
    if (!is_film || !was_film) blocks.emplace_back();
    blocks.back().insert(blocks.back().end(), block.begin(), block.end());
    was_film = is_film;
  }
  return OneOf(blocks, wanted);
}

Choice TableEntries(const std::vector<std::string_view>& lines, size_t wanted) {
  std::vector<Entries> blocks(1);
  TableRows table;
  for (size_t at = 0; at < lines.size(); ++at) {
    const std::optional<std::string> row = table.Line(lines[at]);
    const std::optional<ListLine> read = row ? ReadListLine(*row) : std::nullopt;
    if (read) blocks.back().push_back({read->item, at, at});
    if (!IsTableRow(lines[at]) && !blocks.back().empty()) blocks.emplace_back();
  }
  return OneOf(blocks, wanted);
}

// Lines that follow each other make a block; with `by_number` those whose numbers rise.
Choice EntriesOf(const Lines& lines, bool by_number, size_t wanted) {
  std::vector<Entries> blocks;
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool goes_on =
        i > 0 && (by_number ? lines[i].line.number > lines[i - 1].line.number : lines[i].at == lines[i - 1].at + 1);
    if (!goes_on) blocks.emplace_back();
    blocks.back().push_back({lines[i].line.item, lines[i].at, lines[i].at});
  }
  return OneOf(blocks, wanted);
}

Lines Those(const Lines& lines, const std::function<bool(const ListLine&)>& have) {
  Lines those;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(those),
               [&](const NumberedLine& one) { return have(one.line); });
  return those;
}

// "1 Heat (1995)", "2 Alien (1979)", ...: numbers only if they count from 1.
Lines LooselyNumbered(const Lines& lines) {
  Lines counted = Those(lines, [](const ListLine& line) { return line.loose_number > 0; });
  for (size_t i = 0; i < counted.size(); ++i) {
    ListLine& line = counted[i].line;
    if (line.loose_number != static_cast<int64_t>(i) + 1) return {};
    line.number = line.loose_number;
    line.item = line.loose_item;
  }
  return counted.size() < 2 ? Lines() : counted;
}

size_t LeastIndent(const Lines& lines) {
  size_t least = std::string::npos;
  for (const NumberedLine& one : lines) least = std::min(least, one.line.indent);
  return least;
}

// Sentences that name a film in passing have a comma or a full stop behind it; so they are of the list only where lines
// are mostly like that.
Lines AllButProse(const Lines& lines) {
  const auto is_sentence = [](const ListLine& line) {
    return line.mark == ListMark::kNone && (line.after == AfterYear::kComma || line.after == AfterYear::kStop);
  };
  const Lines all =
      Those(lines, [](const ListLine& line) { return line.mark != ListMark::kNone || line.after != AfterYear::kText; });
  if (2 * Those(all, is_sentence).size() >= all.size()) return all;
  return Those(all, [&](const ListLine& line) { return !is_sentence(line); });
}

// What may be the list, the first choice first; the last choice is all that is not prose.
std::vector<Choice> Choices(const Lines& lines, size_t wanted) {
  std::vector<Choice> choices;
  const auto add = [&](const Lines& those, bool by_number) { choices.push_back(EntriesOf(those, by_number, wanted)); };
  add(Those(lines, [](const ListLine& line) { return line.mark == ListMark::kNumber; }), true);
  add(LooselyNumbered(lines), true);
  const Lines bullets = Those(lines, [](const ListLine& line) { return line.mark == ListMark::kBullet; });
  const size_t least = LeastIndent(bullets);
  add(Those(bullets, [&](const ListLine& line) { return line.indent == least; }), false);
  add(bullets, false);
  for (const AfterYear after : {AfterYear::kNothing, AfterYear::kRemark, AfterYear::kComma, AfterYear::kStop}) {
    add(Those(lines, [&](const ListLine& line) { return line.mark == ListMark::kNone && line.after == after; }), false);
  }
  choices.push_back(EntriesOf(AllButProse(lines), false, std::string::npos));
  return choices;
}

bool IsFence(std::string_view line) {
  const size_t first = line.find_first_not_of(kBlank);
  return first != std::string_view::npos && (line.substr(first, 3) == "```" || line[first] == '|');
}

// What of the answer is no part of the list.
std::vector<PassedOver> PassedOverIn(const AnswerText& answer, const std::vector<std::string_view>& lines,
                                     const Lines& films, const Entries& list, size_t wanted) {
  std::vector<PassedOver> passed_over;
  const auto add = [&](const char* kind, std::string_view text) { passed_over.push_back({kind, BeginningOf(text)}); };
  for (const std::string& reasoning : answer.reasoning) add("reasoning", reasoning);
  std::set<size_t> used, with_film;
  for (const Entry& entry : list) {
    for (size_t line = entry.first_line; line <= entry.last_line; ++line) used.insert(line);
  }
  for (const NumberedLine& film : films) with_film.insert(film.at);
  for (size_t at = 0; at < lines.size(); ++at) {
    if (used.count(at) > 0 || IsBlank(lines[at]) || IsFence(lines[at])) continue;
    add(with_film.count(at) > 0 ? "film" : "text", lines[at]);
  }
  for (size_t i = wanted; i < list.size(); ++i) add("surplus", FormatItem(list[i].item));
  return passed_over;
}

// Of choices that are whole the one that comes last in the answer, else the first that is long enough; null: none.
const Entries* Best(const std::vector<Choice>& choices, size_t wanted) {
  const Entries* best = nullptr;
  for (const Choice& choice : choices) {
    if (!choice.is_whole || wanted < 2) continue;  // of a single film nothing says that it is a list
    if (best == nullptr || choice.entries.front().first_line > best->front().first_line) best = &choice.entries;
  }
  for (const Choice& choice : choices) {
    if (best == nullptr && choice.entries.size() >= wanted) best = &choice.entries;
  }
  return best;
}

TeacherList Wrong(std::string error, const AnswerText& answer) {
  if (answer.unfinished) error += "; the answer ends within its reasoning";
  return {{}, std::move(error)};
}

}  // namespace

TeacherList ReadRecommendation(std::string_view answer, int64_t list_length) {
  const size_t wanted = static_cast<size_t>(list_length);
  const AnswerText text = WithoutReasoning(answer);
  const std::vector<std::string_view> lines = LinesOf(text.text);
  Lines films;
  for (size_t at = 0; at < lines.size(); ++at) {
    const auto film = IsTableRow(lines[at]) ? std::nullopt : ReadListLine(lines[at]);
    if (film) films.push_back({*film, at});
  }
  std::vector<Choice> choices = Choices(films, wanted);
  choices.insert(choices.begin(), {JsonEntries(text.text, wanted), TableEntries(lines, wanted)});
  const Entries* list = Best(choices, wanted);
  if (list == nullptr) {
    size_t most = 0;
    for (const Choice& choice : choices) most = std::max(most, choice.entries.size());
    return Wrong(std::to_string(most) + " of " + std::to_string(wanted) + " lines of \"Title (Year)\"", text);
  }
  TeacherList read;
  for (size_t i = 0; i < wanted; ++i) {
    const Entry& entry = (*list)[i];
    if (entry.item.title.empty()) {
      return Wrong("line " + std::to_string(entry.first_line + 1) + " has no title", text);
    }
    read.items.push_back(entry.item);
  }
  read.passed_over = PassedOverIn(text, lines, films, *list, wanted);
  return read;
}

}  // namespace suite
