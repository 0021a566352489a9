#include "datasets/importers/import_rules.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

// Films to look titles up in; empty when no rule needs it.
struct Reference {
  explicit Reference(std::vector<Item> films) : items(std::move(films)), index(items) {}
  const Item& at(int position) const { return items[static_cast<size_t>(position)]; }

  std::vector<Item> items;
  TitleIndex index;
};

void ForEachSample(SourceData* source, const std::function<void(SourceSample*)>& apply) {
  for (auto& [split, samples] : source->splits) {
    for (SourceSample& sample : samples) {
      if (sample.dropped.empty()) apply(&sample);
    }
  }
}

// Keeps the ground truths for which `keep` returns true; it may change them.
void FilterGroundTruths(SourceSample* sample, const std::string& reason,
                        const std::function<bool(GroundTruth*)>& keep) {
  std::vector<GroundTruth> kept;
  for (GroundTruth& wanted : sample->conversation.ground_truth) {
    if (keep(&wanted)) {
      kept.push_back(std::move(wanted));
    } else {
      sample->dropped_ground_truths.push_back(reason);
    }
  }
  sample->conversation.ground_truth = std::move(kept);
}

// Gives `film` a year where the rule has one; false when it is to be dropped.
bool FillYear(YearRule rule, const Reference& reference, GroundTruth* film) {
  if (film->year || rule == YearRule::kUnknown) return true;
  if (rule == YearRule::kZero) film->year = 0;
  if (rule == YearRule::kReferenceOrDrop) {
    const std::optional<int> only = reference.index.FindOnly(film->title);
    if (only) film->year = reference.at(*only).year;
  }
  return film->year.has_value();
}

// Counts what changes.
class Composer {
 public:
  void Compose(std::string* text) {
    std::string composed = Composed(*text);
    changed_ += composed == *text ? 0 : 1;
    *text = std::move(composed);
  }

  template <typename Films>
  void ComposeTitles(Films* films) {
    for (auto& film : *films) Compose(&film.title);
  }

  int64_t changed() const { return changed_; }

 private:
  int64_t changed_ = 0;
};

// Returns how many titles and answers it changed.
int64_t ComposeTitles(SourceData* source, std::vector<Item>* reference) {
  Composer composer;
  composer.ComposeTitles(&source->films);
  for (TableItem& one : source->items) {
    composer.Compose(&one.item.name.title);
    one.id = Composed(one.id);  // as the samples' references to it
  }
  composer.ComposeTitles(reference);
  ForEachSample(source, [&](SourceSample* sample) {
    composer.ComposeTitles(&sample->conversation.ground_truth);
    composer.ComposeTitles(&sample->conversation.liked);
    for (std::string& title : sample->conversation.seen_titles) composer.Compose(&title);
  });
  for (Demonstration& demonstration : source->demonstrations) composer.Compose(&demonstration.answer);
  return composer.changed();
}

// The reference catalogue without films that only another Unicode form told apart.
void DropRepeated(std::vector<Item>* films) {
  std::set<Item> known;
  films->erase(
      std::remove_if(films->begin(), films->end(), [&](const Item& film) { return !known.insert(film).second; }),
      films->end());
}

void ApplyUnicodeRule(UnicodeRule rule, SourceData* source, std::vector<Item>* reference) {
  const int64_t changed = rule == UnicodeRule::kNfc ? ComposeTitles(source, reference) : 0;
  if (changed > 0) {
    DropRepeated(reference);
    source->notes.push_back(
        std::to_string(changed) +
        " titles (and answers of demonstrations) came in decomposed Unicode and are composed (NFC)");
  }
  if (changed > 0 || rule != UnicodeRule::kNfc) {
    source->rules.push_back({"unicode_rule", std::string(RuleName(rule))});
  }
}

void SpellAsParsed(SourceData* source) {
  for (GroundTruth& film : source->films) film.title = AsParsed(film.title);
  ForEachSample(source, [&](SourceSample* sample) {
    for (GroundTruth& film : sample->conversation.ground_truth) film.title = AsParsed(film.title);
    for (std::string& title : sample->conversation.seen_titles) title = AsParsed(title);
  });
}

void ApplyYearRule(YearRule rule, const Reference& reference, SourceData* source) {
  for (GroundTruth& film : source->films) FillYear(rule, reference, &film);
  ForEachSample(source, [&](SourceSample* sample) {
    FilterGroundTruths(sample, "without_year", [&](GroundTruth* film) { return FillYear(rule, reference, film); });
  });
}

// The source's films with a year, each once, in order. Demonstrations alone need no catalogue.
Catalog OwnCatalog(const SourceData& source) {
  std::vector<Item> items;
  std::set<Item> known;
  for (const GroundTruth& film : source.films) {
    if (film.year && known.insert({film.title, *film.year}).second) items.push_back({film.title, *film.year});
  }
  if (items.empty() && !source.splits.empty()) {
    throw InputError("catalogue", "the data set brings none",
                     "a file (catalog_file), or the rule catalog_rule = reference");
  }
  return Catalog(std::move(items));
}

// Ground truths and seen titles under the reference's spelling and year.
void RespellByReference(const Reference& reference, SourceSample* sample) {
  for (GroundTruth& wanted : sample->conversation.ground_truth) {
    if (!wanted.year) continue;
    const std::optional<int> found = reference.index.Find(wanted.title, *wanted.year);
    if (found) wanted = {reference.at(*found).title, reference.at(*found).year};
  }
  std::vector<std::string> seen;
  std::set<std::string> known;
  for (const std::string& title : sample->conversation.seen_titles) {
    if (known.insert(title).second) seen.push_back(title);
    for (const int position : reference.index.FindAll(title)) {
      const std::string& spelling = reference.at(position).title;
      if (known.insert(spelling).second) seen.push_back(spelling);
    }
  }
  sample->conversation.seen_titles = std::move(seen);
}

void ApplyOutsideRule(const Catalog& catalog, SourceData* source) {
  ForEachSample(source, [&](SourceSample* sample) {
    FilterGroundTruths(sample, "not_in_catalog", [&](GroundTruth* film) {
      return film->year && catalog.Find({film->title, *film->year});
    });
  });
}

void ApplyRepeatRule(SourceData* source) {
  ForEachSample(source, [&](SourceSample* sample) {
    const std::vector<std::string>& seen = sample->conversation.seen_titles;
    FilterGroundTruths(sample, "already_seen", [&](GroundTruth* film) {
      return std::find(seen.begin(), seen.end(), film->title) == seen.end();
    });
  });
}

std::string ContextOf(const std::vector<Turn>& turns) {
  std::string text;
  for (const Turn& turn : turns) text += turn.role + "\n" + turn.text + "\n";
  return text;
}

void ApplySplitRule(const ImportOptions& options, SourceData* source) {
  const bool pools = options.split_rule == SplitRule::kByDialogue;
  const auto split_of = [&](const std::string& given, const std::string& key) {
    if (!pools && given != "train") return given;
    return SplitOfDialogue(key, pools ? options.test_percent : 0, options.validation_percent);
  };
  // Splits number their rows each by itself: once pooled, the index has to say where it came from.
  const bool several = pools && source->splits.size() > 1;
  std::map<std::string, std::vector<SourceSample>> splits;
  std::map<std::string, std::string> split_of_row;  // "<given split>/<index>"
  for (auto& [given, samples] : source->splits) {
    for (SourceSample& sample : samples) {
      const std::string split =
          split_of(given, sample.dialogue.empty() ? ContextOf(sample.conversation.turns) : sample.dialogue);
      split_of_row[given + "/" + sample.index] = split;
      if (several) sample.index = given + "-" + sample.index;
      splits[split].push_back(std::move(sample));
    }
  }
  source->splits = std::move(splits);
  // A demonstration goes with its sample (jsonl), else by its own prompt (reddit_v2).
  for (Demonstration& demonstration : source->demonstrations) {
    const auto row = split_of_row.find(demonstration.id);
    const bool has_row = source->demonstrations_are_samples && row != split_of_row.end();
    demonstration.split = has_row ? row->second : split_of(demonstration.split, ContextOf(demonstration.prompt));
    const std::string index = several ? "/" + demonstration.id : demonstration.id.substr(demonstration.id.find('/'));
    demonstration.id = demonstration.split + index;
  }
}

void GiveIds(SourceData* source) {
  std::set<std::string> ids;
  for (auto& [split, samples] : source->splits) {
    for (SourceSample& sample : samples) {
      sample.conversation.split = split;
      sample.conversation.id = split + "/" + sample.index;
      if (!ids.insert(sample.conversation.id).second) {
        throw InputError("id", "'" + sample.conversation.id + "' is given twice", "each id once");
      }
    }
  }
}

void RecordRules(const ImportOptions& options, YearRule year_rule, TitleRule title_rule, RepeatRule repeat_rule,
                 std::vector<AppliedRule>* rules) {
  const auto record = [rules](const std::string& name, std::string_view value) {
    rules->push_back({name, std::string(value)});
  };
  record("year_rule", RuleName(year_rule));
  record("title_rule", RuleName(title_rule));
  record("catalog_rule", RuleName(options.catalog_rule));
  record("outside_rule", RuleName(options.outside_rule));
  record("repeat_rule", RuleName(repeat_rule));
  record("split_rule", RuleName(options.split_rule));
  if (options.split_rule == SplitRule::kAsGiven) return;
  if (options.split_rule == SplitRule::kByDialogue) record("test_percent", std::to_string(options.test_percent));
  record("validation_percent", std::to_string(options.validation_percent));
}

void CheckOptions(const ImportOptions& options, const SourceData& source) {
  if (!source.items.empty() && options.catalog_rule == CatalogRule::kReference) {
    throw InputError("catalog_rule", "reference: the data set lists its own items", "own");
  }
  // Each by itself first: two large numbers have a sum that has wrapped.
  if (options.test_percent < 0 || options.validation_percent < 0 || options.test_percent > 100 ||
      options.validation_percent > 100 - options.test_percent) {
    throw InputError("test_percent, validation_percent",
                     std::to_string(options.test_percent) + " and " + std::to_string(options.validation_percent),
                     "0 to 100 together");
  }
  if (options.split_rule != SplitRule::kValidationByDialogue) return;
  if (options.validation_percent == 0) {
    throw InputError("validation_percent", "0, and the split rule is validation_by_dialogue", "1 and more");
  }
  if (source.splits.count("validation") > 0) {
    throw InputError("split_rule", "validation_by_dialogue: the data set brings a validation split", "as_given");
  }
}

}  // namespace

const RuleWords& WordsOf(std::type_index rule) {
  static const auto* words = new std::map<std::type_index, RuleWords>{
      {typeid(YearRule), {"year rule", {"reference_or_drop", "drop", "unknown", "zero"}}},
      {typeid(UnicodeRule), {"Unicode rule", {"nfc", "as_given"}}},
      {typeid(TitleRule), {"title rule", {"as_parsed", "as_given"}}},
      {typeid(CatalogRule), {"catalogue rule", {"own", "reference"}}},
      {typeid(OutsideRule), {"outside rule", {"keep", "drop"}}},
      {typeid(RepeatRule), {"repeat rule", {"drop", "keep"}}},
      {typeid(SplitRule), {"split rule", {"as_given", "by_dialogue", "validation_by_dialogue"}}},
      {typeid(TruthRule), {"truth rule", {"mentioned", "accepted"}}},
  };
  return words->at(rule);
}

size_t PositionOf(const std::string& where, const std::string& name, const RuleWords& words) {
  const auto found = std::find(words.names.begin(), words.names.end(), name);
  if (found == words.names.end()) throw UnknownName(where, words.kind, name, words.names);
  return static_cast<size_t>(found - words.names.begin());
}

std::string SplitOfDialogue(const std::string& dialogue, int test_percent, int validation_percent) {
  const auto bucket = static_cast<int>(std::stoul(Sha256Hex(dialogue).substr(0, 8), nullptr, 16) % 100);
  if (bucket < test_percent) return "test";
  return bucket < test_percent + validation_percent ? "validation" : "train";
}

Catalog ApplyImportRules(const std::string& format, const ImportOptions& options, SourceData* source) {
  CheckOptions(options, *source);
  const bool linked = format == "redial" || format == "redial_original" || format == "inspired";
  const YearRule year_rule = options.year_rule.value_or(linked ? YearRule::kReferenceOrDrop : YearRule::kUnknown);
  const TitleRule title_rule =
      options.title_rule.value_or(format == "reddit_v2" ? TitleRule::kAsGiven : TitleRule::kAsParsed);
  const RepeatRule repeat_rule = options.repeat_rule.value_or(linked ? RepeatRule::kDrop : RepeatRule::kKeep);
  const bool by_reference = options.catalog_rule == CatalogRule::kReference;
  std::vector<Item> films;
  if (by_reference || year_rule == YearRule::kReferenceOrDrop) {
    films = ReadCatalogFile("", options.reference_catalog, &source->files);
  }
  ApplyUnicodeRule(options.unicode_rule, source, &films);
  const Reference reference(std::move(films));

  ApplyYearRule(year_rule, reference, source);
  if (title_rule == TitleRule::kAsParsed && source->items.empty()) SpellAsParsed(source);
  Catalog catalog = by_reference ? Catalog(reference.items) : OwnCatalog(*source);
  if (by_reference) ForEachSample(source, [&](SourceSample* sample) { RespellByReference(reference, sample); });
  if (options.outside_rule == OutsideRule::kDrop) ApplyOutsideRule(catalog, source);
  if (repeat_rule == RepeatRule::kDrop) ApplyRepeatRule(source);
  ForEachSample(source, [](SourceSample* sample) {
    if (sample->conversation.ground_truth.empty()) sample->dropped = "no_ground_truth";
  });
  if (options.split_rule != SplitRule::kAsGiven) ApplySplitRule(options, source);
  GiveIds(source);

  RecordRules(options, year_rule, title_rule, repeat_rule, &source->rules);
  return catalog;
}

}  // namespace suite
