#include "reports/statistics/aggregate.h"

#include <algorithm>

#include "base/check.h"

namespace suite {
namespace {

std::vector<double> AllScores(const ScoreMatrix& scores_RT) {
  std::vector<double> all;
  for (const std::vector<double>& scores_T : scores_RT) all.insert(all.end(), scores_T.begin(), scores_T.end());
  SUITE_CHECK(!all.empty());
  return all;
}

}  // namespace

double InterquartileMean(const ScoreMatrix& scores_RT) {
  std::vector<double> all = AllScores(scores_RT);
  std::sort(all.begin(), all.end());
  const auto cut = static_cast<long>(all.size() / 4);
  return Mean({all.begin() + cut, all.end() - cut});
}

double OptimalityGap(const ScoreMatrix& scores_RT, double gamma) {
  std::vector<double> all = AllScores(scores_RT);
  for (double& score : all) score = std::min(score, gamma);
  return gamma - Mean(all);
}

double ProbabilityOfImprovement(const ScoreMatrix& left_RT, const ScoreMatrix& right_RT) {
  SUITE_CHECK(!left_RT.empty() && !right_RT.empty());
  const size_t tasks = left_RT[0].size();
  double wins = 0;
  for (const std::vector<double>& left_T : left_RT) {
    for (const std::vector<double>& right_T : right_RT) {
      SUITE_CHECK(left_T.size() == tasks && right_T.size() == tasks);
      for (size_t t = 0; t < tasks; ++t) wins += left_T[t] > right_T[t] ? 1 : (left_T[t] == right_T[t] ? 0.5 : 0);
    }
  }
  return wins / static_cast<double>(left_RT.size() * right_RT.size() * tasks);
}

std::vector<double> PerformanceProfile(const ScoreMatrix& scores_RT, const std::vector<double>& thresholds) {
  std::vector<double> all = AllScores(scores_RT);
  std::sort(all.begin(), all.end());
  std::vector<double> shares;
  for (double threshold : thresholds) {
    const auto above = all.end() - std::upper_bound(all.begin(), all.end(), threshold);
    shares.push_back(static_cast<double>(above) / static_cast<double>(all.size()));
  }
  return shares;
}

}  // namespace suite
