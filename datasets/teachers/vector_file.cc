#include "datasets/teachers/vector_file.h"

#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "datasets/teachers/embedding_response.h"
#include "datasets/teachers/vector_datasets.h"

namespace suite {
namespace {

void CheckCount(const std::string& where, int64_t found, int64_t wanted, const std::string& of) {
  if (found != wanted) {
    throw InputError(where, std::to_string(found) + " rows", std::to_string(wanted) + ", as " + of + " has");
  }
}

template <typename Key>
void AddRow(std::map<Key, int64_t>* rows, Key key, int64_t row, const std::string& where, const std::string& name) {
  const auto [place, is_new] = rows->emplace(std::move(key), row);
  if (is_new) return;
  throw InputError(where,
                   "'" + name + "' stands in the rows " + std::to_string(place->second) + " and " + std::to_string(row),
                   "each name once");
}

template <typename Key>
int64_t FindRow(const std::map<Key, int64_t>& rows, const Key& key, const std::string& where, const std::string& name) {
  const auto row = rows.find(key);
  if (row == rows.end()) {
    throw InputError(where, "no vector for '" + name + "'",
                     "one for each that is asked for; the file has " + std::to_string(rows.size()));
  }
  return row->second;
}

std::map<Item, int64_t> ItemRows(const VectorFileSettings& settings, int64_t count) {
  const std::vector<std::string> titles = ReadTextDataset(settings.path, settings.item_titles);
  const std::vector<int64_t> years = ReadIntegerDataset(settings.path, settings.item_years);
  const std::string where = settings.path + ": ";
  CheckCount(where + settings.item_titles, static_cast<int64_t>(titles.size()), count, settings.item_vectors);
  CheckCount(where + settings.item_years, static_cast<int64_t>(years.size()), count, settings.item_vectors);
  std::map<Item, int64_t> rows;
  for (size_t i = 0; i < titles.size(); ++i) {
    if (years[i] < 0 || years[i] > 9999) {
      throw InputError(where + settings.item_years, std::to_string(years[i]) + " in row " + std::to_string(i),
                       "0 to 9999");
    }
    const Item item{titles[i], static_cast<int>(years[i])};
    AddRow(&rows, item, static_cast<int64_t>(i), where + settings.item_titles, FormatItem(item));
  }
  return rows;
}

std::map<std::string, int64_t> ConversationRows(const VectorFileSettings& settings, int64_t count) {
  const std::vector<std::string> ids = ReadTextDataset(settings.path, settings.conversation_ids);
  const std::string where = settings.path + ": " + settings.conversation_ids;
  CheckCount(where, static_cast<int64_t>(ids.size()), count, settings.conversation_vectors);
  std::map<std::string, int64_t> rows;
  for (size_t i = 0; i < ids.size(); ++i) AddRow(&rows, ids[i], static_cast<int64_t>(i), where, ids[i]);
  return rows;
}

}  // namespace

VectorFile::VectorFile(VectorFileSettings settings) : settings_(std::move(settings)) {
  const MatrixShape items = ReadMatrixShape(settings_.path, settings_.item_vectors);
  const MatrixShape conversations = ReadMatrixShape(settings_.path, settings_.conversation_vectors);
  const std::string where = settings_.path + ": ";
  if (items.columns < 1) throw InputError(where + settings_.item_vectors, "vectors of no numbers", "at least one");
  if (items.columns != conversations.columns) {
    throw InputError(where + settings_.conversation_vectors, std::to_string(conversations.columns) + " columns",
                     std::to_string(items.columns) + ", as " + settings_.item_vectors + " has");
  }
  dimension_ = items.columns;
  item_rows_ = ItemRows(settings_, items.rows);
  conversation_rows_ = ConversationRows(settings_, conversations.rows);
  identity_ = "vectors sha256=" + Sha256HexOfFile(settings_.path) + " titles=" + settings_.item_titles +
              " years=" + settings_.item_years + " items=" + settings_.item_vectors +
              " ids=" + settings_.conversation_ids + " conversations=" + settings_.conversation_vectors;
}

EmbeddingRows VectorFile::Items(const std::vector<Item>& items) {
  std::vector<int64_t> rows;
  const std::string where = settings_.path + ": " + settings_.item_titles;
  for (const Item& item : items) rows.push_back(FindRow(item_rows_, item, where, FormatItem(item)));
  return Rows(settings_.item_vectors, rows);
}

EmbeddingRows VectorFile::Conversations(const std::vector<Conversation>& conversations) {
  std::vector<int64_t> rows;
  const std::string where = settings_.path + ": " + settings_.conversation_ids;
  for (const Conversation& c : conversations) rows.push_back(FindRow(conversation_rows_, c.id, where, c.id));
  return Rows(settings_.conversation_vectors, rows);
}

EmbeddingRows VectorFile::Rows(const std::string& dataset, const std::vector<int64_t>& rows) const {
  EmbeddingRows found;
  found.dimension = dimension_;
  found.values = ReadMatrixRows(settings_.path, dataset, rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (ToUnitLength(found.values.data() + static_cast<int64_t>(i) * dimension_, dimension_)) continue;
    throw InputError(settings_.path + ": " + dataset, "row " + std::to_string(rows[i]) + " is all zeros or not finite",
                     "finite numbers, not all 0");
  }
  return found;
}

}  // namespace suite
