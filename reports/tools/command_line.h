// The command line of every program in this folder: --help, one error for what does not fit, exit code 2 for bad input.
//
//   options::options_description shown("Options");
//   shown.add_options()("help", "this text")("out", options::value<std::string>(), "the folder to write");
//   const auto values = ParseCommandLine(argc, argv, kUsage, shown, "store");
//   if (!values) return 0;                                      // the help was printed
//   (*values)["store"].as<std::vector<std::string>>();          // what stood there without a flag
//
//   int main(int argc, char** argv) { return suite::ProgramMain(&suite::Run, argc, argv); }
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <optional>
#include <string>

namespace suite {

// `positional` names the list that arguments without a flag make; empty: there are none. Nothing when --help was asked
// for, which prints `usage` and `shown`. Throws InputError.
std::optional<boost::program_options::variables_map> ParseCommandLine(
    int argc, char** argv, const char* usage, const boost::program_options::options_description& shown,
    const std::string& positional);

// The value of --out, from the user's folder. Throws InputError when it is missing.
std::string OutFolder(const boost::program_options::variables_map& values);

// Runs `run`; an InputError is printed and ends with exit code 2.
int ProgramMain(int (*run)(int argc, char** argv), int argc, char** argv);

}  // namespace suite
