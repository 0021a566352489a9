#include "reports/tools/command_line.h"

#include <boost/program_options.hpp>
#include <iostream>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace suite {

namespace options = boost::program_options;

std::optional<options::variables_map> ParseCommandLine(int argc, char** argv, const char* usage,
                                                       const options::options_description& shown,
                                                       const std::string& positional) {
  options::options_description all;
  all.add(shown);
  options::positional_options_description positions;
  if (!positional.empty()) {
    all.add_options()(positional.c_str(), options::value<std::vector<std::string>>()->default_value({}, ""));
    positions.add(positional.c_str(), -1);
  }
  options::variables_map values;
  try {
    options::store(options::command_line_parser(argc, argv).options(all).positional(positions).run(), values);
  } catch (const options::error& error) {
    throw InputError("command line", error.what(), "the options that --help lists");
  }
  if (!values.count("help")) return values;
  std::cout << usage << shown;
  return std::nullopt;
}

std::string OutFolder(const options::variables_map& values) {
  if (!values.count("out")) throw InputError("command line", "--out is missing", "--out=DIR, the folder to write");
  return FromUsersFolder(values["out"].as<std::string>());
}

int ProgramMain(int (*run)(int argc, char** argv), int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const InputError& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
}

}  // namespace suite
