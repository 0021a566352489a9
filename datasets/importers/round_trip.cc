#include "datasets/importers/round_trip.h"

#include "datasets/judging/answer_parser.h"

namespace suite {

std::optional<Item> ReadBack(const Item& item) {
  const std::vector<ParsedItem> parsed = ParseAnswer(FormatItem(item));
  if (parsed.size() != 1) return std::nullopt;
  return parsed[0].item;
}

std::vector<Item> LostInParsing(const std::vector<Item>& items) {
  std::vector<Item> lost;
  for (const Item& item : items) {
    const std::optional<Item> back = ReadBack(item);
    if (!back || *back != item) lost.push_back(item);
  }
  return lost;
}

std::string AsParsed(const std::string& title) {
  constexpr int kAnyYear = 2000;
  const std::optional<Item> back = ReadBack({title, kAnyYear});
  if (!back || back->title.empty() || back->year != kAnyYear) return title;
  return ReadBack(*back) == back ? back->title : title;
}

}  // namespace suite
