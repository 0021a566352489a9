#include "harness/benchmarks/benchmark_flags.h"

#include <cstdlib>
#include <exception>
#include <iostream>

#include "base/allocator.h"
#include "base/error.h"
#include "harness/memory/tensor_pool.h"

namespace suite {

namespace po = boost::program_options;

BenchmarkFlags::BenchmarkFlags(const std::string& title) : options_(title) {
  options_.add_options()("help", "print this text");
}

void BenchmarkFlags::Add(const char* name, int64_t* flag, int64_t value, const char* text) {
  options_.add_options()(name, po::value(flag)->default_value(value), text);
}

void BenchmarkFlags::Add(const char* name, std::string* flag, const std::string& value, const char* text) {
  options_.add_options()(name, po::value(flag)->default_value(value), text);
}

void BenchmarkFlags::Add(const char* name, bool* flag, const char* text) {
  options_.add_options()(name, po::bool_switch(flag), text);
}

void BenchmarkFlags::Parse(int argc, char** argv) {
  po::variables_map map;
  po::store(po::parse_command_line(argc, argv, options_), map);
  if (map.count("help")) {
    std::cout << options_;
    std::exit(0);
  }
  po::notify(map);
}

void AddWorkload(BenchmarkFlags* flags, Workload* work) {
  flags->Add("policy", &work->policy, "tiny", "tiny or a Hugging Face folder");
  flags->Add("dtype", &work->dtype, "float32", "of the arithmetic: float32 or bfloat16");
  flags->Add("prompts", &work->prompts, work->prompts, "conversations");
  flags->Add("group", &work->group, work->group, "completions a conversation");
  flags->Add("prompt_len", &work->prompt_len, work->prompt_len, "tokens of each prompt");
  flags->Add("new_tokens", &work->new_tokens, work->new_tokens, "tokens of each completion");
  flags->Add("threads", &work->threads, 2, "threads");
  flags->Add("explain", &work->explain, "also measure the machine and report the share of it that was reached");
}

at::ScalarType DtypeOf(const std::string& name) {
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  throw UnknownName("--dtype", "dtype", name, {"float32", "bfloat16"});
}

int BenchmarkMain(int (*run)(int argc, char** argv), int argc, char** argv) {
  KeepFreedMemory();
  KeepFewKernels();
  PoolLargeTensors();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return 2;
  }
}

}  // namespace suite
