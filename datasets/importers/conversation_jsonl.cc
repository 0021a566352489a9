#include "datasets/importers/conversation_jsonl.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kItemsFile[] = "items.jsonl";

std::vector<Turn> TurnsOf(const JsonObject& row) {
  std::vector<Turn> turns;
  for (const json& value : row.Array("turns")) {
    const JsonObject message = JsonObject::Inside(value, row.At("turns", turns.size()));
    message.AllowOnly({"content", "role"});
    const std::string role = message.String("role");
    CheckRole(role, message.At("role"));
    turns.push_back({role, message.String("content")});
  }
  if (turns.empty() || turns.back().role != "user") {
    throw InputError(row.At("turns"), turns.empty() ? "no turn" : "the last turn is not the user's",
                     "turns that end with the user's");
  }
  return turns;
}

std::vector<GroundTruth> FilmsOf(const JsonObject& row, const std::string& key, const ItemTable* table) {
  std::vector<GroundTruth> films;
  for (const json& value : row.Array(key)) {
    const JsonObject film = JsonObject::Inside(value, row.At(key, films.size()));
    if (table != nullptr) {
      const Item item = table->FromJson(film);
      films.push_back({item.title, item.year});
      continue;
    }
    film.AllowOnly({"title", "year"});
    std::string title = film.String("title");
    if (title.empty()) throw InputError(film.At("title"), "an empty string", "a title");
    films.push_back({std::move(title), YearOf(film)});
  }
  return films;
}

std::vector<Item> LikedOf(const JsonObject& row, const ItemTable* table) {
  std::vector<Item> liked;
  if (!row.Has("liked")) return liked;
  for (const GroundTruth& film : FilmsOf(row, "liked", table)) {
    if (!film.year) throw InputError(row.At("liked", liked.size()), "no year", "a film with its year");
    liked.push_back({film.title, *film.year});
  }
  return liked;
}

// Items by their ids, where the source lists them; others are no items that an answer could name again.
std::vector<std::string> SeenOf(const JsonObject& row, const ItemTable* table) {
  std::vector<std::string> seen;
  if (row.Has("seen_titles")) seen = row.Strings("seen_titles");
  for (std::string& title : seen) {
    const std::optional<Item> item = table == nullptr ? std::nullopt : table->Find(title);
    if (item) title = item->title;
  }
  return seen;
}

void CheckTurns(const JsonObject& row, const std::vector<Turn>& turns, const ItemTable& table) {
  for (size_t i = 0; i < turns.size(); ++i) table.CheckMentions(turns[i].text, row.At("turns", i));
}

SourceSample SampleOf(const JsonObject& row, const ItemTable* table) {
  row.AllowOnly({"answer", "dialogue_id", "ground_truth", "id", "liked", "seen_titles", "turns"});
  SourceSample sample;
  sample.index = row.String("id");
  if (sample.index.empty()) throw InputError(row.At("id"), "an empty string", "an id");
  if (row.Has("dialogue_id")) sample.dialogue = row.String("dialogue_id");
  sample.conversation.turns = TurnsOf(row);
  if (table != nullptr) CheckTurns(row, sample.conversation.turns, *table);
  sample.conversation.ground_truth = FilmsOf(row, "ground_truth", table);
  sample.conversation.liked = LikedOf(row, table);
  sample.conversation.seen_titles = SeenOf(row, table);
  return sample;
}

// The list of items: items.jsonl of the folder, or options.catalog_file where that is such a file.
std::optional<ItemTable> ReadItemTable(const std::string& folder, const ImportOptions& options, SourceData* source) {
  const std::string& named = options.catalog_file;
  if (std::filesystem::path(named).extension() == ".jsonl") {
    return ItemTable(ReadDataFile("", named, &source->files), named);
  }
  const std::string path = folder + "/" + kItemsFile;
  if (folder.empty() || !std::filesystem::exists(path)) return std::nullopt;
  if (!named.empty() || std::filesystem::exists(folder + "/catalog.tsv")) {
    throw InputError(path, "there is a second catalogue: " + (named.empty() ? folder + "/catalog.tsv" : named),
                     "one of the two");
  }
  return ItemTable(ReadDataFile(folder, kItemsFile, &source->files), path);
}

void ReadCatalog(const std::string& folder, const ImportOptions& options, SourceData* source) {
  if (!source->items.empty()) {
    source->rules.push_back({"catalog_source", "items"});
    for (const TableItem& one : source->items) source->films.push_back({one.id, kNoYear});
    return;
  }
  const std::vector<Item> items = ReadOwnCatalog(folder, options.catalog_file, source);
  source->rules.push_back({"catalog_source", items.empty() ? "ground_truths" : "file"});
  for (const Item& item : items) source->films.push_back({item.title, item.year});
  if (!items.empty()) return;
  for (const auto& [split, samples] : source->splits) {
    for (const SourceSample& sample : samples) {
      const std::vector<GroundTruth>& wanted = sample.conversation.ground_truth;
      source->films.insert(source->films.end(), wanted.begin(), wanted.end());
    }
  }
}

}  // namespace

void AppendJsonlRows(std::string_view text, const std::string& name, const std::string& split, SourceData* source,
                     const ItemTable* table) {
  std::vector<SourceSample>& samples = source->splits[split];
  std::map<std::string, std::string> place_of;
  for (const SourceSample& sample : samples) place_of.emplace(sample.index, "an earlier file");
  size_t number = 0;
  for (const std::string_view line : LinesOf(text, name)) {
    const std::string where = name + ":" + std::to_string(++number);
    const json parsed = ParseJsonLine(line, where);
    const JsonObject row(parsed, where);
    SourceSample sample = SampleOf(row, table);
    const auto [first, fresh] = place_of.emplace(sample.index, "line " + std::to_string(number));
    if (!fresh) {
      throw InputError(row.At("id"), "'" + ShownText(sample.index) + "' is on " + first->second + " too",
                       "each id once");
    }
    if (row.Has("answer")) {
      source->demonstrations.push_back(
          {split + "/" + sample.index, split, sample.conversation.turns, row.String("answer")});
    }
    samples.push_back(std::move(sample));
  }
}

SourceData ReadJsonl(const std::string& path, const ImportOptions& options) {
  SourceData source;
  source.demonstrations_are_samples = true;
  const bool is_folder = std::filesystem::is_directory(path);
  const std::optional<ItemTable> table = ReadItemTable(is_folder ? path : "", options, &source);
  const ItemTable* items = table ? &*table : nullptr;
  if (table) source.items = table->items();
  if (is_folder) {
    for (const auto& [split, file] : SplitFiles(path)) {
      AppendJsonlRows(ReadDataFile(path, file, &source.files), path + "/" + file, split, &source, items);
    }
    ReadCatalog(path, options, &source);
  } else {
    const std::filesystem::path file(path);
    AppendJsonlRows(ReadDataFile(file.parent_path().string(), file.filename().string(), &source.files), path, "test",
                    &source, items);
    ReadCatalog("", options, &source);
  }
  return source;
}

}  // namespace suite
