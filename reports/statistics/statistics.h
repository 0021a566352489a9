// The few statistics of a report, each with its kind named.
//
//   Mean({1, 2, 3, 4}) == 2.5;    SampleStd({1, 2, 3, 4}) == 1.2909944...
//   StudentInterval({.2504, .2611, .2387})              // over seeds: {.2222, .2779} at 95 %
//   Judge({.02, {.01, .03}}, true);                      // kBetter; else kWorse, kInconclusive
//
// The larger tools stand beside it: crossed_error.h is what verdicts rest on.
//
// Shapes: S seeds, C conversations; a ScoreMatrix is [S][C] and rectangular (anything else is a bug).
#pragma once

#include <optional>
#include <vector>

namespace suite {

using ScoreMatrix = std::vector<std::vector<double>>;

struct Interval {
  double low = 0;
  double high = 0;
};

// The interval of what is not known at all.
Interval WholeLine();

struct Estimate {
  double mean = 0;
  Interval interval;
};

double Mean(const std::vector<double>& values);

// The mean of each row.
std::vector<double> RowMeans(const ScoreMatrix& scores_SC);

// The mean of all rows, element by element.
std::vector<double> MeanOverRows(const ScoreMatrix& rows);

// left - right, element by element. The shapes must agree.
std::vector<double> Differences(const std::vector<double>& left, const std::vector<double>& right);
ScoreMatrix Differences(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC);

// The standard deviation of a sample: denominator n - 1. Needs two values.
double SampleStd(const std::vector<double>& values);

// The two-sided interval mean +- t(n-1) * SampleStd / sqrt(n); none for fewer than two values. Few seeds make it wide
// (t is 4.30 for three seeds at 95 %, 12.7 for two); that is the price of few seeds.
std::optional<Interval> StudentInterval(const std::vector<double>& values, double confidence = 0.95);

// The value below which `fraction` of the sorted values lie, linear between neighbours (NumPy's default, type 7).
double Quantile(std::vector<double> values, double fraction);

enum class Verdict { kBetter, kWorse, kInconclusive };

// What a difference left - right says about left: inconclusive when its interval contains 0.
Verdict Judge(const Estimate& difference, bool higher_is_better);

// "better", "worse", "inconclusive".
const char* ToWord(Verdict verdict);

bool AreDisjoint(const Interval& a, const Interval& b);

}  // namespace suite
