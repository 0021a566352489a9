#include "reports/runs/synthetic_runs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"

namespace suite {
namespace {

constexpr int64_t kRanks = 10;
constexpr char kRatioEdges[] =
    "-2 -1 -0.5 -0.2 -0.1 -0.05 -0.02 -0.01 -0.005 -0.002 -0.001 -0.0005 -0.0002 "
    "0.0002 0.0005 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2";
constexpr int64_t kRatioBins = 27;

struct MetricShape {
  const char* name;
  double level;
  double spread;
  double gain_share;  // of SyntheticRun::gain
};

constexpr MetricShape kMetrics[] = {
    {"recall@5", 0.22, 0.25, 1},  {"recall@10", 0.32, 0.3, 0.6},          {"ndcg@5", 0.22, 0.25, 1},
    {"ndcg@10", 0.25, 0.25, 0.8}, {"in_catalog_ratio", 0.99, 0.02, -0.1}, {"duplicate_share", 0.09, 0.08, 1},
};

// A conversation's score is its own level (the same in all runs), the run's gain so far, and noise of run and step.
ScoreTable MakeScores(const SyntheticRun& wanted, const std::string& split, const std::vector<int64_t>& steps) {
  ScoreTable table;
  table.split = split;
  table.steps = steps;
  const int64_t conversations = split == "test" ? wanted.conversations : wanted.validation_conversations;
  for (int64_t c = 0; c < conversations; ++c) table.conversation_ids.push_back(split + "-" + std::to_string(c));
  for (const MetricShape& metric : kMetrics) table.metric_names.push_back(metric.name);
  RandomStream seed_stream(static_cast<uint64_t>(wanted.seed), "seed/" + wanted.preset);
  const double seed_effect = 0.006 * seed_stream.Normal();
  for (int64_t step : steps) {
    const double done = static_cast<double>(step) / static_cast<double>(wanted.steps);
    for (const MetricShape& metric : kMetrics) {
      RandomStream level(0, "level/" + split + metric.name);
      RandomStream noise(static_cast<uint64_t>(wanted.seed), "noise/" + wanted.preset + split + metric.name,
                         {static_cast<uint64_t>(step)});
      for (int64_t c = 0; c < conversations; ++c) {
        double score = metric.level + metric.spread * level.Normal();
        score += metric.gain_share * done * (wanted.gain + seed_effect) + (step ? 0.03 * noise.Normal() : 0);
        table.values.push_back(static_cast<float>(std::clamp(score, 0.0, 1.0)));
      }
    }
  }
  return table;
}

std::vector<double> MakeSeries(const SyntheticRun& wanted, const std::string& name, double from, double to,
                               double noise) {
  RandomStream stream(static_cast<uint64_t>(wanted.seed), "series/" + wanted.preset + name);
  std::vector<double> values;
  for (int64_t step = 1; step <= wanted.steps; ++step) {
    const double done = static_cast<double>(step) / static_cast<double>(wanted.steps);
    values.push_back(from + (to - from) * done + noise * stream.Normal());
  }
  return values;
}

void AddSeries(const SyntheticRun& wanted, RunRecord* run) {
  for (int64_t step = 1; step <= wanted.steps; ++step) run->steps.push_back(step);
  const auto add = [&](const char* name, double from, double to, double noise) {
    run->series.push_back({name, 1, MakeSeries(wanted, name, from, to, noise)});
  };
  add("reward", 0.6, 0.6 + 4 * wanted.gain, 0.05);
  add("in_catalog_ratio", 0.99, 0.99 - 0.3 * wanted.gain, 0.002);
  add("duplicate_share", 0.09, 0.09 + wanted.gain, 0.01);
  add("entropy", 1.4, 1.1, 0.03);
  add("ratio/rank/p05", 0.95, 0.9, 0.01);
  add("ratio/rank/p50", 1, 1, 0.001);
  add("ratio/rank/p95", 1.05, 1.1, 0.01);
  add("out_of_catalog/wrong_year", 0.005, 0.005 + 0.1 * wanted.gain, 0.001);
  add("rollout_tokens", 5000, 5000 - 20000 * wanted.gain, 100);
  add("rollout_s", 0.2, 0.2, 0.01);
  add("processor_s", 0.9, 0.9, 0.02);
  add("step_s", 0.5, 0.5, 0.02);
  StepSeries by_rank{"reward_by_rank", kRanks, {}};
  RandomStream stream(static_cast<uint64_t>(wanted.seed), "ranks/" + wanted.preset);
  for (int64_t step = 1; step <= wanted.steps; ++step) {
    const double done = static_cast<double>(step) / static_cast<double>(wanted.steps);
    for (int64_t k = 0; k < kRanks; ++k) {
      const double level = 0.22 * std::exp(-0.17 * static_cast<double>(k));
      const double gain = done * wanted.gain * (1 - 0.15 * static_cast<double>(k));
      by_rank.values.push_back(level + gain + 0.02 * stream.Normal());
    }
  }
  run->series.push_back(by_rank);
}

// Ratios that spread out over training, the token ratios most.
void AddRatioCounts(const SyntheticRun& wanted, RunRecord* run) {
  const int64_t n = wanted.steps;
  for (const auto& [unit, reach] : {std::pair("token", 3.0), {"rank", 2.0}, {"sequence", 1.0}}) {
    CountTable table{std::string("ratio_counts/") + unit, kRatioBins, {}, {}};
    for (int64_t step : {n / 4, n / 2, 3 * n / 4, n}) {
      if (step <= (table.steps.empty() ? 0 : table.steps.back())) continue;
      table.steps.push_back(step);
      const double width = 0.5 + reach * static_cast<double>(step) / static_cast<double>(n);
      for (int64_t bin = 0; bin < kRatioBins; ++bin) {
        const double away = std::abs(static_cast<double>(bin - kRatioBins / 2));
        table.counts.push_back(std::floor(1000 * std::exp(-away / width)));
      }
    }
    run->counts.push_back(table);
  }
}

// The rank, from 0, at which a conversation gets the one item that it wants; one in ten gets it within the list. All
// runs share those of step 0.
int64_t HitRank(const SyntheticRun& wanted, const std::string& split, int64_t step, int64_t conversation) {
  const std::string run = step ? wanted.preset + "/" + std::to_string(wanted.seed) : "";
  RandomStream stream(0, "hits/" + split + run, {static_cast<uint64_t>(step), static_cast<uint64_t>(conversation)});
  return stream.UniformInt(10 * wanted.ranks);
}

double ScoreOfHit(const std::string& metric, int64_t rank) {
  if (metric == "in_catalog_ratio") return 1;
  if (metric == "duplicate_share") return 0;
  if (rank >= std::stoi(metric.substr(metric.find('@') + 1))) return 0;
  return metric[0] == 'r' ? 1 : 1 / std::log2(static_cast<double>(rank + 2));
}

// The scores of lists, in place of free ones.
void UseHits(const SyntheticRun& wanted, ScoreTable* table) {
  table->values.clear();
  for (const int64_t step : table->steps) {
    std::vector<int64_t> ranks;
    for (size_t c = 0; c < table->conversation_ids.size(); ++c) {
      ranks.push_back(HitRank(wanted, table->split, step, static_cast<int64_t>(c)));
    }
    for (const std::string& metric : table->metric_names) {
      for (const int64_t rank : ranks) table->values.push_back(static_cast<float>(ScoreOfHit(metric, rank)));
    }
  }
}

// Lists of made-up items out of 12,000, one wanted item a conversation.
void AddLists(const SyntheticRun& wanted, RunRecord* run) {
  constexpr int64_t kItems = 12000;
  if (wanted.ranks == 0) return;
  for (ScoreTable& table : run->scores) UseHits(wanted, &table);
  run->lists.split = "test";
  for (int64_t item = 0; item < kItems; ++item) {
    run->lists.items.push_back(
        {"<a_" + std::to_string(item % 256) + "><b_" + std::to_string(item) + ">", kUnknownYear, true, true});
  }
  RandomStream stream(static_cast<uint64_t>(wanted.seed), "lists/" + wanted.preset);
  for (int64_t c = 0; c < wanted.conversations; ++c) run->lists.ground_truth.push_back({c, stream.UniformInt(kItems)});
  for (const int64_t step : {int64_t{0}, wanted.steps}) {
    for (int64_t c = 0; c < wanted.conversations; ++c) {
      const int64_t hit_rank = HitRank(wanted, "test", step, c);
      for (int64_t rank = 0; rank < wanted.ranks; ++rank) {
        const bool hit = rank == hit_rank;
        run->lists.ranks.push_back({step, c, rank, stream.UniformInt(kItems), hit ? "hit" : "miss", false});
      }
    }
  }
}

// One answer of the test split, and a group of two rollouts: what an update saw of them.
void AddSamples(RunRecord* run) {
  const double none = std::nan("");
  run->credit_kind = "log";
  run->answers = {
      {"test-0", "Alien (1979)\nThe Thing (1982)\n", {{0, "hit", 1, 1, none}, {1, "wrong_year", 0, 0, none}}}};
  run->rollouts = {{"train-7", "Heat (1995)\nRan (1985)\n", {{0, "miss", 0, 0.63, 1.5}, {1, "hit", 1, 0.63, 0.75}}},
                   {"train-7", "Heat (1995)\nHeat (1995)\n", {{0, "miss", 0, 0, -1.5}, {1, "duplicate", 0, 0, -0.75}}}};
}

}  // namespace

RunRecord MakeRun(const SyntheticRun& wanted) {
  RunRecord run;
  run.run_name = wanted.preset + "-" + std::to_string(wanted.seed);
  run.config = "seed = " + std::to_string(wanted.seed) + "\n[objective]\npreset = \"" + wanted.preset +
               "\"\n[rl]\nsteps = " + std::to_string(wanted.steps) + "\nlearning_rate = 2e-4\n";
  run.status = "done";
  run.provenance = {{"commit", "0398a2c51f6e0b5f64f9a1f0d7f7f3d3a1f0c2b4"},
                    {"dirty", "no"},
                    {"build_mode", "opt"},
                    {"compiler", "gcc 12.2.0"},
                    {"libtorch", "2.11.0"},
                    {"cpu", "A made-up CPU"},
                    {"data.catalog", "ab12"},
                    {"ratio_edges", kRatioEdges},
                    {"command", "run --seed=" + std::to_string(wanted.seed)}};
  run.summary = {{"wall_s", "31.5"}, {"peak_rss_mib", "412.0"}};
  AddSeries(wanted, &run);
  AddRatioCounts(wanted, &run);
  const int64_t n = wanted.steps;
  run.scores = {MakeScores(wanted, "validation", {0, n / 4, n / 2, 3 * n / 4, n}), MakeScores(wanted, "test", {0, n})};
  AddSamples(&run);
  AddLists(wanted, &run);
  return run;
}

RunRecord MakeCountedRun(const std::string& kind, const SyntheticRun& wanted) {
  RunRecord run = MakeRun(wanted);
  run.run_name = kind + "-" + std::to_string(wanted.seed);
  run.config = "seed = " + std::to_string(wanted.seed) + "\n[objective]\npreset = \"" + wanted.preset +
               "\"\n[policy]\nkind = \"" + kind + "\"\n[rl]\nsteps = 0\nlearning_rate = 2e-4\n";
  run.steps.clear();
  run.series.clear();
  run.counts.clear();
  run.rollouts.clear();
  for (ScoreTable& table : run.scores) {
    const size_t one = table.metric_names.size() * table.conversation_ids.size();
    table.values.erase(table.values.begin(), table.values.end() - static_cast<long>(one));
    table.steps = {0};
  }
  return run;
}

}  // namespace suite
