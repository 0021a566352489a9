// How a supervised stage went, step by step, as a file of comma-separated values beside the policy it led to.
//
//   WriteCurve({{1, 3.2, NAN, 1e-4, 9000}, {2, 3.1, 3.3, 2e-4, 9100}}, "results/cache/sft-3f0c5a.curve.csv");
//   ReadCurve(path)[1].validation_loss             // 3.3; NaN where the field is empty
//
//   step,loss,validation_loss,learning_rate,tokens_per_second
//   1,3.2000000000000002,,0.0001,9000
//
// Losses are written with all their digits: a resume compares them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suite {

struct CurveRow {
  int64_t step = 0;            // updates made, from 1
  double loss = 0;             // of this step's batch, before its update
  double validation_loss = 0;  // after its update; NaN where none was taken
  double learning_rate = 0;
  double tokens_per_second = 0;  // forward, backward and update; a measurement, so no two runs agree on it
};

// Throws InputError naming the file.
void WriteCurve(const std::vector<CurveRow>& rows, const std::string& path);
// No rows when the file is not there. Throws InputError naming file and line.
std::vector<CurveRow> ReadCurve(const std::string& path);

// What the validation losses say.
struct LowestLoss {
  int64_t step = 0;
  double loss = 0;
  int64_t since = 0;  // losses taken after it
};
// The first of the lowest; nothing where none was taken.
std::optional<LowestLoss> LowestValidationLoss(const std::vector<CurveRow>& rows);

}  // namespace suite
