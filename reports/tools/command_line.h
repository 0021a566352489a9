// The command line of every program in this folder: --help, one error for what does not fit, exit code 2 for bad input.
//
//   int main(int argc, char** argv) {
//     options::options_description shown("Options");
//     shown.add_options()("help", "this text")("out", options::value<std::string>(), "the folder to write");
//     return ProgramMain(argc, argv, kUsage, shown, "store", [](const CommandLine& line) {
//       ReadStores stores = ReadAllStores(FindStores(Words(line, "store")));      // what stood there without a flag
//       std::cout << OutFolder(line);
//     });
//   }
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <string>
#include <vector>

#include "reports/page/document.h"

namespace suite {

namespace options = boost::program_options;
using CommandLine = options::variables_map;

// Parses the arguments and calls `run`; for --help it prints `usage` and `shown` instead. `positional` names the list
// that arguments without a flag make; empty: there are none. Returns 0, 2 after an
// InputError, which is printed, and 1 after any other failure, such as output that cannot be written.
int ProgramMain(int argc, char** argv, const char* usage, const options::options_description& shown,
                const std::string& positional, const std::function<void(const CommandLine&)>& run);

// The value of an option that is a list of texts.
std::vector<std::string> Words(const CommandLine& line, const std::string& option);

// The value of --out, from the user's folder. Throws InputError when it is missing.
std::string OutFolder(const CommandLine& line);

// What users name, as paths of stores: files as they are given; for a folder all .h5 files in and under it, sorted.
// Paths count from the user's folder (base/files.h). Throws InputError for a folder without.
std::vector<std::string> FindStores(const std::vector<std::string>& given);

// Prints the page as Markdown, and writes it as HTML to the file that --html names.
void ShowPage(const Document& page, const CommandLine& line);

}  // namespace suite
