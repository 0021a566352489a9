#include "datasets/importers/item_writing.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text/utf8.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/core/unicode_text.h"
#include "datasets/importers/item_mentions.h"
#include "datasets/judging/answer_parser.h"

namespace suite {
namespace {

// The items in the catalogue's order, with titles that an answer can name.
std::vector<SourceItem> ItemsOf(const ImportOptions& options, const Catalog& catalog, const SourceData& source) {
  std::vector<SourceItem> items;
  if (source.items.empty()) {
    for (int id = 0; id < catalog.size(); ++id) items.push_back({catalog.item(id), catalog.Details(id).text, {}});
    return items;
  }
  const bool as_given = options.title_rule == TitleRule::kAsGiven;
  for (const TableItem& one : source.items) {
    items.push_back(one.item);
    std::string& title = items.back().name.title;
    title = EncodeUtf8(SqueezeWhiteSpace(DecodeUtf8(title)));  // an item is one line
    if (!as_given) title = AsParsed(title, options.form.form);
  }
  return items;
}

// How each item of the samples is written.
class Writing {
 public:
  Writing(const Catalog& named, const SourceData& source, const WrittenItems& written)
      : form_(written.form), has_table_(!source.items.empty()) {
    for (size_t i = 0; i < written.items.size(); ++i) {
      const Item key = has_table_ ? Item{source.items[i].id, kNoYear} : named.item(static_cast<int>(i));
      written_.emplace(key, written.items[i]);
      by_name_[key.title].push_back(written.items[i]);
      if (has_table_ && source.items[i].has_title)
        by_name_[source.items[i].item.name.title].push_back(written.items[i]);
    }
  }

  void Write(Conversation* conversation) const {
    for (GroundTruth& wanted : conversation->ground_truth) {
      const std::optional<Item> found = Find({wanted.title, wanted.year.value_or(kNoYear)});
      wanted = found ? GroundTruth{found->title, found->year} : GroundTruth{wanted.title, std::nullopt};
    }
    conversation->liked = WriteAll(conversation->liked);
    std::vector<std::string> seen;
    for (const std::string& title : conversation->seen_titles) {
      const std::vector<Item> items = Named(title);
      for (const Item& item : items) seen.push_back(item.title);
    }
    conversation->seen_titles = std::move(seen);
    if (has_table_) WriteMentions(&conversation->turns);
  }

  // A demonstration's answer, one item a line: as title and year, or where the source lists its items by id or title.
  std::string WriteAnswer(const std::string& answer) const {
    std::vector<Item> items;
    for (const ParsedItem& parsed : ParseAnswer(answer, has_table_ ? ItemForm::kTitle : ItemForm::kTitleYear)) {
      const std::vector<Item> named = has_table_ ? Named(parsed.item.title) : WriteAll({parsed.item});
      if (!named.empty()) items.push_back(named[0]);
    }
    return FormatList(items);
  }

  void WriteMentions(std::vector<Turn>* turns) const {
    for (Turn& turn : *turns) {
      turn.text = ReplaceMentions(turn.text, [&](const std::string& id) {
        const auto as_given = written_.find({id, kNoYear});
        // The Unicode rule composes ids and leaves turns as they are.
        return FormatItem(as_given != written_.end() ? as_given->second : written_.at({Composed(id), kNoYear}));
      });
    }
  }

  std::vector<Item> WriteAll(const std::vector<Item>& items) const {
    std::vector<Item> written;
    for (const Item& item : items) {
      if (const std::optional<Item> found = Find(item)) written.push_back(*found);
    }
    return written;
  }

 private:
  std::optional<Item> Find(const Item& item) const {
    const auto found = written_.find(item);
    if (found != written_.end()) return found->second;
    if (has_table_ || form_ != ItemForm::kTitle) return std::nullopt;
    return Item{AsParsed(item.title, form_), kNoYear};
  }

  // The items of this title, or of this id.
  std::vector<Item> Named(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? WriteAll({{name, kNoYear}}) : found->second;
  }

  ItemForm form_;
  bool has_table_;
  std::map<Item, Item> written_;                      // by {title, year}, or {id, kNoYear}
  std::map<std::string, std::vector<Item>> by_name_;  // by title, or id
};

void RecordForm(const ItemFormOptions& form, std::vector<AppliedRule>* rules) {
  rules->push_back({"item_form", ItemFormName(form.form)});
  if (form.form != ItemForm::kCodes) return;
  rules->push_back({"codes", CodeSourceNames()[static_cast<size_t>(form.codes)]});
  rules->push_back({"collision_rule", CollisionRuleNames()[static_cast<size_t>(form.collision_rule)]});
  if (form.codes == CodeSource::kIndex) return;
  rules->push_back({"code_levels", std::to_string(form.levels)});
  rules->push_back({"code_size", std::to_string(form.size)});
  rules->push_back({"code_seed", std::to_string(form.seed)});
}

}  // namespace

WrittenItems WriteSource(const ImportOptions& options, Catalog* catalog, SourceData* source) {
  if (options.form.form == ItemForm::kTitleYear && source->items.empty()) return {};
  const ItemVectors vectors = options.vectors ? options.vectors : [](const std::vector<ItemDetails>&) -> EmbeddingRows {
    throw InputError("data.codes", "kmeans: there are no vectors of the items",
                     "embedder.kind = \"vectors\", or a run");
  };
  WrittenItems written = WriteItems(options.form, ItemsOf(options, *catalog, *source), vectors);
  const Writing writing(*catalog, *source, written);
  for (auto& [split, samples] : source->splits) {
    for (SourceSample& sample : samples) {
      writing.Write(&sample.conversation);
      if (!source->history_turn || !sample.dropped.empty()) continue;
      sample.conversation.turns = {{"user", *source->history_turn + FormatList(sample.conversation.liked)}};
    }
  }
  for (std::vector<Item>& taken : source->training_sequences) taken = writing.WriteAll(taken);
  for (Demonstration& one : source->demonstrations) {
    one.answer = writing.WriteAnswer(one.answer);
    if (!source->items.empty()) writing.WriteMentions(&one.prompt);
  }
  RecordForm(options.form, &source->rules);
  Catalog result = CatalogOf(written, written.items.size());
  *catalog = std::move(result);
  return written;
}

}  // namespace suite
