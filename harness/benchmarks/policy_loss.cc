// Time and memory of the policy loss, from hidden states through the head to the loss and back to the gradients of
// both.
//
//   ./bazelw run //experiments:benchmark_policy_loss -- --threads=2 --benchmark_filter='V:32768'
//
// Flags and their defaults: --batch=64 --tokens=512 --hidden=256 --chunk_mib=64 --iterations=1 --threads=2, and those
// of Google Benchmark. Time it on an idle machine: threads that wait for each other lose far more than their share.
//
// Two implementations of the log-probs under one objective, Rank-GRPO (exp_inf) with its KL term:
//   chunked  ScoreTokens of models/llama/token_log_probs.h
//   plain    at::mm, at::log_softmax, gather and LibTorch's own autograd
// Each row reports rows_per_s; peak_mb, by how much the resident set grew at most during the measurement, gradients
// included; and block_mb, the size of one block of logits. Plain rows also report how far their loss and gradients lie
// from those of the chunked row before them: *_abs is the largest difference, *_rel the same over the largest value.
// Plain needs three tensors [rows, V] at once; where the machine has too little memory for them, the row says so.
// All sizes are in units of 10^6 bytes. B sequences, T tokens, V vocabulary, H hidden size, M = B T rows.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "algorithms/objective.h"
#include "base/allocator.h"
#include "harness/memory/tensor_pool.h"
#include "harness/provenance/process_meter.h"
#include "models/llama/token_log_probs.h"

namespace suite {
namespace {

constexpr int64_t kFloatBytes = 4, kRanks = 20, kTokensPerRank = 24;

struct Flags {
  int64_t batch, tokens, hidden, chunk_mib, iterations, threads;
};

struct Shape {
  int64_t batch, tokens, vocab, hidden, chunk_bytes;

  int64_t Rows() const { return batch * tokens; }
  int64_t LogitsBytes() const { return Rows() * vocab * kFloatBytes; }
  int64_t GradientBytes() const { return (Rows() + vocab) * hidden * kFloatBytes; }
};

struct Problem {
  at::Tensor hidden_MH, head_VH, target_M;  // the first two require grad
  RankSpans spans;
  ObjectiveInput input;  // all but logp_BT
};

// Log-probs near those of the policy, without a pass over the logits: the entries of the head are normal with variance
// 1/H, so the mean of exp(logit) over a large vocabulary is close to exp(|h|^2 / 2H).
at::Tensor ApproximateLogProbs(const at::Tensor& hidden_MH, const at::Tensor& head_VH, const at::Tensor& target_M) {
  const at::Tensor log_sum_M = hidden_MH.square().mean(1).div(2).add(std::log(static_cast<double>(head_VH.size(0))));
  return hidden_MH.mul(head_VH.index_select(0, target_M)).sum(1) - log_sum_M;
}

void MakeRanks(const Shape& shape, const PolicyObjective& objective, Problem& problem) {
  const at::TensorOptions int64 = at::TensorOptions().dtype(at::kLong);
  const int64_t eos = shape.vocab - 1;  // not among the targets: all rows have full length
  const at::Tensor newlines_V = at::arange(shape.vocab, int64).remainder(kTokensPerRank).eq(0).to(at::kLong);
  problem.spans = CutIntoRanks(problem.target_M.view({shape.batch, shape.tokens}),
                               at::full({shape.batch}, shape.tokens, int64), newlines_V, eos, kRanks);
  const at::Tensor relevance_BN = at::randint(0, 2, {shape.batch, kRanks}).to(at::kFloat);
  const ObjectiveConfig& config = objective.config();
  problem.input.advantage_BT = EstimateAdvantages(Returns(relevance_BN, config.returns), problem.spans,
                                                  std::min<int64_t>(8, shape.batch), config.advantage)
                                   .advantage_BT;
}

Problem MakeProblem(const Shape& shape, const PolicyObjective& objective) {
  at::manual_seed(1);
  Problem problem;
  problem.hidden_MH = at::randn({shape.Rows(), shape.hidden});
  problem.head_VH = at::randn({shape.vocab, shape.hidden}).div_(std::sqrt(static_cast<double>(shape.hidden)));
  problem.target_M = at::randint(0, shape.vocab - 1, {shape.Rows()}, at::TensorOptions().dtype(at::kLong));
  MakeRanks(shape, objective, problem);
  const at::Tensor logp_BT =
      ApproximateLogProbs(problem.hidden_MH, problem.head_VH, problem.target_M).view({shape.batch, shape.tokens});
  problem.input.old_logp_BT = logp_BT + at::randn_like(logp_BT).mul(0.1);
  problem.input.reference_logp_BT = logp_BT + at::randn_like(logp_BT).mul(0.1);
  problem.input.normalizer = WholeBatch(problem.spans);
  problem.input.want_diagnostics = false;
  problem.hidden_MH.requires_grad_();
  problem.head_VH.requires_grad_();
  return problem;
}

using LogProbs = at::Tensor (*)(const Problem&, const Shape&);

at::Tensor ChunkedLogProbs(const Problem& problem, const Shape& shape) {
  ScoreOptions options;
  options.chunk_bytes = shape.chunk_bytes;
  return ScoreTokens(problem.hidden_MH, problem.head_VH, problem.target_M, options).logp_M;
}

at::Tensor PlainLogProbs(const Problem& problem, const Shape&) {
  const at::Tensor logp_MV = at::log_softmax(at::mm(problem.hidden_MH, problem.head_VH.t()), 1);
  return logp_MV.gather(1, problem.target_M.unsqueeze(1)).squeeze(1);
}

struct Result {
  double loss = 0;
  at::Tensor d_hidden_MH, d_head_VH;
};

Result LossAndGradients(LogProbs log_probs, const PolicyObjective& objective, const Shape& shape, Problem& problem) {
  problem.hidden_MH.mutable_grad().reset();
  problem.head_VH.mutable_grad().reset();
  ObjectiveInput input = problem.input;
  input.spans = &problem.spans;
  input.logp_BT = log_probs(problem, shape).view({shape.batch, shape.tokens});
  const at::Tensor loss = objective.Compute(input).loss;
  loss.backward();
  return {loss.item<double>(), problem.hidden_MH.grad(), problem.head_VH.grad()};
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// Reports the differences; speed only counts between equal results.
void Compare(benchmark::State& state, const Result& found, const Result& expected) {
  const auto report = [&](const std::string& name, double difference, double size, double scale) {
    state.counters[name + "_abs"] = difference;
    state.counters[name + "_rel"] = difference / size;
    if (difference <= 1e-4 * scale) return;
    state.SkipWithError((name + " lies " + std::to_string(difference) + " from that of chunked").c_str());
  };
  const double d_hidden_size = expected.d_hidden_MH.abs().max().item<double>();
  const double d_head_size = expected.d_head_VH.abs().max().item<double>();
  // The loss is a mean of terms of order 1 that all but cancel, for advantages have mean 0.
  report("loss", std::abs(found.loss - expected.loss), std::abs(expected.loss), 1.0);
  report("d_hidden", LargestDifference(found.d_hidden_MH, expected.d_hidden_MH), d_hidden_size, d_hidden_size);
  report("d_head", LargestDifference(found.d_head_VH, expected.d_head_VH), d_head_size, d_head_size);
}

// MemAvailable of /proc/meminfo, in bytes.
int64_t AvailableMemoryBytes() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("MemAvailable:", 0) == 0) return std::stoll(line.substr(13)) * 1024;
  }
  return 0;
}

std::string Gigabytes(int64_t bytes) {
  std::ostringstream text;
  text.precision(3);
  text << static_cast<double>(bytes) / 1e9 << " GB";
  return text.str();
}

struct Measured {
  Result result;
  int64_t peak_bytes = 0;
};

Measured Measure(benchmark::State& state, LogProbs log_probs, const Shape& shape) {
  const auto objective = MakeObjective("rank_grpo_exp_inf");  // beta is not 0: the KL term is in
  Problem problem = MakeProblem(shape, *objective);
  malloc_trim(0);  // freed memory that is still resident would hide as much growth
  Measured measured;
  if (!ResetPeakMemory()) {
    state.SkipWithError("the kernel does not let a process reset its peak memory");
    return measured;
  }
  const int64_t before = CurrentMemoryBytes();
  for (auto _ : state) measured.result = LossAndGradients(log_probs, *objective, shape, problem);
  measured.peak_bytes = PeakMemoryBytes() - before;
  state.counters["peak_mb"] = static_cast<double>(measured.peak_bytes) / 1e6;
  state.counters["rows_per_s"] =
      benchmark::Counter(static_cast<double>(shape.Rows()), benchmark::Counter::kIsIterationInvariantRate);
  return measured;
}

using Results = std::map<std::string, Result>;  // of chunked, until plain of the same shape has run

void RunChunked(benchmark::State& state, const std::string& name, const Shape& shape, Results& results) {
  const Measured measured = Measure(state, ChunkedLogProbs, shape);
  state.counters["block_mb"] = static_cast<double>(shape.chunk_bytes) / 1e6;
  // What autograd and the objective hold beside is small against a block of this size.
  const int64_t beside_gradients = measured.peak_bytes - shape.GradientBytes();
  if (shape.chunk_bytes >= int64_t{32} << 20 && beside_gradients >= 2 * shape.chunk_bytes) {
    state.SkipWithError(("held " + Gigabytes(beside_gradients) + " beside the gradients, two blocks or more").c_str());
  }
  results[name] = measured.result;
}

void RunPlain(benchmark::State& state, const std::string& name, const Shape& shape, Results& results) {
  // The log-softmax, its gradient, and the gradient of the logits.
  const int64_t needed = 3 * shape.LogitsBytes() + shape.GradientBytes(), available = AvailableMemoryBytes();
  if (needed > available) {
    state.SkipWithError(("needs " + Gigabytes(needed) + ", available are " + Gigabytes(available)).c_str());
    return;
  }
  const Measured measured = Measure(state, PlainLogProbs, shape);
  state.counters["block_mb"] = static_cast<double>(shape.LogitsBytes()) / 1e6;
  if (results.count(name)) Compare(state, measured.result, results.at(name));
  results.erase(name);
}

void Register(const Shape& shape, int64_t iterations, Results& results) {
  const std::string name =
      "B:" + std::to_string(shape.batch) + "/T:" + std::to_string(shape.tokens) + "/V:" + std::to_string(shape.vocab);
  const auto add = [&](const std::string& implementation, auto run) {
    benchmark::RegisterBenchmark(("policy_loss/" + implementation + "/" + name).c_str(),
                                 [=, &results](benchmark::State& state) { run(state, name, shape, results); })
        ->Iterations(iterations)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  };
  add("chunked", RunChunked);
  add("plain", RunPlain);
}

Flags ParseFlags(int argc, char** argv) {
  namespace po = boost::program_options;
  Flags flags;
  po::options_description options("Times the policy loss; --benchmark_... options are those of Google Benchmark");
  const auto add = [&](const char* name, int64_t* flag, int64_t value, const char* text) {
    options.add_options()(name, po::value(flag)->default_value(value), text);
  };
  add("batch", &flags.batch, 64, "sequences, a multiple of 64");
  add("tokens", &flags.tokens, 512, "tokens of each sequence");
  add("hidden", &flags.hidden, 256, "hidden size");
  add("chunk_mib", &flags.chunk_mib, ScoreOptions().chunk_bytes >> 20, "bound on a block of logits of chunked, MiB");
  add("iterations", &flags.iterations, 1, "passes of each measurement");
  add("threads", &flags.threads, 2, "threads");
  po::variables_map map;
  po::store(po::parse_command_line(argc, argv, options), map);
  po::notify(map);
  return flags;
}

int Run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const Flags flags = ParseFlags(argc, argv);
  at::set_num_threads(static_cast<int>(flags.threads));
  Results results;
  const int64_t chunk_bytes = flags.chunk_mib << 20;
  // Chunks of 5 rows: several, and a remainder. Also warms up the threads.
  Register({2, 16, 1000, flags.hidden, 5 * 1000 * kFloatBytes}, 20, results);
  Register({flags.batch, flags.tokens, 32768, flags.hidden, chunk_bytes}, flags.iterations, results);
  // An eighth of the batch, where plain fits many machines.
  Register({flags.batch / 8, flags.tokens, 131072, flags.hidden, chunk_bytes}, flags.iterations, results);
  Register({flags.batch, flags.tokens, 131072, flags.hidden, chunk_bytes}, flags.iterations, results);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::KeepFreedMemory();
  suite::KeepFewKernels();
  suite::PoolLargeTensors();
  try {
    return suite::Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
}
