#include "reports/tools/command_line.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/standard_streams.h"

namespace suite {
namespace {

CommandLine Parsed(int argc, char** argv, const options::options_description& shown, const std::string& positional) {
  options::options_description all;
  all.add(shown);
  options::positional_options_description positions;
  if (!positional.empty()) {
    all.add_options()(positional.c_str(), options::value<std::vector<std::string>>()->default_value({}, ""));
    positions.add(positional.c_str(), -1);
  }
  CommandLine line;
  try {
    options::store(options::command_line_parser(argc, argv).options(all).positional(positions).run(), line);
  } catch (const options::error& error) {
    throw InputError("command line", error.what(), "the options that --help lists");
  }
  return line;
}

}  // namespace

int ProgramMain(int argc, char** argv, const char* usage, const options::options_description& shown,
                const std::string& positional, const std::function<void(const CommandLine&)>& run) {
  OpenStandardStreams();
  try {
    const CommandLine line = Parsed(argc, argv, shown, positional);
    if (line.count("help")) {
      std::cout << usage << shown;
    } else {
      run(line);
    }
    FinishOutput();
    return 0;
  } catch (const InputError& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}

std::vector<std::string> Words(const CommandLine& line, const std::string& option) {
  return line[option].as<std::vector<std::string>>();
}

std::string OutFolder(const CommandLine& line) {
  if (!line.count("out")) throw InputError("command line", "--out is missing", "--out=DIR, the folder to write");
  return FromUsersFolder(line["out"].as<std::string>());
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

void ShowPage(const Document& page, const CommandLine& line) {
  std::cout << page.ToMarkdown();
  if (line.count("html")) WriteFileAtomically(FromUsersFolder(line["html"].as<std::string>()), page.ToHtml());
}

}  // namespace suite
