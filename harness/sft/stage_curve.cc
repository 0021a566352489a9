#include "harness/sft/stage_curve.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/text/format.h"

namespace suite {
namespace {

constexpr char kHeader[] = "step,loss,validation_loss,learning_rate,tokens_per_second";

// What is no number is an empty field.
std::string FieldOf(double value) { return std::isnan(value) ? "" : ExactNumber(value); }

CurveRow ParseRow(const std::string& line, const std::string& where) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  const auto number = [&](size_t i) {
    if (fields[i].empty()) return std::numeric_limits<double>::quiet_NaN();
    char* end = nullptr;
    const double value = std::strtod(fields[i].c_str(), &end);
    if (*end != '\0') throw InputError(where, "'" + fields[i] + "' is no number");
    return value;
  };
  if (fields.size() != 5) throw InputError(where, std::to_string(fields.size()) + " fields", kHeader);
  return {static_cast<int64_t>(number(0)), number(1), number(2), number(3), number(4)};
}

}  // namespace

void WriteCurve(const std::vector<CurveRow>& rows, const std::string& path) {
  std::string text = std::string(kHeader) + "\n";
  for (const CurveRow& row : rows) {
    text += std::to_string(row.step) + "," + FieldOf(row.loss) + "," + FieldOf(row.validation_loss) + "," +
            FieldOf(row.learning_rate) + "," + std::to_string(std::llround(row.tokens_per_second)) + "\n";
  }
  WriteFileAtomically(path, text);
}

std::vector<CurveRow> ReadCurve(const std::string& path) {
  std::vector<CurveRow> rows;
  if (!std::filesystem::exists(path)) return rows;
  std::istringstream lines(ReadFile(path));
  std::string line;
  std::getline(lines, line);
  if (line != kHeader) throw InputError(path + ":1", "'" + line + "'", kHeader);
  for (int number = 2; std::getline(lines, line); ++number) {
    rows.push_back(ParseRow(line, path + ":" + std::to_string(number)));
  }
  return rows;
}

std::optional<LowestLoss> LowestValidationLoss(const std::vector<CurveRow>& rows) {
  std::optional<LowestLoss> lowest;
  for (const CurveRow& row : rows) {
    if (std::isnan(row.validation_loss)) continue;
    if (!lowest || row.validation_loss < lowest->loss) {
      lowest = LowestLoss{row.step, row.validation_loss, 0};
    } else {
      ++lowest->since;
    }
  }
  return lowest;
}

}  // namespace suite
