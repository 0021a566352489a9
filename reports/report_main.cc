// Redraws a report from stores alone: `bazel run //reports:report -- --out=DIR STORE...`

#include <boost/program_options.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "reports/report.h"

namespace suite {
namespace {

namespace options = boost::program_options;

constexpr char kUsage[] =
    "Draws tables, plots and verdicts from the stores of finished runs. Nothing is trained.\n"
    "\n"
    "  bazel run //reports:report -- --out=DIR STORE...\n"
    "\n"
    "A STORE is the .h5 file of a run, or a folder: then all .h5 files in and under it. Paths count from where you\n"
    "stand. DIR gets report.html, report.md, table.csv, table.tex, comparisons.csv and plots/.\n"
    "\n"
    "  bazel run //reports:report -- --out=redrawn results/quickstart\n"
    "\n";

// `bazel run` changes the folder; BUILD_WORKING_DIRECTORY is where the user stood.
std::string FromUsersFolder(const std::string& path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  return folder ? (std::filesystem::path(folder) / path).lexically_normal().string() : path;
}

std::vector<std::string> FindStores(const std::vector<std::string>& given) {
  std::vector<std::string> stores;
  for (const std::string& argument : given) {
    const std::string path = FromUsersFolder(argument);
    if (!std::filesystem::is_directory(path)) {
      stores.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file() && entry.path().extension() == ".h5") found.push_back(entry.path().string());
    }
    if (found.empty()) throw InputError(path, "no .h5 files in or under it", "the folder of an experiment");
    std::sort(found.begin(), found.end());
    stores.insert(stores.end(), found.begin(), found.end());
  }
  return stores;
}

ReportSpec SpecOf(const options::variables_map& values, const std::vector<std::string>& stores) {
  ReportSpec spec = DefaultSpec(values["title"].as<std::string>(), stores);
  spec.scale = values["scale"].as<std::string>();
  spec.notes = values["note"].as<std::vector<std::string>>();
  return spec;
}

int Run(int argc, char** argv) {
  options::options_description shown("Options");
  shown.add_options()                                                                          //
      ("help", "this text")                                                                    //
      ("out", options::value<std::string>(), "the folder to write; made when it is missing")   //
      ("title", options::value<std::string>()->default_value("Report"), "the report's title")  //
      ("scale", options::value<std::string>()->default_value(""),
       "the scale of the evidence in a word, such as miniature")  //
      ("note", options::value<std::vector<std::string>>()->default_value({}, ""),
       "a remark for the reader; may be given again");
  options::options_description all;
  all.add(shown).add_options()("store", options::value<std::vector<std::string>>()->default_value({}, ""));
  options::positional_options_description positions;
  positions.add("store", -1);
  options::variables_map values;
  try {
    options::store(options::command_line_parser(argc, argv).options(all).positional(positions).run(), values);
  } catch (const options::error& error) {
    throw InputError("command line", error.what(), "the options that --help lists");
  }
  if (values.count("help")) {
    std::cout << kUsage << shown;
    return 0;
  }
  if (!values.count("out")) throw InputError("command line", "--out is missing", "--out=DIR, the folder to write");
  const std::vector<std::string> stores = FindStores(values["store"].as<std::vector<std::string>>());
  const std::string out = FromUsersFolder(values["out"].as<std::string>());
  std::cout << WriteReport(SpecOf(values, stores), stores, out) << "\nReport: " << out << "/report.html\n";
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  try {
    return suite::Run(argc, argv);
  } catch (const suite::InputError& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
}
