// Reads a data set as a run would, and prints what the importer found: see datasets/importers/imported_dataset.h.
#include <boost/program_options.hpp>
#include <iostream>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "datasets/core/item.h"
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

What each format's folder must hold is in datasets/README.md; what the rules do, in datasets/importers/import_options.h.
Exit status: 0, or 2 when the data cannot be used; then one line says which file, line and key.

Flags)";

std::string Known(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

options::options_description Flags() {
  using options::value;
  options::options_description flags(kTeaching, 118);
  auto add = flags.add_options();
  add("help", "prints this");
  add("data", value<std::string>(), ("format: " + Known(KnownFormats())).c_str());
  add("from", value<std::string>(), "folder of the data set; for jsonl also one file");
  add("year_rule", value<std::string>(),
      ("a ground truth without year: " + Known(YearRuleNames()) +
       " (default: reference_or_drop for redial and inspired, else unknown)")
          .c_str());
  add("title_rule", value<std::string>(),
      ("spelling: " + Known(TitleRuleNames()) + " (default: as_given for reddit_v2, else as_parsed)").c_str());
  add("catalog_rule", value<std::string>()->default_value("own"), Known(CatalogRuleNames()).c_str());
  add("outside_rule", value<std::string>()->default_value("keep"),
      ("a ground truth outside the catalogue: " + Known(OutsideRuleNames())).c_str());
  add("repeat_rule", value<std::string>(),
      ("a ground truth already seen: " + Known(RepeatRuleNames()) +
       " (default: drop for redial and inspired, else keep)")
          .c_str());
  add("split_rule", value<std::string>()->default_value("as_given"), Known(SplitRuleNames()).c_str());
  add("test_percent", value<int>()->default_value(20), "of dialogues, for split_rule by_dialogue");
  add("validation_percent", value<int>()->default_value(0), "likewise");
  add("reference_catalog", value<std::string>(), "a .tsv or .pkl file (default: the Reddit-v2 catalogue)");
  add("catalog_file", value<std::string>(), "reddit_v2, jsonl: the catalogue, when it lies elsewhere");
  add("sft_folder", value<std::string>(), "reddit_v2: the demonstrations, when they lie elsewhere");
  add("examples", value<int>()->default_value(0), "also prints the first samples of each split");
  add("json", "prints the report as JSON");
  return flags;
}

std::string TextOr(const options::variables_map& flags, const std::string& name, const std::string& otherwise) {
  return flags.count(name) > 0 ? flags[name].as<std::string>() : otherwise;
}

std::string Required(const options::variables_map& flags, const std::string& name, const std::string& allowed) {
  if (flags.count(name) == 0) throw InputError("--" + name, "not given", allowed);
  return flags[name].as<std::string>();
}

ImportOptions OptionsOf(const options::variables_map& flags) {
  ImportOptions import;
  if (flags.count("year_rule") > 0) {
    import.year_rule = YearRuleByName("--year_rule", flags["year_rule"].as<std::string>());
  }
  if (flags.count("title_rule") > 0) {
    import.title_rule = TitleRuleByName("--title_rule", flags["title_rule"].as<std::string>());
  }
  import.catalog_rule = CatalogRuleByName("--catalog_rule", flags["catalog_rule"].as<std::string>());
  import.outside_rule = OutsideRuleByName("--outside_rule", flags["outside_rule"].as<std::string>());
  if (flags.count("repeat_rule") > 0) {
    import.repeat_rule = RepeatRuleByName("--repeat_rule", flags["repeat_rule"].as<std::string>());
  }
  import.split_rule = SplitRuleByName("--split_rule", flags["split_rule"].as<std::string>());
  import.test_percent = flags["test_percent"].as<int>();
  import.validation_percent = flags["validation_percent"].as<int>();
  const std::string reference = FromUsersFolder(TextOr(flags, "reference_catalog", ""));
  if (!reference.empty()) import.reference_catalog = reference;
  import.catalog_file = FromUsersFolder(TextOr(flags, "catalog_file", ""));
  import.sft_folder = FromUsersFolder(TextOr(flags, "sft_folder", ""));
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
      return 0;
    }
    const std::string format = Required(flags, "data", Known(KnownFormats()));
    const std::string from = FromUsersFolder(Required(flags, "from", "a folder; --help says more"));
    Print(ImportDataset(format, from, OptionsOf(flags)), flags.count("json") > 0, flags["examples"].as<int>());
    return 0;
  } catch (const InputError& error) {
    std::cerr << error.what() << "\n";
  } catch (const options::error& error) {
    std::cerr << error.what() << "; --help lists the flags\n";
  }
  return 2;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Main(argc, argv); }
