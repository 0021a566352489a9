#include "tests/paper_profile/small_reddit_v2.h"

#include <arrow/api.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/files.h"
#include "datasets/importers/arrow_files.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr int kFilms = 60;
constexpr int kListLength = 20;

std::string TitleOf(int film) {
  return "Film " + std::string(1, static_cast<char>('a' + film % 26)) + std::to_string(film);
}
int YearOf(int film) { return 1950 + film; }

json PromptOf(int row) {
  const std::string text = "I liked " + TitleOf(row % kFilms) + ". Recommend 20 movies, one a line.";
  return json::array({{{"role", "user"}, {"content", text}}});
}

json RlRow(int row) {
  json wanted = json::array();
  for (int i = 1; i <= 3; ++i) {
    const int film = (row + 7 * i) % kFilms;
    wanted.push_back(json::array({TitleOf(film), std::to_string(YearOf(film))}));
  }
  return {{"prompt", PromptOf(row)},
          {"groundtruth_with_release_year", wanted},
          {"seen_titles", json::array({TitleOf(row % kFilms)})}};
}

json SftRow(int row) {
  std::string answer;
  for (int i = 1; i <= kListLength; ++i) {
    const int film = (row + i) % kFilms;
    answer += (i == 1 ? "" : "\n") + TitleOf(film) + " (" + std::to_string(YearOf(film)) + ")";
  }
  return {{"prompt", PromptOf(row)}, {"completion", json::array({{{"role", "assistant"}, {"content", answer}}})}};
}

void WriteSplit(const std::string& folder, const std::shared_ptr<arrow::Schema>& schema, json (*row)(int), int first,
                int count) {
  json rows = json::array();
  for (int i = first; i < first + count; ++i) rows.push_back(row(i));
  std::filesystem::create_directories(folder);
  const std::string split = std::filesystem::path(folder).filename().string();
  const json state = {{"_data_files", json::array({{{"filename", "data-00000-of-00001.arrow"}}})},
                      {"_fingerprint", "x"},
                      {"_format_type", nullptr},
                      {"_split", split}};
  WriteFileAtomically(folder + "/state.json", state.dump());
  WriteFileAtomically(folder + "/data-00000-of-00001.arrow", ArrowStream(schema, {rows.dump()}));
}

}  // namespace

void WriteSmallRedditV2(const std::string& folder) {
  std::filesystem::remove_all(folder);
  WriteSplit(folder + "/train", RlSchema(), &RlRow, 0, 24);
  WriteSplit(folder + "/validation", RlSchema(), &RlRow, 24, 6);
  WriteSplit(folder + "/test", RlSchema(), &RlRow, 30, 8);
  const auto demonstrations =
      arrow::schema({arrow::field("prompt", MessagesType()), arrow::field("completion", MessagesType())});
  WriteSplit(folder + "/sft/train", demonstrations, &SftRow, 0, 24);
  std::string catalog = "title\tyear\n";
  for (int film = 0; film < kFilms; ++film) catalog += TitleOf(film) + "\t" + std::to_string(YearOf(film)) + "\n";
  WriteFileAtomically(folder + "/catalog.tsv", catalog);
}

}  // namespace suite
