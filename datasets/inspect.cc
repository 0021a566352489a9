// Reads a data set as a run would, and prints what the importer found: see datasets/importers/imported_dataset.h.
#include <boost/program_options.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/standard_streams.h"
#include "base/text/format.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/forms/item_codes.h"
#include "datasets/forms/written_items.h"
#include "datasets/importers/imported_dataset.h"

namespace suite {
namespace {

namespace options = boost::program_options;

constexpr char kTeaching[] =
    R"(Reads a data set as a run would, and prints what the importer found: samples and dropped rows of each split,
how much of the ground truth the catalogue holds, doublets, and what the splits share that they should not.

  ./bazelw run //datasets:inspect -- --data=redial --from=/data/redial
  ./bazelw run //datasets:inspect -- --data=redial --from=/data/redial --catalog_rule=reference --outside_rule=drop
  ./bazelw run //datasets:inspect -- --data=inspired --from=/data/inspired --year_rule=unknown --examples=3
  ./bazelw run //datasets:inspect -- --data=reddit_v2 --from=/data/reddit_v2 --json
  ./bazelw run //datasets:inspect -- --data=redial_original --from=/data/redial_original --truth_rule=accepted
  ./bazelw run //datasets:inspect -- --data=sequences --from=/data/Beauty --item_form=codes --examples=2

What each format's folder must hold is in datasets/README.md; what the rules do, in datasets/importers/import_rules.h.
Exit status: 0, or 2 when the data cannot be used; then one line says which file, line and key.

Flags)";

std::string Formats() { return Join(KnownFormats(), ", "); }

template <typename Rule>
void AddRule(const char* name, const std::string& what, const std::string& otherwise,
             options::options_description* flags) {
  const std::string help = what + ": " + Join(RuleNames<Rule>(), ", ") + otherwise;
  flags->add_options()(name, options::value<std::string>(), help.c_str());
}

options::options_description Flags() {
  using options::value;
  options::options_description flags(kTeaching, 118);
  auto add = flags.add_options();
  add("help", "prints this");
  add("data", value<std::string>(), ("format: " + Formats()).c_str());
  add("from", value<std::string>(), "folder of the data set; for jsonl also one file");
  AddRule<YearRule>("year_rule", "a ground truth without year",
                    " (default: reference_or_drop for redial, redial_original and inspired, else unknown)", &flags);
  AddRule<UnicodeRule>("unicode_rule", "Unicode form of titles", " (default: nfc)", &flags);
  AddRule<TitleRule>("title_rule", "spelling", " (default: as_given for reddit_v2, else as_parsed)", &flags);
  AddRule<CatalogRule>("catalog_rule", "which list may be recommended", " (default: own)", &flags);
  AddRule<OutsideRule>("outside_rule", "a ground truth outside the catalogue", " (default: keep)", &flags);
  AddRule<RepeatRule>("repeat_rule", "a ground truth already seen",
                      " (default: drop for redial, redial_original and inspired, else keep)", &flags);
  AddRule<SplitRule>("split_rule", "which samples train and test", " (default: as_given)", &flags);
  add("test_percent", value<int>()->default_value(20), "of dialogues, for split_rule by_dialogue");
  add("validation_percent", value<int>()->default_value(0), "likewise, and for validation_by_dialogue");
  AddRule<TruthRule>("truth_rule", "redial_original: what an answer should name", " (default: mentioned)", &flags);
  add("item_form", value<std::string>(), ("how items are written: " + Join(ItemFormNames(), ", ")).c_str());
  add("codes", value<std::string>(), ("codes of items: " + Join(CodeSourceNames(), ", ")).c_str());
  add("collision_rule", value<std::string>(),
      ("items with the same codes: " + Join(CollisionRuleNames(), ", ")).c_str());
  add("code_levels", value<int>()->default_value(3), "codes an item, for random ones");
  add("code_size", value<int>()->default_value(0), "codes a level, likewise; 0: as many as fit");
  add("history_items", value<int>()->default_value(20), "sequences: items of a history that are shown");
  add("next_items", value<int>()->default_value(1), "sequences: items of a training sample's ground truth");
  add("every_position", "sequences: a training sample for every position");
  add("reference_catalog", value<std::string>(), "a .tsv file (default: the Reddit-v2 catalogue)");
  add("catalog_file", value<std::string>(), "reddit_v2, jsonl: the catalogue, when it lies elsewhere");
  add("sft_folder", value<std::string>(), "reddit_v2: the demonstrations, when they lie elsewhere");
  add("examples", value<int>()->default_value(0), "also prints the first samples of each split");
  add("json", "prints the report as JSON");
  return flags;
}

std::string Required(const options::variables_map& flags, const std::string& name, const std::string& allowed) {
  if (flags.count(name) == 0) throw InputError("--" + name, "not given", allowed);
  return flags[name].as<std::string>();
}

// `option` keeps its default where the flag is not given.
template <typename Rule, typename Option>
void ReadRule(const options::variables_map& flags, const std::string& name, Option* option) {
  if (flags.count(name) > 0) *option = RuleByName<Rule>("--" + name, flags[name].as<std::string>());
}

void ReadPath(const options::variables_map& flags, const std::string& name, std::string* option) {
  if (flags.count(name) > 0) *option = FromUsersFolder(flags[name].as<std::string>());
}

int AtLeastOne(const options::variables_map& flags, const std::string& name) {
  const int value = flags[name].as<int>();
  if (value < 1) throw InputError("--" + name, std::to_string(value), "1 and more");
  return value;
}

ItemFormOptions FormOf(const options::variables_map& flags) {
  ItemFormOptions form;
  if (flags.count("item_form") > 0) form.form = ItemFormByName("--item_form", flags["item_form"].as<std::string>());
  if (flags.count("codes") > 0) form.codes = CodeSourceByName("--codes", flags["codes"].as<std::string>());
  if (flags.count("collision_rule") > 0) {
    form.collision_rule = CollisionRuleByName("--collision_rule", flags["collision_rule"].as<std::string>());
  }
  form.levels = AtLeastOne(flags, "code_levels");
  form.size = flags["code_size"].as<int>();
  return form;
}

ImportOptions OptionsOf(const options::variables_map& flags) {
  ImportOptions import;
  ReadRule<YearRule>(flags, "year_rule", &import.year_rule);
  ReadRule<UnicodeRule>(flags, "unicode_rule", &import.unicode_rule);
  ReadRule<TitleRule>(flags, "title_rule", &import.title_rule);
  ReadRule<CatalogRule>(flags, "catalog_rule", &import.catalog_rule);
  ReadRule<OutsideRule>(flags, "outside_rule", &import.outside_rule);
  ReadRule<RepeatRule>(flags, "repeat_rule", &import.repeat_rule);
  ReadRule<SplitRule>(flags, "split_rule", &import.split_rule);
  ReadRule<TruthRule>(flags, "truth_rule", &import.truth_rule);
  import.test_percent = flags["test_percent"].as<int>();
  import.validation_percent = flags["validation_percent"].as<int>();
  import.form = FormOf(flags);
  import.history_items = AtLeastOne(flags, "history_items");
  import.next_items = AtLeastOne(flags, "next_items");
  import.every_position = flags.count("every_position") > 0;
  ReadPath(flags, "reference_catalog", &import.reference_catalog);
  ReadPath(flags, "catalog_file", &import.catalog_file);
  ReadPath(flags, "sft_folder", &import.sft_folder);
  return import;
}

void PrintExamples(const std::vector<Conversation>& conversations, int count) {
  for (const Conversation& conversation : conversations) {
    if (count-- <= 0) return;
    std::cout << "\n" << conversation.id << "\n";
    for (const Turn& turn : conversation.turns) std::cout << "  " << turn.role << ": " << turn.text << "\n";
    for (const std::string& title : conversation.seen_titles) std::cout << "  seen: " << title << "\n";
    for (const GroundTruth& film : conversation.ground_truth) {
      std::cout << "  ground truth: " << (film.year ? FormatItem({film.title, *film.year}) : film.title) << "\n";
    }
  }
}

void Print(const ImportedDataset& data, bool as_json, int examples) {
  if (as_json) {
    std::cout << ReportJson(data.report) << "\n";
    return;
  }
  std::cout << ReportText(data.report);
  for (const AppliedRule& rule : data.rules) std::cout << "rule " << rule.name << " = " << rule.value << "\n";
  for (const DataFile& file : data.files) {
    std::cout << "sha256 " << file.sha256 << " " << file.name << " (" << file.bytes << " bytes)\n";
  }
  std::cout << "data " << DataSha256(data) << "\n";
  for (const auto* split : {&data.train, &data.validation, &data.test}) PrintExamples(*split, examples);
}

int Main(int argc, char** argv) {
  try {
    const options::options_description known = Flags();
    options::variables_map flags;
    options::store(options::parse_command_line(argc, argv, known), flags);
    if (flags.count("help") > 0) {
      std::cout << known;
      FinishOutput();
      return 0;
    }
    const std::string format = Required(flags, "data", Formats());
    const std::string from = FromUsersFolder(Required(flags, "from", "a folder; --help says more"));
    Print(ImportDataset(format, from, OptionsOf(flags)), flags.count("json") > 0, flags["examples"].as<int>());
    FinishOutput();
    return 0;
  } catch (const InputError& error) {
    std::cerr << error.what() << "\n";
  } catch (const options::error& error) {
    std::cerr << error.what() << "; --help lists the flags\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 2;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::OpenStandardStreams();
  return suite::Main(argc, argv);
}
