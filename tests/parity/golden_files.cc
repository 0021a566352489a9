#include "tests/parity/golden_files.h"

#include <ATen/ops/empty.h>

#include <filesystem>

#include "base/check.h"
#include "base/files.h"

namespace suite::parity {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool IsWeightFile(const fs::path& path) { return path.filename().string().rfind("model", 0) == 0; }

void AddFiles(const std::string& from, const std::string& to) {
  bool has_weights = false;
  for (const auto& entry : fs::directory_iterator(to)) has_weights |= IsWeightFile(entry.path());
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path link = fs::path(to) / entry.path().filename();
    if (fs::exists(link) || (has_weights && IsWeightFile(entry.path()))) continue;
    fs::create_symlink(fs::absolute(entry.path()), link);
  }
}

void Flatten(const json& list, std::vector<double>* flat) {
  if (!list.is_array()) return flat->push_back(list.get<double>());
  for (const json& element : list) Flatten(element, flat);
}

}  // namespace

json ReadJson(const std::string& path) { return json::parse(ReadFile(path)); }

Policy LoadStagedPolicy(const std::vector<std::string>& folders, at::ScalarType dtype) {
  static int count = 0;
  const std::string staged = EnvironmentVariable("TEST_TMPDIR") + "/policy" + std::to_string(++count);
  fs::create_directories(staged);
  for (const std::string& folder : folders) AddFiles(folder, staged);
  return LoadPolicy(staged, dtype);
}

std::string LlamaFolder() { return FindGolden("end_to_end/llama").value_or("tests/golden/end_to_end/llama"); }

at::Tensor TensorOf(const json& list, at::ScalarType dtype) {
  std::vector<int64_t> shape;
  for (const json* level = &list; level->is_array(); level = &level->front()) {
    shape.push_back(static_cast<int64_t>(level->size()));
    if (level->empty()) break;
  }
  std::vector<double> flat;
  Flatten(list, &flat);
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
  SUITE_CHECK_EQ(tensor.numel(), static_cast<int64_t>(flat.size()));
  std::copy(flat.begin(), flat.end(), tensor.mutable_data_ptr<double>());
  return tensor.to(dtype);
}

std::vector<std::vector<int64_t>> UnpaddedRows(const json& ids, const json& mask) {
  SUITE_CHECK_EQ(ids.size(), mask.size());
  std::vector<std::vector<int64_t>> rows;
  for (size_t row = 0; row < ids.size(); ++row) {
    SUITE_CHECK_EQ(ids[row].size(), mask[row].size());
    rows.emplace_back();
    for (size_t t = 0; t < ids[row].size(); ++t) {
      if (mask[row][t].get<int>() != 0) rows.back().push_back(ids[row][t].get<int64_t>());
    }
  }
  return rows;
}

}  // namespace suite::parity
