// What the command lines of this folder's programs share: how flags are declared and read, those that say how much work
// there is, and how a program ends.
//
//   int Run(int argc, char** argv) {
//     Workload work;
//     int64_t steps;
//     BenchmarkFlags flags("Times the RL step on fixed work and prints one JSON line");
//     AddWorkload(&flags, &work);
//     flags.Add("steps", &steps, 16, "timed steps");
//     flags.Parse(argc, argv);
//     ...
//   }
//   int main(int argc, char** argv) { return suite::BenchmarkMain(suite::Run, argc, argv); }
#pragma once

#include <c10/core/ScalarType.h>

#include <boost/program_options.hpp>
#include <cstdint>
#include <string>

namespace suite {

class BenchmarkFlags {
 public:
  explicit BenchmarkFlags(const std::string& title);

  void Add(const char* name, int64_t* flag, int64_t value, const char* text);
  void Add(const char* name, std::string* flag, const std::string& value, const char* text);
  void Add(const char* name, bool* flag, const char* text);  // off unless it is given

  // Prints all flags and exits for --help.
  void Parse(int argc, char** argv);

 private:
  boost::program_options::options_description options_;
};

// Prompts and completions of one length, none of which ends early.
struct Workload {
  std::string policy;  // as BenchmarkPolicy takes it
  std::string dtype;   // of the arithmetic
  int64_t prompts = 0, group = 0, prompt_len = 0, new_tokens = 0, threads = 0;
  bool explain = false;

  int64_t NewTokens() const { return prompts * group * new_tokens; }
};

// Flags --policy --dtype --prompts --group --prompt_len --new_tokens --threads --explain; the numbers that `work` holds
// are the defaults.
void AddWorkload(BenchmarkFlags* flags, Workload* work);

// float32 or bfloat16; else UnknownName.
at::ScalarType DtypeOf(const std::string& name);

// Calls `run` with an error printed for what it throws.
int BenchmarkMain(int (*run)(int argc, char** argv), int argc, char** argv);

}  // namespace suite
